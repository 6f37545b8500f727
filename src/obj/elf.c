/* SPDX-License-Identifier: MIT */
/**
 * This file reads the headers and sections of ELF objects, of 32 and 64 bits and either byte order.
 * elf_symbols.c reads symbols and groups; elf_relocs.c reads relocations.
 *
 * The file header [gABI 4, "ELF Header"] names the byte order, the class (32 or 64 bits), the
 * machine and the place of the section headers. Program headers mean nothing in objects (ET_REL). A
 * section header has 40 bytes in 32-bit files and 64 bytes in 64-bit files. Section 0 and symbol 0
 * are reserved, and this view leaves them out: section n of the file is object.sections[n - 1], and
 * symbol n is object.symbols[n - 1]. Comments call n the raw number.
 *
 * Extended numbering [gABI 4, "Sections"] serves numbers that do not fit into 16 bits. If e_shnum
 * is 0, sh_size of section 0 holds the count of sections. If e_shstrndx is SHN_XINDEX, sh_link of
 * section 0 holds the number of the name table. If st_shndx is SHN_XINDEX, the symbol's entry in
 * the SHT_SYMTAB_SHNDX section holds the number of its section.
 *
 * Symbols [gABI 4, "Symbol Table"]: an object has at most one SHT_SYMTAB. Its sh_link names the
 * string table. Local symbols come first, and sh_info counts them. Linkers treat a file that breaks
 * this order differently (lld refuses it); this reader refuses it. In objects, st_value counts from
 * the start of the section; for SHN_COMMON it is the alignment.
 *
 * Relocations: sh_info of an SHT_REL, SHT_RELA or SHT_CREL section names its target, the section
 * that it relocates; sh_link names the symbol table. Several may have the same target; the view
 * lists their entries in file order. MIPS64 splits r_info into a symbol and four bytes; these four
 * bytes are in big-endian order even in little-endian files [LLVM ELFTypes.h, isMips64EL].
 *
 * Groups: an SHT_GROUP section is an array of words: first a flag word (1: COMDAT), then section
 * numbers. sh_info is the number of the signature symbol, whose name is the name of the group. If
 * it is a section symbol without a name, the name of its section counts [lld InputFiles.cpp,
 * getShtGroupSignature]. Files list relocation sections in groups, too. This view leaves them out
 * of obj_group.sections, since they belong to their targets, but sets their obj_section.group.
 *
 * SHT_LLVM_ADDRSIG holds symbol numbers in ULEB128, and its sh_link is the symbol table. GNU strip
 * does not know the section: it renumbers symbols, leaves the list as it was, and sets sh_link to 0
 * (Debian's compiler-rt is such a library). lld then ignores the section. This reader takes such a
 * list for plain bytes.
 *
 * SHT_LLVM_CALL_GRAPH_PROFILE [LLVM 13 and later] holds a weight of 64 bits for each call. Two
 * relocations of type 0 for each weight name caller and callee, in the order of the weights, and
 * lld reads no more of them. The view has these as the list of symbols, with the weight as addend.
 *
 * Sections may overlap, and names may share bytes. In a hostile file, n headers could therefore
 * claim n bytes each, and reading would take quadratic time. The reader allows overlaps but limits
 * two sums: all section contents to twice the size of the member, all names to 64 times that size.
 * No real file comes near the second limit: there, headers do not share a name of 1 KiB.
 */
#include "obj/elf.h"

enum { CONTENTS_LIMIT = 2, NAMES_LIMIT = 64 };

#define FAIL_HEADER(r, at, format, ...)                                                           \
    error_set((r)->error, "offset %#zx: file header: " format, (size_t)(at), __VA_ARGS__)

struct elf_header elf_get_header(const struct elf_reading *r, uint32_t raw)
{
    return elf_header_of(r->object, r->headers, raw);
}

