/* SPDX-License-Identifier: MIT */
/** armeld verify: is the melded set on disk complete and as its sidecar says. */
#include <stdio.h>

#include "armeld.h"
#include "cli/diag.h"
#include "cli/rows.h"
#include "report/report.h"

struct settings {
    bool json;
    bool quiet;
};

static const struct option options[] = {
    FLAG(0, "json", json, "print the report as JSON"),
    FLAG('q', "quiet", quiet, "print errors and what is not as it should be only"),
    HELP_ROW,
    VERSION_ROW,
};

static int verify(const struct settings *settings, const char *workspace)
{
    struct armeld_options api = {.workspace = workspace};
    struct armeld *armeld = armeld_new(&api);
    if (!armeld) {
        diag_error("out of memory");
        return ARMELD_FAILED;
    }
    int status = armeld_verify(armeld);
    const struct armeld_report *report = armeld_report(armeld);
    struct report_style style = {.quiet = settings->quiet, .failed = status != ARMELD_OK};
    bool told = status == ARMELD_OK || status == ARMELD_UNPROVEN;
    bool printed = !told || (settings->json ? report_verify_json(stdout, report, &style)
                                            : report_verify_text(stdout, report, &style));
    if (status != ARMELD_OK) {
        fflush(stdout); /* the findings first */
        diag_error("%s", armeld_error(armeld));
    } else if (!printed) {
        diag_error("out of memory while reporting");
        status = ARMELD_FAILED;
    }
    armeld_free(armeld);
    return status;
}

static int run(struct command *command)
{
    struct settings settings = {0};
    struct text_list operands;
    switch (options_parse(command, &settings, &operands)) {
    case OPTIONS_DONE:
        return ARMELD_OK;
    case OPTIONS_WRONG:
        return ARMELD_USAGE;
    case OPTIONS_RUN:
        break;
    }
    return options_one(command->verb, &operands, "WORKSPACE") ? verify(&settings, operands.list[0])
                                                              : ARMELD_USAGE;
}

const struct verb verb_verify = {
    .name = "verify",
    .synopsis = "[options] WORKSPACE",
    .summary = "check that a melded set is complete and unchanged",
    .about = "Checks that WORKSPACE and all libraries that were melded into it are there and what\n"
             "its sidecar, WORKSPACE.armeld, says. Prints a line for each file that is not; the\n"
             "exit status is 3 then.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
