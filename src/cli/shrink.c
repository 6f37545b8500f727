/* SPDX-License-Identifier: MIT */
/** armeld strip, hide, prune, prelink: libraries shrunk, each for itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "armeld.h"
#include "base/os.h"
#include "base/path.h"
#include "base/table.h"
#include "cli/cargo.h"
#include "cli/diag.h"
#include "cli/inputs.h"
#include "cli/models.h"
#include "cli/progress.h"
#include "cli/shrinking.h"
#include "cli/style.h"

struct settings {
    const char *output_dir;
    unsigned jobs;
    unsigned progress; /* enum diag_when */
    unsigned color;    /* enum diag_when; diag.c knows it already */
    bool recursive;
    bool dry_run;
    bool backup;
    bool no_sidecar;
    bool no_wait;
    bool json;
    bool quiet;
    bool verbose;
    struct text_list models;
    struct cargo_settings cargo;
    struct shrinking_settings shrinking;
};

#define COMMON_ROWS \
    FLAVOUR_ROW, \
    TEXT('d', "output-dir", "DIR", output_dir, "write to DIR and keep the originals"), \
    FLAG('r', "recursive", recursive, "also take archives in subdirectories"), \
    FLAG('n', "dry-run", dry_run, "report what would happen; change no file"), \
    FLAG('b', "backup", backup, "keep each original: libx.a as libx.bak"), \
    NUMBER('j', "jobs", jobs, 1, 1024, "number of threads (default: one for each processor)"), \
    MODELS_ROW, \
    CARGO_ROWS, \
    FLAG(0, "no-sidecar", no_sidecar, "write no LIBRARY.armeld: cannot restore"), \
    FLAG(0, "json", json, "print the report as JSON"), \
    FLAG('q', "quiet", quiet, "print errors and warnings only"), \
    FLAG('v', "verbose", verbose, "print the bytes removed from each library"), \
    NO_WAIT_ROW, \
    PROGRESS_ROW, \
    COLOR_ROW, \
    HELP_ROW, \
    VERSION_ROW

static const struct option strip_options[] = {
    FLAG(0, "bitcode", shrinking.bitcode, "remove LLVM bitcode"),
    FLAG(0, "debug", shrinking.debug, "remove debug info"),
    FLAG(0, "locals", shrinking.locals, "remove local symbols that no relocation needs"),
    FLAG(0, "comments", shrinking.comments, "remove compilers' comments"),
    FLAG(0, "drop-signature", shrinking.drop_signature,
         "Mach-O: replace a certificate's signature by an ad-hoc one"),
    SPLIT_ROW,
    COMPRESS_ROW,
    COMMON_ROWS,
};

static const struct option hide_options[] = {
    EXPORT_ROWS,
    TEXT(0, "rename", "SUFFIX", shrinking.rename,
         "append SUFFIX to the names of non-exports instead"),
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
    FLAG(0, "hide", shrinking.hide, "hide all symbols except exports"),
    COMMON_ROWS,
};

static const struct option prelink_options[] = {
    FLAG(0, "merge", shrinking.merge, "join sections of one kind: smallest, but linked as a whole"),
    EXPORT_ROWS,
    STRIP_ROW,
    SPLIT_ROW,
    FLAG(0, "hide", shrinking.hide, "hide global symbols that are no exports"),
    COMMON_ROWS,
};

/* ---- the libraries ----------------------------------------------------------------------- */

/** Libraries, each with a handle of its own: released, but for its report. */
struct libraries {
    struct armeld **list; /* NULL: not reached yet */
    const char **paths;
    size_t count;
    size_t capacity;
    struct arena *arena;
};

static bool add_path(struct libraries *l, const char *path)
{
    const char **paths =
        arena_grow(l->arena, l->paths, l->count, &l->capacity, 64, sizeof *paths);
    if (!paths) {
        return false;
    }
    l->paths = paths;
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
            bool framework = span_ends(span_of(path), ".xcframework");
            diag_error(framework ? "%s: libraries of an xcframework are shrunk one by one: name "
                                   "those in its folders%s"
                                 : "%s: there are no .a or .lib files in it%s",
                       operands->list[i],
                       settings->recursive ? ""
                       : framework         ? ", or all of its .a files with -r"
                                           : "; -r looks into subdirectories");
            return ARMELD_FAILED;
        }
    }
    l->list = ARENA_ARRAY(l->arena, struct armeld *, l->count);
    if (!l->list) {
        diag_error("out of memory");
    }
    return l->list ? ARMELD_OK : ARMELD_FAILED;
}

/** Libraries by what is written: the file, its backup, or its name in a folder. */
struct targets {
    const char *folder; /* NULL: in place */
    bool backups;
    const char **keys;  /* of the libraries that stay */
    const char **files; /* with all links followed */
    struct table table;
};

