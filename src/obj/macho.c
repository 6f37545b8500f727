/* SPDX-License-Identifier: MIT */
/**
 * Mach-O relocatable objects: macOS, iOS and their kin.
 *
 * Sources: <mach-o/loader.h>, <mach-o/nlist.h>, <mach-o/reloc.h>, LLVM 19 (MachOObjectFile.cpp,
 * MachObjectWriter.cpp, lld's MachO), ld64 (macho_relocatable_file.cpp).
 *
 * HEADER. 28 bytes (32 bit) or 32 (64 bit). The magic number tells both width and byte order;
 * every number, also within the tables, is in that order. FAT_MAGIC begins an archive of other
 * files, which is not read here. Load commands follow at once: sizeofcmds bytes, ncmds commands,
 * each with a type and a size that counts its own 8 bytes and is a multiple of 4 (32 bit) or 8
 * (64 bit).
 *
 * SECTIONS. An object has one LC_SEGMENT(_64) without a name, whose section records follow it;
 * several are allowed. Sections are numbered from 1 through all segments. Names are 16 bytes and
 * end early with a NUL only when they are shorter. Zerofill sections have no bytes in the file,
 * whatever their offset says. Addresses are the assembler's own layout, one section after the
 * other from 0, debug sections in the middle; a linker gives each section another address.
 *
 * SYMBOLS. LC_SYMTAB: nlist records of 12 or 16 bytes and a string table. n_strx 0 is no name.
 * n_value is an address in that layout, for N_UNDF|N_EXT the size of a common symbol (0: simply
 * undefined), for N_INDR the offset of another name. A symbol with N_STAB bits is a debugger's.
 * An archive's index lists symbols that are N_EXT, not stabs and not undefined, private extern or
 * not (LLVM's isArchiveSymbol; rustc does the same).
 *
 * RELOCATIONS. 8 bytes. The second word is a C bit field, so its layout mirrors with the byte
 * order: symbolnum:24 pcrel:1 length:2 extern:1 type:4 from the low end (little) or the high end
 * (big). r_extern 0 means a section number, 0 (R_ABS) none. The 32-bit machines have a second,
 * scattered form, told by bit 31 of the first word, which names an address instead:
 * scattered:1 pcrel:1 length:2 type:4 address:24 from the high end in both orders. The second of
 * a pair (GENERIC_, ARM_, PPC_RELOC_PAIR: 1) carries the other half of a number in r_address and
 * 0xffffff as its symbol. ARM64_RELOC_ADDEND carries a signed 24-bit number in place of a symbol.
 *
 * IMPLICIT ADDENDS. The bytes at a local relocation hold an address in that layout, so equal bytes
 * mean equal targets only where sections have equal addresses. obj_reloc.addend therefore holds
 * the base of the bytes (implied_addend() in macho_relocs.c): two relocations with equal bytes,
 * section and addend have equal targets, whatever addresses debug sections leave for the others.
 *
 * INDIRECT SYMBOLS. Stub and pointer sections (i386) get one symbol a slot from LC_DYSYMTAB's
 * table, from entry reserved1 on. The view has them as relocations with bit 12 of the type set,
 * after the ordinary ones; INDIRECT_SYMBOL_LOCAL and _ABS have an addend and no symbol.
 *
 * LIMITS. LLVM refuses objects whose tables overlap. Here all tables together must not be larger
 * than the member, and all names together not larger than 64 times the member. Reading all
 * sections, relocations and names of an object then takes time in proportion to its size.
 */
#include "obj/macho.h"

enum { /* further load commands that an object may have */
    LC_UUID = 0x1b, LC_CODE_SIGNATURE = 0x1d, LC_SEGMENT_SPLIT_INFO = 0x1e,
    LC_FUNCTION_STARTS = 0x26, LC_SOURCE_VERSION = 0x2a, LC_ATOM_INFO = 0x36,
};

enum { /* section flags */
    S_ZEROFILL = 0x1, S_CSTRING_LITERALS = 0x2, S_4BYTE_LITERALS = 0x3, S_8BYTE_LITERALS = 0x4,
    S_GB_ZEROFILL = 0xc, S_16BYTE_LITERALS = 0xe, S_THREAD_LOCAL_ZEROFILL = 0x12,
    S_ATTR_SOME_INSTRUCTIONS = 0x400, S_ATTR_DEBUG = 0x02000000,
};

