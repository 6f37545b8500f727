/* SPDX-License-Identifier: MIT */
/**
 * Prelinking: statements about a whole object, which the one object makes once.
 *
 * Linkers read some sections as a statement about the whole object: its stack need not be
 * executable; these are the symbols whose addresses matter; this is the processor. Where the parts
 * do not all make the same statement, the one object must not claim more than each part did.
 */
#include "obj/coff.h"
#include "obj/directives.h"
#include "obj/elf.h"
#include "obj/macho.h"
#include "obj/writer.h"
#include "shrink/coff_kinds.h"
#include "shrink/elf_kinds.h"
#include "shrink/prelink_internal.h"
#include "shrink/shrink.h"

#define STACK_NOTE ".note.GNU-stack"
#define IMAGE_SCN_DRECTVE 0x00100a00u /* LNK_INFO, LNK_REMOVE, ALIGN_1BYTES */

/** The parts, and the object that they become. */
struct whole {
    struct prelink_part *parts;
    size_t count;
    struct arena *arena;
    struct obj_edit *out;
    struct error *error;
};

/* ---- sections that are removed ----------------------------------------------------------- */

/** Whether an earlier part has a section of the same name, and with @same of the same contents. */
static bool came_before(const struct whole *w, size_t part, const struct obj_section *section,
                        bool same)
{
    for (size_t i = 0; i < part; i++) {
        const struct object *object = &w->parts[i].edit.object;
        for (size_t s = 0; s < object->section_count; s++) {
            if (span_equal(object->sections[s].name, section->name) &&
                (!same || span_equal(object->sections[s].data, section->data))) {
                return true;
            }
        }
    }
    return false;
}

/** The statements of the one object. */
struct statements {
    const struct obj_section *stack;    /* the .note.GNU-stack that stays, or NULL */
    const struct obj_section *property; /* the .note.gnu.property that stays, or NULL */
};

/**
 * The .note.GNU-stack that says what all parts need: one that asks for an executable stack, if any
 * does; else any, if all parts have it.
 */
static const struct obj_section *find_stack(const struct whole *w)
{
    const struct obj_section *first = NULL;
    bool all = true;
    for (size_t i = 0; i < w->count; i++) {
        const struct object *object = &w->parts[i].edit.object;
        bool has = false;
        for (size_t s = 0; s < object->section_count; s++) {
            const struct obj_section *section = &object->sections[s];
            if (!span_is(section->name, STACK_NOTE)) {
                continue;
            }
            if (section->flags & SHF_EXECINSTR) {
                return section;
            }
            first = first ? first : section;
            has = true;
        }
        all = all && has;
    }
    return all ? first : NULL;
}

/** Whether a section of an ELF part must not be in the one object. */
static bool is_dropped_elf(const struct whole *w, size_t part, const struct obj_section *section,
                           const struct statements *all)
{
    const struct elf_kind *kind = elf_kind_of(section);
    switch (kind ? kind->whole : WHOLE_EACH) {
    case WHOLE_ALL:
        return section != all->stack;
    case WHOLE_RULES:
        return section != all->property;
    case WHOLE_ONCE:
    case WHOLE_MASKS:
        return came_before(w, part, section, false);
    case WHOLE_LISTED:
        return came_before(w, part, section, true);
    case WHOLE_GONE:
    case WHOLE_LTO:
        return true;
    case WHOLE_EACH:
    case WHOLE_NEVER:
        break;
    }
    return false;
}

/** Whether a section of a part must not be in the one object. */
static bool is_dropped(const struct whole *w, size_t part, const struct obj_section *section,
                       const struct statements *all)
{
    switch (w->out->object.format) {
    case OBJ_MACHO:
        return macho_omits(w->parts, part, section);
    case OBJ_ELF:
        return is_dropped_elf(w, part, section, all);
    default:
        return coff_kind_of(section)->joining != COFF_APPEND;
    }
}

