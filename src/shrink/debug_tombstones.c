/* SPDX-License-Identifier: MIT */
/** Debug info: references to removed code become tombstones, addresses that no code has. */
#include "obj/elf.h"
#include "obj/writer.h"
#include "shrink/graph.h"
#include "shrink/shrink.h"

enum {
    IMAGE_FILE_MACHINE_X86_64 = 0x8664,
    IMAGE_FILE_MACHINE_X86 = 0x14c,
    IMAGE_FILE_MACHINE_ARM_32 = 0x1c4,
    IMAGE_FILE_MACHINE_ARM_64 = 0xaa64,
    IMAGE_FILE_MACHINE_ARM_64EC = 0xa641,
};

enum { EM_SPARC = 2, EM_SPARC32PLUS = 18, EM_SPARCV9 = 43 };

/**
 * How many bytes a type of relocation fills in. DIFFERENCE: it adds or subtracts an address, and
 * another relocation at the same place does the opposite; without both, the difference is what the
 * contents say.
 */
struct width {
    enum obj_format format;
    uint32_t machine;
    uint32_t type;
    unsigned bytes;
};

enum { DIFFERENCE = 100 };

/* Sources: the processor supplements of the gABI; Microsoft, "PE Format", "Type Indicators". */
static const struct width widths[] = {
    {OBJ_ELF, EM_X86_64, 1, 8},                   /* R_X86_64_64 */
    {OBJ_ELF, EM_X86_64, 10, 4},                  /* R_X86_64_32 */
    {OBJ_ELF, EM_X86_64, 17, 8},                  /* R_X86_64_DTPOFF64 */
    {OBJ_ELF, EM_X86_64, 21, 4},                  /* R_X86_64_DTPOFF32 */
    {OBJ_ELF, EM_X86_64, 2, 4},                   /* R_X86_64_PC32 */
    {OBJ_ELF, EM_386, 1, 4},                      /* R_386_32 */
    {OBJ_ELF, EM_386, 32, 4},                     /* R_386_TLS_LDO_32 */
    {OBJ_ELF, EM_AARCH64, 257, 8},                /* R_AARCH64_ABS64 */
    {OBJ_ELF, EM_AARCH64, 258, 4},                /* R_AARCH64_ABS32 */
    {OBJ_ELF, EM_AARCH64, 1029, 8},               /* R_AARCH64_TLS_DTPREL64 */
    {OBJ_ELF, EM_ARM, 2, 4},                      /* R_ARM_ABS32 */
    {OBJ_ELF, EM_ARM, 106, 4},                    /* R_ARM_TLS_LDO32 */
    {OBJ_ELF, EM_S390, 4, 4},                     /* R_390_32 */
    {OBJ_ELF, EM_S390, 22, 8},                    /* R_390_64 */
    {OBJ_ELF, EM_S390, 52, 4},                    /* R_390_TLS_LDO32 */
    {OBJ_ELF, EM_S390, 53, 8},                    /* R_390_TLS_LDO64 */
    {OBJ_ELF, EM_MIPS, 2, 4},                     /* R_MIPS_32 */
    {OBJ_ELF, EM_MIPS, 18, 8},                    /* R_MIPS_64 */
    {OBJ_ELF, EM_MIPS, 39, 4},                    /* R_MIPS_TLS_DTPREL32 */
    {OBJ_ELF, EM_MIPS, 41, 8},                    /* R_MIPS_TLS_DTPREL64 */
    {OBJ_ELF, EM_PPC, 1, 4},                      /* R_PPC_ADDR32 */
    {OBJ_ELF, EM_PPC, 24, 4},                     /* R_PPC_UADDR32 */
    {OBJ_ELF, EM_PPC, 78, 4},                     /* R_PPC_DTPREL32 */
    {OBJ_ELF, EM_PPC64, 1, 4},                    /* R_PPC64_ADDR32 */
    {OBJ_ELF, EM_PPC64, 24, 4},                   /* R_PPC64_UADDR32 */
    {OBJ_ELF, EM_PPC64, 38, 8},                   /* R_PPC64_ADDR64 */
    {OBJ_ELF, EM_PPC64, 43, 8},                   /* R_PPC64_UADDR64 */
    {OBJ_ELF, EM_PPC64, 78, 8},                   /* R_PPC64_DTPREL64 */
    {OBJ_ELF, EM_SPARC, 3, 4},                    /* R_SPARC_32 */
    {OBJ_ELF, EM_SPARC, 23, 4},                   /* R_SPARC_UA32 */
    {OBJ_ELF, EM_SPARC, 76, 4},                   /* R_SPARC_TLS_DTPOFF32 */
    {OBJ_ELF, EM_SPARC32PLUS, 3, 4},              /* R_SPARC_32 */
    {OBJ_ELF, EM_SPARC32PLUS, 23, 4},             /* R_SPARC_UA32 */
    {OBJ_ELF, EM_SPARC32PLUS, 76, 4},             /* R_SPARC_TLS_DTPOFF32 */
    {OBJ_ELF, EM_SPARCV9, 3, 4},                  /* R_SPARC_32 */
    {OBJ_ELF, EM_SPARCV9, 23, 4},                 /* R_SPARC_UA32 */
    {OBJ_ELF, EM_SPARCV9, 32, 8},                 /* R_SPARC_64 */
    {OBJ_ELF, EM_SPARCV9, 54, 8},                 /* R_SPARC_UA64 */
    {OBJ_ELF, EM_SPARCV9, 77, 8},                 /* R_SPARC_TLS_DTPOFF64 */
    {OBJ_ELF, EM_RISCV, 1, 4},                    /* R_RISCV_32 */
    {OBJ_ELF, EM_RISCV, 2, 8},                    /* R_RISCV_64 */
    {OBJ_ELF, EM_RISCV, 8, 4},                    /* R_RISCV_TLS_DTPREL32 */
    {OBJ_ELF, EM_RISCV, 9, 8},                    /* R_RISCV_TLS_DTPREL64 */
    {OBJ_ELF, EM_RISCV, 33, DIFFERENCE},          /* R_RISCV_ADD8 */
    {OBJ_ELF, EM_RISCV, 34, DIFFERENCE},          /* R_RISCV_ADD16 */
    {OBJ_ELF, EM_RISCV, 35, DIFFERENCE},          /* R_RISCV_ADD32 */
    {OBJ_ELF, EM_RISCV, 36, DIFFERENCE},          /* R_RISCV_ADD64 */
    {OBJ_ELF, EM_RISCV, 37, DIFFERENCE},          /* R_RISCV_SUB8 */
    {OBJ_ELF, EM_RISCV, 38, DIFFERENCE},          /* R_RISCV_SUB16 */
    {OBJ_ELF, EM_RISCV, 39, DIFFERENCE},          /* R_RISCV_SUB32 */
    {OBJ_ELF, EM_RISCV, 40, DIFFERENCE},          /* R_RISCV_SUB64 */
    {OBJ_ELF, EM_RISCV, 52, DIFFERENCE},          /* R_RISCV_SUB6 */
    {OBJ_ELF, EM_RISCV, 53, DIFFERENCE},          /* R_RISCV_SET6 */
    {OBJ_ELF, EM_RISCV, 54, DIFFERENCE},          /* R_RISCV_SET8 */
    {OBJ_ELF, EM_RISCV, 55, DIFFERENCE},          /* R_RISCV_SET16 */
    {OBJ_ELF, EM_RISCV, 56, DIFFERENCE},          /* R_RISCV_SET32 */
    {OBJ_ELF, EM_RISCV, 60, DIFFERENCE},          /* R_RISCV_SET_ULEB128 */
    {OBJ_ELF, EM_RISCV, 61, DIFFERENCE},          /* R_RISCV_SUB_ULEB128 */
    {OBJ_ELF, EM_LOONGARCH, 1, 4},                /* R_LARCH_32 */
    {OBJ_ELF, EM_LOONGARCH, 2, 8},                /* R_LARCH_64 */
    {OBJ_ELF, EM_LOONGARCH, 8, 4},                /* R_LARCH_TLS_DTPREL32 */
    {OBJ_ELF, EM_LOONGARCH, 9, 8},                /* R_LARCH_TLS_DTPREL64 */
    {OBJ_ELF, EM_LOONGARCH, 47, DIFFERENCE},      /* R_LARCH_ADD8 */
    {OBJ_ELF, EM_LOONGARCH, 48, DIFFERENCE},      /* R_LARCH_ADD16 */
    {OBJ_ELF, EM_LOONGARCH, 50, DIFFERENCE},      /* R_LARCH_ADD32 */
    {OBJ_ELF, EM_LOONGARCH, 51, DIFFERENCE},      /* R_LARCH_ADD64 */
    {OBJ_ELF, EM_LOONGARCH, 52, DIFFERENCE},      /* R_LARCH_SUB8 */
    {OBJ_ELF, EM_LOONGARCH, 53, DIFFERENCE},      /* R_LARCH_SUB16 */
    {OBJ_ELF, EM_LOONGARCH, 55, DIFFERENCE},      /* R_LARCH_SUB32 */
    {OBJ_ELF, EM_LOONGARCH, 56, DIFFERENCE},      /* R_LARCH_SUB64 */
    {OBJ_ELF, EM_LOONGARCH, 105, DIFFERENCE},     /* R_LARCH_ADD6 */
    {OBJ_ELF, EM_LOONGARCH, 106, DIFFERENCE},     /* R_LARCH_SUB6 */
    {OBJ_ELF, EM_LOONGARCH, 107, DIFFERENCE},     /* R_LARCH_ADD_ULEB128 */
    {OBJ_ELF, EM_LOONGARCH, 108, DIFFERENCE},     /* R_LARCH_SUB_ULEB128 */
    {OBJ_COFF, IMAGE_FILE_MACHINE_X86_64, 1, 8},  /* ADDR64 */
    {OBJ_COFF, IMAGE_FILE_MACHINE_X86_64, 2, 4},  /* ADDR32 */
    {OBJ_COFF, IMAGE_FILE_MACHINE_X86_64, 3, 4},  /* ADDR32NB */
    {OBJ_COFF, IMAGE_FILE_MACHINE_X86_64, 10, 2}, /* SECTION */
    {OBJ_COFF, IMAGE_FILE_MACHINE_X86_64, 11, 4}, /* SECREL */
    {OBJ_COFF, IMAGE_FILE_MACHINE_X86, 6, 4},     /* DIR32 */
    {OBJ_COFF, IMAGE_FILE_MACHINE_X86, 7, 4},     /* DIR32NB */
    {OBJ_COFF, IMAGE_FILE_MACHINE_X86, 10, 2},    /* SECTION */
    {OBJ_COFF, IMAGE_FILE_MACHINE_X86, 11, 4},    /* SECREL */
    {OBJ_COFF, IMAGE_FILE_MACHINE_ARM_32, 1, 4},  /* ADDR32 */
    {OBJ_COFF, IMAGE_FILE_MACHINE_ARM_32, 2, 4},  /* ADDR32NB */
    {OBJ_COFF, IMAGE_FILE_MACHINE_ARM_32, 14, 2}, /* SECTION */
    {OBJ_COFF, IMAGE_FILE_MACHINE_ARM_32, 15, 4}, /* SECREL */
    {OBJ_COFF, IMAGE_FILE_MACHINE_ARM_64, 1, 4},  /* ADDR32 */
    {OBJ_COFF, IMAGE_FILE_MACHINE_ARM_64, 2, 4},  /* ADDR32NB */
    {OBJ_COFF, IMAGE_FILE_MACHINE_ARM_64, 8, 4},  /* SECREL */
    {OBJ_COFF, IMAGE_FILE_MACHINE_ARM_64, 13, 2}, /* SECTION */
    {OBJ_COFF, IMAGE_FILE_MACHINE_ARM_64, 14, 8}, /* ADDR64 */
};

