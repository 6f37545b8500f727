/* SPDX-License-Identifier: MIT */
#include "packaging/generate.h"

#include "base/path.h"
#include "packaging/leaks.h"
#include "proof/plan.h"
#include "write/new_file.h"

bool packaging_wanted(const struct armeld_options *options)
{
    return options->pc_dir_count || options->la || options->cmake_dir || options->dep_json;
}

bool generate_fail(struct generation *m, const char *path)
{
    return error_prefix(m->error, "%s: ", path);
}

/* ---- names ------------------------------------------------------------------------------- */

/** How linkers find an archive by -l: libfoo.a by foo, foo.lib by foo. */
static bool name_library(struct generation *m, const char *path, struct link_name *library)
{
    const char *file = path_base(path);
    size_t length = path_stem_size(file);
    bool dot_a = strcmp(file + length, ".a") == 0;
    bool dot_lib = strcmp(file + length, ".lib") == 0;
    library->path = new_file_place(path, m->arena, m->error);
    library->file = file;
    library->stem = arena_printf(m->arena, "%.*s", (int)length, file);
    if (!library->path || !library->stem) {
        return library->path ? error_memory(m->error) : false;
    }
    bool lib = strncmp(library->stem, "lib", 3) == 0 && library->stem[3];
    library->name = library->stem + (dot_a && lib ? 3 : 0);
    library->by_name = (dot_a && lib) || dot_lib;
    return true;
}

bool generate_check_name(struct generation *m, const struct link_name *library, const char *what)
{
    for (const char *c = library->name; *c; c++) {
        bool good = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
                    (*c >= '0' && *c <= '9') || strchr("_.+-", *c);
        if (!good) {
            return error_set(m->error, "%s: '%c' cannot stand in the name of a %s", library->path,
                             *c, what);
        }
    }
    return true;
}

bool generate_links(const struct link_name *library, const char *word)
{
    if (strncmp(word, "-l:", 3) == 0) {
        return strcmp(word + 3, library->file) == 0;
    }
    if (strncmp(word, "-l", 2) == 0) { /* some write the stem of a .lib, some the name behind lib */
        const char *stem = library->stem;
        return strcmp(word + 2, library->name) == 0 || strcmp(word + 2, stem) == 0 ||
               (strncmp(stem, "lib", 3) == 0 && strcmp(word + 2, stem + 3) == 0);
    }
    return *word != '-' && strcmp(path_base(word), library->file) == 0;
}

struct link_name *generate_linked(const struct generation *m, const char *word)
{
    for (size_t i = 0; i < m->rules->library_count; i++) {
        if (generate_links(&m->libraries[i], word)) {
            return &m->libraries[i];
        }
    }
    return NULL;
}

bool generate_links_unmelded(const struct generation *m, const struct words *words)
{
    const struct link_name *unmelded = m->libraries + m->rules->library_count;
    bool found = false;
    for (size_t i = 0; i < words->count; i++) {
        for (size_t j = 0; j < m->rules->unmelded_count; j++) {
            found |= generate_links(&unmelded[j], words->list[i]);
        }
    }
    return found;
}

bool generate_links_workspace(const struct generation *m, const char *word)
{
    bool linked = false;
    for (size_t i = 0; i < m->rules->workspace_count; i++) {
        linked |= generate_links(&m->workspaces[i], word);
    }
    return linked;
}

const char *generate_known_workspace(const struct generation *m, size_t number)
{
    const char *first = m->workspaces[0].name;
    if (number < m->rules->workspace_count) {
        return m->workspaces[number].name;
    }
    return number < m->record->workspace_count
               ? arena_printf(m->arena, "%s-%zu", first, number + 1)
               : NULL;
}

size_t generate_workspace_of(const struct generation *m, const struct link_name *library)
{
    const uint32_t *part_of = m->rules->part_of;
    return part_of ? part_of[library - m->libraries] : 0;
}

/* ---- what is generated ------------------------------------------------------------------- */

static bool has_text(struct span bytes, const char *text)
{
    while (bytes.size && !span_starts(bytes, text)) {
        bytes = span_from(bytes, 1);
    }
    return bytes.size != 0;
}