#define S_ATTR_PURE_INSTRUCTIONS 0x80000000U

static size_t header_size(const struct macho_reading *in)
{
    return in->wide ? HEADER_SIZE_64 : HEADER_SIZE_32;
}

bool macho_claim(struct macho_reading *in, const struct macho_record *record, const char *what,
                 uint64_t offset, uint64_t size, struct span *out)
{
    struct span data = in->object->data;
    *out = (struct span){NULL, 0};
    if (size == 0) {
        return true;
    }
    if (!span_sub(data, offset, size, out)) {
        return MACHO_FAIL(in, record,
                          "%s at %#" PRIx64 ", size %#" PRIx64 ", exceeds the member (%#zx)", what,
                          offset, size, data.size);
    }
    if (size > data.size - in->claimed) {
        return MACHO_FAIL(in, record, "%s overlaps others: %#" PRIx64 " bytes, but of the member's "
                          "%#zx only %#" PRIx64 " are left", what, size, data.size,
                          data.size - in->claimed);
    }
    in->claimed += size;
    if (offset + size > in->object->extent) {
        in->object->extent = offset + size;
    }
    return true;
}

/* Sections */

/** A name of 16 bytes, shorter ones end with a NUL. */
static struct span fixed_name(const uint8_t *bytes)
{
    const uint8_t *nul = memchr(bytes, 0, NAME_SIZE);
    return span_make(bytes, nul ? (size_t)(nul - bytes) : NAME_SIZE);
}

static bool is_zerofill(uint64_t flags)
{
    uint64_t type = flags & SECTION_TYPE;
    return type == S_ZEROFILL || type == S_GB_ZEROFILL || type == S_THREAD_LOCAL_ZEROFILL;
}

static bool is_literal(uint64_t flags)
{
    uint64_t type = flags & SECTION_TYPE;
    return (type >= S_CSTRING_LITERALS && type <= S_8BYTE_LITERALS) || type == S_16BYTE_LITERALS;
}

/** Names come before flags: LLVM marks __compact_unwind, which linkers need, S_ATTR_DEBUG. */
static enum obj_section_kind section_kind(struct span segment, struct span name, uint64_t flags)
{
    if (is_zerofill(flags)) {
        return SECTION_ZERO;
    }
    if (span_is(name, "__compact_unwind") || span_is(name, "__eh_frame") ||
        span_is(name, "__gcc_except_tab")) {
        return SECTION_UNWIND;
    }
    if (span_is(segment, "__GNU_LTO")) {
        return SECTION_BITCODE;
    }
    if (span_is(segment, "__LLVM")) { /* read by lld, or not linked at all */
        return span_is(name, "__cg_profile") ? SECTION_NOTE : SECTION_BITCODE;
    }
    if (span_is(name, "__llvm_addrsig")) {
        return SECTION_NOTE;
    }
    if (flags & S_ATTR_DEBUG || span_is(segment, "__DWARF")) {
        return SECTION_DEBUG;
    }
    if (flags & (S_ATTR_PURE_INSTRUCTIONS | S_ATTR_SOME_INSTRUCTIONS) ||
        (flags & SECTION_TYPE) == S_SYMBOL_STUBS) {
        return SECTION_CODE;
    }
    if (span_is(segment, "__TEXT") || is_literal(flags)) {
        return SECTION_RODATA;
    }
    return span_starts(segment, "__DATA") ? SECTION_DATA : SECTION_OTHER;
}

