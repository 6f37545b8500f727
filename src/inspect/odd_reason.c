/* SPDX-License-Identifier: MIT */
#include "inspect/odd_reason.h"

#include "inspect/compiler.h"
#include "obj/rcgu.h"

/** The hash of a crate as a library has it; empty if it does not have it. */
static struct span hash_of_crate(const struct set *set, uint32_t library, const char *crate)
{
    const struct archive *archive = &set->libraries[library].archive;
    for (size_t i = 0; i < archive->member_count; i++) {
        struct rcgu_name name;
        rcgu_parse(archive->members[i].name, &name);
        if (span_is(name.crate, crate) && name.crate_hash.size) {
            return name.crate_hash;
        }
    }
    return span_make(NULL, 0);
}

/** How it panics, if the other library panics in another way; else NULL. */
static const char *panics(const struct set *set, uint32_t library, uint32_t melded)
{
    bool aborts = hash_of_crate(set, library, "panic_abort").size != 0;
    bool unwinds = hash_of_crate(set, library, "panic_unwind").size != 0;
    bool others_abort = hash_of_crate(set, melded, "panic_abort").size != 0;
    bool others_unwind = hash_of_crate(set, melded, "panic_unwind").size != 0;
    return aborts && !unwinds && others_unwind && !others_abort ? "panic = \"abort\""
           : unwinds && !aborts && others_abort && !others_unwind ? "panic = \"unwind\""
                                                                  : NULL;
}

static bool contains(struct span text, const char *word)
{
    while (text.size && !span_starts(text, word)) {
        text = span_from(text, 1);
    }
    return text.size != 0;
}

static bool defines(const struct class *class, uint32_t symbol)
{
    bool found = false;
    for (size_t i = 0; i < class->global_count && !found; i++) {
        found = class->globals[i].symbol == symbol && role_defines(class->globals[i].role);
    }
    return found;
}

/** By a symbol that it defines differently: the crate that does, or what the symbol is for. */
static const char *by_symbol(const struct census *census, const struct odd *odd, uint32_t library,
                             uint32_t melded, struct arena *arena)
{
    const struct library *in = &census->set->libraries[library];
    uint32_t symbol = odd->symbol[odd->group_of[library]];
    if (symbol == NO_CLASS && odd->group_of[melded] != ODD_NO_GROUP) {
        symbol = odd->symbol[odd->group_of[melded]]; /* the first group has none */
    }
    for (uint32_t i = 0; symbol != NO_CLASS && i < in->archive.member_count; i++) {
        struct rcgu_name name;
        rcgu_parse(in->archive.members[i].name, &name);
        if (!defines(&census->list[census->class_of[in->first + i]], symbol)) {
            continue;
        }
        return name.crate.size
                   ? arena_printf(arena, "its crate %.*s is another build", SPAN_ARGS(name.crate))
               : contains(census->symbols[symbol], "__rust_alloc")
                   ? "its global allocator is another one"
                   : arena_printf(arena, "%.*s is not what it is in the others",
                                  SPAN_ARGS(census->symbols[symbol]));
    }
    return "its objects are not what they are in the others";
}

/** Whether a library shares any object with others that a linker reads. */
static bool shares_any(const struct census *census, uint32_t library)
{
    const struct library *in = &census->set->libraries[library];
    bool shares = false;
    for (uint32_t i = 0; !shares && i < in->archive.member_count; i++) {
        uint32_t class = census->class_of[in->first + i];
        shares = census->members[class].sharers > 1 && class_is_linked(&census->list[class]) &&
                 !census->list[class].import_stub;
    }
    return shares;
}

const char *odd_reason(const struct census *census, const struct odd *odd, uint32_t library,
                       uint32_t melded, struct arena *arena)
{
    if (odd->group_of[library] == ODD_NO_GROUP) {
        return shares_any(census, library)
                   ? "programs may use it with libraries that do not agree"
                   : "it shares nothing with the others";
    }
    struct span version = compiler_of_library(census, library);
    struct span others = compiler_of_library(census, melded);
    struct span std = hash_of_crate(census->set, library, "std");
    struct span others_std = hash_of_crate(census->set, melded, "std");
    const char *panic = panics(census->set, library, melded);
    if (version.size && others.size && !span_equal(version, others)) {
        return arena_printf(arena, "compiled by rustc %.*s, the others by rustc %.*s%s%s",
                            SPAN_ARGS(version), SPAN_ARGS(others), panic ? "; " : "",
                            panic ? panic : "");
    }
    if (panic) {
        return panic;
    }
    if (std.size && others_std.size && !span_equal(std, others_std)) {
        return "its std is another build";
    }
    return by_symbol(census, odd, library, melded, arena);
}
