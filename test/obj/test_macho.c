/* SPDX-License-Identifier: MIT */
/**
 * The Mach-O reader on objects made by hand.
 *
 * build() makes one small object in any width and byte order and notes where its parts lie, so
 * that a test can put a wrong number into a field by name. LE64 stands for what clang makes.
 */
#include <check.h>
#include <stdio.h>

#include "obj/reader.h"

Suite *macho_suite(void);

enum { X86 = 7, ARM = 12, PPC = 18, X86_64 = 0x01000007, ARM64 = 0x0100000c };
enum { LOCAL, HIDDEN, UNDEF, COMMON, ABSOLUTE, INDIRECT, STAB, NAMELESS, SYMBOL_COUNT };
enum { TEXT, DATA, ZERO, STUBS, SECTION_COUNT };

/** The parts of an object; their offsets. */
enum part {
    HEADER, SEGMENT, SECTION_0, SECTION_1, SECTION_2, SECTION_3, BUILD, OPTION, SYMTAB, DYSYMTAB,
    CODE_DATA, CONTENTS, RELOCS, SYMBOLS, INDIRECTS, STRINGS, PARTS,
};

struct builder {
    uint8_t bytes[8192];
    size_t size;
    size_t at[PARTS];
    bool big, wide;
    uint32_t cputype;
};

static struct arena arena;

static void forget(void)
{
    arena_free(&arena);
}

static void set32(struct builder *b, size_t at, uint32_t value)
{
    b->big ? put_be32(b->bytes + at, value) : put_le32(b->bytes + at, value);
}

static void add32(struct builder *b, uint32_t value)
{
    set32(b, b->size, value);
    b->size += 4;
}

static void add_address(struct builder *b, uint64_t value)
{
    if (b->wide) {
        b->big ? put_be64(b->bytes + b->size, value) : put_le64(b->bytes + b->size, value);
        b->size += 8;
    } else {
        add32(b, (uint32_t)value);
    }
}

static void add_text(struct builder *b, const char *text, size_t size)
{
    memcpy(b->bytes + b->size, text, strlen(text) < size ? strlen(text) : size);
    b->size += size;
}