/** How many bytes a relocation fills in, or DIFFERENCE; 0 if the type is not known. */
static unsigned width_of(const struct object *object, uint32_t type)
{
    uint32_t machine = object->raw_machine;
    bool ec = object->format == OBJ_COFF && machine == IMAGE_FILE_MACHINE_ARM_64EC;
    machine = ec ? IMAGE_FILE_MACHINE_ARM_64 : machine;
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        if (widths[i].format == object->format && widths[i].machine == machine &&
            widths[i].type == type) {
            return widths[i].bytes;
        }
    }
    return 0;
}

/** Whether a relocation is known and lies in its section, which has @size bytes uncompressed. */
static bool is_known(const struct object *object, uint64_t size, const struct obj_reloc *reloc)
{
    unsigned width = width_of(object, reloc->type);
    return width && reloc->offset <= size &&
           (width == DIFFERENCE || size - reloc->offset >= width);
}

bool debug_tombstones_known(const struct obj_edit *edit, uint32_t section)
{
    const struct edit_relocs *relocs = &edit->relocs[section];
    uint64_t size = uncompressed_size(&edit->object, &edit->object.sections[section]);
    for (size_t i = 0; i < relocs->count; i++) {
        if (!is_known(&edit->object, size, &relocs->list[i])) {
            return false;
        }
    }
    return true;
}

