/* SPDX-License-Identifier: MIT */
#include "support/edits.h"

#include <check.h>

#include "shrink/shrink.h"
#include "support/objects.h"

#define NAME(span) (int)(span).size, (span).size ? (const char *)(span).data : ""

struct obj_edit edit_of(struct arena *arena, const char *text)
{
    struct obj_edit edit;
    struct error error = {0};
    ck_assert_msg(obj_edit_read(assemble(arena, text), arena, &edit, &error) == OBJ_OK, "%s",
                  error.text);
    return edit;
}

uint32_t section_number(const struct obj_edit *edit, const char *name, unsigned which)
{
    for (uint32_t i = 0; i < edit->object.section_count; i++) {
        if (span_is(edit->object.sections[i].name, name) && which-- == 0) {
            return i;
        }
    }
    ck_abort_msg("no section %s", name);
    return OBJ_NONE;
}

static bool has_name(const struct obj_symbol *symbol, const char *name)
{
    return !symbol->is_section && span_is(symbol->name, name);
}

const struct obj_symbol *symbol_named(const struct obj_edit *edit, const char *name)
{
    for (size_t i = 0; i < edit->object.symbol_count; i++) {
        if (has_name(&edit->object.symbols[i], name)) {
            return &edit->object.symbols[i];
        }
    }
    ck_abort_msg("no symbol %s", name);
    return NULL;
}

size_t count_symbols(const struct obj_edit *edit, const char *name)
{
    size_t count = 0;
    for (size_t i = 0; i < edit->object.symbol_count; i++) {
        count += has_name(&edit->object.symbols[i], name);
    }
    return count;
}

const char *section_list(struct arena *arena, const struct obj_edit *edit)
{
    const char *text = "";
    for (size_t i = 0; i < edit->object.section_count; i++) {
        const struct obj_section *section = &edit->object.sections[i];
        text = arena_printf(arena, "%s%s%.*s:%zu", text, i ? " " : "", NAME(section->name),
                            (size_t)section->size);
    }
    return text;
}

const char *symbol_list(struct arena *arena, const struct obj_edit *edit)
{
    const char *text = "";
    for (size_t i = 0; i < edit->object.symbol_count; i++) {
        const struct obj_symbol *symbol = &edit->object.symbols[i];
        if (!symbol->is_section) {
            text = arena_printf(arena, "%s%s%s%s%s%s%.*s", text, *text ? " " : "",
                                symbol->binding == BINDING_LOCAL ? "-" : "",
                                symbol->visibility == VISIBILITY_HIDDEN ? "~" : "",
                                symbol->place == PLACE_UNDEFINED ? "?" : "",
                                symbol->binding == BINDING_WEAK ? "!" : "", NAME(symbol->name));
        }
    }
    return text;
}

/** What a relocation refers to. */
static const char *target_of(struct arena *arena, const struct obj_edit *edit,
                             const struct obj_reloc *reloc)
{
    if (reloc->symbol == OBJ_NONE) {
        ck_assert_uint_ne(reloc->section, OBJ_NONE);
        return arena_printf(arena, "[%.*s]", NAME(edit->object.sections[reloc->section].name));
    }
    const struct obj_symbol *symbol = &edit->object.symbols[reloc->symbol];
    if (!symbol->is_section) {
        return arena_printf(arena, "%.*s", NAME(symbol->name));
    }
    struct span name = edit->object.sections[symbol->section].name;
    return symbol->value ? arena_printf(arena, "[%.*s]+%u", NAME(name), (unsigned)symbol->value)
                         : arena_printf(arena, "[%.*s]", NAME(name));
}

const char *reloc_list(struct arena *arena, const struct obj_edit *edit, uint32_t section)
{
    const char *text = "";
    for (size_t i = 0; i < edit->relocs[section].count; i++) {
        const struct obj_reloc *reloc = &edit->relocs[section].list[i];
        text = arena_printf(arena, "%s%s%u:%s", text, *text ? " " : "", (unsigned)reloc->offset,
                            target_of(arena, edit, reloc));
        if (reloc->addend && reloc->symbol != OBJ_NONE) {
            text = arena_printf(arena, "%s+%d", text, (int)reloc->addend);
        }
    }
    return text;
}

static bool stays_global(const void *context, struct span name)
{
    (void)context;
    return span_starts(name, "api") || span_starts(name, "_api");
}

enum obj_result prelink_texts(struct arena *arena, const char *const *texts, struct obj_edit *out,
                              struct error *error)
{
    return prelink_texts_as(arena, texts, false, out, error);
}

enum obj_result prelink_texts_as(struct arena *arena, const char *const *texts, bool shares,
                                 struct obj_edit *out, struct error *error)
{
    struct prelink_object_rules rules = {.stays_global = stays_global, .shares = shares};
    struct prelink_part parts[4];
    size_t count = 0;
    for (; texts[count]; count++) {
        ck_assert_uint_lt(count, sizeof parts / sizeof *parts);
        parts[count] = (struct prelink_part){edit_of(arena, texts[count]),
                                             span_of(arena_printf(arena, "%zu", count))};
    }
    return prelink_objects(parts, count, &rules, arena, out, error);
}

struct obj_edit prelinked(struct arena *arena, const char *const *texts)
{
    struct obj_edit edit;
    struct error error = {0};
    ck_assert_msg(prelink_texts(arena, texts, &edit, &error) == OBJ_OK, "%s", error.text);
    return written(arena, &edit);
}

struct obj_edit written(struct arena *arena, const struct obj_edit *edit)
{
    struct shrunk_object result = {0};
    struct obj_edit read;
    struct error error = {0};
    ck_assert_msg(shrink_finish(edit, arena, arena, &result, &error) == OBJ_OK, "%s", error.text);
    ck_assert_msg(obj_edit_read(result.bytes, arena, &read, &error) == OBJ_OK, "%s", error.text);
    return read;
}
