/* SPDX-License-Identifier: MIT */
/**
 * COFF objects: headers, string table, relocations. coff_sections.c reads the sections,
 * coff_symbols.c the symbols and COMDATs.
 *
 * Sources: Microsoft, "PE Format" (called the spec); LLVM 19 (COFFObjectFile.cpp, Magic.cpp,
 * lld/COFF/InputFiles.cpp); binutils 2.40 (bfd/coffcode.h, bfd/coffgen.c). All numbers are
 * little-endian.
 *
 * Header, 20 bytes: u16 Machine, u16 NumberOfSections, u32 TimeDateStamp, u32
 * PointerToSymbolTable, u32 NumberOfSymbols, u16 SizeOfOptionalHeader, u16 Characteristics.
 * The format has no magic number. coff_probe() therefore demands a known machine, and tables that
 * lie inside the member.
 *
 * bigobj (cl /bigobj; LLVM when there are more than 65279 sections), 56 bytes: u16 0, u16 0xffff,
 * u16 Version (2 or more), u16 Machine, u32 TimeDateStamp, u8 ClassID[16], u32 SizeOfData,
 * u32 Flags, u32 MetaDataSize, u32 MetaDataOffset, u32 NumberOfSections, u32
 * PointerToSymbolTable, u32 NumberOfSymbols. Short imports and the objects of cl /GL begin with
 * the same four bytes as bigobj. The class id at offset 12 tells them apart.
 *
 * Relocation, 10 bytes: u32 VirtualAddress (of the place to relocate; its offset is this address
 * less the section's, which is nearly always 0), u32 SymbolTableIndex, u16 Type. Addends are in the
 * contents. A PAIR follows a span-dependent relocation and has a displacement instead of a symbol.
 *
 * The string table follows the symbol table: a u32 size, which counts itself as well, then
 * NUL-terminated strings. Tools like cvtres write size 0 for an empty table (LLVM), and a file
 * without long names may have no table at all.
 */
#include "obj/coff.h"

#include <inttypes.h>

enum coff_machine_number {
    IMAGE_FILE_MACHINE_UNKNOWN = 0,
    IMAGE_FILE_MACHINE_I386 = 0x14c,
    IMAGE_FILE_MACHINE_ARM = 0x1c0,
    IMAGE_FILE_MACHINE_ARMNT = 0x1c4,
    IMAGE_FILE_MACHINE_AMD64 = 0x8664,
    IMAGE_FILE_MACHINE_ARM64EC = 0xa641,
    IMAGE_FILE_MACHINE_ARM64X = 0xa64e,
    IMAGE_FILE_MACHINE_ARM64 = 0xaa64,
};

enum coff_reloc_type {
    IMAGE_REL_ABSOLUTE = 0, /* on every machine: linkers ignore this relocation */
    IMAGE_REL_AMD64_PAIR = 0xf,
    IMAGE_REL_ARM_PAIR = 0x16,
};

/* Headers and machines. */

const uint8_t coff_bigobj_class[16] = {0xc7, 0xa1, 0xba, 0xd1, 0xee, 0xba, 0xa9, 0x4b,
                                       0xaf, 0x20, 0xfa, 0xf6, 0x6a, 0xa4, 0xdc, 0xb8};
static const uint8_t cl_gl_class[16] = {0x38, 0xfe, 0xb3, 0x0c, 0xa5, 0xd9, 0xab, 0x4d,
                                        0xac, 0x9b, 0xd6, 0xb6, 0x22, 0x26, 0x53, 0xc2};

enum coff_anonymous coff_anonymous(struct span data)
{
    enum { CLASS_OFFSET = 12 };
    if (data.size < 4 || memcmp(data.data, "\0\0\xff\xff", 4) != 0) {
        return COFF_NOT_ANONYMOUS;
    }
    if (data.size >= COFF_ANONYMOUS_SIZE) {
        if (memcmp(data.data + CLASS_OFFSET, coff_bigobj_class, sizeof coff_bigobj_class) == 0) {
            return COFF_BIGOBJ;
        }
        if (memcmp(data.data + CLASS_OFFSET, cl_gl_class, sizeof cl_gl_class) == 0) {
            return COFF_CL_GL;
        }
    }
    return COFF_SHORT_IMPORT;
}

