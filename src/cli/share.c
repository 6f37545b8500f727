/* SPDX-License-Identifier: MIT */
/** armeld share: a shared library of a workspace. */
#include <stdio.h>

#include "cli/diag.h"
#include "cli/inputs.h"
#include "cli/rows.h"
#include "report/report.h"

struct settings {
    const char *output_dir;
    bool dry_run;
    bool json;
    bool quiet;
};

static const struct option options[] = {
    TEXT('d', "output-dir", "DIR", output_dir, "directory to write to"),
    FLAG('n', "dry-run", dry_run, "report what would be written; write nothing"),
    FLAG(0, "json", json, "print the report as JSON"),
    FLAG('q', "quiet", quiet, "print errors and warnings only"),
    HELP_ROW,
    VERSION_ROW,
};

static int share(const struct settings *settings, const char *workspace)
{
    struct armeld_options api = {.workspace = workspace, .output_dir = settings->output_dir};
    struct armeld *armeld;
    int status = inputs_open(&api, NULL, 0, &armeld);
    if (!armeld) {
        return status;
    }
    struct report_style style = {.dry_run = settings->dry_run};
    status = armeld_share(armeld, settings->dry_run);
    const struct armeld_report *report = armeld_report(armeld);
    bool printed = true;
    if (status == ARMELD_OK && settings->json) {
        printed = report_share_json(stdout, report, &style);
    } else if (status == ARMELD_OK && !settings->quiet) {
        report_share_text(stdout, report, &style);
    }
    return inputs_close(armeld, status, printed, !settings->dry_run);
}

static int run(struct command *command)
{
    struct settings settings = {0};
    struct text_list operands;
    int status;
    if (!options_parse(command, &settings, &operands, &status)) {
        return status;
    }
    if (!settings.output_dir) {
        diag_error("no directory: -d DIR names where everything is written");
        return ARMELD_USAGE;
    }
    return options_one(command->verb, &operands, "WORKSPACE") ? share(&settings, operands.list[0])
                                                              : ARMELD_USAGE;
}

const struct verb verb_share = {
    .name = "share",
    .synopsis = "-d DIR [options] WORKSPACE",
    .summary = "prepare a shared library of a workspace",
    .about = "Prepares a shared library of WORKSPACE. Writes to DIR: the workspace's objects\n"
             "with exactly the symbols visible that its libraries need; the libraries, bound to\n"
             "the shared library; a version script or list of exports; a script that links the\n"
             "shared library; a .pc file. The melded set is not changed.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
