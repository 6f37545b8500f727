/* SPDX-License-Identifier: MIT */
#include "obj/macho_builder.h"

void macho_set32(struct macho_builder *b, size_t at, uint32_t value)
{
    b->big ? put_be32(b->bytes + at, value) : put_le32(b->bytes + at, value);
}

static void add32(struct macho_builder *b, uint32_t value)
{
    macho_set32(b, b->size, value);
    b->size += 4;
}

static void add_address(struct macho_builder *b, uint64_t value)
{
    if (b->wide) {
        b->big ? put_be64(b->bytes + b->size, value) : put_le64(b->bytes + b->size, value);
        b->size += 8;
    } else {
        add32(b, (uint32_t)value);
    }
}

void macho_add_text(struct macho_builder *b, const char *text, size_t size)
{
    memcpy(b->bytes + b->size, text, strlen(text) < size ? strlen(text) : size);
    b->size += size;
}

static void add_section(struct macho_builder *b, enum part part, const char *name,
                        const char *segment, uint64_t address, uint64_t size, uint32_t flags)
{
    b->at[part] = b->size;
    macho_add_text(b, name, 16);
    macho_add_text(b, segment, 16);
    add_address(b, address);
    add_address(b, size);
    add32(b, 0); /* offset, patched */
    add32(b, 4); /* 2^4 */
    add32(b, 0);
    add32(b, 0);
    add32(b, flags);
    add32(b, part == SECTION_3 ? 1 : 0); /* reserved1: first indirect symbol */
    add32(b, part == SECTION_3 ? 5 : 0); /* reserved2: size of a stub */
    if (b->wide) {
        add32(b, 0);
    }
}

static void add_commands(struct macho_builder *b)
{
    b->at[SEGMENT] = b->size;
    add32(b, b->wide ? 0x19 : 1);
    add32(b, b->wide ? 72 + SECTION_COUNT * 80U : 56 + SECTION_COUNT * 68U);
    macho_add_text(b, "", 16);
    for (int i = 0; i < 4; i++) {
        add_address(b, 0);
    }
    add32(b, 7);
    add32(b, 7);
    add32(b, SECTION_COUNT);
    add32(b, 0);
    add_section(b, SECTION_0, "__text", "__TEXT", 0, 16, 0x80000400);
    add_section(b, SECTION_1, "__sixteen_bytes_", "__DATA", 16, 8, 0);
    add_section(b, SECTION_2, "__bss", "__DATA", 0x1000, 0x100000, 1);
    add_section(b, SECTION_3, "__jump_table", "__IMPORT", 32, 10, 0x04000008);
    b->at[BUILD] = b->size;
    add32(b, 0x32), add32(b, 24), add32(b, 1), add32(b, 0xb0000), add32(b, 0), add32(b, 0);
    b->at[OPTION] = b->size;
    add32(b, 0x2d), add32(b, 16), add32(b, 1), macho_add_text(b, "-lz", 4);
    b->at[SYMTAB] = b->size;
    add32(b, 2), add32(b, 24), macho_add_text(b, "", 16);
    b->at[DYSYMTAB] = b->size;
    add32(b, 0xb), add32(b, 80), macho_add_text(b, "", 72);
    b->at[CODE_DATA] = b->size;
    add32(b, 0x29), add32(b, 16), add32(b, 0), add32(b, 0);
}

static void add_reloc(struct macho_builder *b, uint32_t place, uint32_t number, uint32_t pcrel,
                      uint32_t length, uint32_t external, uint32_t type)
{
    add32(b, place);
    add32(b, b->big ? number << 8 | pcrel << 7 | length << 5 | external << 4 | type
                    : number | pcrel << 24 | length << 25 | external << 27 | type << 28);
}

static void add_symbol(struct macho_builder *b, uint32_t name, uint8_t type, uint8_t section,
                       uint16_t desc, uint64_t value)
{
    add32(b, name);
    b->bytes[b->size] = type;
    b->bytes[b->size + 1] = section;
    b->bytes[b->size + (b->big ? 2 : 3)] = (uint8_t)(desc >> 8);
    b->bytes[b->size + (b->big ? 3 : 2)] = (uint8_t)desc;
    b->size += 4;
    add_address(b, value);
}

