/* SPDX-License-Identifier: MIT */
/**
 * Writing COFF objects: regular ones, or bigobj if there are too many sections. coff.c,
 * coff_sections.c and coff_symbols.c describe the format.
 *
 * The order in the file is LLVM's: headers; contents and relocations, section by section; symbols;
 * names. Symbols keep their order, because it tells the section symbol and the leader of a COMDAT.
 */
#include "obj/coff.h"
#include "obj/writer.h"

#include <inttypes.h>

enum { AUX_LENGTH = 0, AUX_RELOCS = 4, AUX_NUMBER = 12, AUX_SELECTION = 14, AUX_NUMBER_HIGH = 16 };

/* ---- what can be written ----------------------------------------------------------------- */

static uint32_t storage_of(const struct obj_symbol *symbol)
{
    return symbol->type >> 16;
}

/** Whether the PE Format names a symbol's storage class ("Storage Class"). */
static bool is_known_storage(uint32_t storage)
{
    enum { BIT_FIELD = 18, BLOCK = 100, END_OF_FUNCTION = 0xff };
    return storage <= BIT_FIELD || (storage >= BLOCK && storage <= IMAGE_SYM_CLASS_CLR_TOKEN) ||
           storage == END_OF_FUNCTION;
}

/** Read what only the headers tell, and refuse headers with parts that are not understood. */
static enum obj_result check_headers(struct obj_edit *edit, struct error *error)
{
    const struct object *object = &edit->object;
    const uint8_t *header = object->data.data;
    edit->timestamp = get_le32(header + (object->bigobj ? 8 : 4));
    if (object->bigobj ? get_le32(header + 36) != 0 : get_le16(header + 16) != 0) {
        return OBJ_REFUSE(error, "%s is not understood",
                          object->bigobj ? "metadata behind the header" : "an optional header");
    }
    const uint8_t *sections =
        header + (object->bigobj ? COFF_BIGOBJ_HEADER_SIZE : COFF_HEADER_SIZE);
    for (size_t i = 0; i < object->section_count; i++) {
        if (get_le16(sections + i * COFF_SECTION_SIZE + 34) != 0) {
            return OBJ_REFUSE(error, "section header %zu: line numbers are not understood", i + 1);
        }
    }
    return OBJ_OK;
}

/** Whether a symbol has a section's record, but does not stand at the section's beginning. */
static bool is_misplaced(const struct obj_symbol *symbol)
{
    return symbol->aux.size && !symbol->is_section && symbol->place == PLACE_SECTION &&
           symbol->type == (uint32_t)IMAGE_SYM_CLASS_STATIC << 16;
}

static enum obj_result coff_admit(struct obj_edit *edit, struct arena *arena, struct error *error)
{
    const struct object *object = &edit->object;
    (void)arena;
    for (size_t i = 0; i < object->symbol_count; i++) {
        if (!coff_aux_is_known(object, &object->symbols[i])) {
            return OBJ_REFUSE(error, "symbol %.*s: its auxiliary records are not understood",
                              SPAN_BRIEF(object->symbols[i].name));
        }
        if (!is_known_storage(storage_of(&object->symbols[i]) & 0xff)) {
            return OBJ_REFUSE(error, "symbol %.*s: storage class %u is not understood",
                              SPAN_BRIEF(object->symbols[i].name),
                              storage_of(&object->symbols[i]) & 0xff);
        }
        if (is_misplaced(&object->symbols[i])) {
            return OBJ_REFUSE(error, "symbol %.*s: a section's symbol at %#" PRIx64
                              ", not at the beginning of the section",
                              SPAN_BRIEF(object->symbols[i].name), object->symbols[i].value);
        }
    }
    for (size_t i = 0; i < object->section_count; i++) {
        const struct obj_section *section = &object->sections[i];
        if (section->numbered && section->size != section->data.size) {
            return OBJ_REFUSE(error, "section %.*s lists symbols, but has no contents",
                              SPAN_BRIEF(section->name));
        }
    }
    return check_headers(edit, error);
}

/* ---- layout ------------------------------------------------------------------------------ */

