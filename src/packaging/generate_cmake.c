/* SPDX-License-Identifier: MIT */
/** A CMake package with imported targets: the libraries, each with the workspace behind it. */
#include "base/path.h"
#include "packaging/generate.h"

/** So such a file begins, and no other. */
#define MARK "# Libraries whose shared objects lie in "

/** A package that is written. */
struct cmake {
    struct generation *m;
    const char *file;     /* its path */
    struct words modules; /* all that it looks for, with their conditions */
    struct words names;   /* each of them once */
};

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

/** Always false, with an error: without any yet, memory is short. */
static bool fail(struct generation *m)
{
    return m->error->kind == ERROR_NONE && error_memory(m->error);
}

/* ---- items of a target ------------------------------------------------------------------- */

/** Farther up than the root of a tree as installed, a path is written as it is. */
static const char FAR[] = "../../../../";

/**
 * A text that is an item of a list of links, quoted: not taken apart, nor taken for an expression
 * of the generator [cmake-generator-expressions(7)].
 */
static const char *quote_item(struct cmake *cmake, const char *text)
{
    struct generation *m = cmake->m;
    const char *item = "";
    if (strchr(text, ';')) {
        error_set(m->error, "%s: CMake takes no ';' in a directory", text);
        return NULL;
    }
    for (const char *mark; item && (mark = strstr(text, "$<")) != NULL; text = mark + 1) {
        const char *head = arena_printf(m->arena, "%.*s", (int)(mark - text), text);
        const char *quoted = head ? quote(m, head) : NULL;
        item = quoted ? arena_printf(m->arena, "%s%s$<1:$>", item, quoted) : NULL;
    }
    const char *rest = item ? quote(m, text) : NULL;
    return rest ? arena_printf(m->arena, "%s%s", item, rest) : NULL;
}

static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/** CMake hands flags to the shell as they are: only what no shell takes apart can be one. */
static bool check_flag(struct generation *m, const char *flag)
{
    bool pair = *flag == '-' && strncmp(flag, "-l", 2) != 0; /* -framework Foo */
    const char *blank = pair ? strchr(flag, ' ') : NULL;
    for (const char *c = flag; *c; c++) {
        bool good = is_plain(*c) || (*c & 0x80) || strchr("+,-./:=@_~^%", *c);
        if (!good && c != blank) {
            return error_set(m->error, "%s: CMake takes no '%c' in a flag that links", flag, *c);
        }
    }
    return true;
}

/** Whether CMake takes a word for the path of a file, which it quotes. */
static bool is_full_path(const char *word)
{
    bool letter = (*word >= 'a' && *word <= 'z') || (*word >= 'A' && *word <= 'Z');
    return *word == '/' || (letter && word[1] == ':' && (word[2] == '/' || word[2] == '\\'));
}

/** A path, by way of the package if that is near, so that the tree can be moved. */
static const char *quote_path(struct cmake *cmake, const char *path, bool directory)
{
    struct arena *arena = cmake->m->arena;
    const char *file = directory ? path_join(path, "x", arena) : path;
    const char *way = file && path_is_absolute(path) ? path_relative(cmake->file, file, arena)
                                                     : file;
    bool near = way && !path_is_absolute(way) && path_is_absolute(path) &&
                strncmp(way, FAR, strlen(FAR)) != 0;
    way = near && directory ? path_directory(way, arena) : way;
    const char *item = way ? quote_item(cmake, near ? way : path) : NULL;
    bool here = item && near && strcmp(item, ".") == 0;
    return here           ? "${CMAKE_CURRENT_LIST_DIR}"
           : item && near ? arena_printf(arena, "${CMAKE_CURRENT_LIST_DIR}/%s", item)
                          : item;
}

/** "ws2_32", "-framework Foo", "/opt/libfoo.a": CMake knows itself how to link by name. */
static const char *link_item(struct cmake *cmake, const char *flag)
{
    bool plain = strncmp(flag, "-l", 2) == 0 && flag[2] != ':';
    return is_full_path(flag) ? quote_path(cmake, flag, false)
           : check_flag(cmake->m, flag) ? quote_item(cmake, flag + (plain ? 2 : 0))
                                        : NULL;
}

