/* SPDX-License-Identifier: MIT */
/** Comparing editable objects: the one that was read back with the one that was written. */
#include "obj/coff.h"
#include "obj/macho.h"
#include "obj/writer.h"

struct comparing {
    const struct obj_edit *meant, *written;
    const uint32_t *symbols; /* by symbol of meant: its number in written */
    struct error *why;
};

/** The number of a symbol in the written object. */
static uint32_t number_of(const struct comparing *c, uint32_t symbol)
{
    return symbol == OBJ_NONE ? OBJ_NONE : c->symbols[symbol];
}

static bool same_reloc(const struct comparing *c, const struct obj_reloc *a,
                       const struct obj_reloc *b)
{
    return a->offset == b->offset && a->addend == b->addend && a->type == b->type &&
           number_of(c, a->symbol) == b->symbol && a->section == b->section &&
           a->in_place == b->in_place;
}

/** Flags without the one that depends on the number of relocations. */
static uint64_t flags_of(const struct object *object, const struct obj_section *section)
{
    return section->flags & ~(uint64_t)(object->format == OBJ_COFF ? IMAGE_SCN_LNK_NRELOC_OVFL : 0);
}

static bool same_section(const struct comparing *c, size_t i)
{
    const struct obj_section *a = &c->meant->object.sections[i];
    const struct obj_section *b = &c->written->object.sections[i];
    return span_equal(a->name, b->name) && span_equal(a->segment, b->segment) &&
           a->kind == b->kind && a->numbered == b->numbered &&
           (a->numbered || (a->size == b->size && span_equal(a->data, b->data))) &&
           a->address == b->address && a->align == b->align && a->entry_size == b->entry_size &&
           flags_of(&c->meant->object, a) == flags_of(&c->meant->object, b) && a->type == b->type &&
           a->link == b->link && a->group == b->group;
}

static bool same_sections(const struct comparing *c)
{
    const struct object *meant = &c->meant->object;
    if (meant->section_count != c->written->object.section_count) {
        return error_set(c->why, "%zu sections, not %zu", c->written->object.section_count,
                         meant->section_count);
    }
    for (size_t i = 0; i < meant->section_count; i++) {
        const struct edit_relocs *a = &c->meant->relocs[i];
        const struct edit_relocs *b = &c->written->relocs[i];
        if (!same_section(c, i)) {
            return error_set(c->why, "section %zu (%.*s) differs", i,
                             SPAN_BRIEF(meant->sections[i].name));
        }
        bool same = a->count == b->count;
        for (size_t r = 0; same && r < a->count; r++) {
            same = same_reloc(c, &a->list[r], &b->list[r]);
        }
        if (!same) {
            return error_set(c->why, "the relocations of section %zu (%.*s) differ", i,
                             SPAN_BRIEF(meant->sections[i].name));
        }
    }
    return true;
}

/** n_type without the bits that binding and visibility repeat. */
static uint32_t type_of(const struct object *object, const struct obj_symbol *symbol)
{
    return symbol->type & ~(uint32_t)(object->format == OBJ_MACHO ? N_EXT | N_PEXT : 0);
}

static bool same_symbol(const struct comparing *c, uint32_t i)
{
    const struct obj_symbol *a = &c->meant->object.symbols[i];
    const struct obj_symbol *b = &c->written->object.symbols[c->symbols[i]];
    return span_equal(a->name, b->name) && a->value == b->value && a->size == b->size &&
           a->section == b->section && number_of(c, a->alias) == b->alias &&
           type_of(&c->meant->object, a) == type_of(&c->meant->object, b) &&
           a->detail == b->detail && a->binding == b->binding && a->place == b->place &&
           a->visibility == b->visibility && a->label == b->label && a->is_section == b->is_section;
}

static bool same_symbols(const struct comparing *c)
{
    const struct object *meant = &c->meant->object;
    if (meant->symbol_count != c->written->object.symbol_count) {
        return error_set(c->why, "%zu symbols, not %zu", c->written->object.symbol_count,
                         meant->symbol_count);
    }
    for (uint32_t i = 0; i < meant->symbol_count; i++) {
        if (!same_symbol(c, i)) {
            return error_set(c->why, "symbol %u (%.*s) differs", i,
                             SPAN_BRIEF(meant->symbols[i].name));
        }
    }
    return true;
}

static bool same_groups(const struct comparing *c)
{
    const struct object *meant = &c->meant->object;
    bool same = meant->group_count == c->written->object.group_count;
    for (size_t g = 0; same && g < meant->group_count; g++) {
        const struct obj_group *a = &meant->groups[g];
        const struct obj_group *b = &c->written->object.groups[g];
        same = number_of(c, a->symbol) == b->symbol && a->selection == b->selection &&
               a->section_count == b->section_count &&
               (a->section_count == 0 ||
                memcmp(a->sections, b->sections, a->section_count * sizeof *a->sections) == 0);
    }
    return same || error_set(c->why, "the groups differ");
}

/** Compare headers, and load commands without the file offsets in them. */
static bool same_rest(const struct comparing *c)
{
    const struct object *a = &c->meant->object, *b = &c->written->object;
    bool same = a->raw_machine == b->raw_machine && a->raw_subtype == b->raw_subtype &&
                (a->flags == b->flags || a->bigobj != b->bigobj) &&
                c->meant->timestamp == c->written->timestamp &&
                c->meant->command_count == c->written->command_count;
    for (size_t i = 0; same && i < c->meant->command_count; i++) {
        const struct edit_command *x = &c->meant->commands[i], *y = &c->written->commands[i];
        same = x->bytes.size == y->bytes.size && span_equal(x->data, y->data) &&
               (x->data.data ? memcmp(x->bytes.data, y->bytes.data, COMMAND_SIZE) == 0
                             : span_equal(x->bytes, y->bytes));
    }
    return same || error_set(c->why, "the headers differ");
}

bool obj_edit_equal(const struct obj_edit *meant, const struct obj_edit *written,
                    struct arena *arena, struct error *why)
{
    struct comparing c = {.meant = meant,
                          .written = written,
                          .why = why,
                          .symbols = symbols_in_order(
                              &meant->object, writer_rank(meant->object.format), NULL, arena)};
    if (!c.symbols) {
        return error_memory(why);
    }
    return same_rest(&c) && same_symbols(&c) && same_sections(&c) && same_groups(&c);
}