/** Whether the section holds lists that a 0 would end. */
static bool has_lists(struct span name)
{
    return span_is(name, ".debug_ranges") || span_is(name, ".debug_loc");
}

enum obj_result debug_tombstones_set(struct obj_edit *edit, uint32_t section, const bool *drop,
                                     struct arena *arena, struct error *error)
{
    const struct object *object = &edit->object;
    struct obj_section *s = &edit->object.sections[section];
    struct edit_relocs *relocs = &edit->relocs[section];
    uint8_t *data = NULL;
    size_t kept = 0;
    for (size_t i = 0; i < relocs->count; i++) {
        struct obj_reloc reloc = relocs->list[i];
        uint32_t in = reloc.symbol == OBJ_NONE ? OBJ_NONE : object->symbols[reloc.symbol].section;
        if (in == OBJ_NONE || !drop[in]) {
            relocs->list[kept++] = reloc;
            continue;
        }
        if (!data) {
            data = (uint8_t *)arena_copy(arena, s->data).data;
            if (!data) {
                return OBJ_NO_MEMORY;
            }
            s->data = span_make(data, s->data.size);
        }
        unsigned width = width_of(object, reloc.type);
        if (is_compressed(object, s) || !is_known(object, s->size, &reloc)) {
            return OBJ_REFUSE(error, "%.*s has relocations that are not understood",
                              SPAN_ARGS(s->name));
        }
        if (width == DIFFERENCE) {
            continue;
        }
        memset(data + reloc.offset, 0, width);
        data[reloc.offset + (object->big_endian ? width - 1 : 0)] = has_lists(s->name);
    }
    relocs->count = kept;
    return OBJ_OK;
}
