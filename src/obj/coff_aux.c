/* SPDX-License-Identifier: MIT */
/**
 * The auxiliary records of COFF symbols that are neither sections nor weak externals.
 *
 * Old debuggers read them; linkers do not. mingw-w64's GCC writes one behind the first function of
 * each object, all zeros. Sources: PE Format, "Auxiliary Symbol Records"; binutils 2.40
 * (include/coff/internal.h, bfd/coffgen.c: coff_pointerize_aux); LLVM 19 (Object/COFF.h).
 *
 * - A function (the derived type in Type is 2), .bf and .ef (FUNCTION), .bb and .eb (BLOCK), the
 *   tags of structures, and what has such a type: {u32 TagIndex, 4 bytes, u32
 *   PointerToLinenumber, u32 PointerToNextFunction}. The first and the last are symbol numbers, 0
 *   for none. Of an array, the last 8 bytes are its dimensions.
 * - CLR_TOKEN: {u8 1, u8 0, u32 SymbolTableIndex}.
 * - EXTERNAL, absolute: a global of an application domain in C++/CLI. The record is that of a
 *   section symbol.
 */
#include "obj/coff.h"

enum {
    AUX_TAG = 0,
    AUX_LINE_NUMBERS = 8,
    AUX_NEXT = 12,
    AUX_CLR_SYMBOL = 2,
    AUX_SECTION_NUMBER = 12,
};

enum { DERIVED_TYPE_MASK = 0x30, DERIVED_FUNCTION = 2 << 4 };

/** The storage classes of old debuggers whose records are known [binutils, coff/internal.h]. */
static bool is_debug_class(uint32_t storage)
{
    enum { AUTOMATIC = 1, FIELD = 18, BLOCK = 100, FUNCTION = 101, END_OF_STRUCTURE = 102 };
    return (storage >= AUTOMATIC && storage <= FIELD) || storage == BLOCK || storage == FUNCTION ||
           storage == END_OF_STRUCTURE;
}

/** Whether the record of a symbol names another symbol at AUX_NEXT. */
static bool has_next(const struct obj_symbol *symbol)
{
    enum { STRUCTURE = 10, UNION = 12, ENUMERATION = 15, BLOCK = 100, FUNCTION = 101 };
    uint32_t storage = symbol->type >> 16;
    return (symbol->type & DERIVED_TYPE_MASK) == DERIVED_FUNCTION || storage == STRUCTURE ||
           storage == UNION || storage == ENUMERATION || storage == BLOCK || storage == FUNCTION;
}

static bool is_domain_global(const struct obj_symbol *symbol)
{
    return symbol->type >> 16 == IMAGE_SYM_CLASS_EXTERNAL && symbol->place == PLACE_ABSOLUTE;
}

bool coff_aux_is_known(const struct object *object, const struct obj_symbol *symbol)
{
    size_t one = object->bigobj ? COFF_BIGOBJ_SYMBOL_SIZE : COFF_SYMBOL_SIZE;
    uint32_t storage = symbol->type >> 16;
    if (storage == IMAGE_SYM_CLASS_WEAK_EXTERNAL) {
        return symbol->value == 0;
    }
    if (symbol->aux.size == 0 || symbol->is_section || storage == IMAGE_SYM_CLASS_FILE) {
        return true;
    }
    if (symbol->aux.size != one) {
        return false;
    }
    if (storage == IMAGE_SYM_CLASS_CLR_TOKEN) {
        return symbol->aux.data[0] == 1;
    }
    if (is_domain_global(symbol)) {
        return get_le16(symbol->aux.data + AUX_SECTION_NUMBER) == 0;
    }
    return is_debug_class(storage);
}

/** Replace the number of a symbol at @at. False, and 0 at @at, if that symbol was removed. */
static bool renumber(uint8_t *at, const uint32_t *numbers, size_t count)
{
    uint32_t old = get_le32(at);
    bool found = old < count && numbers[old] != OBJ_NONE;
    put_le32(at, found ? numbers[old] : 0);
    return found;
}

/** The same, where 0 is no symbol. */
static void renumber_if_any(uint8_t *at, const uint32_t *numbers, size_t count)
{
    if (get_le32(at) != 0) {
        renumber(at, numbers, count);
    }
}

bool coff_aux_patch(uint8_t *record, const struct obj_symbol *symbol, const uint32_t *numbers,
                    size_t count)
{
    uint32_t storage = symbol->type >> 16;
    if (storage == IMAGE_SYM_CLASS_CLR_TOKEN) {
        return renumber(record + AUX_CLR_SYMBOL, numbers, count);
    }
    if (storage == IMAGE_SYM_CLASS_FILE || is_domain_global(symbol)) {
        return true;
    }
    renumber_if_any(record + AUX_TAG, numbers, count);
    if (has_next(symbol)) {
        put_le32(record + AUX_LINE_NUMBERS, 0); /* objects with line numbers are not written */
        renumber_if_any(record + AUX_NEXT, numbers, count);
    }
    return true;
}