struct build_file *generate_own(struct generation *m, const char *path, const char *mark)
{
    struct build_file *build_file = build_files_add(m->build_files, m->record, path, m->error);
    bool own = build_file && (!build_file->exists || build_file->recorded ||
                              !build_file->file.bytes.size ||
                              has_text(build_file->file.bytes, mark));
    if (build_file && !own) {
        error_set(m->error,
                  "%s: not written by armeld, so it is not replaced: move it away, or choose "
                  "another name for the workspace or another place for the file",
                  path);
        build_file = NULL;
    } else if (own && build_file->exists && !build_file->recorded && m->record->present) {
        build_file->existed = false; /* armeld's, changed or moved since: nothing was before */
        build_file->original = (struct span){0};
    }
    return build_file;
}

/* ---- what was found ---------------------------------------------------------------------- */

struct found *generate_take(struct generation *m, struct found_files *files, const char *path,
                            const struct link_name *library)
{
    struct found *list =
        arena_grow(m->arena, files->list, files->count, &files->capacity, 16, sizeof *list);
    if (!list) {
        error_memory(m->error);
        return NULL;
    }
    files->list = list;
    struct build_file *build_file = build_files_add(m->build_files, m->record, path, m->error);
    const char *directory = build_file ? path_directory(build_file->target, m->arena) : NULL;
    if (build_file) {
        build_file->is_of_set = true;
    }
    if (!directory) {
        if (build_file) {
            error_memory(m->error);
        }
        return NULL;
    }
    for (size_t i = 0; i < files->count; i++) {
        if (files->list[i].build_file == build_file) {
            return &files->list[i];
        }
    }
    files->list[files->count] = (struct found){build_file, directory, library};
    return &files->list[files->count++];
}

bool generate_undo_gone(struct generation *m, const char *directory, const char *name,
                        const char *extension)
{
    bool done = true;
    for (size_t i = m->rules->workspace_count; done && i < MOST_PARTS; i++) {
        const char *file = arena_printf(m->arena, "%s-%zu%s", name, i + 1, extension);
        const char *path = file ? path_join(directory, file, m->arena) : NULL;
        done = path ? build_files_undo(m->build_files, m->record, path, m->error)
                    : error_memory(m->error);
    }
    return done;
}

bool generate_is_coff(const struct generation *m)
{
    bool coff = false;
    for (size_t i = 0; i < m->rules->workspace_count; i++) {
        enum obj_format format = m->rules->needs[i].symbols.format;
        coff |= format == OBJ_COFF || format == OBJ_IMPORT;
    }
    return coff;
}

bool generate_is_place(const char *flag)
{
    return (strncmp(flag, "-L", 2) == 0 || strncmp(flag, "-F", 2) == 0) && flag[2];
}

const char *generate_clean_place(const char *flag, struct arena *arena)
{
    const char *clean = generate_is_place(flag) && path_is_absolute(flag + 2)
                            ? path_clean(flag + 2, arena)
                            : flag + 2;
    return clean == flag + 2 ? flag : arena_printf(arena, "%.2s%s", flag, clean ? clean : "");
}

/** Of a library's flags, those that name other libraries: only their order is worth anything. */
bool generate_inherit(struct generation *m, const struct words *words, struct behind *behind,
                      struct words *flags)
{
    struct words paired = {0};
    if (!words_pair_flags(words, &paired, m->arena)) {
        return error_memory(m->error);
    }
    for (size_t i = 0; i < paired.count; i++) {
        const char *flag = paired.list[i];
        flag = generate_is_coff(m) ? leak_mended(flag, m->arena) : flag;
        flag = flag ? generate_clean_place(flag, m->arena) : NULL;
        if (!flag) {
            return error_memory(m->error);
        }
        struct words *list = generate_is_place(flag) && path_is_absolute(flag + 2)
                                 ? &behind->directories
                             : flag_links(flag) && !generate_linked(m, flag) &&
                                       !generate_links_workspace(m, flag)
                                 ? flags
                                 : NULL;
        if (list && !words_add_once(list, flag, m->arena)) {
            return error_memory(m->error);
        }
    }
    return true;
}

/* ---- together ---------------------------------------------------------------------------- */

bool generate_check_flags(const struct generation *m, const struct words *flags)
{
    for (size_t i = 0; i < flags->count; i++) {
        for (const char *c = flags->list[i]; *c; c++) {
            if ((unsigned char)*c < ' ') {
                return error_set(m->error, "the flag %s has a control character (%#x)",
                                 flags->list[i], (unsigned)(unsigned char)*c);
            }
        }
    }
    return true;
}

