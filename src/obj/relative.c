/* SPDX-License-Identifier: MIT */
#include "obj/relative.h"

#include "obj/linked.h"

enum { STT_TLS = 6, STT_GNU_IFUNC = 10 }; /* [gABI, "Symbol Table"; GNU gABI] */

#define SHF_TLS 0x400u /* [gABI, "Section Attribute Flags"] */

/**
 * Linkers for RISC-V and LoongArch shorten code, those for 32-bit ARM change instructions with the
 * instruction set of the target, those for PowerPC and MIPS care for registers: none of these are
 * here. R_X86_64_PLT32 and its like mean the function itself where it is settled. Range extension
 * and workarounds for errata of AArch64 go between sections, or replace instructions that have no
 * such relocation; ADRP counts pages, which depend on the address.
 *
 * Sources: x86-64 psABI, "Relocation Types"; i386 psABI; AAELF64, "Relocation"; Microsoft, "PE
 * Format", "Type Indicators".
 */
static const struct obj_relative kinds[] = {
    {OBJ_ELF, MACHINE_X86_64, 2, RELATIVE_32, 0},        /* R_X86_64_PC32 */
    {OBJ_ELF, MACHINE_X86_64, 4, RELATIVE_32, 0},        /* R_X86_64_PLT32 */
    {OBJ_ELF, MACHINE_X86_64, 24, RELATIVE_64, 0},       /* R_X86_64_PC64 */
    {OBJ_ELF, MACHINE_X86, 2, RELATIVE_32, 0},           /* R_386_PC32 */
    {OBJ_ELF, MACHINE_X86, 4, RELATIVE_32, 0},           /* R_386_PLT32 */
    {OBJ_ELF, MACHINE_ARM64, 260, RELATIVE_64, 0},       /* R_AARCH64_PREL64 */
    {OBJ_ELF, MACHINE_ARM64, 261, RELATIVE_32, 0},       /* R_AARCH64_PREL32 */
    {OBJ_ELF, MACHINE_ARM64, 273, RELATIVE_BRANCH19, 0}, /* R_AARCH64_LD_PREL_LO19 */
    {OBJ_ELF, MACHINE_ARM64, 274, RELATIVE_ADR, 0},      /* R_AARCH64_ADR_PREL_LO21 */
    {OBJ_ELF, MACHINE_ARM64, 279, RELATIVE_BRANCH14, 0}, /* R_AARCH64_TSTBR14 */
    {OBJ_ELF, MACHINE_ARM64, 280, RELATIVE_BRANCH19, 0}, /* R_AARCH64_CONDBR19 */
    {OBJ_ELF, MACHINE_ARM64, 282, RELATIVE_BRANCH26, 0}, /* R_AARCH64_JUMP26 */
    {OBJ_ELF, MACHINE_ARM64, 283, RELATIVE_BRANCH26, 0}, /* R_AARCH64_CALL26 */
    {OBJ_COFF, MACHINE_X86_64, 4, RELATIVE_32, 4},       /* IMAGE_REL_AMD64_REL32 */
    {OBJ_COFF, MACHINE_X86_64, 5, RELATIVE_32, 5},       /* IMAGE_REL_AMD64_REL32_1 */
    {OBJ_COFF, MACHINE_X86_64, 6, RELATIVE_32, 6},       /* IMAGE_REL_AMD64_REL32_2 */
    {OBJ_COFF, MACHINE_X86_64, 7, RELATIVE_32, 7},       /* IMAGE_REL_AMD64_REL32_3 */
    {OBJ_COFF, MACHINE_X86_64, 8, RELATIVE_32, 8},       /* IMAGE_REL_AMD64_REL32_4 */
    {OBJ_COFF, MACHINE_X86_64, 9, RELATIVE_32, 9},       /* IMAGE_REL_AMD64_REL32_5 */
    {OBJ_COFF, MACHINE_X86, 20, RELATIVE_32, 4},         /* IMAGE_REL_I386_REL32 */
    {OBJ_COFF, MACHINE_ARM64, 3, RELATIVE_BRANCH26, 0},  /* IMAGE_REL_ARM64_BRANCH26 */
    {OBJ_COFF, MACHINE_ARM64, 15, RELATIVE_BRANCH19, 0}, /* IMAGE_REL_ARM64_BRANCH19 */
    {OBJ_COFF, MACHINE_ARM64, 16, RELATIVE_BRANCH14, 0}, /* IMAGE_REL_ARM64_BRANCH14 */
    {OBJ_COFF, MACHINE_ARM64, 17, RELATIVE_32, 4},       /* IMAGE_REL_ARM64_REL32 */
};

