/* SPDX-License-Identifier: MIT */
#include "proof/roots.h"

#include "base/glob.h"
#include "obj/rust_names.h"

static bool matches_any(struct span name, const char *const *globs, size_t count,
                        struct arena *scratch)
{
    struct span text = arena_copy(scratch, name);
    bool matches = false;
    for (size_t i = 0; text.data && !matches && i < count; i++) {
        matches = glob_matches(globs[i], (const char *)text.data);
    }
    arena_reset(scratch);
    return matches;
}

bool root_matches(struct span name, const char *const *globs, size_t count)
{
    struct arena scratch = {0};
    bool matches = count ? matches_any(name, globs, count, &scratch) : !is_rust_name(name);
    arena_free(&scratch);
    return matches;
}

/** Whether compilers alone need a symbol, and define it as a COMDAT wherever they do. */
static bool is_compilers(struct span name)
{
    static const char *const prefixes[] = {"DW.ref.", ".refptr.", "__real@", "__xmm@", "__ymm@",
                                           "__zmm@"};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        if (span_starts(name, prefixes[i])) {
            return true;
        }
    }
    return false;
}

bool roots_find(const struct census *census, const char *const *globs, size_t glob_count,
                struct arena *arena, bool **is_root)
{
    struct arena scratch = {0};
    *is_root = ARENA_ARRAY(arena, bool, census->symbol_count);
    for (size_t i = 0; *is_root && i < census->symbol_count; i++) {
        struct span name = census->symbols[i];
        (*is_root)[i] =
            !is_compilers(name) &&
            (glob_count ? matches_any(name, globs, glob_count, &scratch) : !is_rust_name(name));
    }
    arena_free(&scratch);
    return *is_root != NULL;
}

size_t roots_of(const struct census *census, const struct search_scope *scope, const bool *is_root,
                bool every, uint32_t number, uint32_t *roots, size_t count)
{
    const struct library *library = &census->set->libraries[number];
    for (size_t i = 0; i < library->archive.member_count; i++) {
        uint32_t of = census->class_of[library->first + i];
        const struct class *class = &census->list[of];
        bool more = !class->import_stub;
        for (size_t j = 0; more && j < class->global_count; j++) {
            const struct global *global = &class->globals[j];
            uint32_t found = scope_find(scope, global->symbol);
            /* a weak function as GCC makes it is in no index: other roots load it; a weak need,
               for which 0 stands in, is no function of the library */
            bool loose = every && found == NO_CLASS && global->stands_in &&
                         !(global->absolute && global->size == 0);
            if (is_root[global->symbol] &&
                (loose || (role_defines(global->role) && found == of))) {
                roots[count++] = global->symbol;
                more = every;
            }
        }
    }
    return count;
}
