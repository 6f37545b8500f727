/* SPDX-License-Identifier: MIT */
/**
 * COFF symbols, and the COMDATs that they describe.
 *
 * Sources: see coff.c. Symbol record, 18 bytes: u8 Name[8] (or u32 0 and u32 offset in the string
 * table), u32 Value, u16 SectionNumber, u16 Type, u8 StorageClass, u8 NumberOfAuxSymbols; in
 * bigobj 20 bytes, with a 32-bit SectionNumber. Section numbers count from 1; 0 is undefined, -1
 * absolute, -2 debugging. Of 16-bit numbers, those from 0xff00 on are negative (LLVM). Auxiliary
 * records follow their symbol and are as large as a symbol. Each record, auxiliary or not, has a
 * number; relocations and other records name symbols by this raw number.
 * - EXTERNAL in section 0 is undefined if Value is 0, else a common symbol of Value bytes.
 * - WEAK_EXTERNAL is undefined and has a record {u32 TagIndex, u32 Characteristics}: the number of
 *   the default, the symbol that linkers use if they find no definition, and how they search.
 *   Archives list a weak external with SEARCH_ALIAS (3) as defined (LLVM getSymbolFlags).
 * - STATIC with a record is a section symbol (BFD: if its type is 0; other types are functions).
 *   The record is {u32 Length, u16 NumberOfRelocations, u16 NumberOfLinenumbers, u32 CheckSum, u16
 *   Number, u8 Selection, u8, u16 high half of Number in bigobj}. Only COMDAT sections use Number
 *   and Selection. LLVM's import libraries have section symbols without a record.
 * - FILE, and each symbol of section -2, is for debuggers.
 *
 * The section symbol of a COMDAT section (LNK_COMDAT) tells its Selection. The next symbol of that
 * section is the leader: linkers find duplicates by its name (the spec; lld createDefined). GCC
 * makes COMDAT sections for unwinding (.pdata$f, .xdata$f) that have no leader. A section with
 * selection ASSOCIATIVE is kept or discarded with section Number. lld demands that section Number
 * comes first. armeld does not, but refuses sections that are associated in a circle.
 */
#include "obj/coff.h"

#include <inttypes.h>

enum { IMAGE_WEAK_EXTERN_SEARCH_ALIAS = 3 };

/** A symbol record in wide fields. */
struct coff_symbol {
    uint32_t number; /* the raw number */
    uint32_t value;
    int32_t section;
    uint16_t type;
    uint8_t storage;
    uint8_t aux_count;
    const uint8_t *record;
    const uint8_t *aux; /* the first auxiliary record, or NULL */
};

/** What the symbols say about a section. */
struct coff_comdat {
    uint32_t associated; /* ASSOCIATIVE: index of the section that this one goes with */
    uint32_t leader;     /* index of the symbol after the section symbol */
    uint32_t visit;      /* number of the walk that passed here; 0: none */
    uint8_t selection;
    bool defined; /* its section symbol was seen */
};

/* How a message about a symbol begins. */
#define SYMBOL_AT "offset %#" PRIx64 ": symbol %" PRIu32 ": "
#define SYMBOL_WHERE(in, raw) \
    (in)->symbol_offset + (uint64_t)(raw) * (in)->symbol_size, (uint32_t)(raw)
#define SYMBOL_FAIL(in, raw, format, ...) \
    OBJ_FAIL((in)->error, SYMBOL_AT format, SYMBOL_WHERE(in, raw), __VA_ARGS__)

/** Map raw numbers to indices. Counts the symbols, without auxiliary records. */
static enum obj_result number_symbols(struct coff_input *in)
{
    struct coff_numbers *numbers = in->numbers;
    numbers->index = ARENA_ARRAY(in->arena, uint32_t, numbers->count);
    if (!numbers->index) {
        return OBJ_NO_MEMORY;
    }
    uint32_t found = 0;
    for (uint32_t raw = 0; raw < numbers->count; raw++) {
        const uint8_t *record = in->symbol_table.data + (size_t)raw * in->symbol_size;
        uint32_t aux_count = record[in->symbol_size - 1];
        if (aux_count > numbers->count - 1 - raw) {
            return SYMBOL_FAIL(in, raw,
                               "%" PRIu32 " auxiliary records exceed the table (%" PRIu32 ")",
                               aux_count, numbers->count);
        }
        numbers->index[raw] = found++;
        for (; aux_count; aux_count--) {
            numbers->index[++raw] = OBJ_NONE;
        }
    }
    in->object->symbol_count = found;
    return OBJ_OK;
}