struct coff_place {
    struct span data;
    uint32_t data_offset, reloc_offset;
    size_t name; /* index into the strings, or NO_NAME: the name fits into the header */
};

#define NO_NAME SIZE_MAX

struct coff_writing {
    const struct obj_edit *edit;
    const struct object *object;
    struct arena *arena;
    struct error *error;
    struct strings strings;
    struct coff_place *places;
    size_t *symbol_names;  /* by symbol: index into the strings, or NO_NAME */
    uint32_t *symbols;     /* by symbol: its number in the file */
    uint32_t *old_symbols; /* by number in the file that was read: the new one, or OBJ_NONE */
    size_t old_count;
    const struct obj_symbol *lost; /* its record names a symbol that was removed; or NULL */
    uint32_t record_count;
    uint32_t symbol_offset;
    bool bigobj;
};

static size_t symbol_size(const struct coff_writing *w)
{
    return w->bigobj ? COFF_BIGOBJ_SYMBOL_SIZE : COFF_SYMBOL_SIZE;
}

static size_t add_name(struct coff_writing *w, struct span name)
{
    return name.size > 8 ? strings_add(&w->strings, name) : NO_NAME;
}

/** How many auxiliary records a symbol has. In symbol.aux they have the size that was read. */
static uint32_t aux_count(const struct coff_writing *w, const struct obj_symbol *symbol)
{
    size_t old = w->object->bigobj ? COFF_BIGOBJ_SYMBOL_SIZE : COFF_SYMBOL_SIZE;
    return (uint32_t)(symbol->aux.size / old);
}

static bool number_symbols(struct coff_writing *w)
{
    const struct object *object = w->object;
    w->symbols = ARENA_ARRAY(w->arena, uint32_t, object->symbol_count + 1);
    w->symbol_names = ARENA_ARRAY(w->arena, size_t, object->symbol_count + 1);
    w->places = ARENA_ARRAY(w->arena, struct coff_place, object->section_count + 1);
    if (!w->symbols || !w->symbol_names || !w->places ||
        !strings_begin(&w->strings, object->section_count + object->symbol_count + 1, w->arena)) {
        return false;
    }
    for (size_t i = 0; i < object->section_count; i++) {
        /* a name that begins with '/' would be read as an offset */
        struct span name = object->sections[i].name;
        w->places[i].name =
            span_starts(name, "/") ? strings_add(&w->strings, name) : add_name(w, name);
    }
    for (size_t i = 0; i < object->symbol_count; i++) {
        w->symbols[i] = w->record_count;
        w->record_count += 1 + aux_count(w, &object->symbols[i]);
        w->symbol_names[i] = add_name(w, object->symbols[i].name);
    }
    return strings_lay_out(&w->strings, 4, w->arena);
}

/** Map the old numbers of symbols to their new ones. False when memory is short. */
static bool map_old_numbers(struct coff_writing *w)
{
    const struct object *object = w->object;
    for (size_t i = 0; i < object->symbol_count; i++) {
        size_t raw = object->symbols[i].raw;
        w->old_count = raw != OBJ_NONE && raw >= w->old_count ? raw + 1 : w->old_count;
    }
    w->old_symbols = ARENA_ARRAY(w->arena, uint32_t, w->old_count + 1);
    if (!w->old_symbols) {
        return false;
    }
    memset(w->old_symbols, 0xff, w->old_count * sizeof *w->old_symbols);
    for (size_t i = 0; i < object->symbol_count; i++) {
        if (object->symbols[i].raw != OBJ_NONE) {
            w->old_symbols[object->symbols[i].raw] = w->symbols[i];
        }
    }
    return true;
}