enum obj_machine coff_machine(uint32_t raw)
{
    switch (raw) {
    case IMAGE_FILE_MACHINE_UNKNOWN: return MACHINE_UNKNOWN;
    case IMAGE_FILE_MACHINE_I386: return MACHINE_X86;
    case IMAGE_FILE_MACHINE_AMD64: return MACHINE_X86_64;
    case IMAGE_FILE_MACHINE_ARM:
    case IMAGE_FILE_MACHINE_ARMNT: return MACHINE_ARM;
    case IMAGE_FILE_MACHINE_ARM64: return MACHINE_ARM64;
    case IMAGE_FILE_MACHINE_ARM64EC:
    case IMAGE_FILE_MACHINE_ARM64X: return MACHINE_ARM64EC;
    default: return MACHINE_OTHER;
    }
}

uint8_t coff_bits(uint32_t raw)
{
    switch (coff_machine(raw)) {
    case MACHINE_X86:
    case MACHINE_ARM: return 32;
    case MACHINE_X86_64:
    case MACHINE_ARM64:
    case MACHINE_ARM64EC: return 64;
    default: return 0;
    }
}

enum obj_machine coff_header_machine(struct span data)
{
    bool anonymous = coff_anonymous(data) != COFF_NOT_ANONYMOUS;
    if (data.size < (anonymous ? 8 : 2)) {
        return MACHINE_UNKNOWN;
    }
    return coff_machine(get_le16(data.data + (anonymous ? 6 : 0)));
}

static bool coff_probe(struct span data)
{
    enum coff_anonymous anonymous = coff_anonymous(data);
    if (anonymous != COFF_NOT_ANONYMOUS) {
        return anonymous == COFF_BIGOBJ;
    }
    if (data.size < COFF_HEADER_SIZE || coff_bits(get_le16(data.data)) == 0) {
        return false;
    }
    uint64_t sections = get_le16(data.data + 2);
    uint64_t headers_end = COFF_HEADER_SIZE + get_le16(data.data + 16) +
                           sections * COFF_SECTION_SIZE;
    return headers_end <= data.size && get_le32(data.data + 8) <= data.size;
}

static bool opaque_probe(struct span data)
{
    return coff_anonymous(data) == COFF_CL_GL;
}

/* Tables. */

void coff_claim(struct coff_input *in, uint64_t offset, uint64_t size)
{
    if (size && offset + size > in->object->extent) {
        in->object->extent = offset + size;
    }
}

static enum obj_result read_section_table(struct coff_input *in, uint64_t offset, uint32_t count)
{
    uint64_t size = (uint64_t)count * COFF_SECTION_SIZE;
    if (!span_sub(in->object->data, offset, size, &in->section_table)) {
        return OBJ_FAIL(in->error,
                        "offset %#" PRIx64 ": section headers: size %#" PRIx64
                        " exceeds the member (%#zx)",
                        offset, size, in->object->data.size);
    }
    in->section_offset = offset;
    in->object->extent = offset + size;
    return OBJ_OK;
}

/** Find the string table, which begins at @offset. */
static enum obj_result read_string_table(struct coff_input *in, uint64_t offset)
{
    struct span rest = span_from(in->object->data, offset);
    if (rest.size == 0) {
        return OBJ_OK;
    }
    if (rest.size < 4) {
        return OBJ_FAIL(in->error,
                        "offset %#" PRIx64 ": string table: %zu bytes, at least 4 needed", offset,
                        rest.size);
    }
    uint32_t size = get_le32(rest.data);
    size = size < 4 ? 4 : size;
    if (!span_sub(rest, 0, size, &in->strings)) {
        return OBJ_FAIL(in->error,
                        "offset %#" PRIx64 ": string table: size %#" PRIx32
                        " exceeds the member (%#zx)",
                        offset, size, in->object->data.size);
    }
    in->object->string_table = in->strings;
    coff_claim(in, offset, size);
    return OBJ_OK;
}