static bool read_section(struct macho_reading *in, const struct macho_record *record,
                         struct obj_section *section)
{
    struct span bytes = record->bytes;
    size_t at = 2 * NAME_SIZE;
    size_t step = in->wide ? 8 : 4;
    uint32_t align = macho_word(in, bytes, at + 2 * step + 4);
    uint32_t relocs = macho_word(in, bytes, at + 2 * step + 12);
    struct span claimed;
    if (align > 63) {
        return MACHO_FAIL(in, record, "alignment 2^%" PRIu32 " exceeds 2^63", align);
    }
    *section = (struct obj_section){
        .name = fixed_name(bytes.data),
        .segment = fixed_name(bytes.data + NAME_SIZE),
        .address = macho_address(in, bytes, at),
        .size = macho_address(in, bytes, at + step),
        .align = UINT64_C(1) << align,
        .reloc_offset = macho_word(in, bytes, at + 2 * step + 8),
        .reloc_count = relocs,
        .flags = macho_word(in, bytes, at + 2 * step + 16),
        .raw = macho_word(in, bytes, at + 2 * step + 20), /* reserved1 */
        .link = OBJ_NONE,
        .group = OBJ_NONE,
    };
    section->kind = section_kind(section->segment, section->name, section->flags);
    if (span_is(section->name, "__eh_frame")) {
        in->object->addresses_count = true; /* refers to functions by plain differences */
    }
    if (macho_is_indirect(section->flags)) { /* reserved2 is the size of a stub */
        bool stubs = (section->flags & SECTION_TYPE) == S_SYMBOL_STUBS;
        section->entry_size = stubs ? macho_word(in, bytes, at + 2 * step + 24) : step;
    }
    return (section->kind == SECTION_ZERO ||
            macho_claim(in, record, "contents", macho_word(in, bytes, at + 2 * step), section->size,
                        &section->data)) &&
           macho_claim(in, record, "relocation table", section->reloc_offset,
                       (uint64_t)relocs * RELOC_SIZE, &claimed);
}

static bool read_segment(struct macho_reading *in, const struct macho_record *command)
{
    size_t size = in->wide ? SEGMENT_SIZE_64 : SEGMENT_SIZE_32;
    size_t step = in->wide ? SECTION_SIZE_64 : SECTION_SIZE_32;
    struct object *object = in->object;
    bool wide = macho_word(in, command->bytes, 0) == LC_SEGMENT_64;
    if (in->wide != wide) {
        return MACHO_FAIL(in, command, "a %d-bit segment in a %d-bit object", wide ? 64 : 32,
                          in->wide ? 64 : 32);
    }
    in->macho->segment_count++;
    if (command->bytes.size < size) {
        return MACHO_FAIL(in, command, "size %#zx, but it takes %#zx",
                          command->bytes.size, size);
    }
    uint32_t count = macho_word(in, command->bytes, size - 8);
    if (count > (command->bytes.size - size) / step) {
        return MACHO_FAIL(in, command, "%" PRIu32 " sections, but there is room for %zu", count,
                          (command->bytes.size - size) / step);
    }
    for (uint32_t i = 0; i < count; i++) {
        size_t at = size + i * step;
        uint32_t number = (uint32_t)object->section_count++;
        struct macho_record section = {command->offset + at, "section", number,
                                       span_make(command->bytes.data + at, step)};
        if (!read_section(in, &section, &object->sections[number])) {
            return false;
        }
    }
    return true;
}

/* Load commands */

static void add_extra(struct macho_reading *in, struct span bytes)
{
    in->object->extras[in->object->extra_count++] = bytes;
}

/** List a command that the writer copies, with the data that it points at. */
static void carry(struct macho_reading *in, const struct macho_record *command, struct span data)
{
    in->macho->commands[in->macho->command_count++] = (struct edit_command){command->bytes, data};
}

/** Read the data that a command points at, for the writer and, after its type, as an extra. */
static bool read_linkedit(struct macho_reading *in, const struct macho_record *command)
{
    struct span data;
    if (command->bytes.size < LINKEDIT_SIZE) {
        return MACHO_FAIL(in, command, "size %#zx, but it takes %#x", command->bytes.size,
                          (unsigned)LINKEDIT_SIZE);
    }
    if (!macho_claim(in, command, "data", macho_word(in, command->bytes, 8),
                     macho_word(in, command->bytes, 12), &data)) {
        return false;
    }
    carry(in, command, data);
    if (data.size) {
        add_extra(in, span_make(command->bytes.data, 4));
        add_extra(in, data);
        in->object->addresses_count = true; /* its entries are addresses and offsets */
    }
    return true;
}

/** Keep a command that an object has at most once, to be read when the sections are known. */
static bool keep_command(struct macho_reading *in, const struct macho_record *command, size_t size,
                         struct macho_record *kept)
{
    if (kept->bytes.data) {
        return MACHO_FAIL(in, command, "a second one of type %#" PRIx32,
                          macho_word(in, command->bytes, 0));
    }
    if (command->bytes.size < size) {
        return MACHO_FAIL(in, command, "size %#zx, but it takes %#zx", command->bytes.size, size);
    }
    *kept = *command;
    return true;
}

