/* SPDX-License-Identifier: MIT */
#include "inspect/compiler.h"

#include <string.h>

#include "obj/object.h"
#include "obj/rcgu.h"

/** The sections in which compilers leave their names: .comment, DWARF's strings, CodeView. */
static bool names_compiler(const struct obj_section *section)
{
    return span_is(section->name, ".comment") || span_starts(section->name, ".debug_str") ||
           span_is(section->name, "__debug_str") || span_starts(section->name, ".debug$S");
}

static bool is_version(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '.' || c == '-' || c == '+';
}

/** What follows "rustc version " somewhere in a section; empty if that is nowhere. */
static struct span find_version(struct span text)
{
    static const char mark[] = "rustc version ";
    while (text.size > sizeof mark) {
        const uint8_t *at = memchr(text.data, mark[0], text.size - sizeof mark);
        if (!at) {
            break;
        }
        text = span_from(text, (uint64_t)(at - text.data));
        if (span_starts(text, mark)) {
            text = span_from(text, sizeof mark - 1);
            size_t size = 0;
            while (size < text.size && is_version(text.data[size])) {
                size++;
            }
            return span_make(text.data, size);
        }
        text = span_from(text, 1);
    }
    return (struct span){0};
}

struct span compiler_of(const struct census *census, uint32_t member)
{
    struct object object;
    struct error unread = {0};
    struct span found = {0};
    struct arena arena = {0};
    struct span data = member_content(census->set, member);
    if (object_read(data, &arena, &object, &unread) == OBJ_OK) {
        for (size_t i = 0; i < object.section_count && !found.size; i++) {
            if (names_compiler(&object.sections[i])) {
                found = find_version(object.sections[i].data);
            }
        }
    }
    arena_free(&arena);
    return found;
}

struct span compiler_of_library(const struct census *census, uint32_t library)
{
    const struct library *in = &census->set->libraries[library];
    struct span found = {0};
    for (size_t i = 0; i < in->archive.member_count && !found.size; i++) {
        struct rcgu_name name;
        rcgu_parse(in->archive.members[i].name, &name);
        found = name.rust ? compiler_of(census, in->first + (uint32_t)i) : found;
    }
    return found;
}
