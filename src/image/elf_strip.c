/* SPDX-License-Identifier: MIT */
/**
 * Stripping ELF shared objects and programs.
 *
 * What is loaded, and what program headers name, stays as it is, byte for byte; it moves as a
 * whole, by multiples of its alignment, where sections between segments go, as in files that
 * patchelf wrote. Addresses do not change, so nothing in memory does. Sections that are not loaded
 * follow behind; names of symbols are written anew. Numbers of sections change only in the symbol
 * table and in the headers: where loaded tables (.dynsym) name sections by number, these keep them.
 *
 * Refused is what other tools would break: bytes behind the sections that nobody names (programs
 * find them from the end of the file), relocations that were left in by a linker
 * (--emit-relocs), sections of unknown types, tables that contradict each other.
 *
 * Sources: gABI 4 and 5; GNU binutils, strip.
 */
#include "image/elf_strip.h"

enum { MOST_SECTIONS = 4096 }; /* sections are looked up one by one */

static bool is_power(uint64_t align)
{
    return !(align & (align - 1));
}

/** Types of sections that are not loaded and mean the same at any place of the file. */
static bool may_float(const struct elf_stripping *s, uint32_t type)
{
    enum { EM_MIPS = 8 };
    if (type == ELF_SHT_MIPS_DWARF && s->elf.machine == EM_MIPS) {
        return true;
    }
    return type == ELF_SHT_PROGBITS || type == ELF_SHT_SYMTAB || type == ELF_SHT_STRTAB ||
           type == ELF_SHT_NOTE || type == ELF_SHT_ATTRIBUTES || type == ELF_SHT_GNU_ATTRIBUTES ||
           type == ELF_SHT_NOBITS || type == ELF_SHT_NULL;
}

/** Look at one section: whether it can be understood, and whether it goes. */
static bool admit_section(struct elf_stripping *s, uint32_t i)
{
    const struct elf_part *part = &s->elf.sections[i];
    bool loaded = part->flags & ELF_SHF_ALLOC;
    struct span bytes;
    if (elf_part_has_bytes(part) && !span_sub(s->elf.data, part->offset, part->size, &bytes)) {
        return ELF_REFUSE(s, "section %u (%.*s) exceeds the file", ELF_SECTION(s, i));
    }
    if (!is_power(part->align)) {
        return ELF_REFUSE(s, "section %u (%.*s): the alignment is not a power of 2",
                          ELF_SECTION(s, i));
    }
    if (part->type == ELF_SHT_NOBITS && part->flags & ELF_SHF_EXECINSTR) {
        return ELF_REFUSE(s, "section %u (%.*s) has no bytes: a file of debug info for another one",
                          ELF_SECTION(s, i));
    }
    if (!loaded && (part->type == ELF_SHT_REL || part->type == ELF_SHT_RELA ||
                    part->type == ELF_SHT_CREL)) {
        return ELF_REFUSE(s, "section %u (%.*s): relocations that the linker left in "
                          "(--emit-relocs)", ELF_SECTION(s, i));
    }
    if (!loaded && !may_float(s, part->type)) {
        return ELF_REFUSE(s, "section %u (%.*s): of type %#x, which is not known",
                          ELF_SECTION(s, i), part->type);
    }
    if (part->type == ELF_SHT_SYMTAB && (part->flags || s->symtab)) {
        return ELF_REFUSE(s, "section %u (%.*s): a symbol table that is loaded, or a second one, "
                          "or with unknown flags",
                          ELF_SECTION(s, i));
    }
    s->symtab = part->type == ELF_SHT_SYMTAB ? i : s->symtab;
    s->drop[i] = !loaded && i != s->elf.names_number &&
                 ((s->what & IMAGE_STRIP_DEBUG && elf_part_is_debug(part)) ||
                  (s->what & IMAGE_STRIP_COMMENTS && span_is(part->name, ".comment")));
    return true;
}

/** Whether a number stands for a section that stays; 0 is none. */
static bool leads_to_kept(const struct elf_stripping *s, uint32_t number)
{
    return number < s->elf.section_count && !s->drop[number];
}

/** Whether sh_info of a section is the number of a section. */
static bool info_is_section(const struct elf_part *part)
{
    return part->flags & ELF_SHF_INFO_LINK || part->type == ELF_SHT_REL ||
           part->type == ELF_SHT_RELA;
}

/** Whether sh_info of a section is known to be no number of a section. */
static bool info_is_count(const struct elf_part *part)
{
    return part->type == ELF_SHT_SYMTAB || part->type == ELF_SHT_DYNSYM ||
           part->type == ELF_SHT_GNU_VERDEF || part->type == ELF_SHT_GNU_VERNEED;
}