static bool read_symtab(struct macho_reading *in, const struct macho_record *command)
{
    return keep_command(in, command, SYMTAB_SIZE, &in->symtab);
}

static bool read_dysymtab(struct macho_reading *in, const struct macho_record *command)
{
    return keep_command(in, command, DYSYMTAB_SIZE, &in->dysymtab);
}

static bool read_linker_option(struct macho_reading *in, const struct macho_record *command)
{
    carry(in, command, (struct span){NULL, 0});
    in->object->linker_options[in->object->linker_option_count++] = span_from(command->bytes, 8);
    return true;
}

static bool read_version(struct macho_reading *in, const struct macho_record *command)
{
    carry(in, command, (struct span){NULL, 0});
    add_extra(in, command->bytes);
    in->object->platforms |= macho_command_platform(in->object, command->bytes);
    if (!in->object->system) {
        in->object->system = macho_command_system(in->object, command->bytes);
    }
    return true;
}

/** Copy a command that no linker reads. */
static bool read_note(struct macho_reading *in, const struct macho_record *command)
{
    carry(in, command, (struct span){NULL, 0});
    return true;
}

/** Load commands by type: what reads each. */
static const struct {
    uint32_t type;
    bool (*read)(struct macho_reading *in, const struct macho_record *command);
} command_readers[] = {
    {LC_SEGMENT, read_segment},
    {LC_SEGMENT_64, read_segment},
    {LC_SYMTAB, read_symtab},
    {LC_DYSYMTAB, read_dysymtab},
    {LC_LINKER_OPTION, read_linker_option},
    {LC_VERSION_MIN_MACOSX, read_version},
    {LC_VERSION_MIN_IPHONEOS, read_version},
    {LC_VERSION_MIN_TVOS, read_version},
    {LC_VERSION_MIN_WATCHOS, read_version},
    {LC_BUILD_VERSION, read_version},
    {LC_DATA_IN_CODE, read_linkedit},
    {LC_LINKER_OPTIMIZATION_HINT, read_linkedit},
    {LC_FUNCTION_STARTS, read_linkedit},
    {LC_SEGMENT_SPLIT_INFO, read_linkedit},
    {LC_CODE_SIGNATURE, read_linkedit},
    {LC_ATOM_INFO, read_linkedit},
    {LC_UUID, read_note},
    {LC_SOURCE_VERSION, read_note},
};

static bool read_command(struct macho_reading *in, const struct macho_record *command)
{
    uint32_t type = macho_word(in, command->bytes, 0);
    for (size_t i = 0; i < sizeof command_readers / sizeof *command_readers; i++) {
        if (command_readers[i].type == type) {
            return command_readers[i].read(in, command);
        }
    }
    in->macho->unknown = true;
    return true;
}

static bool read_commands(struct macho_reading *in, struct span commands, uint32_t count)
{
    size_t unit = in->wide ? 8 : 4;
    size_t at = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct macho_record command = {header_size(in) + at, "load command", i, {NULL, 0}};
        if (commands.size - at < COMMAND_SIZE) {
            return MACHO_FAIL(in, &command, "begins at %#zx of %#zx bytes of commands", at,
                              commands.size);
        }
        uint32_t size = macho_word(in, span_from(commands, at), 4);
        if (size < COMMAND_SIZE || size % unit) {
            return MACHO_FAIL(in, &command, "size %#" PRIx32 ", but it takes a multiple of %zu",
                              size, unit);
        }
        if (!span_sub(commands, at, size, &command.bytes)) {
            return MACHO_FAIL(in, &command,
                              "size %#" PRIx32 " exceeds the load commands (%#zx left)", size,
                              commands.size - at);
        }
        if (!read_command(in, &command)) {
            return false;
        }
        at += size;
    }
    return true;
}

/* The object */

static bool macho_probe(struct span data)
{
    if (data.size < 4) {
        return false;
    }
    uint32_t little = get_le32(data.data);
    uint32_t big = get_be32(data.data);
    return little == MH_MAGIC || little == MH_MAGIC_64 || big == MH_MAGIC || big == MH_MAGIC_64;
}

static bool is_big_endian(struct span data)
{
    return data.data[0] == 0xfe;
}