static void add_tables(struct macho_builder *b)
{
    static const char strings[] = "\0_local\0_hidden\0_undef\0_common\0_abs\0_indr\0stab";
    b->at[RELOCS] = b->size;
    add_reloc(b, 4, UNDEF, 1, 2, 1, 2);
    add_reloc(b, 8, DATA + 1, 0, 2, 0, 0);
    add_reloc(b, 12, 0, 0, 2, 0, 0); /* R_ABS */
    b->at[SYMBOLS] = b->size;
    add_symbol(b, 1, 0x0e, 1, 0, 4);
    add_symbol(b, 8, 0x1f, 2, 0x80, 16);
    add_symbol(b, 16, 0x01, 0, 0x40, 0);
    add_symbol(b, 23, 0x01, 0, 0x300, 24);
    add_symbol(b, 31, 0x03, 0, 0, 0x77);
    add_symbol(b, 36, 0x0b, 0, 0, 16);
    add_symbol(b, 42, 0x24, 1, 0, 8);
    add_symbol(b, 0, 0x0e, 3, 0, 0x101000); /* the end of its section */
    b->at[INDIRECTS] = b->size;
    add32(b, 99), add32(b, UNDEF), add32(b, 0x80000000);
    b->at[STRINGS] = b->size;
    memcpy(b->bytes + b->size, strings, sizeof strings);
    b->size += sizeof strings;
}

struct macho_builder macho_build(bool wide, bool big, uint32_t cputype)
{
    struct macho_builder b = {.big = big, .wide = wide, .cputype = cputype};
    add32(&b, wide ? 0xfeedfacf : 0xfeedface);
    add32(&b, cputype), add32(&b, 3), add32(&b, 1), add32(&b, 6), add32(&b, 0);
    add32(&b, 0x2000);
    if (wide) {
        add32(&b, 0);
    }
    size_t header = b.size;
    add_commands(&b);
    macho_set32(&b, 20, (uint32_t)(b.size - header));
    b.at[CONTENTS] = b.size;
    macho_add_text(&b, "sixteen of text.", 16);
    macho_add_text(&b, "datadata", 8);
    macho_add_text(&b, "jump.jump.", 12);
    add_tables(&b);
    size_t field = 32 + (wide ? 16 : 8);
    macho_set32(&b, b.at[SECTION_0] + field, (uint32_t)b.at[CONTENTS]);
    macho_set32(&b, b.at[SECTION_0] + field + 8, (uint32_t)b.at[RELOCS]);
    macho_set32(&b, b.at[SECTION_0] + field + 12, 3);
    macho_set32(&b, b.at[SECTION_1] + field, (uint32_t)b.at[CONTENTS] + 16);
    macho_set32(&b, b.at[SECTION_2] + field, 0xffffff00); /* means nothing */
    macho_set32(&b, b.at[SECTION_3] + field, (uint32_t)b.at[CONTENTS] + 24);
    macho_set32(&b, b.at[SYMTAB] + 8, (uint32_t)b.at[SYMBOLS]);
    macho_set32(&b, b.at[SYMTAB] + 12, SYMBOL_COUNT);
    macho_set32(&b, b.at[SYMTAB] + 16, (uint32_t)b.at[STRINGS]);
    macho_set32(&b, b.at[SYMTAB] + 20, (uint32_t)(b.size - b.at[STRINGS]));
    macho_set32(&b, b.at[DYSYMTAB] + 56, (uint32_t)b.at[INDIRECTS]);
    macho_set32(&b, b.at[DYSYMTAB] + 60, 3);
    return b;
}

enum obj_result macho_read_size(const struct macho_builder *b, size_t size, struct arena *arena,
                                struct object *object, struct error *error)
{
    uint8_t *copy = arena_alloc(arena, size);
    memcpy(copy, b->bytes, size);
    *error = (struct error){0};
    *object = (struct object){.format = OBJ_MACHO, .data = {copy, size}, .extent = size};
    ck_assert(macho_reader.probe(object->data));
    return macho_reader.read(arena, object, error);
}

struct object macho_read_good(const struct macho_builder *b, struct arena *arena)
{
    struct object object;
    struct error error;
    enum obj_result result = macho_read_size(b, b->size, arena, &object, &error);
    ck_assert_msg(result == OBJ_OK, "%s", error.text);
    return object;
}

const struct macho_variant macho_variants[MACHO_VARIANTS] = {
    {true, false, X86_64, MACHINE_X86_64}, {true, false, ARM64, MACHINE_ARM64},
    {false, false, X86, MACHINE_X86},      {false, false, ARM, MACHINE_ARM},
    {false, true, PPC, MACHINE_PPC},       {true, true, 0x01000012, MACHINE_PPC},
    {false, false, 0x0200000c, MACHINE_OTHER},
};

struct macho_builder macho_build_variant(int variant)
{
    const struct macho_variant *v = &macho_variants[variant];
    return macho_build(v->wide, v->big, v->cputype);
}