/** What the objects and the user say that is to be linked behind a workspace. */
static bool add_flags(struct generation *m, const struct words *needs, struct words *flags)
{
    const struct armeld_options *options = m->rules->options;
    struct words words = {0};
    for (size_t i = 0; i < needs->count; i++) {
        const char *flag = needs->list[i];
        if (!generate_linked(m, flag) && !words_add_once(flags, flag, m->arena)) {
            return error_memory(m->error);
        }
    }
    for (size_t i = 0; i < options->lib_count; i++) {
        if (!words_split(span_of(options->libs[i]), &words, m->arena, m->error)) {
            m->error->kind = ERROR_USAGE;
            return generate_fail(m, "libs");
        }
    }
    return (words_pair_flags(&words, flags, m->arena) || error_memory(m->error)) &&
           generate_check_flags(m, flags);
}

/** libtool's dependencies: those of its own files first, then the others. */
static bool join_la_flags(struct generation *m, struct behind *behind)
{
    for (size_t i = 0; i < behind->flags.count; i++) {
        if (!words_add_once(&behind->la_flags, behind->flags.list[i], m->arena)) {
            return error_memory(m->error);
        }
    }
    return true;
}

static bool add_all_flags(struct generation *m)
{
    bool done = true;
    for (size_t i = 0; done && i < m->rules->workspace_count; i++) {
        done = add_flags(m, &m->rules->needs[i].flags, &m->behind[i].flags) &&
               join_la_flags(m, &m->behind[i]);
    }
    return done;
}

static bool name_all(struct generation *m)
{
    size_t count = m->rules->library_count + m->rules->unmelded_count;
    m->libraries = ARENA_ARRAY(m->arena, struct link_name, count);
    m->workspaces = ARENA_ARRAY(m->arena, struct link_name, m->rules->workspace_count);
    m->behind = ARENA_ARRAY(m->arena, struct behind, m->rules->workspace_count);
    m->needs = ARENA_ARRAY(m->arena, struct workspace_needs, m->rules->workspace_count);
    m->own = ARENA_ARRAY(m->arena, struct own_needs, count);
    if (!m->libraries || !m->workspaces || !m->behind || !m->needs || !m->own) {
        return error_memory(m->error);
    }
    for (size_t i = 0; i < m->rules->options->pc_dir_count; i++) {
        if (!words_add(&m->pc_dirs, m->rules->options->pc_dirs[i], m->arena)) {
            return error_memory(m->error);
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (!name_library(m, m->rules->libraries[i], &m->libraries[i])) {
            return false;
        }
    }
    for (size_t i = 0; i < m->rules->workspace_count; i++) {
        if (!name_library(m, m->rules->workspaces[i], &m->workspaces[i])) {
            return false;
        }
    }
    return true;
}

/**
 * Learn from the libraries' files: those that are to be changed, or else those that an earlier run
 * changed, which are left as they are.
 * @looked the latter
 */
static bool learn(struct generation *m, struct build_files *looked)
{
    const struct armeld_options *options = m->rules->options;
    struct build_files *changing = m->build_files;
    if (options->pc_dir_count || options->la) {
        return (!options->pc_dir_count || generate_find_pc(m)) &&
               (!options->la || generate_find_la(m));
    }
    m->build_files = looked;
    bool done = generate_look_pc(m) && generate_look_la(m);
    m->build_files = changing;
    return done;
}

bool packaging_make(struct packaging_rules *rules, const struct record *record,
                    struct build_files *build_files, struct words *warnings, struct arena *arena,
                    struct error *error)
{
    struct generation generation = {.rules = rules,
                                    .record = record,
                                    .build_files = build_files,
                                    .warnings = warnings,
                                    .arena = arena,
                                    .error = error,
                                    .version = "0"};
    const struct armeld_options *options = rules->options;
    struct build_files looked = {0};
    bool done = name_all(&generation) && learn(&generation, &looked) &&
                add_all_flags(&generation) && generate_find_needs(&generation) &&
                (!options->pc_dir_count || generate_pc(&generation)) &&
                (!options->la || generate_la(&generation)) &&
                (!options->cmake_dir || generate_cmake(&generation)) &&
                (!options->dep_json || generate_json(&generation));
    build_files_free(&looked);
    return done;
}