static enum obj_machine machine_of(uint32_t cputype)
{
    switch (cputype) {
    case CPU_TYPE_I386:
        return MACHINE_X86;
    case CPU_TYPE_X86_64:
        return MACHINE_X86_64;
    case CPU_TYPE_ARM:
        return MACHINE_ARM;
    case CPU_TYPE_ARM64:
        return MACHINE_ARM64;
    case CPU_TYPE_POWERPC:
    case CPU_TYPE_POWERPC64:
        return MACHINE_PPC;
    case CPU_TYPE_RISCV:
        return MACHINE_RISCV;
    case CPU_TYPE_MIPS:
        return MACHINE_MIPS;
    default: /* arm64_32 among them, which does not link with arm64 */
        return MACHINE_OTHER;
    }
}

static enum obj_machine macho_machine(struct span data)
{
    return data.size < 8 ? MACHINE_UNKNOWN : machine_of(get_32(data.data + 4, is_big_endian(data)));
}

/** Read the header. @commands[out] the bytes of the load commands, @count[out] their number. */
static bool read_header(struct macho_reading *in, struct span *commands, uint32_t *count)
{
    struct object *object = in->object;
    struct span data = object->data;
    struct macho_record record = {0, "Mach-O", in->wide ? 64 : 32, data};
    struct span header;
    object->extent = 0;
    if (!macho_claim(in, &record, "header", 0, header_size(in), &header)) {
        return false;
    }
    object->bits = in->wide ? 64 : 32;
    object->big_endian = in->big_endian;
    object->raw_machine = macho_word(in, header, 4);
    object->raw_subtype = macho_word(in, header, 8);
    object->machine = machine_of(object->raw_machine);
    object->flags = macho_word(in, header, 24);
    *count = macho_word(in, header, 16);
    if (macho_word(in, header, 12) != MH_OBJECT) {
        return MACHO_FAIL(in, &record, "file type %" PRIu32 ", but only objects (%d) can be linked "
                          "from an archive", macho_word(in, header, 12), MH_OBJECT);
    }
    if (!macho_claim(in, &record, "load commands", header.size, macho_word(in, header, 20),
                     commands)) {
        return false;
    }
    if (*count > commands->size / COMMAND_SIZE) {
        return MACHO_FAIL(in, &record, "%" PRIu32 " load commands, but there is room for %zu",
                          *count, commands->size / COMMAND_SIZE);
    }
    return true;
}

static enum obj_result macho_read(struct arena *arena, struct object *object, struct error *error)
{
    struct macho_reading in = {
        .object = object, .arena = arena, .error = error,
        .big_endian = is_big_endian(object->data),
    };
    struct span commands;
    uint32_t count;
    in.wide = get_32(object->data.data, in.big_endian) == MH_MAGIC_64;
    if (!read_header(&in, &commands, &count)) {
        return OBJ_BROKEN;
    }
    /* Upper bounds, not far off: most bytes of load commands are section records. */
    object->sections = ARENA_ARRAY(arena, struct obj_section,
                                   commands.size / (in.wide ? SECTION_SIZE_64 : SECTION_SIZE_32));
    object->linker_options = ARENA_ARRAY(arena, struct span, count);
    object->extras = ARENA_ARRAY(arena, struct span, (size_t)count * 2);
    object->reader = in.macho = ARENA_NEW(arena, struct macho);
    if (!object->sections || !object->linker_options || !object->extras || !in.macho) {
        return OBJ_NO_MEMORY;
    }
    in.macho->commands = ARENA_ARRAY(arena, struct edit_command, count);
    if (!in.macho->commands) {
        return OBJ_NO_MEMORY;
    }
    if (!read_commands(&in, commands, count)) {
        return OBJ_BROKEN;
    }
    if (in.macho->unknown) { /* it may point to any bytes: all of the member is the object's */
        add_extra(&in, object->data);
        object->extent = object->data.size;
    }
    enum obj_result result = macho_read_reloc_tables(&in);
    return result == OBJ_OK ? macho_read_symbols(&in) : result;
}

const struct obj_reader macho_reader = {
    .format = OBJ_MACHO,
    .name = "Mach-O",
    .probe = macho_probe,
    .machine = macho_machine,
    .read = macho_read,
    .relocs = macho_relocs,
};
