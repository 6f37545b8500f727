/* SPDX-License-Identifier: MIT */
/** Debug info: references to removed code become tombstones, addresses that no code has. */
#include "obj/elf.h"
#include "obj/writer.h"
#include "shrink/graph.h"

enum {
    IMAGE_FILE_MACHINE_X86_64 = 0x8664,
    IMAGE_FILE_MACHINE_X86 = 0x14c,
    IMAGE_FILE_MACHINE_ARM_64 = 0xaa64
};

/** How many bytes a type of relocation fills in. */
struct width {
    enum obj_format format;
    uint32_t machine;
    uint32_t type;
    unsigned bytes;
};

/* Sources: the processor supplements of the gABI; Microsoft, "PE Format", "Type Indicators". */
static const struct width widths[] = {
    {OBJ_ELF, EM_X86_64, 1, 8},                   /* R_X86_64_64 */
    {OBJ_ELF, EM_X86_64, 10, 4},                  /* R_X86_64_32 */
    {OBJ_ELF, EM_X86_64, 17, 8},                  /* R_X86_64_DTPOFF64 */
    {OBJ_ELF, EM_X86_64, 21, 4},                  /* R_X86_64_DTPOFF32 */
    {OBJ_ELF, EM_386, 1, 4},                      /* R_386_32 */
    {OBJ_ELF, EM_386, 32, 4},                     /* R_386_TLS_LDO_32 */
    {OBJ_ELF, EM_AARCH64, 257, 8},                /* R_AARCH64_ABS64 */
    {OBJ_ELF, EM_AARCH64, 258, 4},                /* R_AARCH64_ABS32 */
    {OBJ_ELF, EM_AARCH64, 1029, 8},               /* R_AARCH64_TLS_DTPREL64 */
    {OBJ_ELF, EM_ARM, 2, 4},                      /* R_ARM_ABS32 */
    {OBJ_ELF, EM_ARM, 106, 4},                    /* R_ARM_TLS_LDO32 */
    {OBJ_ELF, EM_S390, 4, 4},                     /* R_390_32 */
    {OBJ_ELF, EM_S390, 22, 8},                    /* R_390_64 */
    {OBJ_COFF, IMAGE_FILE_MACHINE_X86_64, 1, 8},  /* ADDR64 */
    {OBJ_COFF, IMAGE_FILE_MACHINE_X86_64, 2, 4},  /* ADDR32 */
    {OBJ_COFF, IMAGE_FILE_MACHINE_X86_64, 3, 4},  /* ADDR32NB */
    {OBJ_COFF, IMAGE_FILE_MACHINE_X86_64, 10, 2}, /* SECTION */
    {OBJ_COFF, IMAGE_FILE_MACHINE_X86_64, 11, 4}, /* SECREL */
    {OBJ_COFF, IMAGE_FILE_MACHINE_X86, 6, 4},     /* DIR32 */
    {OBJ_COFF, IMAGE_FILE_MACHINE_X86, 7, 4},     /* DIR32NB */
    {OBJ_COFF, IMAGE_FILE_MACHINE_X86, 10, 2},    /* SECTION */
    {OBJ_COFF, IMAGE_FILE_MACHINE_X86, 11, 4},    /* SECREL */
    {OBJ_COFF, IMAGE_FILE_MACHINE_ARM_64, 1, 4},  /* ADDR32 */
    {OBJ_COFF, IMAGE_FILE_MACHINE_ARM_64, 2, 4},  /* ADDR32NB */
    {OBJ_COFF, IMAGE_FILE_MACHINE_ARM_64, 8, 4},  /* SECREL */
    {OBJ_COFF, IMAGE_FILE_MACHINE_ARM_64, 13, 2}, /* SECTION */
    {OBJ_COFF, IMAGE_FILE_MACHINE_ARM_64, 14, 8}, /* ADDR64 */
};

/** How many bytes a relocation fills in; 0 if the type is not known. */
static unsigned width_of(const struct object *object, uint32_t type)
{
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        if (widths[i].format == object->format && widths[i].machine == object->raw_machine &&
            widths[i].type == type) {
            return widths[i].bytes;
        }
    }
    return 0;
}

bool debug_tombstones_known(const struct obj_edit *edit, uint32_t section)
{
    const struct obj_section *s = &edit->object.sections[section];
    const struct edit_relocs *relocs = &edit->relocs[section];
    for (size_t i = 0; i < relocs->count; i++) {
        unsigned width = width_of(&edit->object, relocs->list[i].type);
        if (!width || relocs->list[i].offset > s->size ||
            s->size - relocs->list[i].offset < width) {
            return false;
        }
    }
    return !(edit->object.format == OBJ_ELF && s->flags & SHF_COMPRESSED) || !relocs->count;
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
        if (!width || reloc.offset > s->data.size || s->data.size - reloc.offset < width) {
            return OBJ_REFUSE(error, "%.*s has relocations that are not understood",
                              SPAN_ARGS(s->name));
        }
        memset(data + reloc.offset, 0, width);
        data[reloc.offset + (object->big_endian ? width - 1 : 0)] = has_lists(s->name);
    }
    relocs->count = kept;
    return OBJ_OK;
}
