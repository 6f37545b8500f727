/* SPDX-License-Identifier: MIT */
#include "share/share.h"

#include "base/path.h"

bool share_names(const char *workspace, bool apple, struct arena *arena,
                 struct share_names *names)
{
    const char *base = path_base(workspace);
    const char *dot = strrchr(base, '.');
    int length = dot && dot != base ? (int)(dot - base) : (int)strlen(base);
    names->apple = apple;
    names->stem = arena_printf(arena, "%.*s", length, base);
    if (!names->stem) {
        return false;
    }
    names->name = strncmp(names->stem, "lib", 3) == 0 ? names->stem + 3 : names->stem;
    names->objects = arena_printf(arena, "%s-objects.a", names->stem);
    names->shared = arena_printf(arena, "lib%s.%s", names->name, apple ? "dylib" : "so");
    return names->objects && names->shared;
}

const char *share_list(const struct share_names *names, struct arena *arena)
{
    static const char head[] = "{\n  global:\n";
    static const char tail[] = "  local: *;\n};\n";
    size_t size = sizeof head + sizeof tail;
    for (size_t i = 0; i < names->symbol_count; i++) {
        size += names->symbols[i].size + 8;
    }
    char *text = arena_alloc(arena, size);
    size_t at = 0;
    if (!text) {
        return NULL;
    }
    if (!names->apple) {
        memcpy(text, head, sizeof head - 1);
        at += sizeof head - 1;
    }
    for (size_t i = 0; i < names->symbol_count; i++) {
        struct span symbol = names->symbols[i];
        const char *before = names->apple ? "" : "    \"";
        const char *after = names->apple ? "\n" : "\";\n";
        memcpy(text + at, before, strlen(before));
        at += strlen(before);
        memcpy(text + at, symbol.data, symbol.size);
        at += symbol.size;
        memcpy(text + at, after, strlen(after));
        at += strlen(after);
    }
    if (!names->apple) {
        memcpy(text + at, tail, sizeof tail - 1);
    }
    return text;
}

const char *share_script(const struct share_names *names, const char *list, struct arena *arena)
{
    const char *head = "#!/bin/sh\n"
                       "# Links the workspace as a shared library. CC is the compiler; further\n"
                       "# arguments go to it, such as -fuse-ld=lld or -L and -l for what it needs.\n"
                       "cd \"$(dirname \"$0\")\" || exit 1\n";
    if (names->apple) {
        return arena_printf(arena,
                            "%s${CC:-cc} -dynamiclib -o %s -install_name @rpath/%s \\\n"
                            "\t-Wl,-exported_symbols_list,%s -Wl,-dead_strip \\\n"
                            "\t-Wl,-force_load,%s \"$@\"\n",
                            head, names->shared, names->shared, list, names->objects);
    }
    return arena_printf(arena,
                        "%s${CC:-cc} -shared -o %s -Wl,-soname,%s -Wl,--version-script=%s \\\n"
                        "\t-Wl,--gc-sections -Wl,-z,defs \\\n"
                        "\t-Wl,--whole-archive %s -Wl,--no-whole-archive \\\n"
                        "\t\"$@\" ${LIBS--lgcc_s -lutil -lrt -lpthread -lm -ldl}\n",
                        head, names->shared, names->shared, list, names->objects);
}

const char *share_pc(const struct share_names *names, struct arena *arena)
{
    return arena_printf(arena,
                        "libdir=${pcfiledir}\n\n"
                        "Name: %s\n"
                        "Description: what several Rust libraries share\n"
                        "Version: 1\n"
                        "Libs: -L${libdir} -l%s\n",
                        names->name, names->name);
}
