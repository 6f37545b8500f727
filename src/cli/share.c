/* SPDX-License-Identifier: MIT */
/** armeld share: a shared library of a workspace. */
#include <stdio.h>

#include "cli/diag.h"
#include "cli/inputs.h"
#include "cli/rows.h"
#include "cli/style.h"

struct settings {
    const char *output_dir;
    struct text_list libs;
    bool dry_run;
    bool no_wait;
    unsigned color; /* enum diag_when; diag.c knows it already */
    bool json;
    bool quiet;
};

static const struct option options[] = {
    TEXT('d', "output-dir", "DIR", output_dir, "directory to write to"),
    LIST(0, "libs", "FLAGS", libs, "further flags to link the shared library with"),
    FLAG('n', "dry-run", dry_run, "report what would be written; write nothing"),
    FLAG(0, "json", json, "print the report as JSON"),
    FLAG('q', "quiet", quiet, "print errors and warnings only"),
    NO_WAIT_ROW,
    COLOR_ROW,
    HELP_ROW,
    VERSION_ROW,
};

static int share(const struct settings *settings, const char *workspace)
{
    struct armeld_options api = {.struct_size = sizeof api,
                                 .workspace = workspace,
                                 .output_dir = settings->output_dir,
                                 .libs = settings->libs.list,
                                 .lib_count = settings->libs.count,
                                 .no_wait = settings->no_wait,
                                 .waiting = inputs_waiting};
    struct armeld *armeld;
    int status = inputs_open(&api, NULL, 0, &armeld);
    if (!armeld) {
        return status;
    }
    struct armeld_style style = {.struct_size = sizeof style,
                                 .format = settings->json ? ARMELD_JSON : ARMELD_TEXT};
    style_fit(&style);
    status = armeld_share(armeld, settings->dry_run);
    bool printed = (settings->quiet && !settings->json) ||
                   armeld_print(armeld, &style, stdout) == ARMELD_OK;
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
             "with exactly the symbols visible that its libraries need; the libraries, bound\n"
             "to the shared library; lists of exports for it and for each library, as version\n"
             "scripts on ELF; a script that links the shared library; a .pc file. The melded\n"
             "set is not changed.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
