/* SPDX-License-Identifier: MIT */
/**
 * Prelinking Mach-O: the pieces of a part, and which of them go.
 *
 * With MH_SUBSECTIONS_VIA_SYMBOLS, linkers cut sections at symbols into pieces (ld64 calls them
 * atoms) and take of several weak definitions of a name one piece only. So does prelinking: what
 * names a definition that lost binds to the one that won, and the piece goes. It stays where
 * something refers to it by its place: a local symbol in it, a section and an offset.
 *
 * Unwind information goes with its function: entries of __compact_unwind (32 bytes: function,
 * length, encoding, personality, exception table [mach-o/compact_unwind_encoding.h]) and FDEs of
 * __eh_frame; exception tables go when only such records name them.
 */
#include "obj/macho.h"
#include "shrink/macho_pieces.h"

#include <stdlib.h>

enum { RECORD_HEAD = 8, MOST_ROUNDS = 64 };
enum { S_REGULAR = 0x0, S_ZEROFILL = 0x1, S_COALESCED = 0xb, S_THREAD_LOCAL_REGULAR = 0x11,
       S_THREAD_LOCAL_VARIABLES = 0x13 };
enum { SUBTRACTOR_X86_64 = 5, SUBTRACTOR_ARM64 = 1 };

/* ---- lookups ----------------------------------------------------------------------------- */

struct piece *macho_piece_at(const struct cutting *c, uint32_t section, uint64_t offset)
{
    uint32_t low = c->first[section];
    uint32_t high = c->first[section + 1];
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (c->pieces[middle].start <= offset) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return &c->pieces[low];
}

/** How far behind a pc-relative field of 4 bytes the address lies from which it counts. */
static uint64_t distance_behind(uint32_t type)
{
    switch (type & 0xff) { /* X86_64_RELOC_SIGNED_1, _2, _4: an immediate of that size follows */
    case 6:
        return 4 + 1;
    case 7:
        return 4 + 2;
    case 8:
        return 4 + 4;
    default:
        return 4;
    }
}

bool macho_local_target(const struct cutting *c, uint32_t from, const struct obj_reloc *reloc,
                        uint64_t *offset)
{
    const struct obj_section *section = &c->object->sections[from];
    const struct obj_section *target = &c->object->sections[reloc->section];
    bool pcrel = reloc->type >> 8 & 1;
    unsigned width = 1u << (reloc->type >> 9 & 3);
    bool big = c->object->big_endian;
    if (reloc->offset > section->data.size || width > section->data.size - reloc->offset ||
        width < 4 || (pcrel && width != 4)) {
        return false;
    }
    const uint8_t *at = section->data.data + reloc->offset;
    uint64_t value = width == 8 ? get_64(at, big) : get_32(at, big);
    if (pcrel) {
        value = (uint64_t)(int64_t)(int32_t)value + section->address + reloc->offset +
                distance_behind(reloc->type);
    }
    *offset = value - target->address;
    return *offset <= target->size;
}

uint64_t macho_place_target(const struct cutting *c, const struct edit_place *place)
{
    const struct obj_section *section = &c->object->sections[place->section];
    uint64_t value = get_64(section->data.data + place->offset, c->object->big_endian);
    return section->address + place->offset + value - c->object->sections[place->target].address;
}

/** Whether the relocation is the first of a pair that makes a difference of two symbols. */
static bool is_subtractor(const struct cutting *c, const struct obj_reloc *reloc)
{
    return (reloc->type & 0xff) ==
           (c->object->machine == MACHINE_X86_64 ? SUBTRACTOR_X86_64 : SUBTRACTOR_ARM64);
}

/** Whether a symbol of the part is a definition that lost against another part's. */
static bool loses(const struct cutting *c, uint32_t symbol)
{
    uint32_t of = c->l->names_of[c->part][symbol];
    const struct name *name = of == OBJ_NONE ? NULL : &c->l->names[of];
    return name && c->object->symbols[symbol].place == PLACE_SECTION &&
           (name->part != c->part || name->symbol != symbol);
}

/* ---- pieces ------------------------------------------------------------------------------ */

static bool is_compact(const struct obj_section *section)
{
    return span_is(section->name, "__compact_unwind");
}

static bool is_frames(const struct obj_section *section)
{
    return span_is(section->name, "__eh_frame");
}

static bool is_tables(const struct obj_section *section)
{
    return span_is(section->name, "__gcc_except_tab");
}