bool obj_has_relative(const struct object *object)
{
    bool has = false;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        has |= kinds[i].format == object->format && kinds[i].machine == object->machine;
    }
    return has && !object->big_endian;
}

const struct obj_relative *obj_relative_of(const struct object *object, uint32_t type)
{
    for (size_t i = 0; !object->big_endian && i < sizeof kinds / sizeof *kinds; i++) {
        if (kinds[i].format == object->format && kinds[i].machine == object->machine &&
            kinds[i].type == type) {
            return &kinds[i];
        }
    }
    return NULL;
}

/* Sources: as above. Not the kinds for which linkers may put code or a table between. */
static const struct {
    enum obj_machine machine;
    uint32_t type;
} sums[] = {
    {MACHINE_X86_64, 1},  /* R_X86_64_64 */
    {MACHINE_X86_64, 2},  /* R_X86_64_PC32 */
    {MACHINE_X86_64, 10}, /* R_X86_64_32 */
    {MACHINE_X86_64, 11}, /* R_X86_64_32S */
    {MACHINE_X86_64, 24}, /* R_X86_64_PC64 */
    {MACHINE_ARM64, 257}, /* R_AARCH64_ABS64 */
    {MACHINE_ARM64, 258}, /* R_AARCH64_ABS32 */
    {MACHINE_ARM64, 260}, /* R_AARCH64_PREL64 */
    {MACHINE_ARM64, 261}, /* R_AARCH64_PREL32 */
    {MACHINE_ARM64, 275}, /* R_AARCH64_ADR_PREL_PG_HI21 */
    {MACHINE_ARM64, 277}, /* R_AARCH64_ADD_ABS_LO12_NC */
    {MACHINE_ARM64, 278}, /* R_AARCH64_LDST8_ABS_LO12_NC */
    {MACHINE_ARM64, 284}, /* R_AARCH64_LDST16_ABS_LO12_NC */
    {MACHINE_ARM64, 285}, /* R_AARCH64_LDST32_ABS_LO12_NC */
    {MACHINE_ARM64, 286}, /* R_AARCH64_LDST64_ABS_LO12_NC */
    {MACHINE_ARM64, 299}, /* R_AARCH64_LDST128_ABS_LO12_NC */
};

bool obj_reloc_is_sum(const struct object *object, const struct obj_reloc *reloc)
{
    bool known = false;
    for (size_t i = 0; object->format == OBJ_ELF && !reloc->in_place &&
                       i < sizeof sums / sizeof *sums; i++) {
        known |= sums[i].machine == object->machine && sums[i].type == reloc->type;
    }
    return known;
}

unsigned obj_relative_width(const struct obj_relative *kind)
{
    return kind->form == RELATIVE_64 ? 8 : 4;
}

/** How an instruction holds a distance: its bits, and how many bytes a step has. */
struct bits {
    unsigned first, count, step;
};

static struct bits bits_of(enum obj_relative_form form)
{
    switch (form) {
    case RELATIVE_BRANCH26: return (struct bits){0, 26, 4};
    case RELATIVE_BRANCH19: return (struct bits){5, 19, 4};
    case RELATIVE_BRANCH14: return (struct bits){5, 14, 4};
    default: return (struct bits){0, 32, 1};
    }
}