static struct coff_symbol decode_symbol(const struct coff_input *in, uint32_t raw)
{
    const uint8_t *record = in->symbol_table.data + (size_t)raw * in->symbol_size;
    const uint8_t *tail = record + in->symbol_size;
    uint32_t section = get_le16(record + 12);
    bool negative = section > LARGEST_SECTION_NUMBER_16;
    return (struct coff_symbol){
        .number = raw,
        .value = get_le32(record + 8),
        .section = in->object->bigobj ? (int32_t)get_le32(record + 12)
                                      : (int32_t)section - (negative ? 0x10000 : 0),
        .type = get_le16(tail - 4),
        .storage = tail[-2],
        .aux_count = tail[-1],
        .record = record,
        .aux = tail[-1] ? tail : NULL,
    };
}

static enum obj_result symbol_name(struct coff_input *in, const struct coff_symbol *raw,
                                   struct span *name)
{
    uint32_t offset = get_le32(raw->record + 4);
    if (get_le32(raw->record) != 0 || offset == 0) { /* offset 0: no name (BFD) */
        const uint8_t *nul = memchr(raw->record, 0, 8);
        *name = span_make(raw->record, nul ? (size_t)(nul - raw->record) : 8);
        return OBJ_OK;
    }
    if (coff_string(in, offset, name) != OBJ_OK) {
        error_prefix(in->error, SYMBOL_AT, SYMBOL_WHERE(in, raw->number));
        return OBJ_BROKEN;
    }
    return OBJ_OK;
}

static enum obj_result place_symbol(struct coff_input *in, const struct coff_symbol *raw,
                                    struct obj_symbol *symbol)
{
    symbol->value = raw->value;
    symbol->section = OBJ_NONE;
    if (raw->storage == IMAGE_SYM_CLASS_WEAK_EXTERNAL) {
        symbol->place = PLACE_UNDEFINED; /* whatever its section number (LLVM) */
    } else if (raw->section > 0 && (uint32_t)raw->section <= in->object->section_count) {
        symbol->place = PLACE_SECTION;
        symbol->section = (uint32_t)raw->section - 1;
    } else if (raw->section == 0) {
        bool common = raw->storage == IMAGE_SYM_CLASS_EXTERNAL && raw->value;
        symbol->place = common ? PLACE_COMMON : PLACE_UNDEFINED;
        if (common) {
            symbol->size = raw->value;
            symbol->value = 0;
        }
    } else if (raw->section == IMAGE_SYM_ABSOLUTE || raw->section == IMAGE_SYM_DEBUG) {
        symbol->place = PLACE_ABSOLUTE;
        symbol->label = raw->section == IMAGE_SYM_DEBUG;
    } else {
        return SYMBOL_FAIL(in, raw->number, "section number %" PRId32 ", but there are %zu",
                           raw->section, in->object->section_count);
    }
    return OBJ_OK;
}

/** Read the record of a weak external: its default, and how to search. */
static enum obj_result read_weak(struct coff_input *in, const struct coff_symbol *raw,
                                 struct obj_symbol *symbol)
{
    const struct coff_numbers *numbers = in->numbers;
    symbol->binding = BINDING_WEAK;
    if (!raw->aux) {
        return SYMBOL_FAIL(in, raw->number, "weak external with %u auxiliary records, 1 expected",
                           raw->aux_count);
    }
    uint32_t tag = get_le32(raw->aux);
    if (tag >= numbers->count || numbers->index[tag] == OBJ_NONE) {
        return SYMBOL_FAIL(in, raw->number,
                           "weak external for symbol %" PRIu32 ", but there are %" PRIu32
                           " (or it is auxiliary)",
                           tag, numbers->count);
    }
    symbol->alias = numbers->index[tag];
    symbol->detail = get_le32(raw->aux + 4);
    symbol->indexed = symbol->detail == IMAGE_WEAK_EXTERN_SEARCH_ALIAS;
    return OBJ_OK;
}

/** Whether the record behind a symbol describes a section. */
static bool has_section_record(const struct coff_symbol *raw)
{
    return raw->storage == IMAGE_SYM_CLASS_STATIC && raw->type == 0 && raw->aux;
}

static bool is_section_symbol(const struct coff_input *in, const struct coff_symbol *raw,
                              const struct obj_symbol *symbol)
{
    if (symbol->place != PLACE_SECTION) {
        return false;
    }
    if (raw->storage == IMAGE_SYM_CLASS_SECTION) {
        return true;
    }
    return raw->storage == IMAGE_SYM_CLASS_STATIC && raw->value == 0 &&
           (has_section_record(raw) ||
            span_equal(symbol->name, in->object->sections[symbol->section].name));
}