/** The size of an entry of __compact_unwind: three pointers and two words. */
static uint64_t compact_size(const struct object *object)
{
    return object->bits == 64 ? 32 : 20;
}

/** Whether linkers cut a section at its symbols, and nothing else tells its contents apart. */
static bool is_cut_at_symbols(const struct obj_section *section)
{
    uint64_t type = section->flags & SECTION_TYPE;
    return !is_compact(section) && !is_frames(section) && section->align <= 4096 &&
           (type == S_REGULAR || type == S_ZEROFILL || type == S_COALESCED ||
            (type >= S_THREAD_LOCAL_REGULAR && type <= S_THREAD_LOCAL_VARIABLES));
}

/** Whether a piece begins at a symbol: not at an alternate entry or an assembler's label. */
static bool begins_piece(const struct cutting *c, const struct obj_symbol *symbol)
{
    return symbol->place == PLACE_SECTION && !symbol->label &&
           is_cut_at_symbols(&c->object->sections[symbol->section]) &&
           !(symbol->detail & N_ALT_ENTRY) &&
           !(symbol->binding == BINDING_LOCAL && span_starts(symbol->name, "L"));
}

static void add_piece(struct cutting *c, uint32_t section, uint64_t start, uint64_t end)
{
    c->pieces[c->count++] = (struct piece){.section = section, .function = OBJ_NONE,
                                           .start = start, .end = end, .field = UINT64_MAX,
                                           .cie = UINT64_MAX};
}

static void add_compact(struct cutting *c, uint32_t i)
{
    uint64_t size = c->object->sections[i].size;
    uint64_t step = compact_size(c->object);
    for (uint64_t at = 0; at < size; at += step) {
        add_piece(c, i, at, at + step < size ? at + step : size);
        c->pieces[c->count - 1].field = at;
    }
}

/** Add the records of __eh_frame; from one that is not understood on, the rest is one piece. */
static void add_frames(struct cutting *c, uint32_t i)
{
    struct span data = c->object->sections[i].data;
    size_t at = 0;
    while (data.size - at >= RECORD_HEAD) {
        uint64_t length = get_32(data.data + at, c->object->big_endian);
        uint32_t id = get_32(data.data + at + 4, c->object->big_endian);
        if (length < 4 || length > data.size - at - 4 || id > at + 4) {
            break;
        }
        add_piece(c, i, at, at + 4 + length);
        if (id) {
            c->pieces[c->count - 1].field = at + RECORD_HEAD;
            c->pieces[c->count - 1].cie = at + 4 - id;
        }
        at += 4 + (size_t)length;
    }
    if (at < data.size) {
        add_piece(c, i, at, data.size);
    }
}

/** A symbol that begins a piece, for sorting. */
struct beginning {
    uint32_t section;
    uint64_t value;
};

static int by_place(const void *left, const void *right)
{
    const struct beginning *a = left, *b = right;
    if (a->section != b->section) {
        return a->section < b->section ? -1 : 1;
    }
    return a->value < b->value ? -1 : a->value > b->value;
}

/** List where pieces begin. NULL when memory is short. */
static struct beginning *list_beginnings(const struct cutting *c, size_t *count)
{
    const struct object *object = c->object;
    struct beginning *list = ARENA_ARRAY(c->arena, struct beginning, object->symbol_count + 1);
    *count = 0;
    for (size_t i = 0; list && i < object->symbol_count; i++) {
        const struct obj_symbol *symbol = &object->symbols[i];
        if (begins_piece(c, symbol) && symbol->value <= object->sections[symbol->section].size) {
            list[(*count)++] = (struct beginning){symbol->section, symbol->value};
        }
    }
    if (list) {
        qsort(list, *count, sizeof *list, by_place);
    }
    return list;
}

/** Add the pieces of a section that is cut at symbols, from beginning @at on. */
static void add_cut(struct cutting *c, uint32_t i, const struct beginning *list, size_t count,
                    size_t *at)
{
    uint64_t size = c->object->sections[i].size;
    uint64_t start = 0;
    for (; *at < count && list[*at].section == i; ++*at) {
        if (list[*at].value != start) {
            add_piece(c, i, start, list[*at].value);
            start = list[*at].value;
        }
    }
    add_piece(c, i, start, size);
}

