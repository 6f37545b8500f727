/* SPDX-License-Identifier: MIT */
/** Members as parts of an image: their symbols, relocations and pieces. */
#include <stdlib.h>

#include "proof/image_internal.h"

static int by_number(const void *a, const void *b)
{
    const struct image_global *first = a;
    const struct image_global *second = b;
    if (first->number != second->number) {
        return first->number < second->number ? -1 : 1;
    }
    return (first->symbol > second->symbol) - (first->symbol < second->symbol);
}

/** Give the global symbols their numbers: the class lists them in the same order. */
static bool number_symbols(struct images *images, const struct class *class,
                           struct image_object *out)
{
    const struct object *object = &out->object;
    size_t at = 0;
    out->number_of = ARENA_ARRAY(&images->arena, uint32_t, object->symbol_count);
    out->globals = ARENA_ARRAY(&images->arena, struct image_global, object->symbol_count);
    if (!out->number_of || !out->globals) {
        return false;
    }
    for (uint32_t i = 0; i < object->symbol_count; i++) {
        const struct obj_symbol *symbol = &object->symbols[i];
        out->number_of[i] = NO_CLASS;
        if (symbol->binding == BINDING_LOCAL || symbol->label ||
            obj_symbol_is_of_lto(object, symbol)) {
            continue;
        }
        struct span name = obj_symbol_link_name(symbol);
        while (at < class->global_count && !span_equal(class->globals[at].name, name)) {
            at++;
        }
        if (at == class->global_count) {
            out->broken = true; /* another order: nothing is known of this member */
            return true;
        }
        out->number_of[i] = class->globals[at++].symbol;
        if (symbol->place != PLACE_UNDEFINED || symbol->alias != OBJ_NONE) {
            out->globals[out->global_count++] = (struct image_global){out->number_of[i], i};
        }
    }
    qsort(out->globals, out->global_count, sizeof *out->globals, by_number);
    return true;
}

static int by_offset(const void *a, const void *b)
{
    uint64_t first = *(const uint64_t *)a;
    uint64_t second = *(const uint64_t *)b;
    return (first > second) - (first < second);
}

static bool find_pieces(struct images *images, struct image_object *out)
{
    const struct object *object = &out->object;
    out->pieces = ARENA_ARRAY(&images->arena, uint64_t *, object->section_count);
    out->piece_count = ARENA_ARRAY(&images->arena, size_t, object->section_count);
    size_t *most = ARENA_ARRAY(&images->arena, size_t, object->section_count);
    if (!out->pieces || !out->piece_count || !most) {
        return false;
    }
    for (int fill = 0; fill <= 1; fill++) {
        for (size_t i = 0; i < object->symbol_count; i++) {
            const struct obj_symbol *symbol = &object->symbols[i];
            if (!obj_symbol_begins_piece(object, symbol)) {
                continue;
            }
            uint32_t section = symbol->section;
            most[section] += !fill;
            if (fill) {
                out->pieces[section][out->piece_count[section]++] = symbol->value;
            }
        }
        for (size_t i = 0; !fill && i < object->section_count; i++) {
            out->pieces[i] = most[i] ? ARENA_ARRAY(&images->arena, uint64_t, most[i]) : NULL;
            if (most[i] && !out->pieces[i]) {
                return false;
            }
        }
    }
    for (size_t i = 0; i < object->section_count; i++) {
        if (out->piece_count[i]) {
            qsort(out->pieces[i], out->piece_count[i], sizeof **out->pieces, by_offset);
        }
    }
    return true;
}

static int by_weak_place(const void *a, const void *b)
{
    const struct image_weak *first = a;
    const struct image_weak *second = b;
    if (first->section != second->section) {
        return first->section < second->section ? -1 : 1;
    }
    if (first->value != second->value) {
        return first->value < second->value ? -1 : 1;
    }
    return (first->number > second->number) - (first->number < second->number);
}

static bool find_weak(struct images *images, struct image_object *out)
{
    const struct object *object = &out->object;
    if (object->format != OBJ_MACHO) {
        return true;
    }
    out->weak = ARENA_ARRAY(&images->arena, struct image_weak, out->global_count + 1);
    for (size_t i = 0; out->weak && i < out->global_count; i++) {
        const struct obj_symbol *symbol = &object->symbols[out->globals[i].symbol];
        if (symbol->binding == BINDING_WEAK && symbol->place == PLACE_SECTION) {
            out->weak[out->weak_count++] =
                (struct image_weak){out->globals[i].number, out->globals[i].symbol,
                                    symbol->section, symbol->value};
        }
    }
    if (out->weak) {
        qsort(out->weak, out->weak_count, sizeof *out->weak, by_weak_place);
    }
    return out->weak != NULL;
}

/** What a section and a symbol take besides relocations, in bytes. */
enum {
    SECTION_COST = sizeof(struct obj_section) + sizeof(struct image_relocs) + 5 * sizeof(size_t),
    SYMBOL_COST = sizeof(struct obj_symbol) + sizeof(struct image_global) + sizeof(uint32_t),
};

