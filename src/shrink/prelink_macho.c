/* SPDX-License-Identifier: MIT */
/**
 * Prelinking Mach-O: addresses that no relocation marks.
 *
 * The sections of a part lie one after the other from address 0 on, and some contents hold such
 * addresses without relocations: the entries of LC_DATA_IN_CODE, and on x86_64 the functions and
 * exception tables that __eh_frame names by differences of addresses. macho_find_places() notes
 * them as places (section and offset) before parts are put together; join_sections() and
 * macho_put_places() turn places into addresses of the new layout.
 *
 * CIE and FDE are as in ELF (frames.c). The augmentation string of a CIE, such as "zPLR", says what
 * follows: 'P' the encoding of a personality routine and the routine, which has a relocation; 'L'
 * and 'R' the encodings of exception tables and of functions in FDEs [LSB 5.0, "Exception
 * Frames"].
 */
#include "obj/macho.h"
#include "obj/writer.h"
#include "shrink/prelink.h"

enum { DW_EH_PE_pcrel = 0x10, DW_EH_PE_omit = 0xff, POINTER = 8 };
enum { DICE_SIZE = 8 };

/** The encodings of addresses in the FDEs of a CIE (DW_EH_PE_*). */
struct encodings {
    uint8_t function, table;
};

static uint64_t take_uleb128(struct span data, size_t *at)
{
    uint64_t value = 0;
    for (unsigned shift = 0; *at < data.size; shift += 7) {
        uint8_t byte = data.data[(*at)++];
        value |= shift < 64 ? (uint64_t)(byte & 0x7f) << shift : 0;
        if (!(byte & 0x80)) {
            break;
        }
    }
    return value;
}

/**
 * Read the encodings that a CIE prescribes.
 * @record the CIE, with its length field
 * @return false if the CIE is not understood
 */
static bool read_cie(struct span record, struct encodings *out)
{
    enum { VERSION = 8, AUGMENTATION = 9 };
    struct span letters;
    *out = (struct encodings){0, DW_EH_PE_omit};
    if (record.size <= AUGMENTATION || record.data[VERSION] != 1 ||
        !span_cstr(record, AUGMENTATION, &letters) || !span_starts(letters, "z")) {
        return false;
    }
    size_t at = AUGMENTATION + letters.size + 1;
    take_uleb128(record, &at); /* code alignment */
    take_uleb128(record, &at); /* data alignment */
    at++;                      /* return address */
    take_uleb128(record, &at); /* size of what follows */
    for (size_t i = 1; i < letters.size; i++) {
        uint8_t encoding = at < record.size ? record.data[at++] : 0;
        if (letters.data[i] == 'P') {
            at += 4; /* 0x9b: indirect, relative, 4 bytes */
        } else if (letters.data[i] == 'L') {
            out->table = encoding;
        } else if (letters.data[i] == 'R') {
            out->function = encoding;
        } else {
            return false;
        }
        if (letters.data[i] == 'P' && encoding != 0x9b) {
            return false;
        }
    }
    return true;
}

/** The section in which an address lies, or OBJ_NONE. */
static uint32_t section_at(const struct object *object, uint64_t address)
{
    for (uint32_t i = 0; i < object->section_count; i++) {
        if (address - object->sections[i].address < object->sections[i].size) {
            return i;
        }
    }
    return OBJ_NONE;
}

static bool has_reloc(const struct edit_relocs *relocs, uint64_t offset)
{
    for (size_t i = 0; i < relocs->count; i++) {
        if (relocs->list[i].offset == offset) {
            return true;
        }
    }
    return false;
}

/** Note a difference of 8 bytes at @offset; false if its target lies in no section. */
static bool add_difference(struct obj_edit *edit, uint32_t section, uint64_t offset)
{
    const struct object *object = &edit->object;
    const struct obj_section *s = &object->sections[section];
    if (offset + POINTER > s->size) {
        return false;
    }
    uint64_t value = get_64(s->data.data + offset, object->big_endian);
    uint32_t target = section_at(object, s->address + offset + value);
    if (target == OBJ_NONE) {
        return false;
    }
    edit->places[edit->place_count++] =
        (struct edit_place){.section = section, .offset = offset, .target = target};
    return true;
}

/** Note the differences in an FDE that have no relocation; false if it is not understood. */
static bool read_fde(struct obj_edit *edit, uint32_t section, size_t start, size_t size,
                     struct encodings encodings)
{
    enum { FUNCTION = 8, RANGE = 16, DATA = 24 };
    struct span data = edit->object.sections[section].data;
    if (size < DATA || encodings.function != DW_EH_PE_pcrel ||
        (encodings.table != DW_EH_PE_pcrel && encodings.table != DW_EH_PE_omit)) {
        return false;
    }
    if (!has_reloc(&edit->relocs[section], start + FUNCTION) &&
        !add_difference(edit, section, start + FUNCTION)) {
        return false;
    }
    size_t at = start + DATA;
    uint64_t length = take_uleb128(data, &at);
    bool has_table = encodings.table == DW_EH_PE_pcrel && length >= POINTER &&
                     at + POINTER <= start + size &&
                     get_64(data.data + at, edit->object.big_endian) != 0;
    return !has_table || has_reloc(&edit->relocs[section], at) || add_difference(edit, section, at);
}