/** Write a list of symbols with their new numbers. */
static bool number_list(struct coff_writing *w, size_t i)
{
    const struct obj_section *section = &w->object->sections[i];
    const struct edit_relocs *relocs = &w->edit->relocs[i];
    size_t stride = coff_numbered_stride(section);
    struct cursor c = {arena_alloc(w->arena, relocs->count * 8 + section->data.size + 8), 0, false};
    for (size_t r = 0; c.bytes && r < relocs->count; r++) {
        uint32_t number = w->symbols[relocs->list[r].symbol];
        if (stride == 1) {
            c.at += put_uleb128(c.bytes + c.at, number);
            continue;
        }
        put_32(&c, number);
        size_t rest = stride - section->record_symbols * (size_t)4;
        if ((r + 1) % section->record_symbols == 0 && rest == 4) {
            put_32(&c, (uint32_t)relocs->list[r].addend);
        } else if ((r + 1) % section->record_symbols == 0 && rest == 8) {
            put_64(&c, (uint64_t)relocs->list[r].addend);
        }
    }
    w->places[i].data = span_make(c.bytes, c.at);
    return c.bytes != NULL;
}

static bool needs_overflow(size_t relocs)
{
    return relocs >= RELOC_COUNT_ELSEWHERE;
}

static uint64_t relocs_size(const struct obj_section *section, size_t count)
{
    return section->numbered ? 0 : (count + needs_overflow(count)) * (uint64_t)COFF_RELOC_SIZE;
}

/** Lay out the file. Returns its size. */
static uint64_t find_offsets(struct coff_writing *w)
{
    const struct object *object = w->object;
    uint64_t at = w->bigobj ? COFF_BIGOBJ_HEADER_SIZE : COFF_HEADER_SIZE;
    at += (uint64_t)object->section_count * COFF_SECTION_SIZE;
    for (size_t i = 0; i < object->section_count; i++) {
        struct coff_place *place = &w->places[i];
        uint64_t relocs = relocs_size(&object->sections[i], w->edit->relocs[i].count);
        place->data_offset = place->data.size ? (uint32_t)at : 0;
        at += place->data.size;
        place->reloc_offset = relocs ? (uint32_t)at : 0;
        at += relocs;
    }
    w->symbol_offset = (uint32_t)at;
    return at + (uint64_t)w->record_count * symbol_size(w) + w->strings.size;
}

/* ---- bytes ------------------------------------------------------------------------------- */

static void put_file_header(const struct coff_writing *w, struct cursor *c)
{
    const struct object *object = w->object;
    if (!w->bigobj) {
        put_16(c, (uint16_t)object->raw_machine);
        put_16(c, (uint16_t)object->section_count);
        put_32(c, w->edit->timestamp);
        put_32(c, w->symbol_offset);
        put_32(c, w->record_count);
        put_16(c, 0);
        put_16(c, (uint16_t)object->flags);
        return;
    }
    put_16(c, 0);
    put_16(c, 0xffff);
    put_16(c, 2);
    put_16(c, (uint16_t)object->raw_machine);
    put_32(c, w->edit->timestamp);
    put_bytes(c, span_make(coff_bigobj_class, sizeof coff_bigobj_class));
    put_32(c, 0); /* SizeOfData */
    put_32(c, object->bigobj ? object->flags : 0);
    put_32(c, 0); /* MetaDataSize */
    put_32(c, 0); /* MetaDataOffset */
    put_32(c, (uint32_t)object->section_count);
    put_32(c, w->symbol_offset);
    put_32(c, w->record_count);
}

/** Write the name of a section: itself, "/N" in decimal, or "//" and six base 64 digits. */
static void put_section_name(const struct coff_writing *w, struct cursor *c, size_t i)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    struct span name = w->object->sections[i].name;
    char text[24] = "";
    if (w->places[i].name != NO_NAME) {
        uint32_t offset = w->strings.offsets[w->places[i].name];
        if (offset <= 9999999) {
            snprintf(text, sizeof text, "/%" PRIu32, offset);
        } else {
            memcpy(text, "//", 2);
            for (int digit = 7; digit > 1; digit--, offset /= 64) {
                text[digit] = digits[offset % 64];
            }
        }
        name = span_make(text, 8);
    }
    size_t start = c->at;
    put_bytes(c, name);
    c->at = start + 8;
}

