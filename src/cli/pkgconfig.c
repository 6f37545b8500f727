/* SPDX-License-Identifier: MIT */
/** armeld pkgconfig: the files that tell builds of the workspace, for a set that is melded. */
#include <stdio.h>

#include "cli/diag.h"
#include "cli/inputs.h"
#include "cli/packaging.h"
#include "cli/style.h"

struct settings {
    struct packaging_settings packaging;
    bool dry_run;
    bool no_wait;
    unsigned color; /* enum diag_when; diag.c knows it already */
    bool json;
    bool quiet;
};

static const struct option options[] = {
    PACKAGING_ROWS,
    FLAG('n', "dry-run", dry_run, "report what would be written; change no file"),
    FLAG(0, "json", json, "print the report as JSON"),
    FLAG('q', "quiet", quiet, "print errors and warnings only"),
    NO_WAIT_ROW,
    COLOR_ROW,
    HELP_ROW,
    VERSION_ROW,
};

static int write_files(const struct settings *settings, const char *workspace)
{
    struct armeld_options api = {.struct_size = sizeof api,
                                 .workspace = workspace,
                                 .no_wait = settings->no_wait,
                                 .waiting = inputs_waiting};
    packaging_options(&settings->packaging, &api);
    struct armeld *armeld;
    int status = inputs_open(&api, NULL, 0, &armeld);
    if (!armeld) {
        return status;
    }
    status = armeld_pkgconfig(armeld, settings->dry_run);
    diag_warnings(armeld_report(armeld));
    struct armeld_style style = {.struct_size = sizeof style,
                                 .format = settings->json ? ARMELD_JSON : ARMELD_TEXT};
    style_fit(&style);
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
    if (!packaging_is_asked(&settings.packaging)) {
        diag_error("nothing to write: --pc-dir, --la, --cmake and --dep-json name files");
        return ARMELD_USAGE;
    }
    return options_one(command->verb, &operands, "WORKSPACE")
               ? write_files(&settings, operands.list[0])
               : ARMELD_USAGE;
}

const struct verb verb_pkgconfig = {
    .name = "pkgconfig",
    .synopsis = "[options] WORKSPACE",
    .summary = "write build files for the workspace: .pc, .la, CMake, JSON",
    .about = "Writes or changes the files that tell a build to link WORKSPACE after the\n"
             "libraries that were melded into it. All files are written, or none is. Running\n"
             "the command again changes nothing; armeld restore undoes it. armeld meld takes\n"
             "the same options.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
