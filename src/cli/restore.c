/* SPDX-License-Identifier: MIT */
/** armeld restore: the originals back from workspace, melded libraries and sidecar. */
#include <stdio.h>

#include "armeld.h"
#include "cli/diag.h"
#include "cli/inputs.h"
#include "cli/rows.h"
#include "cli/style.h"

struct settings {
    bool dry_run;
    bool partial;
    bool no_wait;
    unsigned color; /* enum diag_when; diag.c knows it already */
    bool json;
    bool quiet;
    bool verbose;
};

static const struct option options[] = {
    FLAG('n', "dry-run", dry_run, "report what would happen; change no file"),
    FLAG(0, "partial", partial, "restore what can be restored, leave the rest"),
    FLAG(0, "json", json, "print the report as JSON"),
    FLAG('q', "quiet", quiet, "print errors, warnings and findings only"),
    FLAG('v', "verbose", verbose, "print every library that is restored"),
    NO_WAIT_ROW,
    COLOR_ROW,
    HELP_ROW,
    VERSION_ROW,
};

static unsigned api_flags(const struct settings *settings)
{
    return (settings->dry_run ? ARMELD_RESTORE_DRY_RUN : 0u) |
           (settings->partial ? ARMELD_RESTORE_PARTIAL : 0u);
}

/** Print what was restored, or the findings that prevent that. */
static bool print_report(const struct armeld *armeld, const struct settings *settings)
{
    struct armeld_style style = {
        .struct_size = sizeof style,
        .format = settings->json ? ARMELD_JSON : ARMELD_TEXT,
        .verbose = settings->verbose,
        .quiet = settings->quiet,
    };
    style_fit(&style);
    return armeld_print(armeld, &style, stdout) == ARMELD_OK;
}

static int restore(const struct settings *settings, const char *workspace)
{
    struct armeld_options api = {.struct_size = sizeof api,
                                 .workspace = workspace,
                                 .no_wait = settings->no_wait,
                                 .waiting = inputs_waiting};
    struct armeld *armeld;
    int status = inputs_open(&api, NULL, 0, &armeld);
    if (!armeld) {
        return status;
    }
    status = armeld_restore(armeld, api_flags(settings));
    diag_warnings(armeld_report(armeld));
    bool printed = print_report(armeld, settings);
    return inputs_close(armeld, status, printed);
}

static int run(struct command *command)
{
    struct settings settings = {0};
    struct text_list operands;
    int status;
    if (!options_parse(command, &settings, &operands, &status)) {
        return status;
    }
    if (!inputs_exclude(settings.quiet, settings.verbose, "-q and -v")) {
        return ARMELD_USAGE;
    }
    return options_one(command->verb, &operands, "WORKSPACE") ? restore(&settings, operands.list[0])
                                                              : ARMELD_USAGE;
}

const struct verb verb_restore = {
    .name = "restore",
    .synopsis = "[options] WORKSPACE",
    .summary = "restore the original libraries",
    .about = "Restores the originals of all libraries that were melded into WORKSPACE, bit for\n"
             "bit, and removes the workspace and its sidecar, WORKSPACE.armeld. If a file is\n"
             "not as the sidecar says, nothing is changed, unless --partial is given.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