static void put_section_header(const struct coff_writing *w, struct cursor *c, size_t i)
{
    const struct obj_section *section = &w->object->sections[i];
    const struct coff_place *place = &w->places[i];
    size_t count = section->numbered ? 0 : w->edit->relocs[i].count;
    uint32_t flags = (uint32_t)section->flags & ~IMAGE_SCN_LNK_NRELOC_OVFL;
    put_section_name(w, c, i);
    put_32(c, 0); /* VirtualSize */
    put_32(c, (uint32_t)section->address);
    put_32(c, (uint32_t)(section->numbered ? place->data.size : section->size));
    put_32(c, place->data_offset);
    put_32(c, place->reloc_offset);
    put_32(c, 0); /* PointerToLinenumbers */
    put_16(c, (uint16_t)(needs_overflow(count) ? RELOC_COUNT_ELSEWHERE : count));
    put_16(c, 0); /* NumberOfLinenumbers */
    put_32(c, flags | (needs_overflow(count) ? IMAGE_SCN_LNK_NRELOC_OVFL : 0));
}

static void put_relocs(const struct coff_writing *w, struct cursor *c, size_t i)
{
    const struct obj_section *section = &w->object->sections[i];
    const struct edit_relocs *relocs = &w->edit->relocs[i];
    if (section->numbered) {
        return;
    }
    if (needs_overflow(relocs->count)) {
        put_32(c, (uint32_t)relocs->count + 1);
        put_32(c, 0);
        put_16(c, 0);
    }
    for (size_t r = 0; r < relocs->count; r++) {
        const struct obj_reloc *reloc = &relocs->list[r];
        bool pair = coff_is_pair(w->object, reloc->type);
        put_32(c, (uint32_t)(section->address + reloc->offset));
        put_32(c, pair ? (uint32_t)reloc->addend : w->symbols[reloc->symbol]);
        put_16(c, (uint16_t)reloc->type);
    }
}

static int32_t symbol_section(const struct obj_symbol *symbol)
{
    switch (symbol->place) {
    case PLACE_SECTION: return (int32_t)symbol->section + 1;
    case PLACE_ABSOLUTE: return symbol->label ? IMAGE_SYM_DEBUG : IMAGE_SYM_ABSOLUTE;
    default: return 0;
    }
}

/** The COMDAT selection of a section, 0 for other sections. */
static uint8_t selection_of(const struct object *object, const struct obj_section *section,
                            uint8_t old)
{
    if (!(section->flags & IMAGE_SCN_LNK_COMDAT)) {
        return 0;
    }
    return section->link != OBJ_NONE    ? IMAGE_COMDAT_SELECT_ASSOCIATIVE
           : section->group != OBJ_NONE ? (uint8_t)object->groups[section->group].selection
                                        : old;
}

/** Bring the record of a section symbol up to date. */
static void patch_section_record(const struct coff_writing *w, uint8_t *aux,
                                 const struct obj_symbol *symbol)
{
    const struct obj_section *section = &w->object->sections[symbol->section];
    size_t count = section->numbered ? 0 : w->edit->relocs[symbol->section].count;
    uint32_t old = get_le16(aux + AUX_NUMBER);
    uint32_t number = section->link != OBJ_NONE ? section->link + 1 : old ? symbol->section + 1 : 0;
    put_le32(aux + AUX_LENGTH, (uint32_t)section->size);
    put_le16(aux + AUX_RELOCS,
             (uint16_t)(needs_overflow(count) ? RELOC_COUNT_ELSEWHERE : count));
    put_le16(aux + AUX_NUMBER, (uint16_t)number);
    aux[AUX_SELECTION] = selection_of(w->object, section, aux[AUX_SELECTION]);
    if (w->bigobj) {
        put_le16(aux + AUX_NUMBER_HIGH, (uint16_t)(number >> 16));
    }
}

