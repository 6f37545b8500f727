/* SPDX-License-Identifier: MIT */
/** armeld strip, hide, prune, prelink: libraries shrunk, each for itself. */
#include <stdio.h>
#include <stdlib.h>

#include "armeld.h"
#include "base/os.h"
#include "cli/diag.h"
#include "cli/inputs.h"
#include "cli/progress.h"
#include "cli/shrinking.h"
#include "report/report.h"

struct settings {
    const char *output_dir;
    unsigned jobs;
    unsigned progress; /* enum diag_when */
    unsigned color;    /* enum diag_when; diag.c knows it already */
    bool recursive;
    bool dry_run;
    bool backup;
    bool no_sidecar;
    bool json;
    bool quiet;
    bool verbose;
    struct text_list roots;
    struct shrinking_settings shrinking;
};

static const char *const whens[] = {"auto", "always", "never", NULL};

#define COMMON_ROWS \
    TEXT('d', "output-dir", "DIR", output_dir, "write to DIR, leave the originals alone"), \
    FLAG('r', "recursive", recursive, "take archives of subdirectories too"), \
    FLAG('n', "dry-run", dry_run, "tell what would be done, change no file"), \
    FLAG('b', "backup", backup, "keep each original: libx.a as libx.bak"), \
    NUMBER('j', "jobs", jobs, 1, 1024, "threads; otherwise one for each processor"), \
    FLAG(0, "no-sidecar", no_sidecar, "write no LIBRARY.armeld: no way back"), \
    FLAG(0, "json", json, "print the report as JSON"), \
    FLAG('q', "quiet", quiet, "print errors and warnings only"), \
    FLAG('v', "verbose", verbose, "print what was taken out of each library"), \
    CHOICE(0, "progress", "WHEN", progress, whens, NULL, "show progress"), \
    CHOICE(0, "color", "WHEN", color, whens, diag_set_color, "colour messages"), \
    HELP_ROW, \
    VERSION_ROW

static const struct option strip_options[] = {
    FLAG(0, "bitcode", shrinking.bitcode, "take out LLVM bitcode"),
    FLAG(0, "debug", shrinking.debug, "take out debug info"),
    FLAG(0, "locals", shrinking.locals, "take out local symbols that no relocation needs"),
    FLAG(0, "comments", shrinking.comments, "take out what compilers write about themselves"),
    SPLIT_ROW,
    COMPRESS_ROW,
    COMMON_ROWS,
};

static const struct option hide_options[] = {
    EXPORT_ROWS,
    TEXT(0, "rename", "SUFFIX", shrinking.rename, "give what is no export other names instead"),
    STRIP_ROW,
    SPLIT_ROW,
    COMPRESS_ROW,
    COMMON_ROWS,
};

static const struct option prune_options[] = {
    EXPORT_ROWS,
    STRIP_ROW,
    SPLIT_ROW,
    COMPRESS_ROW,
    FLAG(0, "hide", shrinking.hide, "hide what is no export"),
    COMMON_ROWS,
};

static const struct option prelink_options[] = {
    FLAG(0, "merge", shrinking.merge, "join sections of one kind: smallest, all or nothing"),
    EXPORT_ROWS,
    STRIP_ROW,
    SPLIT_ROW,
    FLAG(0, "hide", shrinking.hide, "hide what stays global but is no export"),
    COMMON_ROWS,
};

/* ---- the libraries ----------------------------------------------------------------------- */

/** Libraries, and what became of them. Each has a handle of its own, which does not last. */
struct libraries {
    struct armeld_report *reports;
    const char **paths;
    size_t count;
    size_t capacity;
    struct arena *arena;
};

static bool add_path(struct libraries *l, const char *path)
{
    if (l->count == l->capacity) {
        size_t capacity = l->capacity ? 2 * l->capacity : 64;
        const char **larger = ARENA_ARRAY(l->arena, const char *, capacity);
        if (!larger) {
            return false;
        }
        if (l->count) {
            memcpy(larger, l->paths, l->count * sizeof *larger);
        }
        l->paths = larger;
        l->capacity = capacity;
    }
    l->paths[l->count] = arena_printf(l->arena, "%s", path);
    return l->paths[l->count++] != NULL;
}

static bool visit(void *context, const char *path, struct error *error)
{
    struct span name = span_of(path);
    bool archive = span_ends(name, ".a") || span_ends(name, ".lib");
    return !archive || add_path(context, path) || error_memory(error);
}

