/* SPDX-License-Identifier: MIT */
#include "share/share.h"

#include "base/path.h"

/** How a system's files are called. */
struct forms {
    const char *objects, *shared, *list;
    bool bare; /* the shared library's name has no "lib" before it */
};

static const struct forms forms[] = {
    [SHARE_ELF] = {"a", "so", "map", false},
    [SHARE_APPLE] = {"a", "dylib", "exports", false},
    [SHARE_MINGW] = {"a", "dll", "def", false},
    [SHARE_MSVC] = {"lib", "dll", "def", true},
};

/** A name that all linkers take for a version: "libw-2" is LIBW_2. */
static const char *version_of(const char *stem, struct arena *arena)
{
    bool digit = *stem >= '0' && *stem <= '9';
    char *version = arena_printf(arena, "%s%s", digit ? "_" : "", stem);
    for (char *c = version; c && *c; c++) {
        bool small = *c >= 'a' && *c <= 'z';
        bool other = (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9');
        *c = small ? (char)(*c - 'a' + 'A') : other ? *c : '_';
    }
    return version;
}

bool share_names(const char *workspace, enum share_system system, struct arena *arena,
                 struct share_names *names)
{
    const struct forms *form = &forms[system];
    const char *base = path_base(workspace);
    names->system = system;
    names->stem = arena_printf(arena, "%.*s", (int)path_stem_size(base), base);
    if (!names->stem) {
        return false;
    }
    names->name = strncmp(names->stem, "lib", 3) == 0 ? names->stem + 3 : names->stem;
    names->objects = arena_printf(arena, "%s-objects.%s", names->stem, form->objects);
    names->shared = arena_printf(arena, "%s%s.%s", form->bare ? "" : "lib", names->name,
                                 form->shared);
    names->list = arena_printf(arena, "%s.%s", names->stem, form->list);
    names->version = system == SHARE_ELF ? version_of(names->stem, arena) : "";
    return names->objects && names->shared && names->list && names->version;
}

const char *share_list_name(const struct share_names *names, const char *library,
                            struct arena *arena)
{
    return arena_printf(arena, "%.*s.%s", (int)path_stem_size(library), library,
                        forms[names->system].list);
}

/** Put a text behind another. */
static size_t put(char *text, size_t at, struct span more)
{
    memcpy(text + at, more.data, more.size);
    return at + more.size;
}

const char *share_list(const struct share_names *names, struct arena *arena)
{
    static const struct {
        const char *head, *before, *after, *tail;
    } lines[] = {
        [SHARE_ELF] = {"{\n  global:\n", "    \"", "\";\n", "  local: *;\n};\n"},
        [SHARE_APPLE] = {"", "", "\n", ""},
        [SHARE_MINGW] = {"EXPORTS\n", "    \"", "\"\n", ""},
        [SHARE_MSVC] = {"EXPORTS\n", "    \"", "\"\n", ""},
    };
    const char *head = lines[names->system].head;
    const char *tail = lines[names->system].tail;
    const char *version = names->version && *names->version
                              ? arena_printf(arena, "%s ", names->version)
                              : "";
    if (!version) {
        return NULL;
    }
    size_t size = strlen(version) + strlen(head) + strlen(tail) + 1;
    for (size_t i = 0; i < names->symbol_count; i++) {
        size += names->symbols[i].name.size + 16;
    }
    char *text = arena_alloc(arena, size);
    size_t at = text ? put(text, put(text, 0, span_of(version)), span_of(head)) : 0;
    for (size_t i = 0; text && i < names->symbol_count; i++) {
        const struct share_symbol *symbol = &names->symbols[i];
        bool data = symbol->data && names->system >= SHARE_MINGW;
        at = put(text, at, span_of(lines[names->system].before));
        at = put(text, at, symbol->name);
        at = put(text, at, span_of(data ? "\" DATA\n" : lines[names->system].after));
    }
    if (text) {
        put(text, at, span_of(tail));
    }
    return text;
}

/** "-L/opt/gst/lib -lglib-2.0", with a blank before each; for lld-link glib-2.0.lib. */
static const char *known_text(const struct known_flags *known, bool msvc, struct arena *arena)
{
    const char *text = "";
    for (size_t i = 0; text && i < known->directories.count; i++) {
        const char *place = word_quote(known->directories.list[i], arena);
        text = place ? arena_printf(arena, "%s %s%s", text, msvc ? "-libpath:" : "-L", place)
                     : NULL;
    }
    struct words one = {0};
    for (size_t i = 0; text && i < known->flags.count; i++) {
        const char *flag = known->flags.list[i];
        bool name = msvc && strncmp(flag, "-l", 2) == 0;
        one = (struct words){&known->flags.list[i], 1, 1};
        const char *file = name ? arena_printf(arena, "%s.lib", flag + 2) : NULL;
        const char *quoted = !name ? flags_join(&one, arena)
                             : file ? word_quote(file, arena)
                                    : NULL;
        text = quoted ? arena_printf(arena, "%s %s", text, quoted) : NULL;
    }
    return text;
}

/**
 * A line that adds to the arguments what pkg-config says of modules that are required whole: it
 * quotes that for a shell, which must read it once more.
 */
static const char *modules_text(const struct known_flags *known, bool msvc, struct arena *arena)
{
    const char *text = "";
    for (size_t i = 0; text && i < known->modules.count; i++) {
        const char *module = known->modules.list[i];
        text = arena_printf(arena, "%s '%s'", text, module);
    }
    return text && *text
               ? arena_printf(arena, "eval \"set -- \\\"\\$@\\\" $(pkg-config%s --libs%s)\"\n",
                              msvc ? " --msvc-syntax" : "", text)
               : text;
}

/** The names as words of a shell. NULL pointers in @quoted: memory is short. */
static bool quote_names(const struct share_names *names, struct arena *arena,
                        struct share_names *quoted)
{
    *quoted = *names;
    quoted->stem = word_quote(names->stem, arena);
    quoted->shared = word_quote(names->shared, arena);
    quoted->list = word_quote(names->list, arena);
    quoted->objects = word_quote(names->objects, arena);
    return quoted->stem && quoted->shared && quoted->list && quoted->objects;
}

const char *share_script(const struct share_names *names, struct arena *arena)
{
    bool msvc = names->system == SHARE_MSVC;
    const char *known = known_text(names->known, msvc, arena);
    const char *modules = modules_text(names->known, msvc, arena);
    const char *head = msvc ? "#!/bin/sh\n"
                              "# Links the workspace as a DLL. LD is the linker; further "
                              "arguments\n"
                              "# go to it, such as the C runtime's and the system's libraries.\n"
                              "cd \"$(dirname \"$0\")\" || exit 1\n"
                            : "#!/bin/sh\n"
                              "# Links the workspace as a shared library. CC is the compiler; "
                              "further\n"
                              "# arguments go to it, such as -fuse-ld=lld or -L and -l for what it "
                              "needs.\n"
                              "cd \"$(dirname \"$0\")\" || exit 1\n";
    struct share_names n;
    if (!known || !modules || !quote_names(names, arena, &n)) {
        return NULL;
    }
    switch (n.system) {
    case SHARE_APPLE:
        return arena_printf(arena,
                            "%s%s${CC:-cc} -dynamiclib -o %s -install_name @rpath/%s \\\n"
                            "\t-Wl,-exported_symbols_list,%s -Wl,-dead_strip \\\n"
                            "\t-Wl,-force_load,%s \"$@\"%s\n",
                            head, modules, n.shared, n.shared, n.list, n.objects, known);
    case SHARE_MINGW:
        return arena_printf(arena,
                            "%s%s${CC:-%s-w64-mingw32-gcc} -shared -o %s %s \\\n"
                            "\t-Wl,--out-implib,%s.a -Wl,--gc-sections \\\n"
                            "\t-Wl,--whole-archive %s -Wl,--no-whole-archive \\\n"
                            "\t\"$@\"%s ${LIBS--lntdll -lws2_32 -luserenv}\n",
                            head, modules, n.x86 ? "i686" : "x86_64", n.shared, n.list, n.shared,
                            n.objects, known);
    case SHARE_MSVC:
        return arena_printf(arena,
                            "%s%s${LD:-lld-link} -dll -out:%s -def:%s -implib:%s.lib %s "
                            "\"$@\"%s\n",
                            head, modules, n.shared, n.list, n.stem, n.objects, known);
    default:
        return arena_printf(arena,
                            "%s%s${CC:-cc} -shared -o %s -Wl,-soname,%s "
                            "-Wl,--version-script=%s \\\n"
                            "\t-Wl,--gc-sections -Wl,-z,defs \\\n"
                            "\t-Wl,--whole-archive %s -Wl,--no-whole-archive \\\n"
                            "\t\"$@\"%s ${LIBS--lgcc_s -lutil -lrt -lpthread -lm -ldl}\n",
                            head, modules, n.shared, n.shared, n.list, n.objects, known);
    }
}

/** Plugins need some of what the workspace needs as well: their own objects came with it. */
const char *share_pc(const struct share_names *names, struct arena *arena)
{
    const char *known = known_text(names->known, false, arena);
    const char *link = word_quote(names->name, arena);
    const char *modules = "";
    for (size_t i = 0; modules && i < names->known->modules.count; i++) {
        modules = arena_printf(arena, "%s%s%s", modules, i ? ", " : "Requires: ",
                               names->known->modules.list[i]);
    }
    return known && modules && link
               ? arena_printf(arena,
                              "libdir=${pcfiledir}\n\n"
                              "Name: %s\n"
                              "Description: what several Rust libraries share\n"
                              "Version: 1\n"
                              "%s%s"
                              "Libs: -L${libdir} -l%s%s\n",
                              names->name, modules, *modules ? "\n" : "", link, known)
               : NULL;
}
