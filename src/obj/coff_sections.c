/* SPDX-License-Identifier: MIT */
/**
 * COFF sections: reading their headers, and telling their purpose.
 *
 * Sources: see coff.c. The section headers follow the file header and the optional header. Each has
 * 40 bytes: u8 Name[8], u32 VirtualSize, u32 VirtualAddress, u32 SizeOfRawData, u32
 * PointerToRawData, u32 PointerToRelocations, u32 PointerToLinenumbers, u16 NumberOfRelocations,
 * u16 NumberOfLinenumbers, u32 Characteristics.
 * - A name of more than 8 bytes stands in the string table. Name is then "/N", where N is its
 *   offset in decimal, or "//BASE64" if N has more than 7 digits (not in the spec; LLVM and BFD
 *   write and read this).
 * - The file has no contents for a section with CNT_UNINITIALIZED_DATA or with PointerToRawData 0
 *   (LLVM). The pointer to contents or relocations is ignored if there are none.
 * - With LNK_NRELOC_OVFL and NumberOfRelocations 0xffff, the VirtualAddress of the first
 *   relocation is the number of relocations, and counts this first one as well.
 * - Alignment 0 means 16 bytes. The old flag TYPE_NO_PAD means 1 (LLVM getAlignment).
 *
 * Some sections list symbols by their numbers, which change with the order of the symbol table: see
 * LIST in roles[]. The view has these lists as relocations. As in relocations, auxiliary records
 * have numbers as well.
 */
#include "obj/coff.h"

#include <inttypes.h>

enum { LINE_NUMBER_SIZE = 6 };

enum coff_characteristics {
    IMAGE_SCN_TYPE_NO_PAD = 0x8,
    IMAGE_SCN_CNT_CODE = 0x20,
    IMAGE_SCN_CNT_INITIALIZED_DATA = 0x40,
    IMAGE_SCN_LNK_INFO = 0x200,
    IMAGE_SCN_LNK_REMOVE = 0x800,
    IMAGE_SCN_ALIGN_SHIFT = 20,
    IMAGE_SCN_MEM_DISCARDABLE = 0x02000000,
    IMAGE_SCN_MEM_EXECUTE = 0x20000000,
};
#define IMAGE_SCN_MEM_WRITE 0x80000000u

/* Names. */

/** Decode the digits of "/N" (decimal) or "//N" (base 64). False if there is another character. */
static bool decode_name_offset(struct span digits, unsigned base, uint32_t *offset)
{
    uint64_t value = 0;
    for (size_t i = 0; i < digits.size; i++) {
        unsigned c = digits.data[i];
        unsigned digit = 64;
        if (c >= '0' && c <= '9') {
            digit = base == 10 ? c - '0' : c - '0' + 52;
        } else if (base == 64 && c >= 'A' && c <= 'Z') {
            digit = c - 'A';
        } else if (base == 64 && c >= 'a' && c <= 'z') {
            digit = c - 'a' + 26;
        } else if (base == 64 && (c == '+' || c == '/')) {
            digit = c == '+' ? 62 : 63;
        }
        if (digit >= base) {
            return false;
        }
        value = value * base + digit; /* 7 decimal or 6 base 64 digits at most: under 2^36 */
    }
    *offset = (uint32_t)value;
    return digits.size && value <= UINT32_MAX;
}

static enum obj_result section_name(struct coff_input *in, const uint8_t *header,
                                    struct span *name)
{
    const uint8_t *nul = memchr(header, 0, 8);
    *name = span_make(header, nul ? (size_t)(nul - header) : 8);
    if (name->size == 0 || header[0] != '/') {
        return OBJ_OK;
    }
    bool base64 = name->size > 1 && header[1] == '/';
    uint32_t offset = 0;
    if (!decode_name_offset(span_from(*name, base64 ? 2 : 1), base64 ? 64 : 10, &offset)) {
        return OBJ_FAIL(in->error, "name '%.*s' is no offset in the string table",
                        SPAN_ARGS(*name));
    }
    return coff_string(in, offset, name);
}

/* What a section is for. */

enum name_match {
    MATCH_EXACT,  /* the name itself */
    MATCH_GROUP,  /* the name, alone or with "$suffix" (linkers sort by it) or ".suffix" (GCC) */
    MATCH_PREFIX, /* each name that begins so */
};

/** What the name of a section tells, and how the section lists symbols if it does. */
struct role {
    const char *name; /* the table is in the order of the letter after the dot */
    uint8_t length;
    uint8_t match;
    uint8_t kind;
    bool discardable; /* only with IMAGE_SCN_MEM_DISCARDABLE */
    uint8_t stride;   /* bytes of a record of symbol numbers; LEB128_STRIDE: ULEB128 */
    uint8_t symbols;  /* how many 32-bit symbol numbers a record begins with */
};

