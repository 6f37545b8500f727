/* SPDX-License-Identifier: MIT */
/** Reads the symbols of a Mach-O object. macho.c describes the format. */
#include "obj/macho.h"

enum { NAME_BUDGET = 64 }; /* all names together may be this many times as long as the member */

static size_t nlist_size(const struct macho_reading *in)
{
    return in->wide ? NLIST_SIZE_64 : NLIST_SIZE_32;
}

static enum obj_binding symbol_binding(uint8_t type, uint16_t desc, uint64_t value)
{
    if (!(type & N_EXT) || type & N_STAB) {
        return BINDING_LOCAL;
    }
    if ((type & N_TYPE) == N_UNDF) { /* no common symbol is weak */
        return desc & N_WEAK_REF && !value ? BINDING_WEAK : BINDING_GLOBAL;
    }
    return desc & N_WEAK_DEF ? BINDING_WEAK : BINDING_GLOBAL;
}

/** Set the place of a symbol, and make its value relative to that place. */
static bool place_symbol(struct macho_reading *in, const struct macho_record *record,
                         struct obj_symbol *symbol)
{
    const struct object *object = in->object;
    uint8_t ordinal = record->bytes.data[5];
    switch (symbol->label ? N_ABS : symbol->type & N_TYPE) {
    case N_SECT:
        if (ordinal == 0 || ordinal > object->section_count) {
            return MACHO_FAIL(in, record, "section %d, but they go from 1 to %zu", ordinal,
                              object->section_count);
        }
        symbol->place = PLACE_SECTION;
        symbol->section = ordinal - 1U;
        symbol->value -= object->sections[symbol->section].address;
        return true;
    case N_ABS:
        symbol->place = PLACE_ABSOLUTE;
        return true;
    case N_INDR:
        symbol->place = PLACE_INDIRECT;
        return true;
    default: /* N_UNDF, N_PBUD */
        symbol->place = PLACE_UNDEFINED;
        if (symbol->indexed && symbol->value && (symbol->type & N_TYPE) == N_UNDF) {
            unsigned align = symbol->detail >> 8 & 0xf; /* GET_COMM_ALIGN; 0: the linker chooses */
            symbol->place = PLACE_COMMON;
            symbol->size = symbol->value;
            symbol->value = align ? UINT64_C(1) << align : 0;
        }
        return true;
    }
}

static bool string_at(struct macho_reading *in, const struct macho_record *record,
                      struct span strings, uint64_t offset, struct span *out)
{
    *out = (struct span){NULL, 0};
    if (offset != 0 && !span_cstr(strings, offset, out)) {
        return MACHO_FAIL(in, record,
                          "name at %#" PRIx64 " does not end within the string table (%#zx)",
                          offset, strings.size);
    }
    if (out->size > in->names_left) {
        return MACHO_FAIL(in, record, "names add up to more than %d times the member (%#zx)",
                          NAME_BUDGET, in->object->data.size);
    }
    in->names_left -= out->size;
    return true;
}

static bool read_symbol(struct macho_reading *in, const struct macho_record *record,
                        struct span strings, struct obj_symbol *symbol)
{
    uint8_t type = record->bytes.data[4];
    uint16_t desc = get_16(record->bytes.data + 6, in->big_endian);
    uint64_t value = macho_address(in, record->bytes, 8);
    *symbol = (struct obj_symbol){
        .value = value,
        .section = OBJ_NONE,
        .alias = OBJ_NONE,
        .type = type,
        .detail = desc,
        .binding = symbol_binding(type, desc, value),
        .visibility = type & N_PEXT && !(type & N_STAB) ? VISIBILITY_HIDDEN : VISIBILITY_DEFAULT,
        .indexed = type & N_EXT && !(type & N_STAB) && ((type & N_TYPE) != N_UNDF || value != 0),
        .label = type & N_STAB,
    };
    return string_at(in, record, strings, macho_word(in, record->bytes, 0), &symbol->name) &&
           place_symbol(in, record, symbol);
}

/**
 * An N_INDR symbol is another name of a second symbol. Its value is the offset of the second name
 * in the string table. Add the second name to the extras, which are compared, and clear the value.
 */
static enum obj_result name_indirect(struct macho_reading *in, uint64_t where, struct span strings,
                                     size_t count)
{
    struct object *object = in->object;
    struct span *extras = ARENA_ARRAY(in->arena, struct span, object->extra_count + count);
    if (!extras) {
        return OBJ_NO_MEMORY;
    }
    memcpy(extras, object->extras, object->extra_count * sizeof *extras);
    object->extras = extras;
    for (size_t i = 0; i < object->symbol_count; i++) {
        struct obj_symbol *symbol = &object->symbols[i];
        struct macho_record record = {where + i * nlist_size(in), "symbol", (uint32_t)i, {NULL, 0}};
        if (symbol->place == PLACE_INDIRECT) {
            if (!string_at(in, &record, strings, symbol->value, &extras[object->extra_count++])) {
                return OBJ_BROKEN;
            }
            symbol->value = 0;
        }
    }
    return OBJ_OK;
}

enum obj_result macho_read_symbols(struct macho_reading *in)
{
    struct object *object = in->object;
    size_t step = nlist_size(in);
    struct span command = in->symtab.bytes;
    struct span table, strings;
    if (!command.data) {
        return OBJ_OK;
    }
    uint64_t offset = macho_word(in, command, 8);
    uint32_t count = macho_word(in, command, 12);
    if (!macho_claim(in, &in->symtab, "symbol table", offset, (uint64_t)count * step, &table) ||
        !macho_claim(in, &in->symtab, "string table", macho_word(in, command, 16),
                     macho_word(in, command, 20), &strings)) {
        return OBJ_BROKEN;
    }
    object->symbol_table = table;
    object->string_table = strings;
    object->symbols = ARENA_ARRAY(in->arena, struct obj_symbol, count);
    object->symbol_count = count;
    if (!object->symbols) {
        return OBJ_NO_MEMORY;
    }
    size_t indirect = 0;
    in->names_left = (uint64_t)object->data.size * NAME_BUDGET;
    for (size_t i = 0; i < object->symbol_count; i++) {
        struct obj_symbol *symbol = &object->symbols[i];
        struct macho_record record = {offset + i * step, "symbol", (uint32_t)i,
                                      span_make(table.data + i * step, step)};
        if (!read_symbol(in, &record, strings, symbol)) {
            return OBJ_BROKEN;
        }
        indirect += symbol->place == PLACE_INDIRECT;
    }
    return indirect ? name_indirect(in, offset, strings, indirect) : OBJ_OK;
}