static enum obj_result drop_from(const struct whole *w, size_t part, const struct statements *all)
{
    struct obj_edit *edit = &w->parts[part].edit;
    const struct object *object = &edit->object;
    bool *sections = ARENA_ARRAY(w->arena, bool, object->section_count + 1);
    bool any = false;
    if (!sections) {
        return OBJ_NO_MEMORY;
    }
    for (size_t i = 0; i < object->section_count; i++) {
        sections[i] = is_dropped(w, part, &object->sections[i], all);
        any |= sections[i];
    }
    return any ? discard_sections(edit, sections, w->arena, w->error) : OBJ_OK;
}

/* ---- directives -------------------------------------------------------------------------- */

/** Join the directives of all parts; equal ones stand once. False when memory is short. */
static bool join_directives(struct whole *w)
{
    size_t size = 0;
    for (size_t i = 0; i < w->count; i++) {
        size += w->parts[i].edit.object.directives.size + 1;
    }
    struct cursor c = {arena_alloc(w->arena, size + 1), 0, false};
    for (size_t i = 0; c.bytes && i < w->count; i++) {
        struct span text = w->parts[i].edit.object.directives;
        text = span_starts(text, "\xef\xbb\xbf") ? span_from(text, 3) : text;
        bool again = text.size == 0;
        for (size_t j = 0; j < i && !again; j++) {
            again =
                span_equal(w->parts[j].edit.object.directives, w->parts[i].edit.object.directives);
        }
        if (!again) {
            put_bytes(&c, text);
            put_8(&c, ' ');
        }
    }
    w->out->object.directives = span_make(c.bytes, c.at);
    return c.bytes != NULL;
}

/** What an /alternatename directive says. */
struct alternate {
    struct span name, instead;
    size_t part;
};

static bool same_alternate(const void *context, uint32_t number, const void *key)
{
    const struct alternate *list = context;
    const struct span *name = key;
    return span_equal(list[number].name, *name);
}

/** Add the /alternatename of a part. @list has room; NULL: only count them. */
static enum obj_result add_alternates(const struct whole *w, size_t part, struct alternate *list,
                                      uint32_t *count, struct table *table)
{
    struct span rest = w->parts[part].edit.object.directives;
    struct obj_directive next;
    while (obj_next_directive(&rest, &next)) {
        uint64_t hash = table_hash(next.value, 0);
        uint32_t found = next.kind != DIRECTIVE_ALTERNATE || !list
                             ? TABLE_NONE
                             : table_find(table, hash, same_alternate, list, &next.value);
        if (found != TABLE_NONE && !span_equal(list[found].instead, next.instead)) {
            return OBJ_REFUSE(w->error, "%.*s: %.*s contradicts that of %.*s: they cannot be one "
                              "object", SPAN_BRIEF(w->parts[part].name), SPAN_BRIEF(next.word),
                              SPAN_BRIEF(w->parts[list[found].part].name));
        }
        if (next.kind != DIRECTIVE_ALTERNATE || found != TABLE_NONE) {
            continue;
        }
        if (list && !table_add(table, hash, *count)) {
            return OBJ_NO_MEMORY;
        }
        if (list) {
            list[*count] = (struct alternate){next.value, next.instead, part};
        }
        ++*count;
    }
    return OBJ_OK;
}

/** Refuse parts that name different symbols to stand in for one: lld-link and link.exe do. */
static enum obj_result check_alternates(const struct whole *w)
{
    struct table table = {0};
    struct alternate *list = NULL;
    enum obj_result result = OBJ_OK;
    for (int fill = 0; fill <= 1 && result == OBJ_OK; fill++) {
        uint32_t count = 0;
        for (size_t i = 0; i < w->count && result == OBJ_OK; i++) {
            result = add_alternates(w, i, list, &count, &table);
        }
        if (!fill && !(list = ARENA_ARRAY(w->arena, struct alternate, count + 1))) {
            result = OBJ_NO_MEMORY;
        }
    }
    table_free(&table);
    return result;
}

