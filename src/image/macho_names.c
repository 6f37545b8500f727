/* SPDX-License-Identifier: MIT */
/**
 * The symbols of Mach-O images, with the objects that the debug map names.
 *
 * A symbol reaches to the next one in its section. The debug map (symbols of the kind N_STAB) names
 * each object, "DIR/libNAME.a(MEMBER)" of one from an archive, and behind it the functions and
 * data that came from there, global data by name alone [mach-o/stab.h].
 */
#include <stdlib.h>

#include "image/macho_image.h"

enum { N_SECT = 0xe };
enum { /* n_type of a stab */
    N_GSYM = 0x20, N_FUN = 0x24, N_STSYM = 0x26, N_SO = 0x64, N_OSO = 0x66,
};
struct section {
    uint64_t address, size, offset; /* offset 0: no bytes in the file */
};

struct naming {
    struct span data;
    struct arena *arena;
    bool wide;
    struct section *sections;
    size_t section_count;
    struct span symbols, strings;
};

/** A symbol, before its end is known. */
struct named {
    uint64_t address;
    uint8_t section; /* its number, from 1 on */
    bool stab;
    struct span name, file;
};

/** Add the sections of a segment; @room for more of them stays. */
static void take_sections(struct naming *n, struct span command, size_t room)
{
    size_t head = n->wide ? 72 : 56;
    size_t each = n->wide ? 80 : 68;
    uint32_t count = command.size >= head ? get_le32(command.data + (n->wide ? 64 : 48)) : 0;
    for (uint32_t i = 0; i < count && n->section_count < room; i++) {
        struct span header;
        if (!span_sub(command, head + (uint64_t)i * each, each, &header)) {
            return;
        }
        const uint8_t *at = header.data + 32;
        struct section section = {n->wide ? get_le64(at) : get_le32(at),
                                  n->wide ? get_le64(at + 8) : get_le32(at + 4),
                                  get_le32(at + (n->wide ? 16 : 8))};
        uint8_t type = header.data[n->wide ? 64 : 56];
        bool zero = type == S_ZEROFILL || type == S_GB_ZEROFILL || type == S_THREAD_LOCAL_ZEROFILL;
        struct span bytes;
        if (zero || !span_sub(n->data, section.offset, section.size, &bytes)) {
            section.offset = 0;
        }
        n->sections[n->section_count++] = section;
    }
}

/** Find the sections and the symbol table. False when memory is short. */
static bool read_commands(struct naming *n)
{
    enum { MOST_SECTIONS = 255 }; /* n_sect has a byte */
    struct span rest;
    size_t each = n->wide ? 16 : 12;
    n->sections = ARENA_ARRAY(n->arena, struct section, MOST_SECTIONS);
    if (!n->sections || !span_sub(n->data, n->wide ? 32 : 28, get_le32(n->data.data + 20), &rest)) {
        return n->sections != NULL;
    }
    while (rest.size >= 8) {
        struct span command;
        uint32_t type = get_le32(rest.data);
        uint32_t size = get_le32(rest.data + 4);
        if (size < 8 || !span_sub(rest, 0, size, &command)) {
            break;
        }
        if (type == (n->wide ? LC_SEGMENT_64 : LC_SEGMENT)) {
            take_sections(n, command, MOST_SECTIONS);
        } else if (type == LC_SYMTAB && size >= 24 &&
                   (!span_sub(n->data, get_le32(command.data + 8),
                              (uint64_t)get_le32(command.data + 12) * each, &n->symbols) ||
                    !span_sub(n->data, get_le32(command.data + 16), get_le32(command.data + 20),
                              &n->strings))) {
            n->symbols = span_make(NULL, 0);
        }
        rest = span_from(rest, size);
    }
    return true;
}