/** The archives that the operands name: files, and what is in directories. */
static int find_libraries(struct libraries *l, const struct settings *settings,
                          const struct text_list *operands)
{
    struct error error = {0};
    for (size_t i = 0; i < operands->count; i++) {
        const char *path = os_plain_path(operands->list[i], l->arena);
        bool directory = path && os_kind(path) == OS_DIRECTORY;
        size_t before = l->count;
        if (!path || !(directory ? os_walk(path, settings->recursive, visit, l, &error)
                                 : add_path(l, path))) {
            diag_error("%s", error.kind == ERROR_NONE ? "out of memory" : error.text);
            return ARMELD_FAILED;
        }
        if (directory && l->count == before) {
            diag_error("%s: there are no .a or .lib files in it%s", operands->list[i],
                       settings->recursive ? "" : "; -r looks into subdirectories");
            return ARMELD_FAILED;
        }
    }
    l->reports = ARENA_ARRAY(l->arena, struct armeld_report, l->count + 1);
    return l->reports ? ARMELD_OK : ARMELD_FAILED;
}

/** Copies of texts, NULL when memory is short. */
static const char *const *copy_texts(const char *const *from, size_t count, struct arena *arena)
{
    const char **texts = ARENA_ARRAY(arena, const char *, count + 1);
    for (size_t i = 0; texts && i < count; i++) {
        texts[i] = arena_printf(arena, "%s", from[i]);
        if (!texts[i]) {
            return NULL;
        }
    }
    return texts;
}

/** Copy what is printed in the end. */
static bool keep_report(struct libraries *l, size_t i, const struct armeld_report *from)
{
    struct armeld_library *library = ARENA_NEW(l->arena, struct armeld_library);
    struct armeld_report *to = &l->reports[i];
    if (!library) {
        return false;
    }
    *library = from->libraries[0];
    library->path = arena_printf(l->arena, "%s", library->path);
    library->output = arena_printf(l->arena, "%s", library->output);
    *to = *from;
    to->libraries = library;
    to->warnings = copy_texts(from->warnings, from->warning_count, l->arena);
    to->personalities = copy_texts(from->personalities, from->personality_count, l->arena);
    return library->path && library->output && to->warnings && to->personalities;
}

static int shrink_one(struct libraries *l, size_t i, const struct settings *settings,
                      const struct armeld_options *options)
{
    struct armeld *armeld;
    int status = settings->dry_run ? ARMELD_OK
                                   : shrinking_split(&settings->shrinking, *options, &l->paths[i],
                                                     1, l->arena);
    if (status != ARMELD_OK) {
        return status;
    }
    status = inputs_open(options, &l->paths[i], 1, &armeld);
    if (!armeld) {
        return status;
    }
    status = status == ARMELD_OK ? armeld_plan(armeld) : status;
    if (status == ARMELD_OK && !settings->dry_run) {
        status = armeld_apply(armeld);
    }
    diag_warnings(armeld_report(armeld));
    if (status != ARMELD_OK) {
        diag_error("%s", armeld_error(armeld));
    } else if (!keep_report(l, i, armeld_report(armeld))) {
        diag_error("out of memory");
        status = ARMELD_FAILED;
    }
    armeld_free(armeld);
    return status;
}

static bool print_report(const struct libraries *l, const struct settings *settings)
{
    struct report_style style = {
        .dry_run = settings->dry_run,
        .elsewhere = settings->output_dir != NULL,
        .verbose = settings->verbose,
    };
    return settings->json ? report_shrink_json(stdout, l->reports, l->count, &style)
           : settings->quiet || report_shrink_text(stdout, l->reports, l->count, &style);
}

static int shrink_all(struct libraries *l, const struct settings *settings,
                      struct armeld_options options)
{
    struct progress progress;
    progress_begin(&progress, settings->quiet ? DIAG_NEVER : settings->progress);
    options.progress = progress.wanted ? progress_report : NULL;
    options.progress_context = &progress;
    int status = ARMELD_OK;
    size_t done = 0;
    for (; done < l->count && status == ARMELD_OK; done++) {
        status = shrink_one(l, done, settings, &options);
    }
    progress_end(&progress);
    if (status != ARMELD_OK && done > 1) {
        diag_error("%zu of %zu libraries %s before that; run the same command again when it is "
                   "mended", done - 1, l->count,
                   settings->dry_run ? "were looked at" : "were done");
    }
    return status;
}