/** Note the differences in all FDEs of a section; false if a record is not understood. */
static bool read_frames(struct obj_edit *edit, uint32_t section)
{
    struct span data = edit->object.sections[section].data;
    bool big = edit->object.big_endian;
    for (size_t at = 0; data.size - at >= 12;) {
        uint32_t length = get_32(data.data + at, big);
        struct span record;
        struct encodings encodings;
        if (length == 0) {
            break;
        }
        if (length < 8 || !span_sub(data, at, (uint64_t)length + 4, &record)) {
            return false;
        }
        uint32_t id = get_32(record.data + 4, big);
        if (id && id <= at + 4) {
            struct span cie = span_from(data, at + 4 - id);
            uint32_t size = cie.size >= 4 ? get_32(cie.data, big) : 0;
            if (!span_sub(cie, 0, (uint64_t)size + 4, &cie) || !read_cie(cie, &encodings) ||
                !read_fde(edit, section, at, record.size, encodings)) {
                return false;
            }
        } else if (id) {
            return false;
        }
        at += record.size;
    }
    return true;
}

/** Note the entries of LC_DATA_IN_CODE: u32 address, u16 length, u16 kind. False: no section. */
static bool read_dice(struct obj_edit *edit)
{
    bool big = edit->object.big_endian;
    for (size_t c = 0; c < edit->command_count; c++) {
        const struct edit_command *command = &edit->commands[c];
        if (get_32(command->bytes.data, big) != LC_DATA_IN_CODE) {
            continue;
        }
        for (size_t at = 0; at + DICE_SIZE <= command->data.size; at += DICE_SIZE) {
            const uint8_t *entry = command->data.data + at;
            uint32_t address = get_32(entry, big);
            uint32_t section = section_at(&edit->object, address);
            if (section == OBJ_NONE) {
                return false;
            }
            edit->places[edit->place_count++] =
                (struct edit_place){.section = section,
                                    .offset = address - edit->object.sections[section].address,
                                    .target = OBJ_NONE,
                                    .dice = get_32(entry + 4, big)};
        }
    }
    return true;
}

enum obj_result macho_find_places(struct obj_edit *edit, struct arena *arena, struct error *error)
{
    const struct object *object = &edit->object;
    size_t most = 0;
    for (size_t i = 0; i < object->section_count; i++) {
        bool frames = span_is(object->sections[i].name, "__eh_frame");
        most += frames ? object->sections[i].data.size / 8 : 0;
    }
    for (size_t c = 0; c < edit->command_count; c++) {
        most += edit->commands[c].data.size / DICE_SIZE;
    }
    edit->places = ARENA_ARRAY(arena, struct edit_place, most + 1);
    edit->place_count = 0;
    if (!edit->places) {
        return OBJ_NO_MEMORY;
    }
    for (uint32_t i = 0; i < object->section_count && object->machine == MACHINE_X86_64; i++) {
        if (span_is(object->sections[i].name, "__eh_frame") && !read_frames(edit, i)) {
            return OBJ_REFUSE(error, "__eh_frame is not understood");
        }
    }
    return read_dice(edit) ? OBJ_OK : OBJ_REFUSE(error, "data in code that is in no section");
}

bool macho_put_places(struct obj_edit *edit, struct arena *arena)
{
    struct object *object = &edit->object;
    struct cursor dice = {arena_alloc(arena, edit->place_count * DICE_SIZE + 1), 0,
                          object->big_endian};
    struct cursor bytes = {arena_alloc(arena, LINKEDIT_SIZE), 0, object->big_endian};
    struct edit_command *commands =
        ARENA_ARRAY(arena, struct edit_command, edit->command_count + 1);
    if (!dice.bytes || !bytes.bytes || !commands) {
        return false;
    }
    for (size_t i = 0; i < edit->place_count; i++) {
        const struct edit_place *place = &edit->places[i];
        if (place->target == OBJ_NONE) {
            put_32(&dice, (uint32_t)(object->sections[place->section].address + place->offset));
            put_32(&dice, place->dice);
        }
    }
    if (dice.at) {
        for (size_t i = 0; i < edit->command_count; i++) {
            commands[i] = edit->commands[i];
        }
        put_32(&bytes, LC_DATA_IN_CODE);
        put_32(&bytes, LINKEDIT_SIZE);
        commands[edit->command_count++] = (struct edit_command){
            span_make(bytes.bytes, LINKEDIT_SIZE), span_make(dice.bytes, dice.at)};
        edit->commands = commands;
    }
    return true;
}
