/* SPDX-License-Identifier: MIT */
#include "inspect/difference.h"

#include <inttypes.h>

#include "obj/object.h"

#define NAME(span) (int)(span).size, (span).size ? (const char *)(span).data : ""

struct comparing {
    const struct object *first;
    const struct object *second;
    struct arena *arena;
};

static const char *say_bytes(const char *what, struct span name, struct span first,
                             struct span second, struct arena *arena)
{
    size_t at = 0;
    size_t both = first.size < second.size ? first.size : second.size;
    while (at < both && first.data[at] == second.data[at]) {
        at++;
    }
    if (at == both) {
        return arena_printf(arena, "%s%.*s: %zu bytes, not %zu", what, NAME(name), second.size,
                            first.size);
    }
    return arena_printf(arena, "%s%.*s: offset %#zx is 0x%02x, not 0x%02x", what, NAME(name), at,
                        second.data[at], first.data[at]);
}

/* ---- sections ---------------------------------------------------------------------------- */

/** The next section from @at on that a linker looks at, or the count. */
static size_t next_section(const struct object *object, size_t at)
{
    while (at < object->section_count && (object->sections[at].kind == SECTION_DEBUG ||
                                          object->sections[at].kind == SECTION_TABLE)) {
        at++;
    }
    return at;
}

static struct span target_name(const struct object *object, const struct obj_reloc *reloc)
{
    if (reloc->symbol != OBJ_NONE) {
        const struct obj_symbol *symbol = &object->symbols[reloc->symbol];
        bool section = symbol->is_section && symbol->place == PLACE_SECTION;
        return section ? object->sections[symbol->section].name : symbol->name;
    }
    return reloc->section != OBJ_NONE ? object->sections[reloc->section].name : span_of("nothing");
}

static const char *compare_relocs(struct comparing *c, size_t a, size_t b)
{
    struct obj_reloc *first;
    struct obj_reloc *second;
    size_t first_count;
    size_t second_count;
    struct error error = {0};
    struct span section = c->first->sections[a].name;
    if (object_relocs(c->first, (uint32_t)a, c->arena, &first, &first_count, &error) != OBJ_OK ||
        object_relocs(c->second, (uint32_t)b, c->arena, &second, &second_count, &error) != OBJ_OK) {
        return NULL; /* broken relocations are told as bytes */
    }
    for (size_t i = 0; i < first_count && i < second_count; i++) {
        struct span was = target_name(c->first, &first[i]);
        struct span is = target_name(c->second, &second[i]);
        if (first[i].offset != second[i].offset || first[i].type != second[i].type ||
            first[i].addend != second[i].addend || !span_equal(was, is)) {
            return arena_printf(c->arena,
                                "relocation %zu of section %.*s: offset %#" PRIx64
                                ", type %#" PRIx32 ", to %.*s%+" PRId64 ", not offset %#" PRIx64
                                ", type %#" PRIx32 ", to %.*s%+" PRId64,
                                i, NAME(section), second[i].offset, second[i].type, NAME(is),
                                second[i].addend, first[i].offset, first[i].type, NAME(was),
                                first[i].addend);
        }
    }
    if (first_count != second_count) {
        return arena_printf(c->arena, "section %.*s: %zu relocations, not %zu", NAME(section),
                            second_count, first_count);
    }
    return NULL;
}

static const char *compare_section(struct comparing *c, size_t a, size_t b)
{
    const struct obj_section *first = &c->first->sections[a];
    const struct obj_section *second = &c->second->sections[b];
    if (!span_equal(first->name, second->name)) {
        return arena_printf(c->arena, "section %zu is %.*s, not %.*s", b, NAME(second->name),
                            NAME(first->name));
    }
    if (!first->numbered && !span_equal(first->data, second->data)) {
        return say_bytes("section ", first->name, first->data, second->data, c->arena);
    }
    if (first->size != second->size) {
        return arena_printf(c->arena, "section %.*s: size %#" PRIx64 ", not %#" PRIx64,
                            NAME(first->name), second->size, first->size);
    }
    if (first->flags != second->flags || first->align != second->align) {
        return arena_printf(c->arena,
                            "section %.*s: flags %#" PRIx64 " and alignment %" PRIu64
                            ", not %#" PRIx64 " and %" PRIu64,
                            NAME(first->name), second->flags, second->align, first->flags,
                            first->align);
    }
    return compare_relocs(c, a, b);
}

