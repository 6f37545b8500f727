/* SPDX-License-Identifier: MIT */
/** A CMake package with imported targets: the libraries, each with the workspace behind it. */
#include "base/path.h"
#include "packaging/generate.h"

/** So such a file begins, and no other. */
#define MARK "# Libraries whose shared objects lie in "

/** A text inside the quotation marks of an argument [cmake-language(7)]. */
static const char *quote(struct generation *m, const char *text)
{
    char *quoted = arena_alloc(m->arena, 2 * strlen(text) + 1);
    char *to = quoted;
    for (; quoted && *text; text++) {
        if (strchr("\"\\$@", *text)) {
            *to++ = '\\';
        }
        *to++ = *text;
    }
    if (!quoted) {
        error_memory(m->error);
    }
    return quoted;
}

/** Two targets of one name cannot be. */
static bool check_twins(struct generation *m)
{
    size_t count = m->rules->library_count;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = i + 1; j < count + m->rules->workspace_count; j++) {
            const struct link_name *other =
                j >= count ? &m->workspaces[j - count] : &m->libraries[j];
            if (strcmp(m->libraries[i].name, other->name) == 0) {
                return error_set(m->error, "%s and %s: both would be the CMake target %s",
                                 m->libraries[i].path, other->path, other->name);
            }
        }
    }
    return true;
}

/** "ws2_32;-framework Foo": CMake knows itself how to link by name. */
static const char *link_list(struct generation *m, const struct words *flags)
{
    const char *list = "";
    for (size_t i = 0; list && i < flags->count; i++) {
        const char *flag = flags->list[i];
        bool plain = strncmp(flag, "-l", 2) == 0 && flag[2] != ':';
        const char *item = quote(m, flag + (plain ? 2 : 0));
        list = item ? arena_printf(m->arena, "%s%s%s", list, i ? ";" : "", item) : NULL;
    }
    return list;
}

static const char *print_target(struct generation *m, const struct link_name *library,
                                const char *file, const char *links)
{
    const char *way = path_relative(file, library->path, m->arena);
    const char *place = way ? quote(m, way) : NULL;
    const char *package = m->workspaces[0].name;
    return place ? arena_printf(m->arena,
                                "\nadd_library(%s::%s STATIC IMPORTED)\n"
                                "set_target_properties(%s::%s PROPERTIES\n"
                                "  IMPORTED_LOCATION \"%s%s\"\n"
                                "  INTERFACE_LINK_LIBRARIES \"%s\")\n",
                                package, library->name, package, library->name,
                                path_is_absolute(place) ? "" : "${CMAKE_CURRENT_LIST_DIR}/", place,
                                links)
                 : NULL;
}

static const char *print_package(struct generation *m, const char *file)
{
    const char *package = m->workspaces[0].name;
    const char *where =
        m->rules->workspace_count == 1
            ? arena_printf(m->arena, "one archive, %s::%s", package, package)
            : arena_printf(m->arena, "%zu archives, such as %s::%s", m->rules->workspace_count,
                           package, package);
    const char *text = arena_printf(
        m->arena,
        MARK "%s: find_package(%s), then link\n"
        "# the libraries that you need; that one follows by itself.\n"
        "if(TARGET %s::%s)\n  return()\nendif()\n",
        where ? where : "", package, package, package);
    text = where ? text : NULL;
    for (size_t i = 0; text && i < m->rules->workspace_count; i++) {
        const char *links = link_list(m, &m->behind[i].flags);
        const char *target = links ? print_target(m, &m->workspaces[i], file, links) : NULL;
        text = target ? arena_printf(m->arena, "%s%s", text, target) : NULL;
    }
    for (size_t i = 0; text && i < m->rules->library_count; i++) {
        const char *workspace = m->workspaces[generate_workspace_of(m, &m->libraries[i])].name;
        const char *behind = arena_printf(m->arena, "%s::%s", package, workspace);
        const char *target = behind ? print_target(m, &m->libraries[i], file, behind) : NULL;
        text = target ? arena_printf(m->arena, "%s%s", text, target) : NULL;
    }
    return text;
}

bool generate_cmake(struct generation *m)
{
    const char *name = arena_printf(m->arena, "%sConfig.cmake", m->workspaces[0].name);
    const char *path = name ? path_join(m->rules->options->cmake_dir, name, m->arena) : NULL;
    if (!path) {
        return error_memory(m->error);
    }
    for (size_t i = 0; i < m->rules->library_count; i++) {
        if (!generate_check_name(m, &m->libraries[i], "CMake target")) {
            return false;
        }
    }
    struct build_file *build_file = generate_own(m, path, MARK);
    if (!build_file || !generate_check_name(m, &m->workspaces[0], "CMake target") ||
        !check_twins(m)) {
        return false;
    }
    const char *text = print_package(m, build_file->target);
    build_file->bytes = text ? span_of(text) : (struct span){0};
    return text || error_memory(m->error);
}
