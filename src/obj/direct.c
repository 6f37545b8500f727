/* SPDX-License-Identifier: MIT */
#include "obj/direct.h"

/**
 * By machine the types that are direct, from the first to the last. Addresses as wide as a pointer
 * are none, since the dynamic linker fills them, nor are calls and jumps, for which linkers make
 * entries in the procedure linkage table.
 *
 * Sources: the psABIs, "Relocation Types"; AAELF64 and AAELF32, "Relocation"; mach-o/x86_64/reloc.h
 * and mach-o/arm64/reloc.h; lld 19, ELF/Arch.
 */
static const struct {
    enum obj_format format;
    enum obj_machine machine;
    uint32_t first, last;
} kinds[] = {
    {OBJ_ELF, MACHINE_X86_64, 2, 2},         /* PC32 */
    {OBJ_ELF, MACHINE_X86_64, 10, 15},       /* 32, 32S, 16, PC16, 8, PC8 */
    {OBJ_ELF, MACHINE_X86_64, 17, 18},       /* DTPOFF64, TPOFF64 */
    {OBJ_ELF, MACHINE_X86_64, 20, 21},       /* TLSLD, DTPOFF32 */
    {OBJ_ELF, MACHINE_X86_64, 23, 25},       /* TPOFF32, PC64, GOTOFF64 */
    {OBJ_ELF, MACHINE_X86, 2, 2},            /* PC32 */
    {OBJ_ELF, MACHINE_X86, 9, 9},            /* GOTOFF */
    {OBJ_ELF, MACHINE_X86, 17, 17},          /* TLS_LE */
    {OBJ_ELF, MACHINE_X86, 19, 23},          /* TLS_LDM, 16, PC16, 8, PC8 */
    {OBJ_ELF, MACHINE_X86, 32, 32},          /* TLS_LDO_32 */
    {OBJ_ELF, MACHINE_X86, 34, 34},          /* TLS_LE_32 */
    {OBJ_ELF, MACHINE_ARM, 3, 9},            /* REL32, LDR_PC_G0, ABS16 to SBREL32 */
    {OBJ_ELF, MACHINE_ARM, 24, 24},          /* GOTOFF32 */
    {OBJ_ELF, MACHINE_ARM, 43, 50},          /* MOVW, MOVT */
    {OBJ_ELF, MACHINE_ARM, 53, 54},          /* THM_ALU_PREL_11_0, THM_PC12 */
    {OBJ_ELF, MACHINE_ARM, 105, 106},        /* TLS_LDM32, TLS_LDO32 */
    {OBJ_ELF, MACHINE_ARM, 108, 110},        /* TLS_LE32, TLS_LDO12, TLS_LE12 */
    {OBJ_ELF, MACHINE_ARM64, 258, 278},      /* ABS32 to LDST8_ABS_LO12_NC */
    {OBJ_ELF, MACHINE_ARM64, 284, 293},      /* LDST16 to LDST64, MOVW_PREL */
    {OBJ_ELF, MACHINE_ARM64, 299, 299},      /* LDST128_ABS_LO12_NC */
    {OBJ_ELF, MACHINE_ARM64, 517, 538},      /* TLSLD */
    {OBJ_ELF, MACHINE_ARM64, 544, 559},      /* TLSLE */
    {OBJ_ELF, MACHINE_ARM64, 570, 573},      /* TLSLE and TLSLD of LDST128 */
    {OBJ_ELF, MACHINE_RISCV, 23, 23},        /* PCREL_HI20 */
    {OBJ_ELF, MACHINE_RISCV, 26, 32},        /* HI20, LO12, TPREL */
    {OBJ_ELF, MACHINE_RISCV, 57, 57},        /* 32_PCREL */
    {OBJ_ELF, MACHINE_LOONGARCH, 67, 74},    /* ABS, PCALA */
    {OBJ_ELF, MACHINE_LOONGARCH, 83, 86},    /* TLS_LE */
    {OBJ_ELF, MACHINE_LOONGARCH, 99, 99},    /* 32_PCREL */
    {OBJ_ELF, MACHINE_LOONGARCH, 103, 103},  /* PCREL20_S2 */
    {OBJ_ELF, MACHINE_S390X, 1, 3},          /* 8, 12, 16 */
    {OBJ_ELF, MACHINE_S390X, 5, 5},          /* PC32 */
    {OBJ_ELF, MACHINE_S390X, 13, 13},        /* GOTOFF32 */
    {OBJ_ELF, MACHINE_S390X, 16, 17},        /* PC16, PC16DBL */
    {OBJ_ELF, MACHINE_S390X, 19, 19},        /* PC32DBL */
    {OBJ_ELF, MACHINE_S390X, 23, 23},        /* PC64 */
    {OBJ_ELF, MACHINE_S390X, 27, 28},        /* GOTOFF16, GOTOFF64 */
    {OBJ_ELF, MACHINE_PPC, 3, 6},            /* ADDR16 */
    {OBJ_ELF, MACHINE_PPC, 26, 26},          /* REL32 */
    {OBJ_ELF, MACHINE_PPC, 44, 44},          /* REL64 */
    {OBJ_ELF, MACHINE_PPC, 47, 50},          /* TOC16 */
    {OBJ_ELF, MACHINE_PPC, 56, 57},          /* ADDR16_DS */
    {OBJ_ELF, MACHINE_PPC, 63, 64},          /* TOC16_DS */
    {OBJ_ELF, MACHINE_PPC, 69, 72},          /* TPREL16 */
    {OBJ_ELF, MACHINE_PPC, 74, 77},          /* DTPREL16 */
    {OBJ_ELF, MACHINE_PPC, 132, 132},        /* PCREL34 */
    {OBJ_MACHO, MACHINE_X86_64, 1, 1},       /* SIGNED */
    {OBJ_MACHO, MACHINE_X86_64, 5, 8},       /* SUBTRACTOR, SIGNED_1, SIGNED_2, SIGNED_4 */
    {OBJ_MACHO, MACHINE_ARM64, 1, 1},        /* SUBTRACTOR */
    {OBJ_MACHO, MACHINE_ARM64, 3, 4},        /* PAGE21, PAGEOFF12 */
};

bool obj_has_direct(const struct object *object)
{
    bool has = false;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        has |= kinds[i].format == object->format && kinds[i].machine == object->machine;
    }
    return has;
}

bool obj_reloc_is_direct(const struct object *object, const struct obj_reloc *reloc)
{
    /* Mach-O: the type is the low byte; entries of the indirect table have a bit above. */
    uint32_t type = object->format == OBJ_MACHO ? reloc->type & ~0x700u : reloc->type;
    bool direct = false;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        direct |= kinds[i].format == object->format && kinds[i].machine == object->machine &&
                  kinds[i].first <= type && type <= kinds[i].last;
    }
    return direct;
}