/** A flag that CMake is to quote for the shell; two words of which are two. */
static const char *option_item(struct cmake *cmake, const char *flag)
{
    struct words one = {0};
    const char *joined =
        words_add(&one, flag, cmake->m->arena) ? flags_join(&one, cmake->m->arena) : NULL;
    const char *shell = joined && strchr(flag, ' ')
                            ? arena_printf(cmake->m->arena, "SHELL:%s", joined)
                            : flag;
    return joined && shell ? quote_item(cmake, shell) : NULL;
}

/** The lists of a target: semicolons between the items. */
struct lists {
    const char *links;
    const char *directories;
    const char *options;
};

static bool append(struct cmake *cmake, const char **list, const char *item)
{
    *list = item ? arena_printf(cmake->m->arena, "%s%s%s", *list, **list ? ";" : "", item) : NULL;
    return *list || fail(cmake->m);
}

/** Not every generator of CMake hands a dollar on in an option; what links has its own list. */
static bool warn_of_dollar(struct generation *m, const char *flag)
{
    return words_add_once(m->warnings,
                          arena_printf(m->arena,
                                       "%s: CMake does not pass on a '$' in an option, so the "
                                       "package leaves it out",
                                       flag),
                          m->arena) ||
           error_memory(m->error);
}

/** Put a flag into one of the lists. False with an error. */
static bool list_flag(struct cmake *cmake, const char *flag, struct lists *lists)
{
    if (strchr(flag, ';')) {
        return error_set(cmake->m->error, "%s: CMake takes no ';' in a flag", flag);
    }
    if (strncmp(flag, "-L", 2) == 0 && path_is_absolute(flag + 2)) {
        return append(cmake, &lists->directories, quote_path(cmake, flag + 2, true));
    }
    if (flag_links(flag)) {
        return append(cmake, &lists->links, link_item(cmake, flag));
    }
    return strchr(flag, '$') ? warn_of_dollar(cmake->m, flag)
                             : append(cmake, &lists->options, option_item(cmake, flag));
}

static bool list_flags(struct cmake *cmake, const struct words *flags, struct lists *lists)
{
    bool done = true;
    for (size_t i = 0; done && i < flags->count; i++) {
        done = list_flag(cmake, flags->list[i], lists);
    }
    return done;
}

/* ---- modules of pkg-config --------------------------------------------------------------- */

/** The name of a module without its condition. */
static const char *module_name(struct generation *m, const char *module)
{
    return arena_printf(m->arena, "%.*s", (int)strcspn(module, " "), module);
}

/** The target that pkg_check_modules() makes. */
static const char *module_target(struct cmake *cmake, const char *name)
{
    return arena_printf(cmake->m->arena, "PkgConfig::%s_%s", cmake->m->workspaces[0].name, name);
}

/** Texts that mean something else to CMake or pkg-config are refused. */
static bool check_module(struct generation *m, const char *module)
{
    size_t name = strcspn(module, " ");
    size_t bad = 0;
    while (module[bad] && (is_plain(module[bad]) ||
                           strchr(bad < name ? "_.+-" : "_.+-~: <>=!", module[bad]))) {
        bad++;
    }
    return (name && *module != '-' && !module[bad]) ||
           error_set(m->error, "%s: '%c' cannot stand there in a module for CMake", module,
                     module[bad] ? module[bad] : *module);
}

