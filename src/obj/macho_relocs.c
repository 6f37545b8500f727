/* SPDX-License-Identifier: MIT */
/** Reads the relocations and the indirect symbols of a Mach-O object. macho.c describes both. */
#include "obj/macho.h"

#include <stdlib.h>

enum { INDIRECT_SIZE = 4, RELOC_PAIR = 1 };

#define R_SCATTERED 0x80000000U
#define INDIRECT_SYMBOL_FLAGS 0xc0000000U /* INDIRECT_SYMBOL_LOCAL | INDIRECT_SYMBOL_ABS */

/** Count the entries that a section has in the indirect symbol table. */
static uint64_t indirect_slots(const struct macho *macho, const struct obj_section *section)
{
    bool slots = macho->indirect.size && section->entry_size && macho_is_indirect(section->flags);
    return slots ? section->size / section->entry_size : 0;
}

/**
 * Check that the table holds the entries of each section, and add them to the section's
 * relocations. False with the error set.
 */
static bool check_slots(struct macho_reading *in)
{
    struct object *object = in->object;
    uint64_t room = in->macho->indirect.size / INDIRECT_SIZE;
    for (size_t i = 0; i < object->section_count; i++) {
        struct obj_section *section = &object->sections[i];
        uint64_t slots = indirect_slots(in->macho, section);
        if (slots && (section->raw > room || slots > room - section->raw ||
                      slots > UINT32_MAX - section->reloc_count)) {
            return MACHO_FAIL(in, &in->dysymtab, "section %zu has indirect symbols %#" PRIx32
                              "+%#" PRIx64 ", but there are %#" PRIx64, i, section->raw, slots,
                              room);
        }
        section->reloc_count += (uint32_t)slots;
    }
    return true;
}

static bool read_indirect(struct macho_reading *in)
{
    static const struct { uint8_t at, size; const char *what; } tables[] = {
        {32, 8, "table of contents"}, {40, 52, "module table"}, {48, 4, "reference table"},
        {64, 8, "external relocations"}, {72, 8, "local relocations"},
    };
    const struct macho_record *command = &in->dysymtab;
    struct span ignored;
    if (!command->bytes.data) {
        return true;
    }
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) { /* these are empty in objects */
        uint64_t offset = macho_word(in, command->bytes, tables[i].at);
        uint64_t count = macho_word(in, command->bytes, tables[i].at + 4U);
        if (!macho_claim(in, command, tables[i].what, offset, count * tables[i].size, &ignored)) {
            return false;
        }
    }
    uint64_t slots = macho_word(in, command->bytes, 60);
    return macho_claim(in, command, "indirect symbol table", macho_word(in, command->bytes, 56),
                       slots * INDIRECT_SIZE, &in->macho->indirect) &&
           check_slots(in);
}

static int compare_ranges(const void *left, const void *right)
{
    const struct macho_range *a = left, *b = right;
    if (a->address != b->address) {
        return a->address < b->address ? -1 : 1;
    }
    if (a->size != b->size) {
        return a->size < b->size ? -1 : 1;
    }
    return a->section < b->section ? -1 : a->section > b->section;
}

static enum obj_result sort_ranges(struct macho_reading *in)
{
    const struct object *object = in->object;
    if (!macho_can_scatter(object->raw_machine)) {
        return OBJ_OK;
    }
    struct macho_range *ranges = ARENA_ARRAY(in->arena, struct macho_range, object->section_count);
    if (!ranges) {
        return OBJ_NO_MEMORY;
    }
    for (size_t i = 0; i < object->section_count; i++) {
        const struct obj_section *section = &object->sections[i];
        ranges[i] = (struct macho_range){section->address, section->size, (uint32_t)i};
    }
    qsort(ranges, object->section_count, sizeof *ranges, compare_ranges);
    in->macho->ranges = ranges;
    return OBJ_OK;
}

enum obj_result macho_read_reloc_tables(struct macho_reading *in)
{
    return read_indirect(in) ? sort_ranges(in) : OBJ_BROKEN;
}

/**
 * Find the section that holds the address @place. The address right behind a section belongs to
 * it as well. Where several sections begin at one address, the last one of them counts.
 */
static uint32_t section_at(const struct object *object, uint64_t place)
{
    const struct macho_range *ranges = ((const struct macho *)object->reader)->ranges;
    size_t low = 0, high = object->section_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ranges[middle].address <= place) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    bool held = low > 0 && place - ranges[low - 1].address <= ranges[low - 1].size;
    return held ? ranges[low - 1].section : OBJ_NONE;
}

/** Whether the object is for arm64 or arm64_32. */
static bool is_arm64(const struct object *object)
{
    return object->raw_machine == CPU_TYPE_ARM64 || object->raw_machine == CPU_TYPE_ARM64_32;
}

/**
 * Tell what must be added to the bytes at a relocation to make them independent of the layout.
 * The bytes at a local relocation hold the address of the target: subtract that of its section.
 * The bytes at a pc-relative relocation lack the address of the relocation: add that of its
 * section. On x86_64 and arm64 only local relocations lack it.
 */
static int64_t implied_addend(const struct object *object, const struct obj_section *from,
                              const struct obj_reloc *reloc)
{
    bool local = reloc->section != OBJ_NONE;
    bool pcrel = reloc->type >> 8 & 1;
    uint64_t base = local ? 0 - object->sections[reloc->section].address : 0;
    if (pcrel && (local || !(object->machine == MACHINE_X86_64 || is_arm64(object)))) {
        base += from->address;
    }
    return (int64_t)base;
}