/** Write the auxiliary records of a symbol, in the record size of this file. */
static void put_aux(struct coff_writing *w, struct cursor *c,
                    const struct obj_symbol *symbol)
{
    size_t old = w->object->bigobj ? COFF_BIGOBJ_SYMBOL_SIZE : COFF_SYMBOL_SIZE;
    size_t size = symbol_size(w);
    uint8_t *first = c->bytes + c->at;
    for (size_t at = 0; at < symbol->aux.size; at += old) {
        size_t start = c->at;
        put_bytes(c, span_make(symbol->aux.data + at, old < size ? old : size));
        c->at = start + size;
    }
    if (symbol->aux.size && symbol->is_section) {
        patch_section_record(w, first, symbol);
    } else if (symbol->aux.size && symbol->alias != OBJ_NONE) {
        put_le32(first, w->symbols[symbol->alias]);
        put_le32(first + 4, symbol->detail);
    } else if (symbol->aux.size &&
               !coff_aux_patch(first, symbol, w->old_symbols, w->old_count)) {
        w->lost = symbol;
    }
}

static void put_symbol(struct coff_writing *w, struct cursor *c, size_t i)
{
    const struct obj_symbol *symbol = &w->object->symbols[i];
    int32_t section = symbol_section(symbol);
    size_t start = c->at;
    if (w->symbol_names[i] == NO_NAME) {
        put_bytes(c, symbol->name);
    } else {
        put_32(c, 0);
        put_32(c, w->strings.offsets[w->symbol_names[i]]);
    }
    c->at = start + 8;
    put_32(c, (uint32_t)(symbol->place == PLACE_COMMON ? symbol->size : symbol->value));
    if (w->bigobj) {
        put_32(c, (uint32_t)section);
    } else {
        put_16(c, (uint16_t)section);
    }
    put_16(c, (uint16_t)symbol->type);
    put_8(c, (uint8_t)storage_of(symbol));
    put_8(c, (uint8_t)aux_count(w, symbol));
    put_aux(w, c, symbol);
}

static void put_all(struct coff_writing *w, struct cursor *c)
{
    const struct object *object = w->object;
    put_file_header(w, c);
    for (size_t i = 0; i < object->section_count; i++) {
        put_section_header(w, c, i);
    }
    for (size_t i = 0; i < object->section_count; i++) {
        put_bytes(c, w->places[i].data);
        put_relocs(w, c, i);
    }
    for (size_t i = 0; i < object->symbol_count; i++) {
        put_symbol(w, c, i);
    }
    size_t names = c->at;
    put_bytes(c, w->strings.bytes);
    put_le32(c->bytes + names, (uint32_t)w->strings.size);
}

static enum obj_result coff_write(const struct obj_edit *edit, struct arena *arena,
                                  struct span *out, struct error *error)
{
    struct coff_writing w = {.edit = edit,
                             .object = &edit->object,
                             .arena = arena,
                             .error = error,
                             .bigobj = edit->object.bigobj ||
                                       edit->object.section_count > LARGEST_SECTION_NUMBER_16};
    if (!number_symbols(&w) || !map_old_numbers(&w)) {
        return OBJ_NO_MEMORY;
    }
    for (size_t i = 0; i < w.object->section_count; i++) {
        w.places[i].data = w.object->sections[i].data;
        if (w.object->sections[i].numbered && !number_list(&w, i)) {
            return OBJ_NO_MEMORY;
        }
    }
    uint64_t size = find_offsets(&w);
    if (size > UINT32_MAX) {
        return OBJ_FAIL(error, "the object takes %#" PRIx64 " bytes, more than COFF can have",
                        size);
    }
    struct cursor cursor = {arena_alloc(arena, (size_t)size), 0, false};
    if (!cursor.bytes) {
        return OBJ_NO_MEMORY;
    }
    put_all(&w, &cursor);
    if (w.lost) {
        return OBJ_FAIL(error, "symbol %.*s: its auxiliary record names a symbol that is removed",
                        SPAN_BRIEF(w.lost->name));
    }
    *out = span_make(cursor.bytes, (size_t)size);
    return OBJ_OK;
}

/** All symbols have the same rank: they keep their order. */
static int coff_rank(const struct obj_symbol *symbol)
{
    (void)symbol;
    return 0;
}

const struct obj_writer coff_writer = {OBJ_COFF, coff_admit, coff_write, coff_rank};
