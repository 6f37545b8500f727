/* SPDX-License-Identifier: MIT */
/** armeld meld: the main job. */
#include <stdio.h>

#include "armeld.h"
#include "cli/cargo.h"
#include "cli/demangle.h"
#include "cli/diag.h"
#include "cli/html.h"
#include "cli/inputs.h"
#include "cli/models.h"
#include "cli/packaging.h"
#include "cli/progress.h"
#include "cli/shrinking.h"
#include "cli/style.h"

struct settings {
    const char *workspace;
    const char *single; /* or this: one archive of all objects */
    const char *output_dir;
    unsigned identity; /* enum armeld_identity */
    unsigned jobs;
    unsigned min_sharers;
    unsigned workspaces; /* enum armeld_workspaces */
    unsigned progress; /* enum diag_when */
    unsigned color;    /* enum diag_when; diag.c knows it already */
    bool recursive;
    bool dry_run;
    bool backup;
    bool no_proof;
    bool no_wait;
    bool no_sidecar;
    bool json;
    bool quiet;
    bool verbose;
    bool mangled;
    struct text_list keep;
    struct text_list only;
    struct text_list roots;
    struct text_list models;
    struct cargo_settings cargo;
    struct packaging_settings packaging;
    struct shrinking_settings shrinking;
    const char *html;
    const char *title;
};

/* in the order of the enums that they stand for */
static const char *const identities[] = {"link", "bytes", NULL};
static const char *const workspaces[] = {"safe", "one", "main", "auto", NULL};
static const struct option options[] = {
    TEXT('o', "output", "WORKSPACE", workspace, "the archive that receives the shared objects"),
    TEXT(0, "single", "FILE", single, "write all objects to one archive, and no library"),
    FLAVOUR_ROW,
    TEXT('d', "output-dir", "DIR", output_dir, "write to DIR and keep the originals"),
    FLAG('r', "recursive", recursive, "also take archives in subdirectories"),
    FLAG('n', "dry-run", dry_run, "report what would happen; change no file"),
    FLAG('b', "backup", backup, "keep each original: libx.a as libx.bak"),
    CARGO_ROWS,
    NUMBER('j', "jobs", jobs, 1, 1024, "number of threads (default: one for each processor)"),
    NUMBER(0, "min-sharers", min_sharers, 2, 999999999,
           "move objects that at least N libraries hold (2)"),
    CHOICE(0, "workspaces", "WHICH", workspaces, workspaces, NULL,
           "meld all libraries, or not those that cost more than they save"),
    LIST(0, "keep", "GLOB", keep, "keep members with matching names in their libraries"),
    LIST(0, "only", "GLOB", only, "move only members with matching names"),
    LIST(0, "root", "GLOB", roots, "symbols that users of a library call"),
    CHOICE(0, "identity", "HOW", identity, identities, NULL, "when two members are the same"),
    MODELS_ROW,
    FLAG(0, "no-proof", no_proof, "skip the link proof"),
    FLAG(0, "no-sidecar", no_sidecar, "write no WORKSPACE.armeld: cannot restore or meld again"),
    STRIP_ROW,
    SPLIT_ROW,
    COMPRESS_ROW,
    FLAG(0, "hide", shrinking.hide, "hide all symbols except exports"),
    FLAG(0, "prune", shrinking.prune, "remove code and data that no export needs"),
    FLAG(0, "prelink", shrinking.prelink, "join the objects of each archive into one"),
    FLAG(0, "merge", shrinking.merge, "with --prelink: join sections of one kind"),
    EXPORT_ROWS,
    PACKAGING_ROWS,
    TEXT(0, "html", "FILE", html, "write an HTML report to FILE; - is standard output"),
    TEXT(0, "title", "TEXT", title, "the title of the HTML report"),
    FLAG(0, "json", json, "print the report as JSON"),
    FLAG('q', "quiet", quiet, "print errors and warnings only"),
    FLAG('v', "verbose", verbose, "print all libraries, variants and decisions"),
    FLAG(0, "mangled", mangled, "do not demangle symbols"),
    NO_WAIT_ROW,
    PROGRESS_ROW,
    COLOR_ROW,
    HELP_ROW,
    VERSION_ROW,
};

/** What the options do not rule out but makes no sense. */
static bool is_complete(const struct settings *settings, bool has_input)
{
    if (settings->single && settings->workspace) {
        diag_error("-o and --single exclude each other: with --single FILE, all objects go to "
                   "FILE, and no library is written");
        return false;
    }
    bool named = settings->workspace || settings->single;
    if (!named && !has_input) {
        diag_error("nothing to do; most people want one of these; --help lists the rest:");
        fputs("  armeld inspect DIR                     what melding the libraries of DIR saves\n"
              "  armeld -d melded -o melded/libw.a DIR  meld copies of them\n"
              "  armeld restore libw.a                  undo a melding in place\n",
              stderr);
    } else if (!named) {
        diag_error("no workspace: -o WORKSPACE names the archive that receives what is shared");
    } else if (!has_input) {
        diag_error("no input: name archives or directories behind the options");
    } else if (!packaging_is_sound(&settings->packaging)) {
        diag_error("%s", PACKAGING_UNSOUND);
    } else {
        return inputs_exclude(settings->quiet, settings->verbose, "-q and -v") &&
               inputs_exclude(settings->json, html_is_stdout(settings->html),
                              "--json and --html -");
    }
    return false;
}