struct image_object *image_object(struct images *images, uint32_t number)
{
    const struct census *census = images->census;
    struct image_object *out = images->objects[number];
    if (out) {
        return out;
    }
    const struct class *class = &census->list[number];
    struct span bytes = member_content(census->set, class_member(census, number));
    struct error why = {0};
    out = ARENA_NEW(&images->arena, struct image_object);
    if (!out) {
        return NULL;
    }
    enum obj_result result = object_read(bytes, &images->arena, &out->object, &why);
    const struct object *object = &out->object;
    out->broken = result != OBJ_OK || (!object->section_count && !object->symbol_count);
    if (result == OBJ_NO_MEMORY) {
        return NULL;
    }
    if (!out->broken) {
        out->relocs = ARENA_ARRAY(&images->arena, struct image_relocs, object->section_count);
        out->original = ARENA_ARRAY(&images->arena, struct image_met, object->section_count);
        out->counterpart = ARENA_ARRAY(&images->arena, struct image_met, object->section_count);
        if (!out->relocs || !out->original || !out->counterpart ||
            !number_symbols(images, class, out) || !find_pieces(images, out) ||
            !find_weak(images, out)) {
            return NULL;
        }
    }
    images->read += sizeof *out + object->section_count * SECTION_COST +
                    object->symbol_count * SYMBOL_COST;
    images->objects[number] = out;
    return out;
}

static int by_place(const void *a, const void *b)
{
    const struct obj_reloc *first = a;
    const struct obj_reloc *second = b;
    if (first->offset != second->offset) {
        return first->offset < second->offset ? -1 : 1;
    }
    return (first->type > second->type) - (first->type < second->type);
}

/** Sort relocations by offset; those of one field stay in their order where formats need it. */
static void sort_relocs(struct image_relocs *relocs)
{
    size_t i = 1;
    while (i < relocs->count && relocs->list[i - 1].offset <= relocs->list[i].offset) {
        i++;
    }
    if (i < relocs->count) {
        qsort(relocs->list, relocs->count, sizeof *relocs->list, by_place);
    } else {
        for (size_t from = 0, end; from < relocs->count; from = end) {
            end = from + 1;
            while (end < relocs->count && relocs->list[end].offset == relocs->list[from].offset) {
                end++;
            }
            qsort(relocs->list + from, end - from, sizeof *relocs->list, by_place);
        }
    }
}

const struct image_relocs *image_relocs(struct images *images, struct image_object *object,
                                        uint32_t section)
{
    struct image_relocs *relocs = &object->relocs[section];
    struct error why = {0};
    if (!relocs->read) {
        enum obj_result result = object_relocs(&object->object, section, &images->arena,
                                               &relocs->list, &relocs->count, &why);
        if (result == OBJ_NO_MEMORY) {
            return NULL;
        }
        relocs->count = result == OBJ_OK ? relocs->count : 0;
        images->read += relocs->count * sizeof *relocs->list;
        sort_relocs(relocs);
        relocs->read = true;
    }
    return relocs;
}