static enum obj_result read_symbol_table(struct coff_input *in, uint32_t offset, uint32_t count)
{
    if (offset == 0) {
        return count == 0
                   ? OBJ_OK
                   : OBJ_FAIL(in->error, "symbol table: %" PRIu32 " symbols at offset 0", count);
    }
    uint64_t size = (uint64_t)count * in->symbol_size;
    if (!span_sub(in->object->data, offset, size, &in->symbol_table)) {
        return OBJ_FAIL(in->error,
                        "offset %#" PRIx32 ": symbol table: size %#" PRIx64
                        " exceeds the member (%#zx)",
                        offset, size, in->object->data.size);
    }
    in->symbol_offset = offset;
    in->numbers->count = count;
    in->object->symbol_table = in->symbol_table;
    coff_claim(in, offset, size);
    return read_string_table(in, offset + size);
}

static enum obj_result read_regular_header(struct coff_input *in)
{
    struct object *object = in->object;
    const uint8_t *header = object->data.data; /* coff_probe() has seen all of it */
    object->raw_machine = get_le16(header);
    object->flags = get_le16(header + 18);
    in->symbol_size = COFF_SYMBOL_SIZE;
    enum obj_result result = read_section_table(in, COFF_HEADER_SIZE + get_le16(header + 16),
                                                get_le16(header + 2));
    if (result != OBJ_OK) {
        return result;
    }
    return read_symbol_table(in, get_le32(header + 8), get_le32(header + 12));
}

static enum obj_result read_bigobj_header(struct coff_input *in)
{
    struct object *object = in->object;
    const uint8_t *header = object->data.data;
    if (object->data.size < COFF_BIGOBJ_HEADER_SIZE) {
        return OBJ_FAIL(in->error, "bigobj header: size %#zx, %#x needed", object->data.size,
                        COFF_BIGOBJ_HEADER_SIZE);
    }
    if (get_le16(header + 4) < 2) {
        return OBJ_FAIL(in->error, "offset 0x4: bigobj header: version %u, at least 2 needed",
                        get_le16(header + 4));
    }
    object->bigobj = true;
    object->raw_machine = get_le16(header + 6);
    if (coff_bits(object->raw_machine) == 0) {
        return OBJ_FAIL(in->error, "offset 0x6: bigobj header: unknown machine %#" PRIx32,
                        object->raw_machine);
    }
    object->flags = get_le32(header + 32);
    in->symbol_size = COFF_BIGOBJ_SYMBOL_SIZE;
    enum obj_result result =
        read_section_table(in, COFF_BIGOBJ_HEADER_SIZE, get_le32(header + 44));
    if (result != OBJ_OK) {
        return result;
    }
    return read_symbol_table(in, get_le32(header + 48), get_le32(header + 52));
}

enum obj_result coff_string(struct coff_input *in, uint32_t offset, struct span *name)
{
    struct span strings = in->strings;
    if (offset < 4 || offset >= strings.size) {
        return OBJ_FAIL(in->error, "name at %#" PRIx32 " lies outside the string table (%#zx)",
                        offset, strings.size);
    }
    /* search no further than names_left allows */
    bool cut = strings.size - offset > in->names_left;
    if (cut) {
        strings.size = offset + (size_t)in->names_left;
    }
    if (span_cstr(strings, offset, name)) {
        in->names_left -= name->size + 1;
        return OBJ_OK;
    }
    return cut ? OBJ_FAIL(in->error, "with its name, all names exceed %d times the member (%#zx)",
                          COFF_NAMES_LIMIT, in->object->data.size)
               : OBJ_FAIL(in->error, "name at %#" PRIx32 " has no end in the string table (%#zx)",
                          offset, strings.size);
}

static enum obj_result coff_read(struct arena *arena, struct object *object, struct error *error)
{
    uint64_t size = object->data.size; /* below 10^10 in an archive, so the products fit */
    struct coff_numbers *numbers = ARENA_NEW(arena, struct coff_numbers);
    struct coff_input in = {
        .object = object,
        .arena = arena,
        .error = error,
        .numbers = numbers,
        .names_left = size * COFF_NAMES_LIMIT,
        .contents_left = size * COFF_CLAIMS_LIMIT,
        .relocs_left = size * COFF_CLAIMS_LIMIT,
    };
    if (!numbers) {
        return OBJ_NO_MEMORY;
    }
    object->reader = numbers;
    enum obj_result result = coff_anonymous(object->data) == COFF_BIGOBJ
                                 ? read_bigobj_header(&in)
                                 : read_regular_header(&in);
    object->machine = coff_machine(object->raw_machine);
    object->bits = coff_bits(object->raw_machine);
    if (result == OBJ_OK) {
        result = coff_read_sections(&in);
    }
    result = result == OBJ_OK ? coff_read_symbols(&in) : result;
    object->abis = result == OBJ_OK ? (uint8_t)coff_abis(object) : 0;
    return result;
}