static bool check_links(struct elf_stripping *s)
{
    for (uint32_t i = 1; i < s->elf.section_count; i++) {
        const struct elf_part *part = &s->elf.sections[i];
        if (s->drop[i] || part->type == ELF_SHT_NULL) {
            continue;
        }
        if (!leads_to_kept(s, part->link) ||
            (info_is_section(part) && !leads_to_kept(s, part->info))) {
            return ELF_REFUSE(s, "section %u (%.*s) names a section that goes, or is not there",
                              ELF_SECTION(s, i));
        }
        if (!info_is_section(part) && !info_is_count(part) && part->info >= s->first_dropped) {
            return ELF_REFUSE(s, "section %u (%.*s): its info %u is not understood",
                              ELF_SECTION(s, i), part->info);
        }
        if (s->symtab && i != s->symtab && part->link == s->strtab && part->link) {
            return ELF_REFUSE(s, "section %u (%.*s) has its names among those of symbols",
                              ELF_SECTION(s, i));
        }
    }
    return true;
}

/** Symbols that are loaded name sections by number: these must stay. */
static bool check_dynamic_symbols(struct elf_stripping *s, uint32_t number)
{
    const struct elf_part *part = &s->elf.sections[number];
    uint32_t each = elf_image_symbol_size(&s->elf);
    struct span table;
    if (!span_sub(s->elf.data, part->offset, part->size, &table)) {
        return ELF_REFUSE(s, "section %u (%.*s) exceeds the file", ELF_SECTION(s, number));
    }
    for (size_t at = 0; table.size - at >= each; at += each) {
        uint16_t section = elf_image_symbol(&s->elf, table.data + at).section;
        if (section == ELF_SHN_XINDEX ||
            (section >= s->first_dropped && section < ELF_SHN_LORESERVE)) {
            return ELF_REFUSE(s, "section %u (%.*s): its symbols name sections behind one that "
                              "goes, by number", ELF_SECTION(s, number));
        }
    }
    return true;
}

static bool admit_sections(struct elf_stripping *s)
{
    uint32_t count = s->elf.section_count;
    s->drop = ARENA_ARRAY(s->scratch, bool, count);
    s->number = ARENA_ARRAY(s->scratch, uint32_t, count);
    s->offset = ARENA_ARRAY(s->scratch, uint64_t, count);
    s->size = ARENA_ARRAY(s->scratch, uint64_t, count);
    s->name_at = ARENA_ARRAY(s->scratch, uint32_t, count);
    if (!s->drop || !s->number || !s->offset || !s->size || !s->name_at) {
        return error_memory(&s->error);
    }
    for (uint32_t i = 1; i < count; i++) {
        if (!admit_section(s, i)) {
            return false;
        }
    }
    s->first_dropped = count;
    for (uint32_t i = count; i-- > 0;) {
        s->first_dropped = s->drop[i] ? i : s->first_dropped;
    }
    for (uint32_t i = 0; i < count; i++) {
        s->number[i] = s->drop[i] ? 0 : s->kept;
        s->kept += !s->drop[i];
        s->size[i] = s->elf.sections[i].size;
    }
    s->strtab = s->symtab ? s->elf.sections[s->symtab].link : 0;
    bool done = check_links(s);
    for (uint32_t i = 1; done && i < count; i++) {
        done = s->elf.sections[i].type != ELF_SHT_DYNSYM || check_dynamic_symbols(s, i);
    }
    return done;
}

static bool admit_segments(struct elf_stripping *s)
{
    for (uint32_t i = 0; i < s->elf.segment_count; i++) {
        const struct elf_segment *segment = &s->elf.segments[i];
        struct span bytes;
        if (segment->size && !span_sub(s->elf.data, segment->offset, segment->size, &bytes)) {
            return ELF_REFUSE(s, "program header %u exceeds the file", i);
        }
        if (!is_power(segment->align)) {
            return ELF_REFUSE(s, "program header %u: the alignment is not a power of 2", i);
        }
        if (segment->type == ELF_PT_LOAD && segment->align &&
            (segment->offset - segment->address) & (segment->align - 1)) {
            return ELF_REFUSE(s, "program header %u: offset and address do not fit together", i);
        }
    }
    return s->elf.segment_count ||
           ELF_REFUSE(s, "there are no program headers, so nothing says what is loaded");
}

static bool admit(struct elf_stripping *s)
{
    enum obj_result result =
        elf_image_read(s->elf.data, s->scratch, &s->elf, &s->error);
    if (result != OBJ_OK) {
        return result == OBJ_NO_MEMORY ? error_memory(&s->error) : false;
    }
    if (!s->elf.section_count) {
        return ELF_REFUSE(s, "there are no section headers, so nothing says what is not loaded");
    }
    bool named = s->elf.names_number &&
                 elf_part_is_strings(&s->elf.sections[s->elf.names_number]);
    if (s->elf.section_count > MOST_SECTIONS) {
        return ELF_REFUSE(s, "%u sections, more than %d", s->elf.section_count, MOST_SECTIONS);
    }
    return (named || ELF_REFUSE(s, "sections have no names, or these are loaded")) &&
           admit_segments(s) && admit_sections(s);
}

/* ---- writing ----------------------------------------------------------------------------- */