static const char *compare_sections(struct comparing *c)
{
    size_t a = next_section(c->first, 0);
    size_t b = next_section(c->second, 0);
    while (a < c->first->section_count && b < c->second->section_count) {
        const char *text = compare_section(c, a, b);
        if (text) {
            return text;
        }
        a = next_section(c->first, a + 1);
        b = next_section(c->second, b + 1);
    }
    if (a < c->first->section_count) {
        return arena_printf(c->arena, "section %.*s is missing", NAME(c->first->sections[a].name));
    }
    return b < c->second->section_count
               ? arena_printf(c->arena, "section %.*s is new", NAME(c->second->sections[b].name))
               : NULL;
}

/* ---- symbols ----------------------------------------------------------------------------- */

static size_t next_symbol(const struct object *object, size_t at)
{
    while (at < object->symbol_count &&
           (object->symbols[at].label || object->symbols[at].is_section)) {
        at++;
    }
    return at;
}

static const char *compare_symbols(struct comparing *c)
{
    size_t a = next_symbol(c->first, 0);
    size_t b = next_symbol(c->second, 0);
    while (a < c->first->symbol_count && b < c->second->symbol_count) {
        const struct obj_symbol *first = &c->first->symbols[a];
        const struct obj_symbol *second = &c->second->symbols[b];
        if (!span_equal(first->name, second->name)) {
            return arena_printf(c->arena, "symbol %zu is %.*s, not %.*s", b, NAME(second->name),
                                NAME(first->name));
        }
        if (first->value != second->value || first->size != second->size ||
            first->binding != second->binding || first->visibility != second->visibility ||
            first->place != second->place) {
            return arena_printf(c->arena,
                                "symbol %.*s: value %#" PRIx64 " and size %" PRIu64
                                ", not %#" PRIx64 " and %" PRIu64 ", or another binding",
                                NAME(first->name), second->value, second->size, first->value,
                                first->size);
        }
        a = next_symbol(c->first, a + 1);
        b = next_symbol(c->second, b + 1);
    }
    if (a < c->first->symbol_count) {
        return arena_printf(c->arena, "symbol %.*s is missing", NAME(c->first->symbols[a].name));
    }
    return b < c->second->symbol_count
               ? arena_printf(c->arena, "symbol %.*s is new", NAME(c->second->symbols[b].name))
               : NULL;
}

/* ---- together ---------------------------------------------------------------------------- */

static const char *compare_headers(struct comparing *c)
{
    const struct object *first = c->first;
    const struct object *second = c->second;
    if (first->format != second->format || first->machine != second->machine) {
        return arena_printf(c->arena, "%s %s, not %s %s", object_machine_name(second->machine),
                            object_format_name(second->format),
                            object_machine_name(first->machine),
                            object_format_name(first->format));
    }
    if (first->system != second->system) {
        return arena_printf(c->arena,
                            "for %s from %u.%u on, not from %u.%u on: with one deployment target "
                            "for all code they may be equal",
                            object_platform_name(second->platforms), second->system >> 16,
                            second->system >> 8 & 0xff, first->system >> 16,
                            first->system >> 8 & 0xff);
    }
    if (first->flags != second->flags || first->raw_subtype != second->raw_subtype) {
        return arena_printf(c->arena, "header flags %#" PRIx32 ", not %#" PRIx32, second->flags,
                            first->flags);
    }
    return NULL;
}

const char *first_difference(struct span first, struct span second, struct arena *arena)
{
    struct object a;
    struct object b;
    struct error error = {0};
    struct comparing c = {.first = &a, .second = &b, .arena = arena};
    const char *text = NULL;
    if (object_read(first, arena, &a, &error) == OBJ_OK &&
        object_read(second, arena, &b, &error) == OBJ_OK && a.section_count && b.section_count) {
        text = compare_headers(&c);
        text = text ? text : compare_sections(&c);
        text = text ? text : compare_symbols(&c);
    }
    return text ? text : say_bytes("", span_of("the member"), first, second, arena);
}