uint64_t image_piece(const struct image_object *object, uint32_t section, uint64_t offset,
                     uint64_t *end)
{
    const uint64_t *pieces = object->pieces[section];
    size_t count = object->piece_count[section];
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (pieces[middle] <= offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *end = low < count ? pieces[low] : object->object.sections[section].size;
    return low ? pieces[low - 1] : 0;
}

/** The default of a weak external can be one, too; in hostile files they form cycles. */
enum { MOST_STEPS = 8 };

/* ---- targets ----------------------------------------------------------------------------- */

static bool defined_at(const struct image_object *in, uint32_t class, uint32_t index,
                       uint32_t number, struct target *target)
{
    const struct obj_symbol *symbol = &in->object.symbols[index];
    target->class = class;
    target->offset += symbol->value;
    switch (symbol->place) {
    case PLACE_SECTION:
        target->kind = TARGET_SECTION;
        target->section = symbol->section;
        return true;
    case PLACE_COMMON:
        target->kind = TARGET_COMMON;
        target->symbol = number;
        target->offset -= symbol->value; /* its alignment */
        return true;
    case PLACE_ABSOLUTE:
        target->kind = TARGET_ABSOLUTE;
        return true;
    default:
        target->kind = TARGET_OPAQUE;
        return true;
    }
}

uint32_t image_global(const struct image_object *in, uint32_t number)
{
    size_t low = 0, high = in->global_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (in->globals[middle].number < number) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    bool found = low < in->global_count && in->globals[low].number == number;
    return found ? in->globals[low].symbol : OBJ_NONE;
}

bool image_definition(struct images *images, const struct link *link, uint32_t class,
                      uint32_t number, struct target *target)
{
    struct image_object *in = image_object(images, class);
    if (!in) {
        return false;
    }
    target->kind = TARGET_OPAQUE;
    target->class = class;
    uint32_t index = in->broken ? OBJ_NONE : image_global(in, number);
    if (index == OBJ_NONE) {
        return true;
    }
    uint32_t alias = in->object.symbols[index].alias;
    if (alias == OBJ_NONE) {
        return defined_at(in, class, index, number, target);
    }
    /* a weak external: its default symbol */
    if (link->model == MODEL_MINGW && in->object.symbols[alias].binding == BINDING_LOCAL) {
        target->kind = TARGET_ABSOLUTE; /* GNU ld takes zero for a default that is static */
        return true;
    }
    uint32_t instead = in->number_of[alias];
    return instead == NO_CLASS || instead == number || target->steps++ >= MOST_STEPS
               ? defined_at(in, class, alias, number, target)
               : image_symbol_target(images, link, instead, target);
}

/** Whether another member has defined a symbol when a class is loaded. */
static bool is_defined_before(const struct link *link, uint32_t number, uint32_t class)
{
    const struct line *line = link->line;
    for (uint32_t i = line_first(line, number); i != LINE_NONE; i = line->entries[i].next) {
        uint32_t other = line->entries[i].class & ~SCOPE_WORKSPACE;
        if (other != class && link_has_loaded(link, other) &&
            link->order[other] < link->order[class]) {
            return true;
        }
    }
    return false;
}

/**
 * Mach-O: a weak definition at the address of another symbol, that has lost against one of another
 * member and takes that symbol along, or NO_CLASS. When a definition loses, ld64.lld moves all
 * symbols at its address to the one that wins: those that it has read so far. Of an object it
 * reads the weak ones of an address last. Source: lld/MachO/SymbolTable.cpp, InputFiles.cpp.
 * @number, @value the other symbol, in the class of @target
 */
static uint32_t find_lost(const struct images *images, const struct link *link,
                          const struct target *target, uint32_t number, uint64_t value)
{
    const struct image_object *in = images->objects[target->class];
    const struct image_weak place = {0, 0, target->section, value};
    size_t low = 0, high = in->weak_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (by_weak_place(&in->weak[middle], &place) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (; low < in->weak_count && in->weak[low].section == target->section &&
           in->weak[low].value == value; low++) {
        const struct image_weak *weak = &in->weak[low];
        uint32_t winner = link_definer(link, weak->number);
        uint32_t index = image_global(in, number);
        if (winner == target->class || winner == NO_CLASS || index == OBJ_NONE) {
            continue;
        }
        bool read = in->object.symbols[index].binding != BINDING_WEAK || index < weak->symbol;
        if (read || !is_defined_before(link, weak->number, target->class)) {
            return weak->number;
        }
    }
    return NO_CLASS;
}

bool image_symbol_target(struct images *images, const struct link *link, uint32_t number,
                         struct target *target)
{
    uint32_t class = link_definer(link, number);
    image_ask(images, number);
    target->symbol = number;
    target->kind = TARGET_UNDEFINED;
    if (class == NO_CLASS) {
        uint32_t instead = link_alternate(link, number);
        if (instead != NO_CLASS && target->steps++ < MOST_STEPS) {
            return image_symbol_target(images, link, instead, target);
        }
        /* COFF: __imp_NAME leads to NAME where an object defines it */
        uint32_t name = images->census->imported[number];
        if (name != TABLE_NONE) {
            image_ask(images, name);
        }
        return name == TABLE_NONE || link_definer(link, name) == NO_CLASS ||
               image_symbol_target(images, link, name, target);
    }
    if (images->census->list[class].import_stub) {
        target->kind = TARGET_IMPORT;
        target->class = class;
        return true;
    }
    target->any = link_takes_any(link->definition[number]);
    target->largest = link_takes_largest(link->definition[number]);
    uint64_t addend = target->offset;
    if (!image_definition(images, link, class, number, target)) {
        return false;
    }
    uint32_t lost = target->kind == TARGET_SECTION && target->class == class
                        ? find_lost(images, link, target, number, target->offset - addend)
                        : NO_CLASS;
    if (lost == NO_CLASS || target->steps++ >= MOST_STEPS) {
        return true;
    }
    target->offset = addend;
    return image_symbol_target(images, link, lost, target);
}

bool image_reloc_target(struct images *images, const struct link *link, uint32_t class,
                        uint32_t section, const struct obj_reloc *reloc, struct target *target)
{
    struct image_object *in = images->objects[class];
    *target = (struct target){.kind = TARGET_NOTHING,
                              .symbol = NO_CLASS,
                              .class = NO_CLASS,
                              .offset = (uint64_t)reloc->addend};
    if (reloc->symbol != OBJ_NONE) {
        uint32_t number = in->number_of[reloc->symbol];
        return number == NO_CLASS ? defined_at(in, class, reloc->symbol, NO_CLASS, target)
                                  : image_known_target(images, link, number, target);
    }
    if (reloc->section != OBJ_NONE) {
        struct obj_field field;
        bool read = obj_read_field(&in->object, &in->object.sections[section], reloc, &field);
        target->kind = read && field.plain ? TARGET_SECTION : TARGET_FIELD;
        target->class = class;
        target->section = reloc->section;
        target->offset = read && field.plain ? field.target : 0;
    }
    return true;
}