enum { LEB128_STRIDE = 1 };

#define NAMED(text) .name = text, .length = sizeof text - 1
#define ROLE(text, how, what) {NAMED(text), .match = how, .kind = what}
#define DEBUG(text) \
    {NAMED(text), .match = MATCH_PREFIX, .kind = SECTION_DEBUG, .discardable = true}
#define LIST(text, what, bytes, numbers) \
    {NAMED(text), .match = MATCH_EXACT, .kind = what, .stride = bytes, .symbols = numbers}

static const struct role roles[] = {
    ROLE(".CRT$", MATCH_PREFIX, SECTION_DATA),
    ROLE(".chks64", MATCH_EXACT, SECTION_DEBUG), /* cl's checksums of all sections, debug too */
    ROLE(".comment", MATCH_GROUP, SECTION_NOTE),
    ROLE(".ctors", MATCH_PREFIX, SECTION_DATA),
    ROLE(".debug$", MATCH_PREFIX, SECTION_DEBUG), /* CodeView */
    DEBUG(".debug_"),                             /* DWARF */
    ROLE(".drectve", MATCH_GROUP, SECTION_NOTE),
    ROLE(".dtors", MATCH_PREFIX, SECTION_DATA),
    ROLE(".eh_frame", MATCH_GROUP, SECTION_UNWIND),
    ROLE(".gcc_except_table", MATCH_PREFIX, SECTION_UNWIND),
    LIST(".gehcont$y", SECTION_NOTE, 4, 1),
    LIST(".gfids$y", SECTION_NOTE, 4, 1),
    LIST(".giats$y", SECTION_NOTE, 4, 1),
    LIST(".gljmp$y", SECTION_NOTE, 4, 1),
    LIST(".hybmp$x", SECTION_NOTE, 12, 2), /* arm64ec thunks: from, to, kind */
    ROLE(".ident", MATCH_EXACT, SECTION_NOTE),
    LIST(".llvm.call-graph-profile", SECTION_NOTE, 16, 2), /* caller, callee, 64-bit weight */
    LIST(".llvm_addrsig", SECTION_NOTE, LEB128_STRIDE, 1),
    ROLE(".pdata", MATCH_GROUP, SECTION_UNWIND),
    DEBUG(".stab"),
    LIST(".sxdata", SECTION_UNWIND, 4, 1),
    ROLE(".tls", MATCH_GROUP, SECTION_DATA),
    ROLE(".xdata", MATCH_GROUP, SECTION_UNWIND),
    DEBUG(".zdebug_"),
};

static bool role_matches(const struct role *role, struct span name, uint64_t flags)
{
    if (name.size < role->length || memcmp(name.data, role->name, role->length) != 0 ||
        (role->discardable && !(flags & IMAGE_SCN_MEM_DISCARDABLE))) {
        return false;
    }
    return name.size == role->length || role->match == MATCH_PREFIX ||
           (role->match == MATCH_GROUP &&
            (name.data[role->length] == '$' || name.data[role->length] == '.'));
}

/** The role of a name, or NULL. The letter after the dot rules out most rows at once. */
static const struct role *find_role(struct span name, uint64_t flags)
{
    if (name.size < 2 || name.data[0] != '.') {
        return NULL;
    }
    char letter = (char)name.data[1];
    const struct role *role = roles;
    const struct role *end = roles + sizeof roles / sizeof *roles;
    while (role < end && role->name[1] < letter) {
        role++;
    }
    for (; role < end && role->name[1] == letter; role++) {
        if (role_matches(role, name, flags)) {
            return role;
        }
    }
    return NULL;
}

static enum obj_section_kind section_kind(const struct obj_section *section,
                                          const struct role *role)
{
    uint64_t flags = section->flags;
    if (section->size != section->data.size || (flags & IMAGE_SCN_CNT_UNINITIALIZED_DATA)) {
        return SECTION_ZERO;
    }
    if (role) {
        return (enum obj_section_kind)role->kind;
    }
    if (obj_name_is_bitcode(section->name)) {
        return SECTION_BITCODE;
    }
    if (flags & (IMAGE_SCN_LNK_INFO | IMAGE_SCN_LNK_REMOVE)) {
        return SECTION_NOTE;
    }
    if (flags & (IMAGE_SCN_CNT_CODE | IMAGE_SCN_MEM_EXECUTE)) {
        return SECTION_CODE;
    }
    if (flags & IMAGE_SCN_MEM_WRITE) {
        return SECTION_DATA;
    }
    return flags & IMAGE_SCN_CNT_INITIALIZED_DATA ? SECTION_RODATA : SECTION_OTHER;
}

/* Sections. */

static uint64_t section_align(uint64_t flags)
{
    unsigned shift = (unsigned)(flags >> IMAGE_SCN_ALIGN_SHIFT) & 0xf;
    if (flags & IMAGE_SCN_TYPE_NO_PAD) {
        return 1;
    }
    return shift ? UINT64_C(1) << (shift - 1) : 16;
}