struct elf_header elf_header_of(const struct object *object, struct span headers, uint32_t raw)
{
    const uint8_t *p = headers.data + (size_t)raw * elf_header_size(object);
    bool big = object->big_endian;
    size_t width = elf_is_wide(object) ? 8 : 4;
    const uint8_t *link = p + 8 + 4 * width;
    return (struct elf_header){
        .name = get_32(p, big),
        .type = get_32(p + 4, big),
        .flags = elf_word(object, p + 8),
        .address = elf_word(object, p + 8 + width),
        .offset = elf_word(object, p + 8 + 2 * width),
        .size = elf_word(object, p + 8 + 3 * width),
        .link = get_32(link, big),
        .info = get_32(link + 4, big),
        .align = elf_word(object, link + 8),
        .entry_size = elf_word(object, link + 8 + width),
    };
}

const char *elf_take_name(struct elf_reading *r, struct span strings, uint32_t offset,
                          struct span *name)
{
    *name = (struct span){NULL, 0};
    if (offset == 0) {
        return NULL; /* offset 0 means no name, even if the table is empty */
    }
    if (!span_cstr(strings, offset, name)) {
        return "does not end inside";
    }
    if (name->size > r->names_left) {
        return "makes all names larger than 64 times the member";
    }
    r->names_left -= name->size;
    return NULL;
}

/** Get the contents of a section that occupies bytes in the file. */
static bool take_contents(const struct elf_reading *r, uint32_t raw, const struct elf_header *h,
                          struct span *out)
{
    struct span data = r->object->data;
    *out = (struct span){NULL, 0};
    if (h->size == 0) {
        return true; /* the offset of an empty section means nothing */
    }
    if (h->offset > data.size) {
        return ELF_FAIL_SECTION(r, raw, "offset %#" PRIx64 " exceeds the member (%#zx)", h->offset,
                                data.size);
    }
    if (!span_sub(data, h->offset, h->size, out)) {
        return ELF_FAIL_SECTION(r, raw, "size %#" PRIx64 " at %#" PRIx64
                                " exceeds the member (%#zx)", h->size, h->offset, data.size);
    }
    return true;
}

bool elf_take_strings(const struct elf_reading *r, uint32_t user, uint32_t raw, struct span *out)
{
    if (raw >= r->header_count) {
        return ELF_FAIL_SECTION(r, user, "string table is section %" PRIu32 ", but there are %"
                                PRIu32, raw, r->header_count);
    }
    struct elf_header h = elf_get_header(r, raw);
    if (h.type != SHT_STRTAB) {
        return ELF_FAIL_SECTION(r, raw, "type %#" PRIx32 " of a string table, not %#x", h.type,
                                SHT_STRTAB);
    }
    return take_contents(r, raw, &h, out);
}

bool elf_count_entries(const struct elf_reading *r, uint32_t raw, const struct elf_header *h,
                       uint32_t size, uint32_t *count)
{
    if (h->entry_size != size) {
        return ELF_FAIL_SECTION(r, raw, "entry size %#" PRIx64 ", not %#" PRIx32, h->entry_size,
                                size);
    }
    if (h->size % size || h->size / size >= OBJ_NONE) {
        return ELF_FAIL_SECTION(r, raw, "size %#" PRIx64 " is not a number of entries of %#" PRIx32,
                                h->size, size);
    }
    *count = (uint32_t)(h->size / size);
    return true;
}

bool elf_check_link(const struct elf_reading *r, uint32_t raw, const struct elf_header *h)
{
    return h->link == r->symtab_number ||
           ELF_FAIL_SECTION(r, raw, "link %" PRIu32 " is not the symbol table (%" PRIu32 ")",
                            h->link, r->symtab_number);
}

static enum obj_machine machine_of(uint16_t raw, bool wide)
{
    switch (raw) {
    case 0: return MACHINE_UNKNOWN;
    case EM_386: return MACHINE_X86;
    case EM_X86_64: return MACHINE_X86_64;
    case EM_ARM: return MACHINE_ARM;
    case EM_AARCH64: return MACHINE_ARM64;
    case EM_RISCV: return MACHINE_RISCV;
    case EM_PPC:
    case EM_PPC64: return MACHINE_PPC;
    case EM_S390: return wide ? MACHINE_S390X : MACHINE_OTHER;
    case EM_MIPS: return MACHINE_MIPS;
    case EM_LOONGARCH: return MACHINE_LOONGARCH;
    default: return MACHINE_OTHER;
    }
}

