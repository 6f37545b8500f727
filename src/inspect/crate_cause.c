/* SPDX-License-Identifier: MIT */
#include "inspect/crate_cause.h"

#include "inspect/compiler.h"
#include "obj/rcgu.h"

/** What the objects of a build tell. */
struct traits {
    struct span compiler;
    struct span version;
    size_t symbols; /* that they define */
};

static bool is_version(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '.' || c == '-' || c == '+';
}

/** "/CRATE-1.2.3/" at the start of @text, with - for _; the version, or empty. */
static struct span version_at(struct span text, struct span crate)
{
    if (text.size < crate.size + 3 || text.data[crate.size + 1] != '-') {
        return span_make(NULL, 0);
    }
    for (size_t i = 0; i < crate.size; i++) {
        uint8_t c = text.data[i + 1];
        if (c != crate.data[i] && !(c == '-' && crate.data[i] == '_')) {
            return span_make(NULL, 0);
        }
    }
    struct span rest = span_from(text, crate.size + 2);
    size_t size = 0;
    while (size < rest.size && is_version(rest.data[size])) {
        size++;
    }
    bool found = size && size < rest.size && rest.data[size] == '/' && rest.data[0] >= '0' &&
                 rest.data[0] <= '9';
    return found ? span_make(rest.data, size) : span_make(NULL, 0);
}

/** The version in a path of the crate's sources, as cargo's registry and vendor folders have it. */
static struct span find_version(struct span bytes, struct span crate)
{
    struct span found = {0};
    while (!found.size && bytes.size) {
        const uint8_t *slash = memchr(bytes.data, '/', bytes.size);
        if (!slash) {
            break;
        }
        bytes = span_from(bytes, (uint64_t)(slash - bytes.data));
        found = version_at(bytes, crate);
        bytes = span_from(bytes, 1);
    }
    return found;
}

static struct traits traits_of(const struct census *census, const struct crate_build *build)
{
    const struct library *in = &census->set->libraries[build->library];
    struct traits traits = {0};
    for (uint32_t i = 0; i < in->archive.member_count; i++) {
        const struct class *class = &census->list[census->class_of[in->first + i]];
        struct rcgu_name name;
        rcgu_parse(in->archive.members[i].name, &name);
        if (!span_equal(name.crate, build->crate) || !span_equal(name.crate_hash, build->hash)) {
            continue;
        }
        if (!traits.compiler.size) {
            traits.compiler = compiler_of(census, in->first + i);
        }
        if (!traits.version.size) {
            traits.version = find_version(member_content(census->set, in->first + i), name.crate);
        }
        for (size_t j = 0; j < class->global_count; j++) {
            traits.symbols += role_defines(class->globals[j].role);
        }
    }
    return traits;
}

const char *crate_cause(const struct census *census, const struct crate_build *a,
                        const struct crate_build *b, struct arena *arena)
{
    struct traits first = traits_of(census, a);
    struct traits second = traits_of(census, b);
    bool same_version = first.version.size && span_equal(first.version, second.version);
    struct span version = same_version ? first.version : span_make(NULL, 0);
    if (first.compiler.size && second.compiler.size &&
        !span_equal(first.compiler, second.compiler)) {
        return arena_printf(arena, "by rustc %.*s and %.*s", SPAN_ARGS(first.compiler),
                            SPAN_ARGS(second.compiler));
    }
    if (first.version.size && second.version.size && !same_version) {
        return arena_printf(arena, "version %.*s and %.*s", SPAN_ARGS(first.version),
                            SPAN_ARGS(second.version));
    }
    if (first.symbols != second.symbols) {
        return arena_printf(arena,
                            "%s%.*s%sother features or profile, since one defines %zu symbols and "
                            "one %zu (cargo build -p gives shared crates other features than a "
                            "build of the whole workspace)",
                            same_version ? "version " : "", SPAN_ARGS(version),
                            same_version ? " with " : "", first.symbols, second.symbols);
    }
    return arena_printf(arena, "%s%.*s%sother %sfeatures, profile or compiler",
                        same_version ? "version " : "", SPAN_ARGS(version),
                        same_version ? " with " : "", same_version ? "" : "version, ");
}