/** Say that two libraries would be written to one place. Returns the exit status. */
static int refuse_both(const struct libraries *l, const struct targets *targets, const char *one,
                       const char *other)
{
    if (targets->backups) {
        const char *backup = path_backup(one, l->arena);
        diag_error("%s and %s would both be kept as %s: shrink one of them without --backup",
                   one, other, backup ? backup : "one backup");
        return ARMELD_USAGE;
    }
    const char *target = path_join(targets->folder, path_base(one), l->arena);
    diag_error("%s and %s would both be written to %s: rename one, or name another directory for "
               "it", one, other, target ? target : "one place");
    return ARMELD_USAGE;
}

/** Keep library @from, unless it was named before. */
static int keep_once(struct libraries *l, struct targets *targets, size_t from)
{
    struct error error = {0};
    const char *path = l->paths[from];
    const char *file = os_real_path(path, l->arena, &error);
    file = file ? file : path; /* opening it says why */
    const char *key = targets->folder    ? path_base(path)
                      : targets->backups ? path_backup(file, l->arena)
                                         : file;
    if (!key) {
        diag_error("out of memory");
        return ARMELD_FAILED;
    }
    struct span text = span_of(key);
    uint64_t hash = table_hash(text, 0);
    uint32_t other = table_find(&targets->table, hash, table_equal_text, targets->keys, &text);
    if (other != TABLE_NONE && strcmp(targets->files[other], file) == 0) {
        return ARMELD_OK;
    }
    if (other != TABLE_NONE) {
        return refuse_both(l, targets, l->paths[other], path);
    }
    targets->keys[l->count] = key;
    targets->files[l->count] = file;
    l->paths[l->count] = path;
    if (!table_add(&targets->table, hash, (uint32_t)l->count++)) {
        diag_error("out of memory");
        return ARMELD_FAILED;
    }
    return ARMELD_OK;
}

/** Keep each library once; refuse two that would be written to one place. */
static int keep_each_once(struct libraries *l, const char *folder, bool backups)
{
    struct targets targets = {.folder = folder,
                              .backups = backups,
                              .keys = ARENA_ARRAY(l->arena, const char *, l->count),
                              .files = ARENA_ARRAY(l->arena, const char *, l->count)};
    size_t count = l->count;
    int status = ARMELD_OK;
    if (!targets.keys || !targets.files) {
        diag_error("out of memory");
        return ARMELD_FAILED;
    }
    l->count = 0;
    for (size_t i = 0; i < count && status == ARMELD_OK; i++) {
        status = keep_once(l, &targets, i);
    }
    table_free(&targets.table);
    return status;
}

/** Without a folder for outputs, links to one file are that file; copies have a folder, too. */
static int check_libraries(struct libraries *l, const struct settings *settings)
{
    const char *copies = settings->shrinking.split_debug;
    int status = keep_each_once(l, settings->output_dir, false);
    if (status == ARMELD_OK && settings->backup && !settings->output_dir) {
        status = keep_each_once(l, NULL, true);
    }
    return status == ARMELD_OK && copies ? keep_each_once(l, copies, false) : status;
}

static int shrink_one(struct libraries *l, size_t i, const struct settings *settings,
                      const struct armeld_options *options)
{
    struct armeld *armeld;
    int status = inputs_open(options, &l->paths[i], 1, &armeld);
    if (!armeld) {
        return status;
    }
    l->list[i] = armeld;
    status = status == ARMELD_OK ? armeld_plan(armeld) : status;
    if (status == ARMELD_OK && !settings->dry_run) {
        status = armeld_apply(armeld);
    }
    diag_warnings(armeld_report(armeld));
    if (status != ARMELD_OK) {
        diag_error("%s", armeld_error(armeld));
    }
    armeld_release(armeld); /* the next library may lie in the same directory */
    return status;
}

static bool print_report(const struct libraries *l, const struct settings *settings)
{
    struct armeld_style style = {
        .struct_size = sizeof style,
        .format = settings->json ? ARMELD_JSON : ARMELD_TEXT,
        .verbose = settings->verbose,
    };
    style_fit(&style);
    return (settings->quiet && !settings->json) ||
           armeld_print_shrunk((const struct armeld *const *)l->list, l->count, &style, stdout) ==
               ARMELD_OK;
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
    progress.jobs = l->count;
    for (; done < l->count && status == ARMELD_OK; done++) {
        progress.job = done;
        status = shrink_one(l, done, settings, &options);
    }
    progress_end(&progress);
    if (status != ARMELD_OK && done > 1) {
        diag_error("%zu of %zu libraries %s before that; run the same command again when it is "
                   "mended", done - 1, l->count,
                   settings->dry_run ? "were looked at" : "were done");
    }
    return status != ARMELD_OK && os_has_changed() ? ARMELD_INTERRUPTED : status;
}