static bool elf_probe(struct span data)
{
    return span_starts(data, "\x7f" "ELF");
}

static enum obj_machine elf_machine(struct span data)
{
    if (data.size < E_MACHINE + 2) {
        return MACHINE_UNKNOWN;
    }
    bool big = data.data[EI_DATA] == ELFDATA2MSB;
    return machine_of(get_16(data.data + E_MACHINE, big), data.data[EI_CLASS] == ELFCLASS64);
}

/** Check class, byte order and version, and that the member holds the whole file header. */
static bool read_identification(struct elf_reading *r)
{
    struct object *object = r->object;
    struct span data = object->data;
    if (data.size < EI_NIDENT) {
        return FAIL_HEADER(r, 0, "%#zx bytes, not 0x34 or 0x40", data.size);
    }
    const uint8_t *p = data.data;
    if (p[EI_CLASS] != ELFCLASS32 && p[EI_CLASS] != ELFCLASS64) {
        return FAIL_HEADER(r, EI_CLASS, "class %u, not 1 or 2", p[EI_CLASS]);
    }
    if (p[EI_DATA] != ELFDATA2LSB && p[EI_DATA] != ELFDATA2MSB) {
        return FAIL_HEADER(r, EI_DATA, "byte order %u, not 1 or 2", p[EI_DATA]);
    }
    if (p[EI_VERSION] != EV_CURRENT) {
        return FAIL_HEADER(r, EI_VERSION, "version %u, not 1", p[EI_VERSION]);
    }
    object->bits = p[EI_CLASS] == ELFCLASS64 ? 64 : 32;
    object->big_endian = p[EI_DATA] == ELFDATA2MSB;
    size_t size = elf_is_wide(object) ? 64 : 52;
    object->extent = size;
    return data.size >= size || FAIL_HEADER(r, 0, "%#zx bytes, not %#zx", data.size, size);
}

/**
 * Find the section header table; extended numbering is honoured.
 * @p where e_shentsize is; e_shnum and e_shstrndx follow it
 */
static bool read_table_place(struct elf_reading *r, const uint8_t *p)
{
    struct object *object = r->object;
    struct span data = object->data;
    bool big = object->big_endian;
    uint32_t size = elf_header_size(object);
    size_t at = (size_t)(p - data.data);
    if (get_16(p, big) != size) {
        return FAIL_HEADER(r, at, "section headers of %#x bytes, not %#" PRIx32, get_16(p, big),
                           size);
    }
    if (!span_sub(data, r->table_offset, size, &r->headers)) {
        return FAIL_HEADER(r, at, "section headers at %#" PRIx64 " exceed the member (%#zx)",
                           r->table_offset, data.size);
    }
    struct elf_header first = elf_get_header(r, 0);
    uint64_t count = get_16(p + 2, big);
    count = count ? count : first.size;
    r->names_number = get_16(p + 4, big);
    r->names_number = r->names_number == SHN_XINDEX ? first.link : r->names_number;
    if (count >= OBJ_NONE || !span_sub(data, r->table_offset, count * size, &r->headers)) {
        return FAIL_HEADER(r, at + 2, "%" PRIu64 " section headers at %#" PRIx64
                           " exceed the member (%#zx)", count, r->table_offset, data.size);
    }
    r->header_count = (uint32_t)count;
    object->extent = r->table_offset + r->headers.size;
    return true;
}