/** Divide all sections into pieces. False when memory is short. */
static bool divide(struct cutting *c)
{
    const struct object *object = c->object;
    size_t most = 2 * object->section_count + object->symbol_count + 1;
    size_t count, at = 0;
    struct beginning *list = list_beginnings(c, &count);
    for (size_t i = 0; i < object->section_count; i++) {
        const struct obj_section *section = &object->sections[i];
        most += is_compact(section) ? section->data.size / (size_t)compact_size(object) + 1 : 0;
        most += is_frames(section) ? section->data.size / RECORD_HEAD + 1 : 0;
    }
    c->pieces = ARENA_ARRAY(c->arena, struct piece, most);
    c->first = ARENA_ARRAY(c->arena, uint32_t, object->section_count + 1);
    if (!list || !c->pieces || !c->first) {
        return false;
    }
    for (uint32_t i = 0; i < object->section_count; i++) {
        const struct obj_section *section = &object->sections[i];
        c->first[i] = (uint32_t)c->count;
        if (is_cut_at_symbols(section)) {
            add_cut(c, i, list, count, &at);
        } else if (is_compact(section) && section->data.size) {
            add_compact(c, i);
        } else if (is_frames(section) && section->data.size) {
            add_frames(c, i);
        } else {
            add_piece(c, i, 0, section->size);
        }
    }
    c->first[object->section_count] = (uint32_t)c->count;
    return true;
}

/* ---- what goes --------------------------------------------------------------------------- */

/** The piece to which a relocation leads by place, or NULL: by name, or nowhere. */
static struct piece *target_of(const struct cutting *c, uint32_t from,
                               const struct obj_reloc *reloc, bool *unclear)
{
    uint64_t offset;
    if (reloc->symbol != OBJ_NONE) {
        const struct obj_symbol *symbol = &c->object->symbols[reloc->symbol];
        bool placed = symbol->place == PLACE_SECTION;
        return placed ? macho_piece_at(c, symbol->section, symbol->value) : NULL;
    }
    if (reloc->section == OBJ_NONE) {
        return NULL;
    }
    if (macho_is_one_piece(c, reloc->section)) {
        return &c->pieces[c->first[reloc->section]];
    }
    if (!macho_local_target(c, from, reloc, &offset)) {
        *unclear = true;
        return NULL;
    }
    return macho_piece_at(c, reloc->section, offset);
}

/** Find the pieces that records of unwind information describe. */
static void find_functions(struct cutting *c, bool *unclear)
{
    for (uint32_t i = 0; i < c->object->section_count; i++) {
        const struct edit_relocs *relocs = &c->edit->relocs[i];
        for (size_t r = 0; r < relocs->count; r++) {
            const struct obj_reloc *reloc = &relocs->list[r];
            struct piece *record = macho_piece_at(c, i, reloc->offset);
            /* half of a difference: its bytes are no address */
            bool half = is_subtractor(c, reloc) || (r && is_subtractor(c, &relocs->list[r - 1]));
            *unclear |= half && reloc->section != OBJ_NONE &&
                        !macho_is_one_piece(c, reloc->section);
            if (reloc->offset == record->field && !is_subtractor(c, reloc)) {
                const struct piece *function = target_of(c, i, reloc, unclear);
                record->function = function ? (uint32_t)(function - c->pieces) : OBJ_NONE;
            }
        }
    }
    for (size_t p = 0; p < c->edit->place_count; p++) {
        const struct edit_place *place = &c->edit->places[p];
        struct piece *record = macho_piece_at(c, place->section, place->offset);
        if (place->target != OBJ_NONE && place->offset == record->field) {
            record->function = (uint32_t)(macho_piece_at(c, place->target,
                                                         macho_place_target(c, place)) -
                                          c->pieces);
        }
    }
}

/** Whether the target of a reference is in a piece that must stay for it. */
static bool revive(struct piece *target)
{
    bool died = target && target->dies;
    if (died) {
        target->dies = false;
    }
    return died;
}