static struct armeld_options api_options(const struct settings *settings,
                                         struct progress *progress)
{
    struct armeld_options api = {
        .struct_size = sizeof api,
        .workspace = settings->single ? settings->single : settings->workspace,
        .one_archive = settings->single != NULL,
        .output_dir = settings->output_dir,
        .identity = (enum armeld_identity)settings->identity,
        .jobs = settings->jobs,
        .min_sharers = settings->min_sharers,
        .workspaces = settings->workspaces,
        .recursive = settings->recursive,
        .backup = settings->backup,
        .no_proof = settings->no_proof,
        .no_sidecar = settings->no_sidecar,
        .keep = settings->keep.list,
        .keep_count = settings->keep.count,
        .only = settings->only.list,
        .only_count = settings->only.count,
        .roots = settings->roots.list,
        .root_count = settings->roots.count,
        .models = settings->models.list,
        .model_count = settings->models.count,
        .progress = progress->wanted ? progress_report : NULL,
        .progress_context = progress,
        .no_wait = settings->no_wait,
        .waiting = inputs_waiting,
    };
    packaging_options(&settings->packaging, &api);
    return api;
}

/** Print the report of the handle. Failures to write to stdout are found when it is closed. */
static bool print_report(const struct armeld *armeld, const struct settings *settings)
{
    struct armeld_style style = {
        .struct_size = sizeof style,
        .format = settings->json ? ARMELD_JSON : ARMELD_TEXT,
        .verbose = settings->verbose,
        .demangle = demangler(settings->mangled),
    };
    style_fit(&style);
    return (settings->quiet && !settings->json) || html_is_stdout(settings->html) ||
           armeld_print(armeld, &style, stdout) == ARMELD_OK;
}

static int meld_and_report(struct command *command, const struct settings *settings,
                           const struct text_list *paths)
{
    struct progress progress;
    progress_begin(&progress, settings->quiet ? DIAG_NEVER : settings->progress);
    struct armeld_options api = api_options(settings, &progress);
    struct armeld *armeld;
    int status;
    if (!shrinking_options(command, &settings->shrinking, &api, &status)) {
        return status;
    }
    if (!html_describe(command, settings->html, settings->title, &api)) {
        progress_end(&progress);
        return ARMELD_USAGE;
    }
    status = inputs_open(&api, paths->list, paths->count, &armeld);
    if (!armeld) {
        return status;
    }
    struct html_file html = {0};
    bool said = false;
    status = status == ARMELD_OK ? armeld_plan(armeld) : status;
    if (status == ARMELD_OK) {
        status = html_write(armeld, settings->html, &html);
        said = status != ARMELD_OK;
    }
    if (status == ARMELD_OK && !settings->dry_run) {
        status = armeld_apply(armeld);
    }
    progress_end(&progress);
    diag_warnings(armeld_report(armeld));
    if (status != ARMELD_OK && !said) {
        diag_error("%s", armeld_error(armeld));
    } else if (status == ARMELD_OK && !print_report(armeld, settings)) {
        status = inputs_report_failed();
    }
    status = html_finish(&html, status);
    armeld_free(armeld);
    return status;
}

static int run(struct command *command)
{
    struct settings settings = {0};
    struct text_list paths;
    int status;
    if (!options_parse(command, &settings, &paths, &status)) {
        return status;
    }
    if (!models_split(command, &settings.models)) {
        return ARMELD_FAILED;
    }
    bool has_input = paths.count || cargo_is_meant(command, &settings.cargo);
    if (!is_complete(&settings, has_input)) {
        return ARMELD_USAGE;
    }
    settings.cargo.workspace = settings.single ? settings.single : settings.workspace;
    return cargo_inputs(command, &settings.cargo, settings.recursive, settings.quiet, &paths,
                        &status)
               ? meld_and_report(command, &settings, &paths)
               : status;
}

const struct verb verb_meld = {
    .name = "meld",
    .synopsis = "-o WORKSPACE [options] PATH...",
    .summary = "move shared objects to one archive (the default)",
    .about = "Moves objects that several Rust static libraries share to one new archive, the\n"
             "WORKSPACE, and rewrites the libraries without these objects. Link the workspace\n"
             "after the melded libraries. PATH is an archive, a directory (its .a and .lib\n"
             "files), a package such as .tar.xz, .zip or .deb (with -d), a Cargo.toml (the\n"
             "static libraries that Cargo built for its workspace), or, if WORKSPACE is one,\n"
             "an xcframework of Apple's, NAME.xcframework, or a package of such.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
