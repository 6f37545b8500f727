/* SPDX-License-Identifier: MIT */
/**
 * ELF shared objects and programs, of 32 and 64 bits and either byte order.
 *
 * What is loaded is named by program headers [gABI 5]; section headers are for linkers, debuggers
 * and people. Both are read here, none is trusted: offsets may exceed the file until a user of the
 * headers has checked them.
 */
#include "image/elf_image.h"

enum { LONGEST_NAME = 1024, TYPE_AT = 16, MACHINE_AT = 18, ENTRY_AT = 24 };

/** Whether the file is ELF, and an image: not ET_REL, not a core. */
static bool elf_probe(struct span data)
{
    if (data.size < TYPE_AT + 2 || !span_starts(data, "\x7f" "ELF")) {
        return false;
    }
    uint16_t type = get_16(data.data + TYPE_AT, data.data[5] == 2);
    return type == ELF_ET_EXEC || type == ELF_ET_DYN;
}

static struct elf_segment read_segment(const struct elf_image *image, const uint8_t *p)
{
    bool big = image->big;
    if (image->wide) {
        return (struct elf_segment){get_32(p, big),      get_32(p + 4, big),  get_64(p + 8, big),
                                    get_64(p + 16, big), get_64(p + 24, big), get_64(p + 32, big),
                                    get_64(p + 40, big), get_64(p + 48, big)};
    }
    return (struct elf_segment){get_32(p, big),      get_32(p + 24, big), get_32(p + 4, big),
                                get_32(p + 8, big),  get_32(p + 12, big), get_32(p + 16, big),
                                get_32(p + 20, big), get_32(p + 28, big)};
}

struct elf_part elf_image_part(const struct elf_image *image, const uint8_t *p)
{
    size_t width = image->wide ? 8 : 4;
    const uint8_t *link = p + 8 + 4 * width;
    return (struct elf_part){
        .name_at = get_32(p, image->big),
        .type = get_32(p + 4, image->big),
        .flags = elf_image_word(image, p + 8),
        .address = elf_image_word(image, p + 8 + width),
        .offset = elf_image_word(image, p + 8 + 2 * width),
        .size = elf_image_word(image, p + 8 + 3 * width),
        .link = get_32(link, image->big),
        .info = get_32(link + 4, image->big),
        .align = elf_image_word(image, link + 8),
        .entry_size = elf_image_word(image, link + 8 + width),
    };
}

struct elf_image_symbol elf_image_symbol(const struct elf_image *image, const uint8_t *p)
{
    bool big = image->big;
    if (image->wide) {
        return (struct elf_image_symbol){get_32(p, big),     p[4],
                                         p[5],               get_16(p + 6, big),
                                         get_64(p + 8, big), get_64(p + 16, big)};
    }
    return (struct elf_image_symbol){get_32(p, big),     p[12],
                                     p[13],              get_16(p + 14, big),
                                     get_32(p + 4, big), get_32(p + 8, big)};
}

/** Take the names of sections; one that cannot be read is refused. */
static enum obj_result take_names(struct elf_image *image, struct error *error)
{
    struct span names;
    if (!image->names_number) {
        return OBJ_OK;
    }
    if (image->names_number >= image->section_count) {
        return IMAGE_FAIL(error, image->sections_at,
                          "section %" PRIu64 " with names of sections: there are fewer",
                          image->names_number);
    }
    const struct elf_part *table = &image->sections[image->names_number];
    if (table->type == ELF_SHT_NOBITS ||
        !span_sub(image->data, table->offset, table->size, &names)) {
        return IMAGE_FAIL(error, table->offset,
                          "%" PRIu64 " bytes of names of sections exceed the file", table->size);
    }
    for (uint32_t i = 0; i < image->section_count; i++) {
        struct elf_part *part = &image->sections[i];
        struct span rest = span_from(names, part->name_at);
        struct span limited = {rest.data, rest.size < LONGEST_NAME ? rest.size : LONGEST_NAME};
        if (part->type != ELF_SHT_NULL && !span_cstr(limited, 0, &part->name)) {
            return IMAGE_FAIL(error, image->sections_at,
                              "section header %" PRIu64 ": its name does not end inside the table "
                              "of names, or has more than 1 KiB", i);
        }
    }
    return OBJ_OK;
}

