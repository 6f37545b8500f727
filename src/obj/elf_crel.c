/* SPDX-License-Identifier: MIT */
/**
 * Compact relocations (SHT_CREL), which the writer writes as SHT_RELA or SHT_REL.
 *
 * Source: LLVM 19, llvm/Object/ELF.h (decodeCrel) and MC/ELFObjectWriter.cpp; the proposal for the
 * gABI, "CREL". A section is a header in ULEB128, count << 3 | addend << 2 | shift, and then the
 * entries. Each entry is told by its distance from the one before: the first byte holds 2 flags (3
 * if addends are there) and the lowest bits of the distance of the offset, >> shift; if its top bit
 * is set, the distance goes on in ULEB128. Flag 1: the symbol number changes, flag 2: the type,
 * flag 4: the addend; each change follows in SLEB128. Without addends these are in the contents.
 */
#include "obj/elf.h"

enum { HEADER_ADDEND = 4, SYMBOL_CHANGES = 1, TYPE_CHANGES = 2, ADDEND_CHANGES = 4 };

/** A position in a section. */
struct crel {
    struct span data;
    size_t at;
    bool broken; /* a number is cut short or longer than 64 bits */
};

static uint64_t take_leb128(struct crel *c, bool is_signed)
{
    uint64_t value = 0;
    for (unsigned shift = 0; c->at < c->data.size && shift < 70; shift += 7) {
        uint8_t byte = c->data.data[c->at++];
        value |= shift < 64 ? (uint64_t)(byte & 0x7f) << shift : 0;
        if (!(byte & 0x80)) {
            bool negative = is_signed && byte & 0x40 && shift + 7 < 64;
            return negative ? value | UINT64_MAX << (shift + 7) : value;
        }
    }
    c->broken = true;
    return 0;
}

bool elf_crel_header(struct span data, uint32_t *count, bool *has_addend)
{
    struct crel c = {.data = data};
    uint64_t header = take_leb128(&c, false);
    *has_addend = header & HEADER_ADDEND;
    *count = (uint32_t)(header >> 3);
    return !c.broken && header >> 3 <= data.size - c.at; /* an entry has a byte or more */
}

bool elf_crel_read(const struct object *object, struct span data, struct obj_reloc *out)
{
    struct crel c = {.data = data};
    uint64_t header = take_leb128(&c, false);
    bool has_addend = header & HEADER_ADDEND;
    unsigned flag_bits = has_addend ? 3 : 2;
    unsigned shift = header & 3;
    uint64_t offset = 0, symbol = 0, type = 0, addend = 0;
    for (uint64_t i = 0; i < header >> 3 && !c.broken && c.at < data.size; i++) {
        uint8_t first = data.data[c.at++];
        offset += first >> flag_bits;
        if (first & 0x80) {
            offset += (take_leb128(&c, false) << (7 - flag_bits)) - (0x80u >> flag_bits);
        }
        symbol += first & SYMBOL_CHANGES ? take_leb128(&c, true) : 0;
        type += first & TYPE_CHANGES ? take_leb128(&c, true) : 0;
        addend += has_addend && first & ADDEND_CHANGES ? take_leb128(&c, true) : 0;
        bool wide = elf_is_wide(object);
        uint64_t at = offset << shift;
        out[i] = (struct obj_reloc){.offset = wide ? at : (uint32_t)at,
                                    .addend = wide ? (int64_t)addend : (int32_t)addend,
                                    .type = (uint32_t)type,
                                    .symbol = (uint32_t)symbol,
                                    .section = OBJ_NONE,
                                    .in_place = !has_addend};
        c.broken |= i + 1 < header >> 3 && c.at >= data.size;
    }
    return !c.broken;
}