/* ---- the verbs --------------------------------------------------------------------------- */

static int run(struct command *command, struct settings *settings)
{
    struct text_list operands;
    int status;
    if (!options_parse(command, settings, &operands, &status)) {
        return status;
    }
    if (!cargo_inputs(command, &settings->cargo, settings->recursive, settings->quiet, &operands,
                      &status)) {
        return status;
    }
    if (!operands.count) {
        diag_error("no input: name archives or directories behind the options");
        return ARMELD_USAGE;
    }
    if (!inputs_exclude(settings->quiet, settings->verbose, "-q and -v")) {
        return ARMELD_USAGE;
    }
    struct shrinking_settings *shrinking = &settings->shrinking;
    bool strips = shrinking->bitcode || shrinking->debug || shrinking->locals ||
                  shrinking->comments || shrinking->compress;
    if (command->verb == &verb_strip && !strips) {
        shrinking->bitcode = shrinking->debug = true;
    }
    if (!models_split(command, &settings->models)) {
        return ARMELD_FAILED;
    }
    struct armeld_options options = {
        .struct_size = sizeof options,
        .single = true,
        .models = settings->models.list,
        .model_count = settings->models.count,
        .output_dir = settings->output_dir,
        .jobs = settings->jobs,
        .backup = settings->backup,
        .no_sidecar = settings->no_sidecar,
        .no_wait = settings->no_wait,
        .waiting = inputs_waiting,
    };
    struct libraries libraries = {.arena = &command->arena};
    if (shrinking_options(command, shrinking, &options, &status)) {
        status = find_libraries(&libraries, settings, &operands);
    }
    if (status == ARMELD_OK) {
        status = check_libraries(&libraries, settings);
    }
    if (status == ARMELD_OK && options.prune && libraries.count > 1) {
        diag_warning("libraries that are linked into one program must be pruned together (armeld "
                     "meld --prune) or prelinked: what one needs is left out of the others");
    }
    if (status == ARMELD_OK) {
        status = shrink_all(&libraries, settings, options);
    }
    if (status == ARMELD_OK && !print_report(&libraries, settings)) {
        status = inputs_report_failed();
    }
    for (size_t i = 0; libraries.list && i < libraries.count; i++) {
        armeld_free(libraries.list[i]);
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
    .summary = "remove bitcode, debug info and other bytes that no link needs",
    .about = "Removes LLVM bitcode, debug info, unneeded local symbols or compilers' comments\n"
             "from the objects of static libraries; without an option, bitcode and debug info.\n"
             "From ELF and Mach-O shared objects and programs it removes the same, but for\n"
             "bitcode; what is loaded stays as it is, and ad-hoc signatures are made anew.\n"
             "Each library is replaced in one step. The sidecar LIBRARY.armeld beside it keeps\n"
             "the bytes that `armeld restore LIBRARY` needs. Strip a melded set as a whole,\n"
             "with armeld meld --strip.",
    .options = strip_options,
    .option_count = sizeof strip_options / sizeof *strip_options,
    .run = run_strip,
};

const struct verb verb_hide = {
    .name = "hide",
    .synopsis = "[options] PATH...",
    .summary = "hide all symbols except exports",
    .about = "Gives hidden visibility to every definition except exports, so that a shared\n"
             "library linked from these objects exports nothing else. Exports are the C names,\n"
             "or the symbols that --export names. COFF has no visibility and needs none. Hide\n"
             "a melded set as a whole, with armeld meld --hide.",
    .options = hide_options,
    .option_count = sizeof hide_options / sizeof *hide_options,
    .run = run_hide,
};

const struct verb verb_prune = {
    .name = "prune",
    .synopsis = "[options] PATH...",
    .summary = "remove code and data that no export needs",
    .about = "Removes members and sections that no export leads to. Exports are the C names,\n"
             "or the symbols that --export names. Constructors, retained sections, and the\n"
             "debug and unwind info of the rest are kept. Prune a melded set as a whole, with\n"
             "armeld meld --prune.",
    .options = prune_options,
    .option_count = sizeof prune_options / sizeof *prune_options,
    .run = run_prune,
};

const struct verb verb_prelink = {
    .name = "prelink",
    .synopsis = "[options] PATH...",
    .summary = "join each library into one object with only exports global",
    .about = "Joins all objects of a library into one, in which only exports are global, and\n"
             "removes code and data that no export needs. Exports are the C names, or the\n"
             "symbols that --export names. Libraries that contain the same crates can then be\n"
             "linked into one program. Import stubs stay separate members. Prelink a melded\n"
             "set as a whole, with armeld meld --prelink.",
    .options = prelink_options,
    .option_count = sizeof prelink_options / sizeof *prelink_options,
    .run = run_prelink,
};