static void put_number(uint8_t *at, uint64_t value, size_t width, bool big)
{
    for (size_t i = 0; i < width; i++) {
        at[big ? width - 1 - i : i] = (uint8_t)(value >> 8 * i);
    }
}

/** The new bytes of a section that was made anew, or none. */
static struct span new_bytes(const struct elf_stripping *s, uint32_t i)
{
    return i == s->symtab && i                ? s->symbols
           : i == s->strtab && i              ? s->strings
           : i == s->elf.names_number         ? s->names
                                              : (struct span){0};
}

static void put_section(const struct elf_stripping *s, uint32_t i, uint8_t *at)
{
    const struct elf_part *part = &s->elf.sections[i];
    bool big = s->elf.big;
    size_t word = s->elf.wide ? 8 : 4;
    uint8_t *link = at + 8 + 4 * word;
    bool moves = part->type != ELF_SHT_NULL;
    put_number(at, moves ? s->name_at[i] : part->name_at, 4, big);
    put_number(at + 8 + 2 * word, s->offset[i], word, big);
    put_number(at + 8 + 3 * word, s->size[i], word, big);
    if (moves) {
        put_number(link, s->number[part->link], 4, big);
    }
    if (moves && info_is_section(part)) {
        put_number(link + 4, s->number[part->info], 4, big);
    } else if (i == s->symtab && i) {
        put_number(link + 4, s->locals, 4, big);
    }
}

/** Change the offsets in the file header and in the program headers, which are there already. */
static void mend_headers(const struct elf_stripping *s, uint8_t *file)
{
    bool big = s->elf.big;
    size_t word = s->elf.wide ? 8 : 4;
    size_t each = s->elf.wide ? 56 : 32;
    uint8_t *counts = file + 24 + 3 * word + 6;
    put_number(file + 24 + 2 * word, s->sections_to, word, big);
    put_number(counts + 6, s->kept, 2, big);
    put_number(counts + 8, s->number[s->elf.names_number], 2, big);
    for (uint32_t i = 0; i < s->elf.segment_count; i++) {
        const struct elf_segment *segment = &s->elf.segments[i];
        uint8_t *at = file + s->elf.segments_at + i * each;
        put_number(at + word, elf_strip_moved(s, segment->offset, segment->align), word, big);
    }
}

static bool write_file(struct elf_stripping *s, struct span *out)
{
    size_t each = s->elf.wide ? 64 : 40;
    uint8_t *file = arena_alloc(s->keep, (size_t)s->end + 1);
    if (!file) {
        return error_memory(&s->error);
    }
    for (size_t i = 0; i < s->piece_count; i++) {
        const struct elf_piece *piece = &s->pieces[i];
        memcpy(file + piece->to, s->elf.data.data + piece->start,
               (size_t)(piece->end - piece->start));
    }
    uint8_t *header = file + s->sections_to;
    if (s->sections_loaded) {
        memset(header, 0, s->elf.section_count * each);
    }
    for (uint32_t i = 0; i < s->elf.section_count; i++) {
        const struct elf_part *part = &s->elf.sections[i];
        struct span bytes = new_bytes(s, i);
        if (s->drop[i]) {
            continue;
        }
        if (!bytes.data && elf_strip_floats(s, i)) {
            bytes = span_make(s->elf.data.data + part->offset, (size_t)part->size);
        }
        if (bytes.size) {
            memcpy(file + s->offset[i], bytes.data, bytes.size);
        }
        memcpy(header, s->elf.data.data + s->elf.sections_at + i * each, each);
        put_section(s, i, header);
        header += each;
    }
    mend_headers(s, file);
    *out = span_make(file, (size_t)s->end);
    return true;
}

/** Strip, read the result again, and compare it. Unchanged: no bytes. */
static bool strip(struct elf_stripping *s, struct span *out)
{
    *out = (struct span){0};
    if (!admit(s) || !elf_strip_symbols(s)) {
        return false;
    }
    if (s->kept == s->elf.section_count && !s->drops_symbols) {
        return true;
    }
    struct span file;
    if (!elf_strip_lay_out(s)) {
        return false;
    }
    if (!write_file(s, &file)) {
        return false;
    }
    const char *differs = elf_image_check(s->elf.data, file, s->what, s->scratch);
    if (differs) {
        return ELF_REFUSE(s, "what was written is not what was meant: %s: please report it",
                          differs);
    }
    *out = file;
    return true;
}

bool elf_image_strip(struct span data, unsigned what, struct arena *keep, struct arena *scratch,
                     struct image_stripped *stripped)
{
    struct elf_stripping s = {
        .elf = {.data = data}, .what = what, .keep = keep, .scratch = scratch};
    struct span out;
    *stripped = (struct image_stripped){0};
    if (strip(&s, &out)) {
        stripped->bytes = out;
        stripped->changed = out.size != 0;
        return true;
    }
    stripped->why = s.error.memory ? NULL : arena_printf(keep, "%s", s.error.text);
    return stripped->why != NULL;
}