/** Keep what pieces that stay refer to by place. Returns whether any piece was revived. */
static bool keep_targets(struct cutting *c, bool *unclear)
{
    bool any = false;
    for (uint32_t i = 0; i < c->object->section_count; i++) {
        const struct edit_relocs *relocs = &c->edit->relocs[i];
        for (size_t r = 0; r < relocs->count; r++) {
            const struct obj_reloc *reloc = &relocs->list[r];
            const struct piece *from = macho_piece_at(c, i, reloc->offset);
            bool unread = from->field == UINT64_MAX && is_frames(&c->object->sections[i]);
            bool by_name = reloc->symbol != OBJ_NONE && loses(c, reloc->symbol) && !unread;
            if (!from->dies && !by_name && reloc->offset != from->field) {
                any |= revive(target_of(c, i, reloc, unclear));
            }
        }
    }
    for (size_t p = 0; p < c->edit->place_count; p++) {
        const struct edit_place *place = &c->edit->places[p];
        const struct piece *from = macho_piece_at(c, place->section, place->offset);
        if (place->target != OBJ_NONE && !from->dies && place->offset != from->field) {
            any |= revive(macho_piece_at(c, place->target, macho_place_target(c, place)));
        }
    }
    return any;
}

/** Let records go with their functions. Returns whether a record changed. */
static bool settle_records(struct cutting *c)
{
    bool any = false;
    for (size_t i = 0; i < c->count; i++) {
        struct piece *piece = &c->pieces[i];
        if (piece->function != OBJ_NONE) {
            any |= piece->dies != c->pieces[piece->function].dies;
            piece->dies = c->pieces[piece->function].dies;
        }
    }
    return any;
}

/** Mark the pieces that may go: a definition in them lost, and all other symbols are local. */
static void mark_candidates(struct cutting *c)
{
    for (uint32_t i = 0; i < c->object->symbol_count; i++) {
        if (loses(c, i)) {
            const struct obj_symbol *symbol = &c->object->symbols[i];
            struct piece *piece = macho_piece_at(c, symbol->section, symbol->value);
            piece->dies = is_cut_at_symbols(&c->object->sections[piece->section]) &&
                          symbol->value == piece->start && piece->end > piece->start;
        }
    }
    for (uint32_t i = 0; i < c->object->symbol_count; i++) {
        const struct obj_symbol *symbol = &c->object->symbols[i];
        if (symbol->place == PLACE_SECTION && symbol->binding != BINDING_LOCAL && !loses(c, i)) {
            macho_piece_at(c, symbol->section, symbol->value)->dies = false;
        }
    }
}

/** Mark the target of a reference if it is an exception table, and the record may go. */
static void release(const struct cutting *c, const struct piece *record, struct piece *target)
{
    if (record->function != OBJ_NONE && record->dies && target &&
        is_tables(&c->object->sections[target->section])) {
        target->dies = true;
    }
}

/** Mark the exception tables that records of pieces which may go refer to. */
static void mark_tables(struct cutting *c, bool *unclear)
{
    for (uint32_t i = 0; i < c->object->section_count; i++) {
        const struct edit_relocs *relocs = &c->edit->relocs[i];
        for (size_t r = 0; r < relocs->count; r++) {
            const struct piece *from = macho_piece_at(c, i, relocs->list[r].offset);
            release(c, from, target_of(c, i, &relocs->list[r], unclear));
        }
    }
    for (size_t p = 0; p < c->edit->place_count; p++) {
        const struct edit_place *place = &c->edit->places[p];
        if (place->target != OBJ_NONE) {
            release(c, macho_piece_at(c, place->section, place->offset),
                    macho_piece_at(c, place->target, macho_place_target(c, place)));
        }
    }
    for (uint32_t i = 0; i < c->object->symbol_count; i++) {
        const struct obj_symbol *symbol = &c->object->symbols[i];
        bool global = symbol->place == PLACE_SECTION && symbol->binding != BINDING_LOCAL;
        if (global && is_tables(&c->object->sections[symbol->section]) && !loses(c, i)) {
            macho_piece_at(c, symbol->section, symbol->value)->dies = false;
        }
    }
}

bool macho_find_pieces(struct cutting *c, bool *any)
{
    bool unclear = false;
    *any = false;
    if (!divide(c)) {
        return false;
    }
    find_functions(c, &unclear);
    mark_candidates(c);
    settle_records(c);
    mark_tables(c, &unclear);
    bool more = true;
    for (int round = 0; more && !unclear; round++) {
        bool kept = keep_targets(c, &unclear);
        more = settle_records(c) || kept;
        unclear |= more && round == MOST_ROUNDS;
    }
    for (size_t i = 0; i < c->count; i++) {
        c->pieces[i].dies &= !unclear;
        *any |= c->pieces[i].dies;
    }
    return true;
}