static enum obj_result read_tables(struct elf_image *image, const uint8_t *counts,
                                   struct arena *arena, struct error *error)
{
    struct span table;
    size_t segment = image->wide ? 56 : 32;
    size_t section = image->wide ? 64 : 40;
    uint32_t segments = image->segments_at ? get_16(counts + 2, image->big) : 0;
    uint32_t sections = image->sections_at ? get_16(counts + 6, image->big) : 0;
    if ((segments && get_16(counts, image->big) != segment) ||
        (sections && get_16(counts + 4, image->big) != section)) {
        return IMAGE_FAIL(error, counts - image->data.data,
                          "headers of another size than %" PRIu64, segments ? segment : section);
    }
    if (segments == 0xffff || (image->sections_at && !sections)) {
        return IMAGE_FAIL(error, counts - image->data.data,
                          "more headers than %" PRIu64 " are not read", 0xfeff);
    }
    struct span headers;
    if (!span_sub(image->data, image->segments_at, (uint64_t)segments * segment, &table)) {
        return IMAGE_FAIL(error, image->segments_at,
                          "%" PRIu64 " program headers exceed the file", segments);
    }
    if (!span_sub(image->data, image->sections_at, (uint64_t)sections * section, &headers)) {
        return IMAGE_FAIL(error, image->sections_at,
                          "%" PRIu64 " section headers exceed the file", sections);
    }
    image->segments = ARENA_ARRAY(arena, struct elf_segment, segments + 1);
    image->sections = ARENA_ARRAY(arena, struct elf_part, sections + 1);
    if (!image->segments || !image->sections) {
        return OBJ_NO_MEMORY;
    }
    for (uint32_t i = 0; i < segments; i++) {
        image->segments[i] = read_segment(image, table.data + i * segment);
    }
    for (uint32_t i = 0; i < sections; i++) {
        image->sections[i] = elf_image_part(image, headers.data + i * section);
    }
    image->segment_count = segments;
    image->section_count = sections;
    image->names_number = sections ? get_16(counts + 8, image->big) : 0;
    return take_names(image, error);
}

enum obj_result elf_image_read(struct span data, struct arena *arena, struct elf_image *image,
                               struct error *error)
{
    *image = (struct elf_image){.data = data};
    const uint8_t *p = data.data;
    if (data.size < 64 || p[4] < 1 || p[4] > 2 || p[5] < 1 || p[5] > 2 || p[6] != 1) {
        return IMAGE_FAIL(error, 4, "class, byte order or version of a kind that is not known (%"
                          PRIu64 " bytes)", data.size);
    }
    image->wide = p[4] == 2;
    image->big = p[5] == 2;
    image->type = get_16(p + TYPE_AT, image->big);
    image->machine = get_16(p + MACHINE_AT, image->big);
    size_t width = image->wide ? 8 : 4;
    image->segments_at = elf_image_word(image, p + ENTRY_AT + width);
    image->sections_at = elf_image_word(image, p + ENTRY_AT + 2 * width);
    /* then e_flags and e_ehsize; e_phentsize, e_phnum, e_shentsize, e_shnum, e_shstrndx */
    return read_tables(image, p + ENTRY_AT + 3 * width + 6, arena, error);
}

bool elf_part_is_debug(const struct elf_part *part)
{
    static const char *const names[] = {".debug", ".zdebug", ".stab", ".gnu.debuglto_",
                                        ".gnu.linkonce.wi."};
    bool is = span_is(part->name, ".line") || span_is(part->name, ".gdb_index");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        is |= span_starts(part->name, names[i]);
    }
    return is && !(part->flags & ELF_SHF_ALLOC) && part->type != ELF_SHT_SYMTAB;
}

/* ---- what the bytes are for -------------------------------------------------------------- */

static bool is_unwind(struct span name)
{
    return span_starts(name, ".eh_frame") || span_starts(name, ".gcc_except_table") ||
           span_starts(name, ".ARM.ex") || span_is(name, ".sframe");
}

static enum byte_kind kind_of(const struct elf_part *part)
{
    switch (part->type) {
    case ELF_SHT_RELA:
    case ELF_SHT_REL:
    case ELF_SHT_RELR:
    case ELF_SHT_CREL:
        return part->flags & ELF_SHF_ALLOC ? BYTES_RELOCS : BYTES_DEBUG;
    case ELF_SHT_SYMTAB:
    case ELF_SHT_DYNSYM:
    case ELF_SHT_SYMTAB_SHNDX:
    case ELF_SHT_HASH:
    case ELF_SHT_GNU_HASH:
    case ELF_SHT_GNU_VERDEF:
    case ELF_SHT_GNU_VERNEED:
    case ELF_SHT_GNU_VERSYM:
        return BYTES_SYMBOLS;
    case ELF_SHT_NOTE:
        return BYTES_OTHER;
    default:
        break;
    }
    return elf_part_is_debug(part)             ? BYTES_DEBUG
           : part->type == ELF_SHT_STRTAB      ? BYTES_SYMBOLS
           : is_unwind(part->name)             ? BYTES_UNWIND
           : !(part->flags & ELF_SHF_ALLOC)    ? BYTES_OTHER
           : part->flags & ELF_SHF_EXECINSTR   ? BYTES_CODE
           : part->flags & ELF_SHF_WRITE       ? BYTES_DATA
                                               : BYTES_RODATA;
}