/* ---- the verbs --------------------------------------------------------------------------- */

static int run(struct command *command, struct settings *settings)
{
    struct text_list operands;
    int status;
    if (!options_parse(command, settings, &operands, &status)) {
        return status;
    }
    if (!operands.count) {
        diag_error("no input: name archives or directories behind the options");
        return ARMELD_USAGE;
    }
    struct shrinking_settings *shrinking = &settings->shrinking;
    bool strips = shrinking->bitcode || shrinking->debug || shrinking->locals ||
                  shrinking->comments || shrinking->compress;
    if (command->verb == &verb_strip && !strips) {
        shrinking->bitcode = shrinking->debug = true;
    }
    struct armeld_options options = {
        .single = true,
        .output_dir = settings->output_dir,
        .jobs = settings->jobs,
        .backup = settings->backup,
        .no_sidecar = settings->no_sidecar,
        .no_proof = true,
        .roots = settings->roots.list,
        .root_count = settings->roots.count,
    };
    struct libraries libraries = {.arena = &command->arena};
    if (shrinking_options(command, shrinking, &options, &status)) {
        status = find_libraries(&libraries, settings, &operands);
    }
    if (status == ARMELD_OK && options.prune && libraries.count > 1) {
        diag_warning("libraries that are linked into one program must be pruned together (armeld "
                     "meld --prune) or prelinked: what one needs is left out of the others");
    }
    if (status == ARMELD_OK) {
        status = shrink_all(&libraries, settings, options);
    }
    if (status == ARMELD_OK && !print_report(&libraries, settings)) {
        diag_error("out of memory while reporting");
        status = ARMELD_FAILED;
    }
    return status;
}

static int run_strip(struct command *command)
{
    struct settings settings = {0};
    return run(command, &settings);
}

static int run_hide(struct command *command)
{
    struct settings settings = {.shrinking = {.hide = true}};
    return run(command, &settings);
}

static int run_prune(struct command *command)
{
    struct settings settings = {.shrinking = {.prune = true}};
    return run(command, &settings);
}

static int run_prelink(struct command *command)
{
    struct settings settings = {.shrinking = {.prelink = true}};
    return run(command, &settings);
}

const struct verb verb_strip = {
    .name = "strip",
    .synopsis = "[options] PATH...",
    .summary = "take out what no linker needs: bitcode, debug info",
    .about = "Takes LLVM bitcode, debug info, unneeded local symbols or compilers' comments out of\n"
             "the objects of static libraries; without an option bitcode and debug info. Each\n"
             "library is replaced in one step, and LIBRARY.armeld beside it keeps what `armeld\n"
             "restore LIBRARY` needs. A melded set is stripped as a whole: armeld meld --strip.",
    .options = strip_options,
    .option_count = sizeof strip_options / sizeof *strip_options,
    .run = run_strip,
};

const struct verb verb_hide = {
    .name = "hide",
    .synopsis = "[options] PATH...",
    .summary = "hide all symbols but those that users call",
    .about = "Gives every definition but C names, or what --export names, hidden visibility, so\n"
             "that a shared library linked of the objects exports nothing else. COFF has no\n"
             "visibility and needs none. A melded set is hidden as a whole: armeld meld --hide.",
    .options = hide_options,
    .option_count = sizeof hide_options / sizeof *hide_options,
    .run = run_hide,
};

const struct verb verb_prune = {
    .name = "prune",
    .synopsis = "[options] PATH...",
    .summary = "take out what no symbol that users call needs",
    .about = "Leaves out members, then sections, that no export leads to: C names, or what --export\n"
             "names. Constructors, retained sections and what debuggers and unwinders need of the\n"
             "rest stay. A melded set is pruned as a whole: armeld meld --prune.",
    .options = prune_options,
    .option_count = sizeof prune_options / sizeof *prune_options,
    .run = run_prune,
};

const struct verb verb_prelink = {
    .name = "prelink",
    .synopsis = "[options] PATH...",
    .summary = "make one object of each library, with only exports global",
    .about = "Puts all objects of a library together: only C names, or what --export names, stay\n"
             "global, and what these do not need goes. Libraries that hold the same crates can\n"
             "then meet in one program. Import stubs stay members of their own. A melded set is\n"
             "prelinked as a whole: armeld meld --prelink.",
    .options = prelink_options,
    .option_count = sizeof prelink_options / sizeof *prelink_options,
    .run = run_prelink,
};