/* Relocations. */

bool coff_is_pair(const struct object *object, uint32_t type)
{
    return (object->machine == MACHINE_ARM && type == IMAGE_REL_ARM_PAIR) ||
           (object->machine == MACHINE_X86_64 && type == IMAGE_REL_AMD64_PAIR);
}

/**
 * How many bytes a section has for relocations. Those of .zdebug_NAME, which GNU tools compress,
 * refer to the contents before that; the size is in the header: "ZLIB", 8 bytes, big-endian.
 */
static uint64_t relocated_size(const struct obj_section *section)
{
    bool packed = span_starts(section->name, ".zdebug_") && section->data.size >= 12 &&
                  span_starts(section->data, "ZLIB");
    return packed ? get_be64(section->data.data + 4) : section->size;
}

/** Read the relocation at @at of the member. */
static enum obj_result read_reloc(const struct object *object, const struct obj_section *section,
                                  uint64_t at, struct obj_reloc *reloc, struct error *error)
{
    const struct coff_numbers *numbers = object->reader;
    const uint8_t *record = object->data.data + at; /* read_reloc_table() has seen all of them */
    uint64_t address = get_le32(record);
    uint32_t raw = get_le32(record + 4);
    reloc->type = get_le16(record + 8);
    reloc->section = OBJ_NONE;
    reloc->offset = address - section->address;
    if (reloc->type != IMAGE_REL_ABSOLUTE &&
        (address < section->address || reloc->offset >= relocated_size(section))) {
        return OBJ_FAIL(error,
                        "offset %#" PRIx64 ": section %" PRIu32 ": relocation for address %#" PRIx64
                        " outside the section (%#" PRIx64 " bytes at %#" PRIx64 ")",
                        at, section->raw, address, section->size, section->address);
    }
    if (coff_is_pair(object, reloc->type)) {
        reloc->symbol = OBJ_NONE;
        reloc->addend = (int32_t)raw;
        return OBJ_OK;
    }
    if (raw >= numbers->count || numbers->index[raw] == OBJ_NONE) {
        return OBJ_FAIL(error,
                        "offset %#" PRIx64 ": section %" PRIu32 ": relocation for symbol %" PRIu32
                        ", but there are %" PRIu32 " (or it is auxiliary)",
                        at, section->raw, raw, numbers->count);
    }
    reloc->symbol = numbers->index[raw];
    return OBJ_OK;
}

static enum obj_result coff_relocs(const struct object *object, uint32_t index,
                                   struct arena *arena, struct obj_reloc **relocs, size_t *count,
                                   struct error *error)
{
    const struct obj_section *section = &object->sections[index];
    if (section->numbered) {
        return coff_numbered_relocs(object, section, arena, relocs, count, error);
    }
    struct obj_reloc *out = ARENA_ARRAY(arena, struct obj_reloc, section->reloc_count);
    if (!out) {
        return OBJ_NO_MEMORY;
    }
    for (size_t i = 0; i < section->reloc_count; i++) {
        enum obj_result result = read_reloc(
            object, section, section->reloc_offset + i * COFF_RELOC_SIZE, &out[i], error);
        if (result != OBJ_OK) {
            return result;
        }
    }
    *relocs = out;
    *count = section->reloc_count;
    return OBJ_OK;
}

const struct obj_reader coff_reader = {
    .format = OBJ_COFF,
    .name = "COFF",
    .probe = coff_probe,
    .machine = coff_header_machine,
    .read = coff_read,
    .relocs = coff_relocs,
};

const struct obj_reader opaque_reader = {
    .format = OBJ_OPAQUE,
    .name = "cl /GL",
    .probe = opaque_probe,
    .machine = coff_header_machine,
};