static bool read_file_header(struct elf_reading *r)
{
    if (!read_identification(r)) {
        return false;
    }
    struct object *object = r->object;
    const uint8_t *p = object->data.data;
    bool big = object->big_endian;
    uint16_t type = get_16(p + E_TYPE, big);
    if (type != ET_REL) {
        return error_set(r->error, "offset %#x: not a relocatable object (e_type %u)", E_TYPE,
                         type);
    }
    object->raw_machine = get_16(p + E_MACHINE, big);
    object->machine = machine_of((uint16_t)object->raw_machine, elf_is_wide(object));
    object->raw_subtype = (uint32_t)p[EI_OSABI] | (uint32_t)p[EI_ABIVERSION] << 8;
    /* e_entry, e_phoff and e_shoff are as wide as the class; then e_flags, e_ehsize, e_phentsize,
       e_phnum and e_shentsize. */
    size_t width = elf_is_wide(object) ? 8 : 4;
    const uint8_t *flags = p + E_ENTRY + 3 * width;
    object->flags = get_32(flags, big);
    r->table_offset = elf_word(object, flags - width);
    return r->table_offset == 0 || read_table_place(r, flags + 10);
}

/** Whether a section is debug info: it is not loaded, and no linker needs it. */
static bool is_debug(const struct obj_section *s)
{
    struct span name = s->name;
    return !(s->flags & SHF_ALLOC) &&
           (span_starts(name, ".debug") || span_starts(name, ".zdebug") ||
            span_starts(name, ".stab") || span_starts(name, ".gdb_index"));
}

static bool is_unwind(struct span name)
{
    return span_starts(name, ".eh_frame") || span_starts(name, ".gcc_except_table") ||
           span_starts(name, ".ARM.exidx") || span_starts(name, ".ARM.extab");
}

static bool is_note(const struct obj_section *s)
{
    return s->type == SHT_NOTE || s->type == SHT_LLVM_ADDRSIG ||
           s->type == SHT_LLVM_CALL_GRAPH_PROFILE || span_starts(s->name, ".note") ||
           span_is(s->name, ".comment") || span_ends(s->name, ".attributes");
}

static enum obj_section_kind section_kind(const struct obj_section *s)
{
    switch (s->type) {
    case SHT_SYMTAB:
    case SHT_REL:
    case SHT_RELA:
    case SHT_CREL:
    case SHT_GROUP:
    case SHT_SYMTAB_SHNDX:
        return SECTION_TABLE;
    case SHT_NOBITS:
        return SECTION_ZERO;
    default:
        break;
    }
    if (is_debug(s)) {
        return SECTION_DEBUG;
    }
    if (s->type == SHT_STRTAB) {
        return SECTION_TABLE;
    }
    if (obj_name_is_bitcode(s->name)) {
        return SECTION_BITCODE;
    }
    if (is_unwind(s->name)) {
        return SECTION_UNWIND;
    }
    if (is_note(s)) {
        return SECTION_NOTE;
    }
    if (!(s->flags & SHF_ALLOC)) {
        return SECTION_OTHER;
    }
    return s->flags & SHF_EXECINSTR ? SECTION_CODE
           : s->flags & SHF_WRITE   ? SECTION_DATA
                                    : SECTION_RODATA;
}

/** Remember the numbers of the tables that later steps read. */
static bool note_table(struct elf_reading *r, uint32_t raw, const struct elf_header *h)
{
    if (h->type == SHT_SYMTAB || h->type == SHT_SYMTAB_SHNDX) {
        uint32_t *number = h->type == SHT_SYMTAB ? &r->symtab_number : &r->shndx_number;
        if (*number) {
            return ELF_FAIL_SECTION(r, raw, "a second one of type %#" PRIx32 ", after %" PRIu32,
                                    h->type, *number);
        }
        *number = raw;
    } else if (h->type == SHT_GROUP) {
        r->group_count++;
        r->group_words += h->size / 4;
    }
    return true;
}