enum obj_result prelink_whole(struct prelink_part *parts, size_t count, struct arena *arena,
                              struct obj_edit *out, struct error *error)
{
    struct whole w = {parts, count, arena, out, error};
    struct statements all = {.stack = find_stack(&w)};
    enum obj_result result = OBJ_OK;
    if ((out->object.format == OBJ_COFF && !join_directives(&w)) ||
        !elf_join_masks(parts, count, arena) || !elf_join_attributes(parts, count, arena) ||
        !elf_join_properties(parts, count, arena, &all.property)) {
        return OBJ_NO_MEMORY;
    }
    if (out->object.format == OBJ_COFF) {
        result = check_alternates(&w);
    }
    /* backwards, so that each part is compared with whole earlier ones */
    for (size_t i = count; i-- > 0 && result == OBJ_OK;) {
        result = drop_from(&w, i, &all);
    }
    return result;
}

/* ---- sections that are added ------------------------------------------------------------- */

static bool is_local_common(const struct obj_symbol *symbol)
{
    return symbol->place == PLACE_COMMON && symbol->binding == BINDING_LOCAL;
}

/** A section of zeros for a local common symbol: only global symbols can be common. */
static struct obj_section zeros_for(const struct object *object, const struct obj_symbol *symbol)
{
    struct obj_section section = {
        .size = symbol->size, .kind = SECTION_ZERO, .link = OBJ_NONE, .group = OBJ_NONE};
    section.align = symbol->value ? symbol->value : 1;
    while (!symbol->value && section.align < 16 && section.align < symbol->size) {
        section.align *= 2;
    }
    switch (object->format) {
    case OBJ_ELF:
        section.name = span_of(".bss");
        section.type = SHT_NOBITS;
        section.flags = SHF_ALLOC | SHF_WRITE;
        break;
    case OBJ_COFF:
        section.name = span_of(".bss");
        section.flags = 0xc0000080u; /* MEM_READ, MEM_WRITE, CNT_UNINITIALIZED_DATA */
        for (uint64_t align = section.align, bits = 1; align; align >>= 1, bits++) {
            section.flags = (section.flags & ~UINT64_C(0xf00000)) | bits << 20;
        }
        break;
    default:
        section.name = span_of("__bss");
        section.segment = span_of("__DATA");
        section.flags = 1; /* S_ZEROFILL */
        break;
    }
    return section;
}

enum obj_result prelink_finish(struct obj_edit *edit, struct arena *arena)
{
    struct object *object = &edit->object;
    size_t more = object->directives.size != 0;
    for (size_t i = 0; i < object->symbol_count; i++) {
        more += is_local_common(&object->symbols[i]);
    }
    size_t count = object->section_count + more;
    struct obj_section *sections = ARENA_ARRAY(arena, struct obj_section, count + 1);
    struct edit_relocs *relocs = ARENA_ARRAY(arena, struct edit_relocs, count + 1);
    if (!sections || !relocs) {
        return OBJ_NO_MEMORY;
    }
    for (size_t i = 0; i < object->section_count; i++) {
        sections[i] = object->sections[i];
        relocs[i] = edit->relocs[i];
    }
    for (size_t i = 0; i < object->symbol_count; i++) {
        struct obj_symbol *symbol = &object->symbols[i];
        if (is_local_common(symbol)) {
            sections[object->section_count] = zeros_for(object, symbol);
            symbol->place = PLACE_SECTION;
            symbol->section = (uint32_t)object->section_count++;
            symbol->value = 0;
            if (object->format == OBJ_COFF) {
                symbol->size = 0;
            } else if (object->format == OBJ_MACHO) {
                symbol->size = 0;
                symbol->type = N_SECT;
                symbol->detail = 0;
            }
        }
    }
    if (object->directives.size) {
        sections[object->section_count++] = (struct obj_section){
            .name = span_of(".drectve"), .data = object->directives,
            .size = object->directives.size, .flags = IMAGE_SCN_DRECTVE, .align = 1,
            .kind = SECTION_NOTE, .link = OBJ_NONE, .group = OBJ_NONE};
    }
    object->sections = sections;
    edit->relocs = relocs;
    return OBJ_OK;
}