/* How a message about a section header begins. */
#define SECTION_AT "offset %#" PRIx64 ": section header %" PRIu32 ": "
#define SECTION_WHERE(in, section) \
    (in)->section_offset + (uint64_t)((section)->raw - 1) * COFF_SECTION_SIZE, (section)->raw
#define SECTION_FAIL(in, section, format, ...) \
    OBJ_FAIL((in)->error, SECTION_AT format, SECTION_WHERE(in, section), __VA_ARGS__)

static enum obj_result read_contents(struct coff_input *in, struct obj_section *section,
                                     uint32_t size, uint32_t offset)
{
    section->size = size;
    if (size == 0 || offset == 0 || (section->flags & IMAGE_SCN_CNT_UNINITIALIZED_DATA)) {
        return OBJ_OK;
    }
    if (!span_sub(in->object->data, offset, size, &section->data)) {
        return SECTION_FAIL(in, section,
                            "contents of %#" PRIx32 " bytes at %#" PRIx32
                            " exceed the member (%#zx)",
                            size, offset, in->object->data.size);
    }
    if (size > in->contents_left) {
        return SECTION_FAIL(in, section,
                            "with size %#" PRIx32
                            ", the sections exceed %d times the member (%#zx)",
                            size, COFF_CLAIMS_LIMIT, in->object->data.size);
    }
    in->contents_left -= size;
    coff_claim(in, offset, size);
    return OBJ_OK;
}

/** Read the number of relocations from the first relocation, and skip that one. */
static enum obj_result read_reloc_overflow(struct coff_input *in, struct obj_section *section)
{
    struct span first;
    if (!span_sub(in->object->data, section->reloc_offset, COFF_RELOC_SIZE, &first)) {
        return SECTION_FAIL(in, section,
                            "first relocation at %#" PRIx64 " exceeds the member (%#zx)",
                            section->reloc_offset, in->object->data.size);
    }
    uint32_t count = get_le32(first.data);
    if (count == 0) {
        return SECTION_FAIL(in, section, "0 relocations at %#" PRIx64 ", at least 1 expected",
                            section->reloc_offset);
    }
    section->reloc_count = count - 1;
    section->reloc_offset += COFF_RELOC_SIZE;
    return OBJ_OK;
}

static enum obj_result read_reloc_table(struct coff_input *in, struct obj_section *section,
                                        const uint8_t *header)
{
    section->reloc_offset = get_le32(header + 24);
    section->reloc_count = get_le16(header + 32);
    if (section->reloc_count == RELOC_COUNT_ELSEWHERE &&
        (section->flags & IMAGE_SCN_LNK_NRELOC_OVFL)) {
        enum obj_result result = read_reloc_overflow(in, section);
        if (result != OBJ_OK) {
            return result;
        }
    }
    struct span table;
    uint64_t size = (uint64_t)section->reloc_count * COFF_RELOC_SIZE;
    if (size && !span_sub(in->object->data, section->reloc_offset, size, &table)) {
        return SECTION_FAIL(in, section,
                            "%" PRIu32 " relocations at %#" PRIx64 " exceed the member (%#zx)",
                            section->reloc_count, section->reloc_offset, in->object->data.size);
    }
    if (size > in->relocs_left) {
        return SECTION_FAIL(in, section,
                            "with %" PRIu32
                            " relocations, all of them exceed %d times the member (%#zx)",
                            section->reloc_count, COFF_CLAIMS_LIMIT, in->object->data.size);
    }
    in->relocs_left -= size;
    coff_claim(in, section->reloc_offset, size);
    return OBJ_OK;
}

/** Check where the line numbers of old compilers lie: they are part of the object's extent. */
static enum obj_result read_line_numbers(struct coff_input *in, struct obj_section *section,
                                         const uint8_t *header)
{
    struct span lines;
    uint32_t offset = get_le32(header + 28);
    uint32_t size = (uint32_t)get_le16(header + 34) * LINE_NUMBER_SIZE;
    if (size && !span_sub(in->object->data, offset, size, &lines)) {
        return SECTION_FAIL(in, section,
                            "line numbers of %#" PRIx32 " bytes at %#" PRIx32
                            " exceed the member (%#zx)",
                            size, offset, in->object->data.size);
    }
    coff_claim(in, offset, size);
    return OBJ_OK;
}

