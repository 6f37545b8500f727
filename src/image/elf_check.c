/* SPDX-License-Identifier: MIT */
/**
 * Comparing a stripped ELF image with the original. Both are read from their bytes; what the
 * stripping planned is not looked at.
 */
#include "image/elf_image.h"

#define GONE UINT32_MAX

struct comparing {
    struct elf_image before, after;
    unsigned what;
    struct arena *arena;
    uint32_t *number; /* by section before: its number after, or GONE */
};

#define DIFFERS(c, ...) arena_printf((c)->arena, __VA_ARGS__)

static struct span bytes_of(const struct elf_image *image, uint64_t offset, uint64_t size)
{
    struct span bytes = {0};
    (void)span_sub(image->data, offset, size, &bytes);
    return bytes;
}

/**
 * Whether bytes are the same, but for headers, which are compared field by field and may lie in a
 * segment: the file header, program headers and section headers.
 */
static bool same_bytes(const struct comparing *c, uint64_t was, uint64_t is, uint64_t size)
{
    const struct elf_image *image = &c->before;
    const struct {
        uint64_t start, size, to;
    } headers[] = {
        {0, image->wide ? 64 : 52, 0},
        {image->segments_at, (uint64_t)image->segment_count * (image->wide ? 56 : 32),
         c->after.segments_at},
        {image->sections_at, (uint64_t)image->section_count * (image->wide ? 64 : 40),
         c->after.sections_at},
    };
    struct span before;
    struct span after;
    if (!span_sub(image->data, was, size, &before) || !span_sub(c->after.data, is, size, &after)) {
        return false;
    }
    for (uint64_t at = 0; at < size; at++) {
        bool same = before.data[at] == after.data[at];
        for (size_t i = 0; i < sizeof headers / sizeof *headers && !same; i++) {
            same = was + at - headers[i].start < headers[i].size &&
                   is + at - headers[i].to == was + at - headers[i].start;
        }
        if (!same) {
            return false;
        }
    }
    return true;
}

/** The file header, but for where and how many section headers there are. */
static const char *compare_header(const struct comparing *c)
{
    size_t word = c->before.wide ? 8 : 4;
    size_t first = 24 + 2 * word;
    size_t second = first + word;
    size_t end = second + 12;
    bool same = c->before.segments_at == c->after.segments_at && c->before.data.size >= end &&
                c->after.data.size >= end &&
                memcmp(c->before.data.data, c->after.data.data, first) == 0 &&
                memcmp(c->before.data.data + second, c->after.data.data + second,
                       end - second) == 0;
    return same ? NULL : "the file header";
}

static const char *compare_segments(const struct comparing *c)
{
    if (c->before.segment_count != c->after.segment_count) {
        return "the number of program headers";
    }
    for (uint32_t i = 0; i < c->before.segment_count; i++) {
        const struct elf_segment *a = &c->before.segments[i];
        const struct elf_segment *b = &c->after.segments[i];
        bool same = a->type == b->type && a->flags == b->flags && a->address == b->address &&
                    a->physical == b->physical && a->size == b->size && a->memory == b->memory &&
                    a->align == b->align &&
                    (a->align < 2 || (a->offset - b->offset) % a->align == 0);
        if (!same || (a->size && !same_bytes(c, a->offset, b->offset, a->size))) {
            return DIFFERS(c, "program header %u", i);
        }
    }
    return NULL;
}

/** Whether a section was to go. */
static bool may_go(const struct comparing *c, const struct elf_part *part)
{
    return !(part->flags & ELF_SHF_ALLOC) &&
           ((c->what & IMAGE_STRIP_DEBUG && elf_part_is_debug(part)) ||
            (c->what & IMAGE_STRIP_COMMENTS && span_is(part->name, ".comment")));
}

static bool same_kind(const struct elf_part *a, const struct elf_part *b)
{
    return span_equal(a->name, b->name) && a->type == b->type && a->flags == b->flags &&
           a->address == b->address && a->align == b->align && a->entry_size == b->entry_size;
}

/** Find out which section became which. */
static const char *match_sections(struct comparing *c)
{
    uint32_t next = 0;
    for (uint32_t i = 0; i < c->before.section_count; i++) {
        const struct elf_part *part = &c->before.sections[i];
        bool stays = next < c->after.section_count &&
                     same_kind(part, &c->after.sections[next]) && !may_go(c, part);
        if (!stays && !may_go(c, part)) {
            return DIFFERS(c, "section %u (%.*s)", i, SPAN_BRIEF(part->name));
        }
        c->number[i] = stays ? next++ : GONE;
    }
    return next == c->after.section_count ? NULL : "the number of sections";
}

static bool same_number(const struct comparing *c, uint32_t before, uint32_t after)
{
    return before < c->before.section_count && c->number[before] == after;
}

static bool names_section(const struct elf_part *part)
{
    return part->flags & ELF_SHF_INFO_LINK || part->type == ELF_SHT_REL ||
           part->type == ELF_SHT_RELA;
}

/** Whether a loaded section is at the same place of each segment as before. */
static bool same_place(const struct comparing *c, const struct elf_part *a,
                       const struct elf_part *b)
{
    for (uint32_t i = 0; i < c->before.segment_count; i++) {
        const struct elf_segment *was = &c->before.segments[i];
        const struct elf_segment *is = &c->after.segments[i];
        if (was->type == ELF_PT_LOAD && a->flags & ELF_SHF_ALLOC && elf_part_has_bytes(a) &&
            a->offset >= was->offset && a->offset - was->offset < was->size &&
            a->offset - was->offset != b->offset - is->offset) {
            return false;
        }
    }
    return true;
}