/** Read all that a symbol says, but for COMDATs. */
static enum obj_result read_symbol(struct coff_input *in, const struct coff_symbol *raw,
                                   struct obj_symbol *symbol)
{
    enum obj_result result = symbol_name(in, raw, &symbol->name);
    if (result == OBJ_OK) {
        result = place_symbol(in, raw, symbol);
    }
    if (result != OBJ_OK) {
        return result;
    }
    symbol->alias = OBJ_NONE;
    symbol->raw = raw->number;
    symbol->aux = span_make(raw->aux, (size_t)raw->aux_count * in->symbol_size);
    symbol->type = raw->type | (uint32_t)raw->storage << 16;
    symbol->is_section = is_section_symbol(in, raw, symbol);
    if (raw->storage == IMAGE_SYM_CLASS_FILE) {
        symbol->label = true;
    } else if (raw->storage == IMAGE_SYM_CLASS_WEAK_EXTERNAL) {
        return read_weak(in, raw, symbol);
    } else if (raw->storage == IMAGE_SYM_CLASS_EXTERNAL && !symbol->label) {
        /* an absolute symbol with a record is an appdomain global of C++/CLI (LLVM) */
        symbol->binding = BINDING_GLOBAL;
        symbol->indexed = symbol->place != PLACE_UNDEFINED &&
                          !(symbol->place == PLACE_ABSOLUTE && raw->aux);
    }
    return OBJ_OK;
}

/* COMDATs. */

/** Read the record behind the section symbol of a COMDAT section. */
static enum obj_result define_comdat(struct coff_input *in, const struct coff_symbol *raw,
                                     struct coff_comdat *comdat)
{
    uint32_t number = get_le16(raw->aux + 12);
    comdat->selection = raw->aux[14];
    comdat->defined = true;
    if (in->object->bigobj) {
        number |= (uint32_t)get_le16(raw->aux + 16) << 16;
    }
    if (comdat->selection > IMAGE_COMDAT_SELECT_NEWEST) {
        return SYMBOL_FAIL(in, raw->number, "COMDAT selection %u, at most %d allowed",
                           comdat->selection, IMAGE_COMDAT_SELECT_NEWEST);
    }
    if (comdat->selection == IMAGE_COMDAT_SELECT_ASSOCIATIVE &&
        (number == 0 || number > in->object->section_count)) {
        return SYMBOL_FAIL(in, raw->number,
                           "associated with section %" PRIu32 ", but there are %zu", number,
                           in->object->section_count);
    }
    comdat->associated = number - 1;
    return OBJ_OK;
}

/** Learn from a symbol of a COMDAT section, which may be its section symbol or its leader. */
static enum obj_result note_comdat(struct coff_input *in, const struct coff_symbol *raw,
                                   const struct obj_symbol *symbol, struct coff_comdat *comdat)
{
    if (!comdat->defined) {
        return has_section_record(raw) ? define_comdat(in, raw, comdat) : OBJ_OK;
    }
    if (comdat->leader == OBJ_NONE && !symbol->is_section &&
        (raw->storage == IMAGE_SYM_CLASS_EXTERNAL || raw->storage == IMAGE_SYM_CLASS_STATIC)) {
        comdat->leader = (uint32_t)(symbol - in->object->symbols);
    }
    return OBJ_OK;
}

static bool is_comdat(const struct obj_section *section)
{
    return section->flags & IMAGE_SCN_LNK_COMDAT;
}

static enum obj_result read_all(struct coff_input *in, struct coff_comdat *comdats)
{
    struct object *object = in->object;
    struct obj_symbol *symbol = object->symbols;
    for (uint32_t i = 0; i < in->numbers->count; symbol++) {
        struct coff_symbol raw = decode_symbol(in, i);
        enum obj_result result = read_symbol(in, &raw, symbol);
        if (result == OBJ_OK && symbol->place == PLACE_SECTION &&
            is_comdat(&object->sections[symbol->section])) {
            result = note_comdat(in, &raw, symbol, &comdats[symbol->section]);
        }
        if (result != OBJ_OK) {
            return result;
        }
        i += 1u + raw.aux_count;
    }
    return OBJ_OK;
}

static bool is_associative(const struct object *object, const struct coff_comdat *comdats,
                           uint32_t i)
{
    return is_comdat(&object->sections[i]) &&
           comdats[i].selection == IMAGE_COMDAT_SELECT_ASSOCIATIVE;
}