/** "glib-2.0>=2.56", as pkg_check_modules() takes it. */
static const char *module_spec(struct generation *m, const char *module)
{
    static const char *const known[] = {"=", "<", ">", "<=", ">="};
    size_t name = strcspn(module, " ");
    const char *operator = module + name + strspn(module + name, " ");
    size_t size = strcspn(operator, " ");
    const char *version = operator + size + strspn(operator + size, " ");
    bool takes = false;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        takes |= strlen(known[i]) == size && strncmp(known[i], operator, size) == 0;
    }
    if (*operator && (!takes || !*version) &&
        !words_add_once(m->warnings,
                        arena_printf(m->arena,
                                     "%s: CMake knows no such condition, so the package takes any "
                                     "version",
                                     module),
                        m->arena)) {
        return NULL;
    }
    return takes && *version
               ? arena_printf(m->arena, "%.*s%.*s%s", (int)name, module, (int)size, operator,
                              version)
               : module_name(m, module);
}

/** Link modules, and note them: those of one name are looked for together. */
static bool link_modules(struct cmake *cmake, const struct words *modules, struct lists *lists)
{
    struct words targets = {0};
    for (size_t i = 0; i < modules->count; i++) {
        const char *name = module_name(cmake->m, modules->list[i]);
        if (!check_module(cmake->m, modules->list[i])) {
            return false;
        }
        if (!words_add_once(&cmake->modules, modules->list[i], cmake->m->arena) || !name ||
            !words_add_once(&cmake->names, name, cmake->m->arena) ||
            !words_add_once(&targets, module_target(cmake, name), cmake->m->arena)) {
            return error_memory(cmake->m->error);
        }
    }
    for (size_t i = 0; i < targets.count; i++) {
        if (!append(cmake, &lists->links, targets.list[i])) {
            return false;
        }
    }
    return true;
}

/** The lines that look for all modules; none if there is none. */
static const char *print_modules(struct cmake *cmake)
{
    struct generation *m = cmake->m;
    const char *package = m->workspaces[0].name;
    const char *text = "\ninclude(CMakeFindDependencyMacro)\nfind_dependency(PkgConfig)\n";
    const char *names = "";
    for (size_t i = 0; text && names && i < cmake->names.count; i++) {
        const char *name = cmake->names.list[i];
        const char *specs = "";
        for (size_t j = 0; specs && j < cmake->modules.count; j++) {
            const char *module = cmake->modules.list[j];
            bool same = strcspn(module, " ") == strlen(name) &&
                        strncmp(module, name, strlen(name)) == 0;
            const char *spec = same ? module_spec(m, module) : "";
            specs = spec ? arena_printf(m->arena, same ? "%s \"%s\"" : "%s%s", specs, spec) : NULL;
        }
        text = specs ? arena_printf(m->arena,
                                    "%spkg_check_modules(%s_%s QUIET IMPORTED_TARGET%s)\n", text,
                                    package, name, specs)
                     : NULL;
        names = arena_printf(m->arena, "%s %s", names, name);
    }
    return !cmake->names.count ? ""
           : text && names
               ? arena_printf(m->arena,
                              "%sforeach(module%s)\n"
                              "  if(NOT %s_${module}_FOUND)\n"
                              "    set(${CMAKE_FIND_PACKAGE_NAME}_FOUND FALSE)\n"
                              "    set(${CMAKE_FIND_PACKAGE_NAME}_NOT_FOUND_MESSAGE\n"
                              "        \"pkg-config does not find ${module}, as the libraries "
                              "require it\")\n"
                              "    return()\n"
                              "  endif()\n"
                              "endforeach()\n",
                              text, names, package)
               : NULL;
}

/* ---- the package ------------------------------------------------------------------------- */

/** A property of a target, if it has items. */
static const char *property(struct generation *m, const char *name, const char *list)
{
    return *list ? arena_printf(m->arena, "  %s \"%s\"\n", name, list) : "";
}

