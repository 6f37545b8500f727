/* SPDX-License-Identifier: MIT */
/** armeld explain: why a member is where it is, and why a set shares as little as it does. */
#include <stdio.h>

#include "armeld.h"
#include "base/os.h"
#include "base/path.h"
#include "cli/cargo.h"
#include "cli/demangle.h"
#include "cli/diag.h"
#include "cli/inputs.h"
#include "cli/models.h"
#include "cli/progress.h"
#include "cli/rows.h"
#include "cli/style.h"

struct settings {
    const char *member;
    const char *symbol;
    unsigned jobs;
    unsigned progress; /* enum diag_when */
    unsigned color;    /* enum diag_when; diag.c knows it already */
    bool recursive;
    bool json;
    bool mangled;
    struct text_list roots;
    struct text_list models;
    const char *machine;
    struct cargo_settings cargo;
};

static const struct option options[] = {
    TEXT(0, "member", "GLOB", member, "explain members with matching names"),
    TEXT(0, "symbol", "NAME", symbol, "explain members that define this symbol"),
    FLAG('r', "recursive", recursive, "also take archives in subdirectories"),
    CARGO_ROWS,
    NUMBER('j', "jobs", jobs, 1, 1024, "number of threads (default: one for each processor)"),
    LIST(0, "root", "GLOB", roots, "symbols that users of a library call"),
    MODELS_ROW,
    MACHINE_ROW,
    FLAG(0, "mangled", mangled, "do not demangle symbols"),
    FLAG(0, "json", json, "print the report as JSON"),
    PROGRESS_ROW,
    COLOR_ROW,
    HELP_ROW,
    VERSION_ROW,
};

/** Whether a file is called as those are that a folder is looked through for; a package is not. */
static bool is_named_as_library(const char *path)
{
    return os_kind(path) == OS_FILE &&
           (span_ends(span_of(path), ".a") || span_ends(span_of(path), ".lib"));
}

/** LIBRARY GLOB: the glob is no file; the set is all that lies beside the library. */
static bool take_glob(struct settings *settings, struct text_list *paths,
                      struct armeld_question *question, struct arena *arena)
{
    if (paths->count < 2 || settings->member || settings->symbol ||
        os_kind(paths->list[paths->count - 1]) != OS_NOTHING) {
        return true;
    }
    settings->member = paths->list[--paths->count];
    if (paths->count > 1 || !is_named_as_library(paths->list[0])) {
        return true;
    }
    const char *library = os_plain_path(paths->list[0], arena);
    const char *directory = library ? path_directory(library, arena) : NULL;
    const char **list = ARENA_ARRAY(arena, const char *, 2);
    if (!list || !directory) {
        return false;
    }
    list[0] = library; /* first, so that the set has it by this name */
    list[1] = directory;
    question->library = library;
    *paths = (struct text_list){list, 2};
    return true;
}

static bool print_report(const struct armeld *armeld, const struct settings *settings)
{
    struct armeld_style style = {.struct_size = sizeof style,
                                 .format = settings->json ? ARMELD_JSON : ARMELD_TEXT,
                                 .demangle = demangler(settings->mangled)};
    style_fit(&style);
    return armeld_print(armeld, &style, stdout) == ARMELD_OK;
}

static int explain(const struct settings *settings, const struct text_list *paths,
                   struct armeld_question *question)
{
    struct progress progress;
    progress_begin(&progress, settings->progress);
    struct armeld_options api = {
        .struct_size = sizeof api,
        .jobs = settings->jobs,
        .recursive = settings->recursive,
        .roots = settings->roots.list,
        .root_count = settings->roots.count,
        .models = settings->models.list,
        .model_count = settings->models.count,
        .machine = settings->machine,
        /* the groups of a set are found where libraries may be left out */
        .workspaces =
            settings->member || settings->symbol ? ARMELD_WORKSPACES_SAFE : ARMELD_WORKSPACES_MAIN,
        .progress = progress.wanted ? progress_report : NULL,
        .progress_context = &progress,
    };
    struct armeld *armeld;
    int status = inputs_open(&api, paths->list, paths->count, &armeld);
    if (!armeld) {
        return status;
    }
    question->member = settings->member;
    question->symbol = settings->symbol;
    status = status == ARMELD_OK ? armeld_explain(armeld, question) : status;
    progress_end(&progress);
    const struct armeld_report *report = armeld_report(armeld);
    bool members = question->member || question->symbol;
    if (status == ARMELD_OK && members && !report->explanation_count) {
        diag_error("no member of %s is %s%s", question->library ? question->library : "the set",
                   settings->symbol ? "one that defines " : "called ",
                   settings->symbol ? settings->symbol : settings->member);
        armeld_free(armeld);
        return ARMELD_FAILED;
    }
    bool printed = print_report(armeld, settings);
    return inputs_close(armeld, status, printed);
}

static int run(struct command *command)
{
    struct settings settings = {0};
    struct text_list paths;
    struct armeld_question question = {.struct_size = sizeof question};
    int status;
    if (!options_parse(command, &settings, &paths, &status)) {
        return status;
    }
    if (!models_split(command, &settings.models)) {
        return ARMELD_FAILED;
    }
    if (!cargo_inputs(command, &settings.cargo, settings.recursive, false, &paths, &status)) {
        return status;
    }
    if (!paths.count) {
        diag_error("no input: name archives or directories behind the options");
        return ARMELD_USAGE;
    }
    if (!take_glob(&settings, &paths, &question, &command->arena)) {
        diag_error("out of memory");
        return ARMELD_FAILED;
    }
    return explain(&settings, &paths, &question);
}

const struct verb verb_explain = {
    .name = "explain",
    .synopsis = "[options] PATH... [MEMBER-GLOB]",
    .summary = "explain why a member is where it is",
    .about = "Explains why members are where melding puts them: which other libraries hold a\n"
             "member, how two variants differ, which symbols tie a member to a library. PATH\n"
             "is a set of libraries; one LIBRARY with a MEMBER-GLOB stands for all libraries\n"
             "in its folder. Without a member or symbol, explains why little of the whole set\n"
             "can be shared. Changes no file.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