/** Give each COMDAT section that is not associative a group of its own. */
static void make_groups(struct object *object, const struct coff_comdat *comdats)
{
    for (uint32_t i = 0; i < object->section_count; i++) {
        if (!is_comdat(&object->sections[i]) || is_associative(object, comdats, i)) {
            continue;
        }
        struct obj_group *group = &object->groups[object->group_count];
        object->sections[i].group = (uint32_t)object->group_count++;
        group->symbol = comdats[i].leader;
        group->selection = comdats[i].selection;
        group->comdat = group->selection != IMAGE_COMDAT_SELECT_NODUPLICATES;
        if (group->symbol != OBJ_NONE) {
            group->name = object->symbols[group->symbol].name;
        }
    }
}

/**
 * Follow the associations of section @first to the last section, and put all sections on the way
 * into the group of that one (or into none, if it is no COMDAT). A walk stops where an earlier walk
 * has passed, so all walks together take linear time.
 */
static enum obj_result join_group(struct coff_input *in, struct coff_comdat *comdats,
                                  uint32_t first)
{
    struct obj_section *sections = in->object->sections;
    uint32_t walk = first + 1;
    uint32_t i = first;
    while (is_associative(in->object, comdats, i) && comdats[i].visit == 0) {
        comdats[i].visit = walk;
        sections[i].link = comdats[i].associated;
        i = comdats[i].associated;
    }
    if (is_associative(in->object, comdats, i) && comdats[i].visit == walk) {
        return OBJ_FAIL(in->error,
                        "section header %" PRIu32
                        ": its associations come back to section %" PRIu32,
                        first + 1, i + 1);
    }
    for (uint32_t j = first; j != i; j = comdats[j].associated) {
        sections[j].group = sections[i].group;
    }
    return OBJ_OK;
}

/** List the sections of each group: first the COMDAT itself, then the associative sections. */
static enum obj_result list_groups(struct coff_input *in)
{
    struct object *object = in->object;
    size_t total = 0;
    for (uint32_t i = 0; i < object->section_count; i++) {
        if (object->sections[i].group != OBJ_NONE) {
            object->groups[object->sections[i].group].section_count++;
            total++;
        }
    }
    uint32_t *next = ARENA_ARRAY(in->arena, uint32_t, total);
    if (!next) {
        return OBJ_NO_MEMORY;
    }
    for (size_t g = 0; g < object->group_count; g++) {
        struct obj_group *group = &object->groups[g];
        group->sections = next;
        next += group->section_count;
        group->section_count = 0;
    }
    for (int associates = 0; associates < 2; associates++) {
        for (uint32_t i = 0; i < object->section_count; i++) {
            const struct obj_section *section = &object->sections[i];
            if (section->group != OBJ_NONE && (section->link != OBJ_NONE) == associates) {
                struct obj_group *group = &object->groups[section->group];
                group->sections[group->section_count++] = i;
            }
        }
    }
    return OBJ_OK;
}

static enum obj_result read_groups(struct coff_input *in, struct coff_comdat *comdats,
                                   size_t count)
{
    struct object *object = in->object;
    object->groups = ARENA_ARRAY(in->arena, struct obj_group, count);
    if (!object->groups) {
        return OBJ_NO_MEMORY;
    }
    make_groups(object, comdats);
    for (uint32_t i = 0; i < object->section_count; i++) {
        if (is_associative(object, comdats, i) && comdats[i].visit == 0) {
            enum obj_result result = join_group(in, comdats, i);
            if (result != OBJ_OK) {
                return result;
            }
        }
    }
    return list_groups(in);
}

enum obj_result coff_read_symbols(struct coff_input *in)
{
    struct object *object = in->object;
    enum obj_result result = number_symbols(in);
    if (result != OBJ_OK) {
        return result;
    }
    size_t comdat_count = 0;
    for (size_t i = 0; i < object->section_count; i++) {
        comdat_count += is_comdat(&object->sections[i]);
    }
    struct coff_comdat *comdats =
        ARENA_ARRAY(in->arena, struct coff_comdat, comdat_count ? object->section_count : 0);
    object->symbols = ARENA_ARRAY(in->arena, struct obj_symbol, object->symbol_count);
    if (!comdats || !object->symbols) {
        return OBJ_NO_MEMORY;
    }
    for (size_t i = 0; comdat_count && i < object->section_count; i++) {
        comdats[i].leader = OBJ_NONE;
    }
    result = read_all(in, comdats);
    return result == OBJ_OK && comdat_count ? read_groups(in, comdats, comdat_count) : result;
}
