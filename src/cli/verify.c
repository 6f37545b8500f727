/* SPDX-License-Identifier: MIT */
/** armeld verify: is the melded set on disk complete and as its sidecar says. */
#include <stdio.h>

#include "armeld.h"
#include "cli/demangle.h"
#include "cli/diag.h"
#include "cli/inputs.h"
#include "cli/models.h"
#include "cli/rows.h"
#include "cli/style.h"

struct settings {
    bool against;
    bool shrunk;
    struct text_list exports;
    bool no_wait;
    unsigned color; /* enum diag_when; diag.c knows it already */
    struct text_list models;
    bool json;
    bool mangled;
    bool quiet;
};

static const struct option options[] = {
    FLAG(0, "against", against, "compare with originals instead of the sidecar"),
    FLAG(0, "shrunk", shrunk, "with --against: objects were stripped, pruned or prelinked"),
    LIST(0, "export", "GLOB", exports, "with --shrunk: symbols that must still exist"),
    MODELS_ROW,
    FLAG(0, "mangled", mangled, "do not demangle symbols"),
    FLAG(0, "json", json, "print the report as JSON"),
    FLAG('q', "quiet", quiet, "print errors and findings only"),
    NO_WAIT_ROW,
    COLOR_ROW,
    HELP_ROW,
    VERSION_ROW,
};

/** What to verify. */
struct verifying {
    const char *workspace;
    const char *const *originals; /* with --against, else NULL */
    const char *const *melded;
    size_t count;
};

static int call_api(struct armeld *armeld, const struct verifying *what)
{
    return what->originals
               ? armeld_verify_against(armeld, what->originals, what->melded, what->count)
               : armeld_verify(armeld);
}

static int verify(const struct settings *settings, const struct verifying *what)
{
    struct armeld_options api = {.struct_size = sizeof api,
                                 .workspace = what->workspace,
                                 .prune = settings->shrunk,
                                 .exports = settings->exports.list,
                                 .export_count = settings->exports.count,
                                 .no_wait = settings->no_wait,
                                 .waiting = inputs_waiting,
                                 .models = settings->models.list,
                                 .model_count = settings->models.count};
    struct armeld *armeld;
    int status = inputs_open(&api, NULL, 0, &armeld);
    if (!armeld) {
        return status;
    }
    status = call_api(armeld, what);
    struct armeld_style style = {.struct_size = sizeof style,
                                 .format = settings->json ? ARMELD_JSON : ARMELD_TEXT,
                                 .quiet = settings->quiet,
                                 .demangle = demangler(settings->mangled)};
    style_fit(&style);
    bool printed = armeld_print(armeld, &style, stdout) == ARMELD_OK;
    return inputs_close(armeld, status, printed);
}

/** The operands: ORIGINAL... before "--", MELDED... WORKSPACE behind it; or only WORKSPACE. */
static bool take_operands(const struct command *command, const struct settings *settings,
                          const struct text_list *operands, struct verifying *what)
{
    size_t originals = command->before_dashes;
    size_t rest = operands->count - originals;
    if (settings->shrunk && !settings->against) {
        diag_error("--shrunk is for --against, which is not given: a sidecar says so itself");
        return false;
    }
    if (settings->exports.count && !settings->shrunk) {
        diag_error("--export is for --shrunk, which is not given");
        return false;
    }
    if (!settings->against) {
        what->workspace = operands->list[0];
        return options_one(command->verb, operands, "WORKSPACE");
    }
    if (!command->dashes || !originals || rest < 2) {
        diag_error("--against takes ORIGINAL... -- MELDED... WORKSPACE");
        return false;
    }
    if (rest != originals + 1) {
        diag_error("--against: %zu before --, but %zu behind it, the workspace aside", originals,
                   rest - 1);
        return false;
    }
    what->originals = operands->list;
    what->melded = operands->list + originals;
    what->count = originals;
    what->workspace = operands->list[operands->count - 1];
    return true;
}

static int run(struct command *command)
{
    struct settings settings = {0};
    struct text_list operands;
    struct verifying what = {0};
    int status;
    if (!options_parse(command, &settings, &operands, &status)) {
        return status;
    }
    if (!models_split(command, &settings.models)) {
        return ARMELD_FAILED;
    }
    return take_operands(command, &settings, &operands, &what) ? verify(&settings, &what)
                                                                : ARMELD_USAGE;
}

const struct verb verb_verify = {
    .name = "verify",
    .synopsis = "[options] [--against ORIGINAL... -- MELDED...] WORKSPACE",
    .summary = "check that a melded set is complete and unchanged",
    .about = "Checks that WORKSPACE and the libraries that were melded into it are as the\n"
             "sidecar, WORKSPACE.armeld, says, and that they link as the originals would. With\n"
             "--against, checks that the MELDED libraries and WORKSPACE link as the ORIGINALs\n"
             "do, in the same order. Prints a line for each finding, and exits with 3 then.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