/** Mark a list of symbols as numbered, and count its symbols. */
static enum obj_result number_section(struct coff_input *in, struct obj_section *section,
                                      const struct role *role)
{
    if (section->reloc_count) {
        return SECTION_FAIL(in, section, "%" PRIu32 " relocations, but it lists symbol numbers",
                            section->reloc_count);
    }
    section->numbered = true;
    section->record_symbols = role->symbols;
    if (role->stride != LEB128_STRIDE) {
        section->reloc_count = (uint32_t)(section->data.size / role->stride * role->symbols);
        return OBJ_OK;
    }
    for (size_t i = 0; i < section->data.size; i++) {
        section->reloc_count += section->data.data[i] < 0x80; /* the last byte of a number */
    }
    return OBJ_OK;
}

static enum obj_result read_section(struct coff_input *in, struct obj_section *section,
                                    const uint8_t *header)
{
    section->flags = get_le32(header + 36);
    section->address = get_le32(header + 12);
    section->align = section_align(section->flags);
    section->link = section->group = OBJ_NONE;
    if (section_name(in, header, &section->name) != OBJ_OK) {
        error_prefix(in->error, SECTION_AT, SECTION_WHERE(in, section));
        return OBJ_BROKEN;
    }
    enum obj_result result =
        read_contents(in, section, get_le32(header + 16), get_le32(header + 20));
    if (result == OBJ_OK) {
        result = read_reloc_table(in, section, header);
    }
    if (result == OBJ_OK) {
        result = read_line_numbers(in, section, header);
    }
    const struct role *role = find_role(section->name, section->flags);
    section->kind = section_kind(section, role);
    if (result == OBJ_OK && role && role->stride) {
        result = number_section(in, section, role);
    }
    return result;
}

enum obj_result coff_read_sections(struct coff_input *in)
{
    struct object *object = in->object;
    size_t count = in->section_table.size / COFF_SECTION_SIZE;
    object->sections = ARENA_ARRAY(in->arena, struct obj_section, count);
    if (!object->sections) {
        return OBJ_NO_MEMORY;
    }
    object->section_count = count;
    for (size_t i = 0; i < count; i++) {
        struct obj_section *section = &object->sections[i];
        section->raw = (uint32_t)i + 1;
        enum obj_result result =
            read_section(in, section, in->section_table.data + i * COFF_SECTION_SIZE);
        if (result != OBJ_OK) {
            return result;
        }
        if (!object->directives.data && span_is(section->name, ".drectve")) {
            object->directives = section->data;
        }
        object->import_stub = object->import_stub || span_starts(section->name, ".idata$");
    }
    return OBJ_OK;
}

/* Lists of symbol numbers. */

/** Read records that begin with symbol numbers. The rest of a record becomes their addend. */
static enum obj_result read_number_records(const struct object *object, struct span list,
                                           const struct role *role, struct obj_reloc *relocs,
                                           struct error *error)
{
    const struct coff_numbers *numbers = object->reader;
    if (list.size % role->stride) {
        return OBJ_FAIL(error, "symbol list: size %#zx is no multiple of %u", list.size,
                        role->stride);
    }
    size_t payload = role->symbols * 4u;
    for (size_t at = 0, found = 0; at < list.size; at += role->stride) {
        const uint8_t *record = list.data + at;
        uint64_t rest = role->stride - payload == 8 ? get_le64(record + payload)
                                                    : get_le32(record + payload);
        for (size_t i = 0; i < role->symbols; i++, found++) {
            uint32_t raw = get_le32(record + i * 4);
            if (raw >= numbers->count || numbers->index[raw] == OBJ_NONE) {
                return OBJ_FAIL(error,
                                "symbol list: symbol %" PRIu32 " at %#zx, but there are %" PRIu32,
                                raw, at + i * 4, numbers->count);
            }
            relocs[found] = (struct obj_reloc){.offset = found,
                                               .addend = (int64_t)rest,
                                               .symbol = numbers->index[raw],
                                               .section = OBJ_NONE};
        }
    }
    return OBJ_OK;
}

uint8_t coff_numbered_stride(const struct obj_section *section)
{
    return find_role(section->name, section->flags)->stride;
}

enum obj_result coff_numbered_relocs(const struct object *object,
                                       const struct obj_section *section, struct arena *arena,
                                       struct obj_reloc **relocs, size_t *count,
                                       struct error *error)
{
    const struct coff_numbers *numbers = object->reader;
    const struct role *role = find_role(section->name, section->flags);
    enum obj_result result = OBJ_NO_MEMORY;
    if (role->symbols == 1) {
        result = obj_numbered_relocs(section->data, role->stride == LEB128_STRIDE, numbers->index,
                                     numbers->count, arena, relocs, count, error);
    } else {
        struct obj_reloc *out = ARENA_ARRAY(arena, struct obj_reloc, section->reloc_count);
        if (out) {
            result = read_number_records(object, section->data, role, out, error);
            *relocs = out;
            *count = section->reloc_count;
        }
    }
    if (result == OBJ_BROKEN) {
        error_prefix(error, "section %" PRIu32 ": ", section->raw);
    }
    return result;
}