static void add_section(struct builder *b, enum part part, const char *name, const char *segment,
                        uint64_t address, uint64_t size, uint32_t flags)
{
    b->at[part] = b->size;
    add_text(b, name, 16);
    add_text(b, segment, 16);
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

static void add_commands(struct builder *b)
{
    b->at[SEGMENT] = b->size;
    add32(b, b->wide ? 0x19 : 1);
    add32(b, b->wide ? 72 + SECTION_COUNT * 80U : 56 + SECTION_COUNT * 68U);
    add_text(b, "", 16);
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
    add32(b, 0x2d), add32(b, 16), add32(b, 1), add_text(b, "-lz", 4);
    b->at[SYMTAB] = b->size;
    add32(b, 2), add32(b, 24), add_text(b, "", 16);
    b->at[DYSYMTAB] = b->size;
    add32(b, 0xb), add32(b, 80), add_text(b, "", 72);
    b->at[CODE_DATA] = b->size;
    add32(b, 0x29), add32(b, 16), add32(b, 0), add32(b, 0);
}

static void add_reloc(struct builder *b, uint32_t place, uint32_t number, uint32_t pcrel,
                      uint32_t length, uint32_t external, uint32_t type)
{
    add32(b, place);
    add32(b, b->big ? number << 8 | pcrel << 7 | length << 5 | external << 4 | type
                    : number | pcrel << 24 | length << 25 | external << 27 | type << 28);
}

static void add_symbol(struct builder *b, uint32_t name, uint8_t type, uint8_t section,
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

static void add_tables(struct builder *b)
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

/** The object, with its tables connected. */
static struct builder build(bool wide, bool big, uint32_t cputype)
{
    struct builder b = {.big = big, .wide = wide, .cputype = cputype};
    add32(&b, wide ? 0xfeedfacf : 0xfeedface);
    add32(&b, cputype), add32(&b, 3), add32(&b, 1), add32(&b, 6), add32(&b, 0);
    add32(&b, 0x2000);
    if (wide) {
        add32(&b, 0);
    }
    size_t header = b.size;
    add_commands(&b);
    set32(&b, 20, (uint32_t)(b.size - header));
    b.at[CONTENTS] = b.size;
    add_text(&b, "sixteen of text.", 16);
    add_text(&b, "datadata", 8);
    add_text(&b, "jump.jump.", 12);
    add_tables(&b);
    size_t field = 32 + (wide ? 16 : 8);
    set32(&b, b.at[SECTION_0] + field, (uint32_t)b.at[CONTENTS]);
    set32(&b, b.at[SECTION_0] + field + 8, (uint32_t)b.at[RELOCS]);
    set32(&b, b.at[SECTION_0] + field + 12, 3);
    set32(&b, b.at[SECTION_1] + field, (uint32_t)b.at[CONTENTS] + 16);
    set32(&b, b.at[SECTION_2] + field, 0xffffff00); /* means nothing */
    set32(&b, b.at[SECTION_3] + field, (uint32_t)b.at[CONTENTS] + 24);
    set32(&b, b.at[SYMTAB] + 8, (uint32_t)b.at[SYMBOLS]);
    set32(&b, b.at[SYMTAB] + 12, SYMBOL_COUNT);
    set32(&b, b.at[SYMTAB] + 16, (uint32_t)b.at[STRINGS]);
    set32(&b, b.at[SYMTAB] + 20, (uint32_t)(b.size - b.at[STRINGS]));
    set32(&b, b.at[DYSYMTAB] + 56, (uint32_t)b.at[INDIRECTS]);
    set32(&b, b.at[DYSYMTAB] + 60, 3);
    return b;
}

/** Read from a copy of exactly @size bytes, so that a sanitizer sees every overrun. */
static enum obj_result read_size(const struct builder *b, size_t size, struct object *object,
                                 struct error *error)
{
    uint8_t *copy = arena_alloc(&arena, size);
    memcpy(copy, b->bytes, size);
    *error = (struct error){0};
    *object = (struct object){.format = OBJ_MACHO, .data = {copy, size}, .extent = size};
    ck_assert(macho_reader.probe(object->data));
    return macho_reader.read(&arena, object, error);
}

static struct object read_good(const struct builder *b)
{
    struct object object;
    struct error error;
    enum obj_result result = read_size(b, b->size, &object, &error);
    ck_assert_msg(result == OBJ_OK, "%s", error.text);
    return object;
}

static struct obj_reloc *read_relocs(const struct object *object, uint32_t section, size_t wanted)
{
    struct obj_reloc *relocs;
    size_t count;
    struct error error = {0};
    enum obj_result result = macho_reader.relocs(object, section, &arena, &relocs, &count, &error);
    ck_assert_msg(result == OBJ_OK, "%s", error.text);
    ck_assert_uint_eq(count, wanted);
    ck_assert_uint_eq(object->sections[section].reloc_count, wanted);
    return relocs;
}

static const struct variant {
    bool wide, big;
    uint32_t cputype;
    enum obj_machine machine;
} variants[] = {
    {true, false, X86_64, MACHINE_X86_64}, {true, false, ARM64, MACHINE_ARM64},
    {false, false, X86, MACHINE_X86},      {false, false, ARM, MACHINE_ARM},
    {false, true, PPC, MACHINE_PPC},       {true, true, 0x01000012, MACHINE_PPC},
    {false, false, 0x0200000c, MACHINE_OTHER},
};

enum { VARIANTS = sizeof variants / sizeof *variants };

START_TEST(header_and_extent)
{
    const struct variant *v = &variants[_i];
    struct builder b = build(v->wide, v->big, v->cputype);
    memset(b.bytes + b.size, '\n', 5); /* an archive's padding */
    b.size += 5;
    struct object object = read_good(&b);
    ck_assert_int_eq(object.machine, v->machine);
    ck_assert_int_eq(macho_reader.machine(object.data), v->machine);
    ck_assert_int_eq(object.bits, v->wide ? 64 : 32);
    ck_assert_int_eq(object.big_endian, v->big);
    ck_assert_uint_eq(object.raw_machine, v->cputype);
    ck_assert_uint_eq(object.raw_subtype, 3);
    ck_assert_uint_eq(object.flags, 0x2000);
    ck_assert_uint_eq(object.extent, b.size - 5);
}
END_TEST

START_TEST(sections)
{
    const struct variant *v = &variants[_i];
    struct builder b = build(v->wide, v->big, v->cputype);
    struct object object = read_good(&b);
    ck_assert_uint_eq(object.section_count, SECTION_COUNT);
    const struct obj_section *s = object.sections;
    ck_assert(span_is(s[TEXT].name, "__text") && span_is(s[TEXT].segment, "__TEXT"));
    ck_assert(span_is(s[TEXT].data, "sixteen of text."));
    ck_assert_int_eq(s[TEXT].kind, SECTION_CODE);
    ck_assert_uint_eq(s[TEXT].flags, 0x80000400);
    ck_assert_uint_eq(s[TEXT].align, 16);
    ck_assert(span_is(s[DATA].name, "__sixteen_bytes_"));
    ck_assert(span_is(s[DATA].data, "datadata"));
    ck_assert_int_eq(s[DATA].kind, SECTION_DATA);
    ck_assert_uint_eq(s[DATA].address, 16);
    ck_assert_int_eq(s[ZERO].kind, SECTION_ZERO);
    ck_assert_uint_eq(s[ZERO].size, 0x100000);
    ck_assert_uint_eq(s[ZERO].data.size, 0);
    ck_assert_uint_eq(s[STUBS].entry_size, 5);
    ck_assert_int_eq(s[STUBS].kind, SECTION_CODE);
}
END_TEST

static const struct {
    const char *segment, *name;
    uint32_t flags;
    enum obj_section_kind kind;
} kinds[] = {
    {"__LD", "__compact_unwind", 0x02000000, SECTION_UNWIND},
    {"__TEXT", "__eh_frame", 0x6800000b, SECTION_UNWIND},
    {"__TEXT", "__gcc_except_tab", 0, SECTION_UNWIND},
    {"__DWARF", "__debug_info", 0x02000000, SECTION_DEBUG},
    {"__DWARF", "__debug_gdb_scri", 0, SECTION_DEBUG},
    {"__LLVM", "__bitcode", 0, SECTION_BITCODE},
    {"__LLVM", "__cmdline", 0, SECTION_BITCODE},
    {"__LLVM", "__bundle", 0, SECTION_BITCODE},
    {"__LLVM", "__cg_profile", 0, SECTION_NOTE},
    {"__DATA", "__llvm_addrsig", 0, SECTION_NOTE},
    {"__TEXT", "__cstring", 2, SECTION_RODATA},
    {"__TEXT", "__const", 0, SECTION_RODATA},
    {"__DATA", "__const", 0, SECTION_DATA},
    {"__DATA", "__thread_vars", 0x13, SECTION_DATA},
    {"__DATA", "__thread_bss", 0x12, SECTION_ZERO},
    {"__DATA", "__huge", 0xc, SECTION_ZERO},
    {"__TEXT", "__StaticInit", 0x80000400, SECTION_CODE},
    {"__MINE", "__mine", 0, SECTION_OTHER},
};

START_TEST(section_kinds)
{
    struct builder b = build(true, false, ARM64);
    uint8_t *record = b.bytes + b.at[SECTION_1];
    memset(record, 0, 32);
    memcpy(record, kinds[_i].name, strlen(kinds[_i].name));
    memcpy(record + 16, kinds[_i].segment, strlen(kinds[_i].segment));
    set32(&b, b.at[SECTION_1] + 64, kinds[_i].flags);
    struct object object = read_good(&b);
    ck_assert_msg(object.sections[DATA].kind == kinds[_i].kind, "%s,%s is %d, not %d",
                  kinds[_i].segment, kinds[_i].name, object.sections[DATA].kind, kinds[_i].kind);
}
END_TEST

START_TEST(symbols)
{
    static const struct obj_symbol wanted[SYMBOL_COUNT] = {
        [LOCAL] = {.value = 4, .section = TEXT, .place = PLACE_SECTION, .type = 0x0e},
        [HIDDEN] = {.section = DATA, .place = PLACE_SECTION, .binding = BINDING_WEAK,
                    .visibility = VISIBILITY_HIDDEN, .indexed = true, .type = 0x1f,
                    .detail = 0x80},
        [UNDEF] = {.section = OBJ_NONE, .binding = BINDING_WEAK, .type = 1, .detail = 0x40},
        [COMMON] = {.section = OBJ_NONE, .binding = BINDING_GLOBAL, .place = PLACE_COMMON,
                    .value = 8, .size = 24, .indexed = true, .type = 1, .detail = 0x300},
        [ABSOLUTE] = {.section = OBJ_NONE, .binding = BINDING_GLOBAL, .place = PLACE_ABSOLUTE,
                      .value = 0x77, .indexed = true, .type = 3},
        [INDIRECT] = {.section = OBJ_NONE, .binding = BINDING_GLOBAL, .place = PLACE_INDIRECT,
                      .indexed = true, .type = 0xb},
        [STAB] = {.section = OBJ_NONE, .place = PLACE_ABSOLUTE, .value = 8, .label = true,
                  .type = 0x24},
        [NAMELESS] = {.section = ZERO, .place = PLACE_SECTION, .value = 0x100000, .type = 0x0e},
    };
    static const char *const names[SYMBOL_COUNT] = {
        "_local", "_hidden", "_undef", "_common", "_abs", "_indr", "stab", "",
    };
    struct builder b = build(variants[_i].wide, variants[_i].big, variants[_i].cputype);
    struct object object = read_good(&b);
    ck_assert_uint_eq(object.symbol_count, SYMBOL_COUNT);
    for (int i = 0; i < SYMBOL_COUNT; i++) {
        const struct obj_symbol *is = &object.symbols[i], *want = &wanted[i];
        ck_assert_msg(span_is(is->name, names[i]), "symbol %d", i);
        ck_assert_msg(is->value == want->value && is->size == want->size &&
                      is->section == want->section && is->type == want->type &&
                      is->detail == want->detail && is->alias == OBJ_NONE, "%s", names[i]);
        ck_assert_msg(is->binding == want->binding && is->place == want->place &&
                      is->visibility == want->visibility && is->indexed == want->indexed &&
                      is->label == want->label && !is->is_section, "%s", names[i]);
    }
}
END_TEST

START_TEST(extras_and_options)
{
    struct builder b = build(true, false, ARM64);
    set32(&b, b.at[CODE_DATA] + 8, (uint32_t)b.size);
    set32(&b, b.at[CODE_DATA] + 12, 8);
    add_text(&b, "dataCODE", 8);
    struct object object = read_good(&b);
    ck_assert_uint_eq(object.extent, b.size);
    ck_assert_uint_eq(object.linker_option_count, 1);
    ck_assert(span_equal(object.linker_options[0], span_make("\1\0\0\0-lz", 8)));
    ck_assert_uint_eq(object.extra_count, 4);
    ck_assert(span_equal(object.extras[0], span_make(b.bytes + b.at[BUILD], 24)));
    ck_assert(span_equal(object.extras[1], span_make("\x29\0\0", 4)));
    ck_assert(span_is(object.extras[2], "dataCODE"));
    ck_assert(span_is(object.extras[3], "_undef")); /* behind _indr */
}
END_TEST

/** A command that we do not know may point anywhere, so it makes all bytes count. */
START_TEST(unknown_command)
{
    struct builder b = build(true, false, ARM64);
    set32(&b, b.at[CODE_DATA], 0x77);
    b.size += 3;
    struct object object = read_good(&b);
    ck_assert_uint_eq(object.extent, b.size);
    ck_assert_uint_eq(object.extras[1].size, b.size);
}
END_TEST

START_TEST(plain_relocations)
{
    struct builder b = build(variants[_i].wide, variants[_i].big, variants[_i].cputype);
    set32(&b, b.at[SECTION_0] + (b.wide && b.big ? 36 : 32), 0x40); /* the address of the text */
    struct object object = read_good(&b);
    struct obj_reloc *r = read_relocs(&object, TEXT, 3);
    bool counts_from_pc = variants[_i].machine == MACHINE_X86 ||
                          variants[_i].machine == MACHINE_ARM ||
                          variants[_i].machine == MACHINE_PPC;
    ck_assert_uint_eq(r[0].offset, 4);
    ck_assert_uint_eq(r[0].type, 2 | 1 << 8 | 2 << 9);
    ck_assert_uint_eq(r[0].symbol, UNDEF);
    ck_assert_uint_eq(r[0].section, OBJ_NONE);
    ck_assert_int_eq(r[0].addend, counts_from_pc ? 0x40 : 0);
    ck_assert_uint_eq(r[1].offset, 8);
    ck_assert_uint_eq(r[1].type, 2 << 9);
    ck_assert_uint_eq(r[1].symbol, OBJ_NONE);
    ck_assert_uint_eq(r[1].section, DATA);
    ck_assert_int_eq(r[1].addend, -16);
    ck_assert(r[2].symbol == OBJ_NONE && r[2].section == OBJ_NONE && r[2].addend == 0);
}
END_TEST

/** x86_64, local and pc-relative: equal bytes mean the same when both sections move together. */
START_TEST(local_pc_relative)
{
    struct builder b = build(true, false, X86_64);
    set32(&b, b.at[SECTION_0] + 32, 0x40);
    set32(&b, b.at[SECTION_1] + 32, 0x60);
    set32(&b, b.at[RELOCS] + 4, (DATA + 1) | 1 << 24 | 2 << 25 | 1U << 28);
    struct object object = read_good(&b);
    ck_assert_int_eq(read_relocs(&object, TEXT, 3)[0].addend, 0x40 - 0x60);
}
END_TEST

START_TEST(arm64_addend)
{
    struct builder b = build(true, false, ARM64);
    set32(&b, b.at[RELOCS], 0x80000004); /* no scattered form here */
    set32(&b, b.at[RELOCS] + 4, 0xfffffe | 2 << 25 | 10U << 28);
    struct object object = read_good(&b);
    struct obj_reloc *r = read_relocs(&object, TEXT, 3);
    ck_assert_uint_eq(r[0].offset, 0x80000004);
    ck_assert_int_eq(r[0].addend, -2);
    ck_assert(r[0].symbol == OBJ_NONE && r[0].section == OBJ_NONE);
    set32(&b, b.at[RELOCS] + 4, 0x7fffff | 2 << 25 | 10U << 28);
    object = read_good(&b);
    ck_assert_int_eq(read_relocs(&object, TEXT, 3)[0].addend, 0x7fffff);
}
END_TEST

/** A scattered difference and its pair; an ordinary pair has no section, whatever it says. */
START_TEST(scattered_relocations)
{
    bool big = _i;
    struct builder b = build(false, big, big ? PPC : X86);
    set32(&b, b.at[RELOCS], 0x80000000 | 2 << 28 | 2 << 24 | 0x123);
    set32(&b, b.at[RELOCS] + 4, 20); /* in the data */
    set32(&b, b.at[RELOCS] + 8, 0x80000000 | 1 << 30 | 2 << 28 | 1 << 24);
    set32(&b, b.at[RELOCS] + 12, 0x101000); /* the end of .bss */
    set32(&b, b.at[RELOCS] + 20, big ? 0xffffff00 | 2 << 5 | 1 : 0xffffff | 2 << 25 | 1 << 28);
    struct object object = read_good(&b);
    struct obj_reloc *r = read_relocs(&object, TEXT, 3);
    ck_assert_uint_eq(r[0].offset, 0x123);
    ck_assert_uint_eq(r[0].type, 2 | 2 << 9 | 1 << 11);
    ck_assert_uint_eq(r[0].symbol, OBJ_NONE);
    ck_assert_uint_eq(r[0].section, DATA);
    ck_assert_int_eq(r[0].addend, INT64_C(4) << 32 | 20);
    ck_assert_uint_eq(r[1].offset, 0);
    ck_assert_uint_eq(r[1].type, 1 | 1 << 8 | 2 << 9 | 1 << 11);
    ck_assert_uint_eq(r[1].section, ZERO);
    ck_assert_int_eq(r[1].addend, INT64_C(0x100000) << 32 | 0x101000);
    ck_assert(r[2].symbol == OBJ_NONE && r[2].section == OBJ_NONE);
    set32(&b, b.at[RELOCS] + 4, 0x900); /* in no section */
    object = read_good(&b);
    ck_assert_uint_eq(read_relocs(&object, TEXT, 3)[0].section, OBJ_NONE);
}
END_TEST

START_TEST(indirect_symbols)
{
    struct builder b = build(variants[_i].wide, variants[_i].big, variants[_i].cputype);
    struct object object = read_good(&b);
    struct obj_reloc *r = read_relocs(&object, STUBS, 2);
    ck_assert(r[0].offset == 0 && r[0].symbol == UNDEF && r[0].type == 1 << 12);
    ck_assert(r[1].offset == 5 && r[1].symbol == OBJ_NONE && r[1].addend == 0x80000000);
    set32(&b, b.at[INDIRECTS] + 4, SYMBOL_COUNT);
    object = read_good(&b);
    struct error error = {0};
    size_t count;
    ck_assert_int_eq(macho_reader.relocs(&object, STUBS, &arena, &r, &count, &error), OBJ_BROKEN);
    char wanted[80];
    snprintf(wanted, sizeof wanted,
             "offset %#zx: section 3: indirect symbol 0: symbol 8, but there are 8",
             b.at[INDIRECTS] + 4);
    ck_assert_str_eq(error.text, wanted);
}
END_TEST

static const struct {
    uint32_t word;
    const char *text;
} bad_relocs[] = {
    {8 | 1 << 27, "offset 0x274: section 0: relocation 1: symbol 8, but there are 8"},
    {5, "offset 0x274: section 0: relocation 1: section 4, but there are 4"},
    {0xffffff, "offset 0x274: section 0: relocation 1: section 16777214, but there are 4"},
};

START_TEST(broken_relocations)
{
    struct builder b = build(true, false, X86_64);
    set32(&b, b.at[RELOCS] + 12, bad_relocs[_i].word);
    struct object object = read_good(&b);
    struct obj_reloc *relocs;
    size_t count;
    struct error error = {0};
    ck_assert_int_eq(macho_reader.relocs(&object, TEXT, &arena, &relocs, &count, &error),
                     OBJ_BROKEN);
    ck_assert_str_eq(error.text, bad_relocs[_i].text);
}
END_TEST

/** One wrong number each, in the 64-bit little-endian object. */
static const struct {
    enum part part;
    uint32_t at, value;
    const char *text;
} broken[] = {
    {HEADER, 12, 6,
     "offset 0: Mach-O 64: file type 6, but only objects (1) can be linked from an archive"},
    {HEADER, 16, 0x10000, "offset 0: Mach-O 64: 65536 load commands, but there is room for 69"},
    {HEADER, 16, 7, "offset 0x248: load command 6: begins at 0x228 of 0x228 bytes of commands"},
    {HEADER, 20, 0x10000,
     "offset 0: Mach-O 64: load commands at 0x20, size 0x10000, exceeds the member (0x33f)"},
    {SEGMENT, 0, 1, "offset 0x20: load command 0: a 32-bit segment in a 64-bit object"},
    {SEGMENT, 4, 0, "offset 0x20: load command 0: size 0, but it takes a multiple of 8"},
    {SEGMENT, 4, 64, "offset 0x20: load command 0: size 0x40, but it takes 0x48"},
    {SEGMENT, 4, 396, "offset 0x20: load command 0: size 0x18c, but it takes a multiple of 8"},
    {SEGMENT, 4, 0xfffffff8,
     "offset 0x20: load command 0: size 0xfffffff8 exceeds the load commands (0x228 left)"},
    {SEGMENT, 64, 5, "offset 0x20: load command 0: 5 sections, but there is room for 4"},
    {SEGMENT, 64, 0xffffffff,
     "offset 0x20: load command 0: 4294967295 sections, but there is room for 4"},
    {SECTION_1, 40, 0x9000,
     "offset 0xb8: section 1: contents at 0x258, size 0x9000, exceeds the member (0x33f)"},
    {SECTION_1, 44, 1,
     "offset 0xb8: section 1: contents at 0x258, size 0x100000008, exceeds the member (0x33f)"},
    {SECTION_1, 48, 0xffffffff,
     "offset 0xb8: section 1: contents at 0xffffffff, size 0x8, exceeds the member (0x33f)"},
    {SECTION_1, 52, 64, "offset 0xb8: section 1: alignment 2^64 exceeds 2^63"},
    {SECTION_1, 60, 0x20000000,
     "offset 0xb8: section 1: relocation table at 0, size 0x100000000, exceeds the member (0x33f)"},
    {SECTION_0, 40, 0xf0,
     "offset 0x68: section 0: relocation table overlaps others: 0x18 bytes, but of the "
     "member's 0x33f only 0x7 are left"},
    {SECTION_3, 68, 2,
     "offset 0x1e8: load command 4: section 3 has indirect symbols 0x2+0x2, but there are 0x3"},
    {SECTION_3, 72, 1,
     "offset 0x1e8: load command 4: section 3 has indirect symbols 0x1+0xa, but there are 0x3"},
    {SECTION_3, 72, 0, NULL}, /* stubs without a size have no slots */
    {BUILD, 0, 2, "offset 0x1d0: load command 3: a second one of type 0x2"},
    {SYMTAB, 4, 16, "offset 0x1d0: load command 3: size 0x10, but it takes 0x18"},
    {SYMTAB, 0, 0xb, "offset 0x1d0: load command 3: size 0x18, but it takes 0x50"},
    {DYSYMTAB, 0, 2, "offset 0x1e8: load command 4: a second one of type 0x2"},
    {SYMTAB, 8, 0x7fffffff,
     "offset 0x1d0: load command 3: symbol table at 0x7fffffff, size 0x80, exceeds the "
     "member (0x33f)"},
    {SYMTAB, 12, 0xffffffff,
     "offset 0x1d0: load command 3: symbol table at 0x284, size 0xffffffff0, exceeds the "
     "member (0x33f)"},
    {SYMTAB, 16, 0x10000,
     "offset 0x1d0: load command 3: string table at 0x10000, size 0x2f, exceeds the member "
     "(0x33f)"},
    {SYMTAB, 20, 0x10000,
     "offset 0x1d0: load command 3: string table at 0x310, size 0x10000, exceeds the "
     "member (0x33f)"},
    {SYMTAB, 20, 46,
     "offset 0x2e4: symbol 6: name at 0x2a does not end within the string table (0x2e)"},
    {DYSYMTAB, 60, 0xffffffff,
     "offset 0x1e8: load command 4: indirect symbol table at 0x304, size 0x3fffffffc, "
     "exceeds the member (0x33f)"},
    {DYSYMTAB, 60, 2,
     "offset 0x1e8: load command 4: section 3 has indirect symbols 0x1+0x2, but there are 0x2"},
    {DYSYMTAB, 76, 0x10000,
     "offset 0x1e8: load command 4: local relocations at 0, size 0x80000, exceeds the "
     "member (0x33f)"},
    {CODE_DATA, 12, 0x10000,
     "offset 0x238: load command 5: data at 0, size 0x10000, exceeds the member (0x33f)"},
    {CODE_DATA, 4, 8, "offset 0x238: load command 5: size 0x8, but it takes 0x10"},
    {SYMBOLS, 0, 48,
     "offset 0x284: symbol 0: name at 0x30 does not end within the string table (0x2f)"},
    {SYMBOLS, 0, 0xffffffff,
     "offset 0x284: symbol 0: name at 0xffffffff does not end within the string table (0x2f)"},
    {SYMBOLS, 4, 0x050e, "offset 0x284: symbol 0: section 5, but they go from 1 to 4"},
    {SYMBOLS, 4, 0x000e, "offset 0x284: symbol 0: section 0, but they go from 1 to 4"},
    {SYMBOLS, 5 * 16 + 8, 99,
     "offset 0x2d4: symbol 5: name at 0x63 does not end within the string table (0x2f)"},
};

START_TEST(broken_fields)
{
    struct builder b = build(true, false, X86_64);
    struct object object;
    struct error error;
    set32(&b, b.at[broken[_i].part] + broken[_i].at, broken[_i].value);
    enum obj_result result = read_size(&b, b.size, &object, &error);
    if (broken[_i].text) {
        ck_assert_str_eq(error.text, broken[_i].text);
        ck_assert_int_eq(result, OBJ_BROKEN);
    } else {
        ck_assert_msg(result == OBJ_OK, "%s", error.text);
    }
}
END_TEST

/** Sharing one long name among many symbols would cost more than the member's size in work. */
START_TEST(too_many_names)
{
    struct builder b = build(false, false, X86);
    struct object object;
    struct error error;
    size_t many = _i ? 100 : 70;
    size_t strings = b.at[SYMBOLS] + many * 12;
    memset(b.bytes + b.at[SYMBOLS], 0, many * 12);
    for (size_t i = 0; i < many; i++) {
        set32(&b, b.at[SYMBOLS] + i * 12, 1);
    }
    b.size = sizeof b.bytes;
    memset(b.bytes + strings, 'a', b.size - strings - 1);
    set32(&b, b.at[SYMTAB] + 12, (uint32_t)many);
    set32(&b, b.at[SYMTAB] + 16, (uint32_t)strings);
    set32(&b, b.at[SYMTAB] + 20, (uint32_t)(b.size - strings));
    set32(&b, b.at[DYSYMTAB] + 60, 0);
    enum obj_result result = read_size(&b, b.size, &object, &error);
    ck_assert_int_eq(result, _i ? OBJ_BROKEN : OBJ_OK);
    const char *wanted = "names add up to more than 64 times the member (0x2000)";
    ck_assert(!_i || strstr(error.text, wanted));
}
END_TEST

/** Cut anywhere, it is broken or complete, and the message never empty. */
START_TEST(cut_short)
{
    struct builder b = build(variants[_i].wide, variants[_i].big, variants[_i].cputype);
    for (size_t size = 4; size < b.size; size++) {
        struct object object;
        struct error error;
        ck_assert_msg(read_size(&b, size, &object, &error) == OBJ_BROKEN, "%zu bytes", size);
        ck_assert_str_ne(error.text, "");
        arena_reset(&arena);
    }
    ck_assert(!macho_reader.probe(span_make(b.bytes, 3)));
    ck_assert_int_eq(macho_reader.machine(span_make(b.bytes, 7)), MACHINE_UNKNOWN);
}
END_TEST

START_TEST(not_mine)
{
    static const char *const magics[] = {
        "\xca\xfe\xba\xbe", "\xbe\xba\xfe\xca", "\x7f\x45LF", "!<ar", "\xfe\xed\xfa\xcd",
    };
    ck_assert(!macho_reader.probe(span_make(magics[_i], 4)));
}
END_TEST

/** Flip bytes of good objects; all that a reader hands out must lie inside. Seed: fixed. */
START_TEST(mutations)
{
    uint32_t random = 1;
    for (int run = 0; run < 4000; run++) {
        const struct variant *v = &variants[run % VARIANTS];
        struct builder b = build(v->wide, v->big, v->cputype);
        struct object object;
        struct error error;
        for (int flip = run % 5; flip >= 0; flip--) {
            random = random * 1664525 + 1013904223;
            b.bytes[4 + (random >> 8) % (b.size - 4)] = (uint8_t)(random >> 24);
        }
        if (read_size(&b, b.size, &object, &error) == OBJ_OK) {
            ck_assert_uint_le(object.extent, b.size);
            for (uint32_t i = 0; i < object.section_count; i++) {
                struct obj_reloc *relocs;
                size_t count;
                macho_reader.relocs(&object, i, &arena, &relocs, &count, &error);
            }
        }
        arena_reset(&arena);
    }
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof *(table)))

Suite *macho_suite(void)
{
    Suite *suite = suite_create("macho");
    TCase *tcase = tcase_create("macho");
    tcase_add_checked_fixture(tcase, NULL, forget);
    tcase_add_loop_test(tcase, header_and_extent, 0, VARIANTS);
    tcase_add_loop_test(tcase, sections, 0, VARIANTS);
    tcase_add_loop_test(tcase, section_kinds, 0, COUNT(kinds));
    tcase_add_loop_test(tcase, symbols, 0, VARIANTS);
    tcase_add_test(tcase, extras_and_options);
    tcase_add_test(tcase, unknown_command);
    tcase_add_loop_test(tcase, plain_relocations, 0, VARIANTS);
    tcase_add_test(tcase, local_pc_relative);
    tcase_add_test(tcase, arm64_addend);
    tcase_add_loop_test(tcase, scattered_relocations, 0, 2);
    tcase_add_loop_test(tcase, indirect_symbols, 0, VARIANTS);
    tcase_add_loop_test(tcase, broken_relocations, 0, COUNT(bad_relocs));
    tcase_add_loop_test(tcase, broken_fields, 0, COUNT(broken));
    tcase_add_loop_test(tcase, too_many_names, 0, 2);
    tcase_add_loop_test(tcase, cut_short, 0, VARIANTS);
    tcase_add_loop_test(tcase, not_mine, 0, 5);
    tcase_add_test(tcase, mutations);
    suite_add_tcase(suite, tcase);
    return suite;
}