/** The table of all symbols, or 0. */
static uint32_t symbol_table(const struct elf_image *image)
{
    for (uint32_t i = 1; i < image->section_count; i++) {
        if (image->sections[i].type == ELF_SHT_SYMTAB) {
            return i;
        }
    }
    return 0;
}

static const char *compare_sections(const struct comparing *c)
{
    uint32_t symtab = symbol_table(&c->before);
    uint32_t strtab = symtab ? c->before.sections[symtab].link : 0;
    if (!same_number(c, c->before.names_number, c->after.names_number)) {
        return "the section with names of sections";
    }
    for (uint32_t i = 1; i < c->before.section_count; i++) {
        const struct elf_part *a = &c->before.sections[i];
        const struct elf_part *b = &c->after.sections[c->number[i] == GONE ? 0 : c->number[i]];
        bool anew = (symtab && (i == symtab || i == strtab)) || i == c->before.names_number;
        if (c->number[i] == GONE || a->type == ELF_SHT_NULL) {
            continue;
        }
        bool linked = same_number(c, a->link, b->link) &&
                      (names_section(a)  ? same_number(c, a->info, b->info)
                       : i == symtab     ? true
                                         : a->info == b->info);
        bool same = a->size == b->size && same_place(c, a, b);
        same = same &&
               (!elf_part_has_bytes(a) || same_bytes(c, a->offset, b->offset, a->size));
        if (!linked || (!anew && !same)) {
            return DIFFERS(c, "section %u (%.*s)", i, SPAN_BRIEF(a->name));
        }
    }
    return NULL;
}

/** A symbol table, its names, and how many entries it has. */
struct table {
    const struct elf_image *image;
    struct span symbols, names;
    uint32_t count;
};

static struct table open_table(const struct elf_image *image, uint32_t number)
{
    const struct elf_part *part = &image->sections[number];
    struct table table = {.image = image};
    if (number && part->link < image->section_count) {
        const struct elf_part *names = &image->sections[part->link];
        table.symbols = bytes_of(image, part->offset, part->size);
        table.names = bytes_of(image, names->offset, names->size);
        table.count = (uint32_t)(table.symbols.size / elf_image_symbol_size(image));
    }
    return table;
}

static struct elf_image_symbol symbol_of(const struct table *table, uint32_t i)
{
    return elf_image_symbol(table->image, table->symbols.data +
                                              (size_t)i * elf_image_symbol_size(table->image));
}

static bool same_name(const struct table *before, uint32_t a, const struct table *after, uint32_t b)
{
    struct span was = {0};
    struct span is = {0};
    return (!a || span_cstr(before->names, a, &was)) && (!b || span_cstr(after->names, b, &is)) &&
           span_equal(was, is);
}

static const char *compare_symbols(const struct comparing *c)
{
    uint32_t number = symbol_table(&c->after);
    struct table before = open_table(&c->before, symbol_table(&c->before));
    struct table after = open_table(&c->after, number);
    uint32_t next = 0;
    uint32_t locals = 0;
    for (uint32_t i = 0; i < before.count; i++) {
        struct elf_image_symbol a = symbol_of(&before, i);
        bool local = a.info >> 4 == ELF_STB_LOCAL;
        bool numbered = a.section && a.section < ELF_SHN_LORESERVE;
        uint32_t section = !numbered                                ? a.section
                           : a.section < c->before.section_count ? c->number[a.section]
                                                                    : GONE;
        bool debug = (a.info & 15) == ELF_STT_FILE || (a.info & 15) == ELF_STT_SECTION;
        bool goes = i && (section == GONE ||
                          (local && (c->what & IMAGE_STRIP_LOCALS ||
                                     (c->what & IMAGE_STRIP_DEBUG && debug))));
        if (goes) {
            continue;
        }
        struct elf_image_symbol b = {0};
        bool there = next < after.count;
        if (there) {
            b = symbol_of(&after, next++);
        }
        if (!there || a.info != b.info || a.other != b.other || a.value != b.value ||
            a.size != b.size || section != b.section ||
            !same_name(&before, a.name, &after, b.name)) {
            return DIFFERS(c, "symbol %u", i);
        }
        locals += local;
    }
    return next != after.count || (number && c->after.sections[number].info != locals)
               ? "the number of symbols"
               : NULL;
}

const char *elf_image_check(struct span before, struct span after, unsigned what,
                            struct arena *arena)
{
    struct comparing c = {.what = what, .arena = arena};
    struct error error = {0};
    if (elf_image_read(before, arena, &c.before, &error) != OBJ_OK ||
        elf_image_read(after, arena, &c.after, &error) != OBJ_OK) {
        return arena_printf(arena, "%s", error.text);
    }
    c.number = ARENA_ARRAY(arena, uint32_t, c.before.section_count + (size_t)1);
    if (!c.number) {
        return "out of memory";
    }
    const char *differs = compare_header(&c);
    differs = differs ? differs : compare_segments(&c);
    differs = differs ? differs : match_sections(&c);
    differs = differs ? differs : compare_sections(&c);
    return differs ? differs : compare_symbols(&c);
}