/**
 * Read a scattered relocation. Its second word is the address of the target. The bytes at the
 * relocation may be any number near that address, so the view needs two facts to compare them: the
 * offset of the target in its section, and the address. The addend holds the offset in its upper
 * 32 bits and the address in its lower 32 bits.
 */
static struct obj_reloc scattered_reloc(const struct object *object, const struct obj_section *from,
                                        uint32_t first, uint32_t value)
{
    uint32_t section = section_at(object, value);
    uint64_t base = section == OBJ_NONE ? 0 : object->sections[section].address;
    bool pcrel = first >> 30 & 1;
    uint32_t count_from = value - (uint32_t)(pcrel ? from->address : 0);
    return (struct obj_reloc){
        .offset = first & 0xffffff,
        .addend = (int64_t)((value - base) << 32 | count_from),
        .type = (first >> 24 & 0xf) | (uint32_t)pcrel << 8 | (first >> 28 & 3) << 9 |
                RELOC_SCATTERED,
        .symbol = OBJ_NONE,
        .section = section,
    };
}

/** Read a relocation that is not scattered; macho.c describes its bit fields. */
static struct obj_reloc plain_reloc(const struct object *object, uint32_t first, uint32_t second)
{
    bool big = object->big_endian;
    uint32_t number = big ? second >> 8 : second & 0xffffff;
    uint32_t type = big ? second & 0xf : second >> 28;
    uint32_t pcrel = (big ? second >> 7 : second >> 24) & 1;
    uint32_t length = (big ? second >> 5 : second >> 25) & 3;
    bool external = (big ? second >> 4 : second >> 27) & 1;
    struct obj_reloc out = {
        .offset = first,
        .type = type | pcrel << 8 | length << 9,
        .symbol = OBJ_NONE,
        .section = OBJ_NONE,
    };
    if (is_arm64(object) && type == ARM64_RELOC_ADDEND) {
        out.addend = (int64_t)number - (number & 0x800000 ? 0x1000000 : 0);
    } else if (external) {
        out.symbol = number;
    } else if (number && !(macho_can_scatter(object->raw_machine) && type == RELOC_PAIR)) {
        out.section = number - 1;
    }
    return out;
}

static struct obj_reloc indirect_reloc(const struct object *object,
                                       const struct obj_section *section, uint64_t slot)
{
    const struct macho *macho = object->reader;
    const uint8_t *entry = macho->indirect.data + (section->raw + slot) * INDIRECT_SIZE;
    uint32_t number = get_32(entry, object->big_endian);
    bool named = !(number & INDIRECT_SYMBOL_FLAGS);
    return (struct obj_reloc){
        .offset = slot * section->entry_size,
        .addend = named ? 0 : number,
        .type = RELOC_INDIRECT,
        .symbol = named ? number : OBJ_NONE,
        .section = OBJ_NONE,
    };
}

/** Check that the object has the relocation's symbol or section. False with the error set. */
static bool check_target(const struct object *object, uint32_t index, uint32_t number,
                         const struct obj_reloc *reloc, struct error *error)
{
    bool symbol = reloc->symbol != OBJ_NONE;
    size_t there = symbol ? object->symbol_count : object->section_count;
    uint32_t wanted = symbol ? reloc->symbol : reloc->section;
    if (wanted == OBJ_NONE || wanted < there) {
        return true;
    }
    const struct obj_section *section = &object->sections[index];
    const struct macho *macho = object->reader;
    uint64_t place = section->reloc_offset + (uint64_t)number * RELOC_SIZE;
    bool indirect = reloc->type == RELOC_INDIRECT;
    if (indirect) {
        number = (uint32_t)(reloc->offset / section->entry_size);
        place = (uint64_t)(macho->indirect.data - object->data.data) +
                ((uint64_t)section->raw + number) * INDIRECT_SIZE;
    }
    return error_set(error, "offset %#" PRIx64 ": section %" PRIu32 ": %s %" PRIu32 ": %s %" PRIu32
                     ", but there are %zu", place, index,
                     indirect ? "indirect symbol" : "relocation", number,
                     symbol ? "symbol" : "section", wanted, there);
}

/** Read relocation @number of a section. Its indirect symbols follow its plain relocations. */
static struct obj_reloc read_reloc(const struct object *object, const struct obj_section *section,
                                   uint64_t plain, uint32_t number)
{
    if (number >= plain) {
        return indirect_reloc(object, section, number - plain);
    }
    const uint8_t *raw = object->data.data + section->reloc_offset + (size_t)number * RELOC_SIZE;
    uint32_t first = get_32(raw, object->big_endian);
    uint32_t second = get_32(raw + 4, object->big_endian);
    return first & R_SCATTERED && macho_can_scatter(object->raw_machine)
               ? scattered_reloc(object, section, first, second)
               : plain_reloc(object, first, second);
}

/** This function need not check that the tables lie inside the member: macho_read() did. */
enum obj_result macho_relocs(const struct object *object, uint32_t index, struct arena *arena,
                             struct obj_reloc **relocs, size_t *count, struct error *error)
{
    const struct obj_section *section = &object->sections[index];
    uint64_t plain = section->reloc_count - indirect_slots(object->reader, section);
    struct obj_reloc *out = ARENA_ARRAY(arena, struct obj_reloc, section->reloc_count);
    if (!out) {
        return OBJ_NO_MEMORY;
    }
    for (uint32_t i = 0; i < section->reloc_count; i++) {
        out[i] = read_reloc(object, section, plain, i);
        if (!check_target(object, index, i, &out[i], error)) {
            return OBJ_BROKEN;
        }
        if (!(out[i].type & RELOC_SCATTERED)) {
            out[i].addend += implied_addend(object, section, &out[i]);
        }
    }
    *relocs = out;
    *count = section->reloc_count;
    return OBJ_OK;
}