/** The bits of a word of 4 bytes that hold the distance. */
static uint32_t mask_of(enum obj_relative_form form)
{
    struct bits bits = bits_of(form);
    return form == RELATIVE_ADR ? 0x60ffffe0u
                                : (uint32_t)(((UINT64_C(1) << bits.count) - 1) << bits.first);
}

/** A number of @count bits, which has a sign. */
static int64_t with_sign(uint64_t value, unsigned count)
{
    uint64_t sign = UINT64_C(1) << (count - 1);
    return (int64_t)((value & (2 * sign - 1)) ^ sign) - (int64_t)sign;
}

int64_t obj_relative_get(const struct obj_relative *kind, const uint8_t *field)
{
    if (kind->form == RELATIVE_64) {
        return (int64_t)get_64(field, false);
    }
    uint32_t word = get_le32(field);
    struct bits bits = bits_of(kind->form);
    if (kind->form == RELATIVE_ADR) {
        return with_sign((uint64_t)(word >> 5 << 2) | (word >> 29 & 3), 21);
    }
    return with_sign((uint64_t)word >> bits.first, bits.count) * (int64_t)bits.step;
}

static void put_word(uint8_t *p, uint32_t word)
{
    for (unsigned i = 0; i < 4; i++) {
        p[i] = (uint8_t)(word >> 8 * i);
    }
}

bool obj_relative_put(const struct obj_relative *kind, uint8_t *field, int64_t distance)
{
    struct bits bits = bits_of(kind->form);
    unsigned count = kind->form == RELATIVE_ADR ? 21 : bits.count;
    if (kind->form == RELATIVE_64) {
        put_word(field, (uint32_t)distance);
        put_word(field + 4, (uint32_t)((uint64_t)distance >> 32));
        return true;
    }
    int64_t steps = distance / (int64_t)bits.step;
    if (distance % (int64_t)bits.step || with_sign((uint64_t)steps, count) != steps) {
        return false;
    }
    uint32_t value = (uint32_t)steps;
    uint32_t mask = mask_of(kind->form);
    value = kind->form == RELATIVE_ADR ? (value & 3) << 29 | (value >> 2 & 0x7ffff) << 5
                                       : value << bits.first;
    put_word(field, (get_le32(field) & ~mask) | (value & mask));
    return true;
}

bool obj_relative_alike(const struct obj_relative *kind, const uint8_t *a, const uint8_t *b)
{
    return kind->form == RELATIVE_64 ||
           ((get_le32(a) ^ get_le32(b)) & ~mask_of(kind->form)) == 0;
}

bool obj_relative_adds_field(const struct obj_relative *kind, const struct obj_reloc *reloc)
{
    return kind->format == OBJ_COFF || reloc->in_place;
}

bool obj_section_is_rigid(const struct object *object, const struct obj_section *section)
{
    bool plain = section->kind == SECTION_CODE || section->kind == SECTION_RODATA ||
                 section->kind == SECTION_DATA;
    return plain && (object->format == OBJ_ELF || object->format == OBJ_COFF) &&
           section->group == OBJ_NONE && section->link == OBJ_NONE && !section->numbered &&
           !(object->format == OBJ_ELF && section->flags & SHF_TLS) &&
           !(object->format == OBJ_COFF && span_starts(section->name, ".tls")) &&
           !obj_section_is_merged(object, section) && !obj_section_is_gathered(object, section);
}

bool obj_symbol_is_settled(const struct object *object, const struct obj_symbol *symbol)
{
    if (symbol->place != PLACE_SECTION || symbol->versioned) {
        return false;
    }
    bool elf = object->format == OBJ_ELF;
    if (elf && (symbol->type == STT_TLS || symbol->type == STT_GNU_IFUNC)) {
        return false;
    }
    bool hidden = symbol->visibility == VISIBILITY_HIDDEN ||
                  symbol->visibility == VISIBILITY_INTERNAL;
    return symbol->binding == BINDING_LOCAL ||
           (symbol->binding == BINDING_GLOBAL && (!elf || hidden));
}