/** Of an image without section headers: what is loaded is all that is known. */
static void claim_segments(const struct elf_image *elf, struct image_claims *claims)
{
    enum { EXECUTE = 1, WRITE = 2 };
    for (uint32_t i = 0; i < elf->segment_count; i++) {
        const struct elf_segment *segment = &elf->segments[i];
        if (segment->type == ELF_PT_LOAD) {
            image_claim(claims, segment->offset,
                        (struct byte_range){.size = segment->size,
                                            .kind = segment->flags & EXECUTE ? BYTES_CODE
                                                    : segment->flags & WRITE ? BYTES_DATA
                                                                             : BYTES_RODATA});
        }
    }
}

/** Claim what lies behind all that the headers name. */
static void claim_appended(const struct elf_image *elf, struct image_claims *claims)
{
    uint64_t end = elf->sections_at + (uint64_t)elf->section_count * (elf->wide ? 64 : 40);
    for (uint32_t i = 0; i < elf->segment_count; i++) {
        const struct elf_segment *segment = &elf->segments[i];
        bool inside = segment->offset <= claims->end && segment->size <= claims->end;
        uint64_t other = inside ? segment->offset + segment->size : 0;
        end = other > end ? other : end;
    }
    image_claim_appended(claims, elf->data, end);
}

static const char *machine_name(const struct elf_image *elf)
{
    switch (elf->machine) {
    case 3: return "i686";
    case 8: return "mips";
    case 20: return "powerpc";
    case 21: return "powerpc64";
    case 22: return "s390x";
    case 40: return "arm";
    case 62: return "x86_64";
    case 183: return "aarch64";
    case 243: return elf->wide ? "riscv64" : "riscv32";
    case 258: return "loongarch";
    default: return "other";
    }
}

/** A program has an interpreter, or is no shared object at all; ld.so and libc.so.6 are both. */
static bool is_program(const struct elf_image *elf)
{
    enum { PT_INTERP = 3 };
    bool interpreted = elf->type == ELF_ET_EXEC;
    for (uint32_t i = 0; i < elf->segment_count; i++) {
        interpreted |= elf->segments[i].type == PT_INTERP;
    }
    return interpreted;
}

static enum obj_result elf_read(struct arena *arena, struct image *image, struct error *error)
{
    struct elf_image elf;
    struct image_claims claims;
    enum obj_result result = elf_image_read(image->data, arena, &elf, error);
    if (result != OBJ_OK) {
        return result;
    }
    if (!image_claims_begin(&claims, (size_t)elf.section_count + elf.segment_count + 3,
                            image->data.size, arena)) {
        return OBJ_NO_MEMORY;
    }
    image->kind = is_program(&elf) ? "ELF program" : "ELF shared object";
    image->machine = machine_name(&elf);
    for (uint32_t i = 0; i < elf.section_count; i++) {
        const struct elf_part *part = &elf.sections[i];
        struct byte_range range = {.size = part->size,
                                   .kind = kind_of(part),
                                   .name = part->name,
                                   .records = byte_map_elf_records(part->type, elf.wide)};
        if (elf_part_has_bytes(part)) {
            image_claim(&claims, part->offset, range);
        }
        if (elf_part_has_bytes(part) && range.kind == BYTES_DEBUG) {
            image->debug += part->size;
        }
    }
    if (elf.section_count) {
        image_claim(&claims, elf.sections_at,
                    (struct byte_range){.size = (uint64_t)elf.section_count * (elf.wide ? 64 : 40),
                                        .kind = BYTES_HEADERS,
                                        .records = byte_map_elf_headers(elf.wide)});
    } else {
        claim_segments(&elf, &claims);
    }
    claim_appended(&elf, &claims);
    return image_lay_out(&claims, arena, image);
}

const struct image_reader image_elf_reader = {elf_probe, elf_read};