static const char *print_target(struct cmake *cmake, const struct link_name *library,
                                const struct lists *lists)
{
    struct generation *m = cmake->m;
    const char *way = path_relative(cmake->file, library->path, m->arena);
    const char *place = way ? quote(m, way) : NULL;
    const char *package = m->workspaces[0].name;
    const char *directories = property(m, "INTERFACE_LINK_DIRECTORIES", lists->directories);
    const char *options = property(m, "INTERFACE_LINK_OPTIONS", lists->options);
    return place && directories && options
               ? arena_printf(m->arena,
                              "\nadd_library(%s::%s STATIC IMPORTED)\n"
                              "set_target_properties(%s::%s PROPERTIES\n"
                              "  IMPORTED_LOCATION \"%s%s\"\n"
                              "%s%s"
                              "  INTERFACE_LINK_LIBRARIES \"%s\")\n",
                              package, library->name, package, library->name,
                              path_is_absolute(place) ? "" : "${CMAKE_CURRENT_LIST_DIR}/", place,
                              directories, options, lists->links)
               : NULL;
}

static const char *print_workspace(struct cmake *cmake, size_t number)
{
    const struct workspace_needs *needs = &cmake->m->needs[number];
    struct lists lists = {"", "", ""};
    for (size_t i = 0; i < needs->directories.count; i++) {
        const char *item = quote_path(cmake, needs->directories.list[i], true);
        if (!append(cmake, &lists.directories, item)) {
            return NULL;
        }
    }
    return list_flags(cmake, &needs->flags, &lists) && list_flags(cmake, &needs->further, &lists) &&
                   link_modules(cmake, &needs->modules, &lists)
               ? print_target(cmake, &cmake->m->workspaces[number], &lists)
               : NULL;
}

static const char *print_library(struct cmake *cmake, size_t number)
{
    struct generation *m = cmake->m;
    const struct link_name *library = &m->libraries[number];
    const struct own_needs *own = &m->own[number];
    const char *package = m->workspaces[0].name;
    struct lists lists = {arena_printf(m->arena, "%s::%s", package,
                                       m->workspaces[generate_workspace_of(m, library)].name),
                          "", ""};
    for (size_t i = 0; lists.links && i < own->libraries.count; i++) {
        lists.links =
            arena_printf(m->arena, "%s;%s::%s", lists.links, package, own->libraries.list[i]);
    }
    return lists.links && list_flags(cmake, &own->flags, &lists) &&
                   link_modules(cmake, &own->modules, &lists)
               ? print_target(cmake, library, &lists)
               : NULL;
}

/** All parts, one behind the other. NULL: memory. */
static const char *join(const struct words *parts, struct arena *arena)
{
    size_t size = 0;
    for (size_t i = 0; i < parts->count; i++) {
        size += strlen(parts->list[i]);
    }
    char *text = arena_alloc(arena, size + 1);
    char *to = text;
    for (size_t i = 0; text && i < parts->count; i++) {
        size_t length = strlen(parts->list[i]);
        memcpy(to, parts->list[i], length);
        to += length;
    }
    if (text) {
        *to = '\0';
    }
    return text;
}

static const char *print_package(struct cmake *cmake)
{
    struct generation *m = cmake->m;
    const char *package = m->workspaces[0].name;
    const char *where =
        m->rules->workspace_count == 1
            ? arena_printf(m->arena, "one archive, %s::%s", package, package)
            : arena_printf(m->arena, "%zu archives, such as %s::%s", m->rules->workspace_count,
                           package, package);
    struct words parts = {0};
    bool done = true;
    for (size_t i = 0; done && i < m->rules->workspace_count; i++) {
        done = words_add(&parts, print_workspace(cmake, i), m->arena);
    }
    for (size_t i = 0; done && i < m->rules->library_count; i++) {
        done = words_add(&parts, print_library(cmake, i), m->arena);
    }
    const char *targets = done ? join(&parts, m->arena) : NULL;
    const char *modules = targets ? print_modules(cmake) : NULL;
    return where && modules
               ? arena_printf(m->arena,
                              MARK "%s: find_package(%s), then link\n"
                              "# the libraries that you need; that one follows by itself.\n"
                              "if(TARGET %s::%s)\n  return()\nendif()\n%s%s",
                              where, package, package, package, modules, targets)
               : NULL;
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
    struct cmake cmake = {m, build_file->target, {0}, {0}};
    const char *text = print_package(&cmake);
    build_file->bytes = text ? span_of(text) : (struct span){0};
    return text || fail(m);
}