/** Get the contents of a section, and count them against the limit for all sections. */
static bool fill_contents(struct elf_reading *r, uint32_t raw, const struct elf_header *h,
                          struct obj_section *s)
{
    if (h->type == SHT_NOBITS || h->size == 0) {
        return true;
    }
    if (!take_contents(r, raw, h, &s->data)) {
        return false;
    }
    if (h->size > r->contents_left) {
        return ELF_FAIL_SECTION(r, raw, "size %#" PRIx64
                                " makes all sections larger than twice the member (%#zx)", h->size,
                                r->object->data.size);
    }
    r->contents_left -= h->size;
    if (h->offset + h->size > r->object->extent) {
        r->object->extent = h->offset + h->size;
    }
    return true;
}

static bool read_section(struct elf_reading *r, uint32_t raw, struct span names)
{
    struct elf_header h = elf_get_header(r, raw);
    struct obj_section *s = &r->object->sections[raw - 1];
    *s = (struct obj_section){
        .link = OBJ_NONE, .group = OBJ_NONE, .raw = raw, .align = 1, .kind = SECTION_TABLE};
    if (h.type == SHT_NULL) {
        return true; /* the header is inactive: its other fields mean nothing */
    }
    s->type = h.type;
    s->flags = h.flags;
    s->address = h.address;
    s->size = h.size;
    s->align = h.align ? h.align : 1;
    s->entry_size = h.entry_size;
    const char *problem = r->names_number ? elf_take_name(r, names, h.name, &s->name) : NULL;
    if (problem) {
        return ELF_FAIL_SECTION(r, raw, "name at %#" PRIx32 " in a string table of %#zx bytes %s",
                                h.name, names.size, problem);
    }
    if (h.align & (h.align - 1)) {
        return ELF_FAIL_SECTION(r, raw, "alignment %#" PRIx64 " is not a power of 2", h.align);
    }
    if (h.flags & SHF_LINK_ORDER && h.link) {
        if (h.link >= r->header_count) {
            return ELF_FAIL_SECTION(r, raw, "linked to section %" PRIu32 ", but there are %" PRIu32,
                                    h.link, r->header_count);
        }
        s->link = h.link - 1;
    }
    s->kind = section_kind(s);
    return fill_contents(r, raw, &h, s) && note_table(r, raw, &h);
}

static bool read_sections(struct elf_reading *r)
{
    struct object *object = r->object;
    struct span names = {NULL, 0};
    if (r->names_number && !elf_take_strings(r, 0, r->names_number, &names)) {
        return false;
    }
    if (r->header_count < 2) {
        return true;
    }
    object->section_count = r->header_count - 1;
    object->sections = ARENA_ARRAY(r->arena, struct obj_section, object->section_count);
    if (!elf_got(r, object->sections)) {
        return false;
    }
    for (uint32_t raw = 1; raw < r->header_count; raw++) {
        if (!read_section(r, raw, names)) {
            return false;
        }
    }
    return true;
}

static enum obj_result elf_read(struct arena *arena, struct object *object, struct error *error)
{
    static bool (*const steps[])(struct elf_reading *) = {
        read_file_header, read_sections,     elf_read_symbols,
        elf_read_groups,  elf_read_numbered, elf_read_reloc_tables, elf_read_profiles,
    };
    struct elf_reading r = {
        .object = object,
        .arena = arena,
        .error = error,
        .tables = ARENA_NEW(arena, struct elf_tables),
        .contents_left = (uint64_t)object->data.size * CONTENTS_LIMIT,
        .names_left = (uint64_t)object->data.size * NAMES_LIMIT,
    };
    bool fine = elf_got(&r, r.tables);
    object->reader = r.tables;
    for (size_t i = 0; i < sizeof steps / sizeof *steps && fine; i++) {
        fine = steps[i](&r);
    }
    if (fine) {
        r.tables->headers = r.headers;
        r.tables->names_number = r.names_number;
        r.tables->symtab_number = r.symtab_number;
    }
    return fine ? OBJ_OK : r.no_memory ? OBJ_NO_MEMORY : OBJ_BROKEN;
}

const struct obj_reader elf_reader = {
    .format = OBJ_ELF,
    .name = "ELF",
    .probe = elf_probe,
    .machine = elf_machine,
    .read = elf_read,
    .relocs = elf_relocs,
};