/** By section and address; a stab, which names the object, first. */
static int by_place(const void *a, const void *b)
{
    const struct named *one = a;
    const struct named *other = b;
    if (one->section != other->section) {
        return one->section < other->section ? -1 : 1;
    }
    if (one->address != other->address) {
        return one->address < other->address ? -1 : 1;
    }
    return one->stab == other->stab ? span_compare(one->name, other->name) : one->stab ? -1 : 1;
}

static int by_name(const void *a, const void *b)
{
    return span_compare(((const struct named *)a)->name, ((const struct named *)b)->name);
}

/** Name the objects of symbols that the map has by name alone: @globals. */
static void name_globals(struct named *list, size_t count, struct named *globals,
                         size_t global_count)
{
    if (global_count) {
        qsort(globals, global_count, sizeof *globals, by_name);
    }
    for (size_t i = 0; global_count && i < count; i++) {
        const struct named *found =
            list[i].stab ? NULL
                         : bsearch(&list[i], globals, global_count, sizeof *globals, by_name);
        list[i].file = found ? found->file : list[i].file;
    }
}

/** Read the symbols that have a place, and those of the map that have none, to @globals. */
static size_t read_names(const struct naming *n, struct named *list, struct named *globals,
                         size_t *global_count)
{
    size_t each = n->wide ? 16 : 12;
    size_t count = 0;
    struct span file = {NULL, 0};
    for (size_t at = 0; at + each <= n->symbols.size; at += each) {
        const uint8_t *symbol = n->symbols.data + at;
        uint8_t type = symbol[4];
        struct span name;
        if (!span_cstr(n->strings, get_le32(symbol), &name)) {
            continue;
        }
        if (type == N_OSO || type == N_SO) {
            file = type == N_OSO ? name : span_make(NULL, 0);
            continue;
        }
        if (type == N_GSYM && name.size) {
            globals[(*global_count)++] = (struct named){.stab = true, .name = name, .file = file};
        }
        bool stab = type & N_STAB;
        bool placed = stab ? type == N_FUN || type == N_STSYM : (type & N_TYPE) == N_SECT;
        if (placed && name.size && symbol[5] && symbol[5] <= n->section_count) {
            list[count++] = (struct named){n->wide ? get_le64(symbol + 8) : get_le32(symbol + 8),
                                           symbol[5], stab, name,
                                           stab ? file : span_make(NULL, 0)};
        }
    }
    return count;
}

/** Give each symbol what is up to the next one in its section. @list is sorted. */
static void place(const struct naming *n, const struct named *list, size_t count,
                  struct image_placed_list *placed)
{
    for (size_t i = 0; i < count; i++) {
        const struct section *section = &n->sections[list[i].section - 1];
        size_t next = i + 1;
        while (next < count && list[next].section == list[i].section &&
               list[next].address == list[i].address) {
            next++;
        }
        bool last = next == count || list[next].section != list[i].section;
        uint64_t at = list[i].address - section->address;
        uint64_t end = last ? section->size : list[next].address - section->address;
        if (section->offset && list[i].address >= section->address && at < end &&
            end <= section->size) {
            placed->list[placed->count++] = (struct image_placed){section->offset + at, end - at,
                                                                  list[i].name, list[i].file};
        }
        i = next - 1;
    }
}

bool macho_image_names(struct span data, struct arena *arena, struct image_placed_list *placed)
{
    struct naming n = {.data = data, .arena = arena, .wide = get_le32(data.data) == 0xfeedfacf};
    if (!read_commands(&n)) {
        return false;
    }
    size_t most = n.symbols.size / 12 + 1;
    struct named *list = ARENA_ARRAY(arena, struct named, most);
    struct named *globals = ARENA_ARRAY(arena, struct named, most);
    placed->list = ARENA_ARRAY(arena, struct image_placed, most);
    if (!list || !globals || !placed->list) {
        return false;
    }
    size_t global_count = 0;
    size_t count = read_names(&n, list, globals, &global_count);
    name_globals(list, count, globals, global_count);
    if (count) {
        qsort(list, count, sizeof *list, by_place);
    }
    place(&n, list, count, placed);
    return true;
}
