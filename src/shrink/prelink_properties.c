/* SPDX-License-Identifier: MIT */
/**
 * Prelinking ELF: program properties (.note.gnu.property). The one object has those that a linker
 * would give a program of all parts, so that a protection which all have is not lost (IBT, SHSTK,
 * BTI), and one that a part lacks is not claimed.
 *
 * Sources: "Linux Extensions to gABI", program properties; x86-64 psABI; binutils 2.40,
 * bfd/elf-properties.c and elfxx-x86.c; AArch64 ELF, program property.
 */
#include <stdlib.h>

#include "obj/writer.h"
#include "shrink/elf_kinds.h"
#include "shrink/prelink_internal.h"

#define NAME ".note.gnu.property"

enum { NOTE_HEADER = 12, NT_GNU_PROPERTY_TYPE_0 = 5, MOST = 32 };

/** How the values of several objects become one. */
enum rule {
    RULE_AND,  /**< what all have; 0 is none */
    RULE_OR,   /**< what any has */
    RULE_BOTH, /**< what any has, if all say something */
    RULE_MOST, /**< the largest */
    RULE_SAME, /**< the same bytes in all, or none: also what is not known */
};

struct property {
    uint32_t type;
    struct span data;
    uint64_t value; /* of .data, if it is a word */
};

struct properties {
    struct property list[MOST];
    size_t count;
};

static enum rule rule_of(enum obj_machine machine, uint32_t type)
{
    enum { STACK_SIZE = 1, NO_COPY_ON_PROTECTED = 2 };
    if (type == STACK_SIZE) {
        return RULE_MOST;
    }
    if (type == NO_COPY_ON_PROTECTED || (type >= 0xb0008000u && type <= 0xb000ffffu)) {
        return RULE_OR;
    }
    if (type >= 0xb0000000u && type <= 0xb0007fffu) {
        return RULE_AND;
    }
    if (machine == MACHINE_X86 || machine == MACHINE_X86_64) {
        return type >= 0xc0000002u && type <= 0xc0007fffu   ? RULE_AND
               : type >= 0xc0008000u && type <= 0xc000ffffu ? RULE_OR
               : type >= 0xc0010000u && type <= 0xc0017fffu ? RULE_BOTH
                                                            : RULE_SAME;
    }
    bool features = machine == MACHINE_ARM64 || machine == MACHINE_RISCV;
    return features && type == 0xc0000000u ? RULE_AND : RULE_SAME; /* FEATURE_1_AND */
}

/** Read the properties in a note. False if they are not understood. */
static bool read_list(const struct object *object, struct span data, struct properties *out)
{
    size_t word = object->bits == 64 ? 8 : 4;
    while (data.size) {
        if (data.size < 8 || out->count == MOST) {
            return false;
        }
        uint32_t type = get_32(data.data, object->big_endian);
        uint64_t size = get_32(data.data + 4, object->big_endian);
        uint64_t padded = (size + word - 1) / word * word;
        if (size > data.size - 8 || (padded > data.size - 8 && size != data.size - 8)) {
            return false;
        }
        struct property *property = &out->list[out->count++];
        *property = (struct property){.type = type, .data = span_make(data.data + 8, (size_t)size)};
        property->value = size == 4   ? get_32(data.data + 8, object->big_endian)
                          : size == 8 ? get_64(data.data + 8, object->big_endian)
                                      : 0;
        data = span_from(data, padded > data.size - 8 ? data.size : 8 + (size_t)padded);
    }
    return true;
}

/** Read the properties of a part, which can have none. False if they are not understood. */
static bool read_part(const struct object *object, struct properties *out)
{
    size_t word = object->bits == 64 ? 8 : 4;
    out->count = 0;
    for (size_t i = 0; i < object->section_count; i++) {
        struct span rest = object->sections[i].data;
        while (span_is(object->sections[i].name, NAME) && rest.size) {
            size_t head = NOTE_HEADER + 4;
            if (rest.size < head || get_32(rest.data, object->big_endian) != 4 ||
                get_32(rest.data + 8, object->big_endian) != NT_GNU_PROPERTY_TYPE_0 ||
                memcmp(rest.data + NOTE_HEADER, "GNU", 4) != 0) {
                return false;
            }
            uint64_t size = get_32(rest.data + 4, object->big_endian);
            if (size > rest.size - head ||
                !read_list(object, span_make(rest.data + head, (size_t)size), out)) {
                return false;
            }
            uint64_t end = head + (size + word - 1) / word * word;
            rest = span_from(rest, end < rest.size ? (size_t)end : rest.size);
        }
    }
    return true;
}

static struct property *find(struct properties *in, uint32_t type)
{
    for (size_t i = 0; i < in->count; i++) {
        if (in->list[i].type == type) {
            return &in->list[i];
        }
    }
    return NULL;
}

/** Join what @from says with what the parts before it say; @first none do. */
static void join(struct properties *to, struct properties *from, enum obj_machine machine,
                 bool first)
{
    size_t kept = 0;
    for (size_t i = 0; i < to->count; i++) {
        struct property *mine = &to->list[i];
        const struct property *other = find(from, mine->type);
        enum rule rule = rule_of(machine, mine->type);
        bool stays = other || rule == RULE_OR || rule == RULE_MOST;
        if (other && rule == RULE_SAME) {
            stays = span_equal(mine->data, other->data);
        } else if (other && rule == RULE_AND) {
            mine->value &= other->value;
        } else if (other && rule == RULE_MOST) {
            mine->value = other->value > mine->value ? other->value : mine->value;
        } else if (other) {
            mine->value |= other->value;
        }
        if (stays) {
            to->list[kept++] = *mine;
        }
    }
    to->count = kept;
    for (size_t i = 0; i < from->count; i++) {
        enum rule rule = rule_of(machine, from->list[i].type);
        bool joins = first || rule == RULE_OR || rule == RULE_MOST;
        if (joins && to->count < MOST && !find(to, from->list[i].type)) {
            to->list[to->count++] = from->list[i];
        }
    }
}

static int by_type(const void *a, const void *b)
{
    uint32_t first = ((const struct property *)a)->type;
    uint32_t second = ((const struct property *)b)->type;
    return (first > second) - (first < second);
}

/** Write one note; empty if there is nothing to say. bytes.data is NULL when memory is short. */
static struct span write_note(struct properties *all, const struct object *object,
                              struct arena *arena)
{
    size_t word = object->bits == 64 ? 8 : 4;
    size_t most = NOTE_HEADER + 4;
    for (size_t i = 0; i < all->count; i++) {
        most += 8 + all->list[i].data.size + word;
    }
    struct cursor c = {arena_alloc(arena, most), NOTE_HEADER + 4, object->big_endian};
    if (!c.bytes) {
        return span_make(NULL, 0);
    }
    memset(c.bytes, 0, most);
    qsort(all->list, all->count, sizeof *all->list, by_type);
    for (size_t i = 0; i < all->count; i++) {
        const struct property *property = &all->list[i];
        if (rule_of(object->machine, property->type) == RULE_AND && !property->value) {
            continue;
        }
        put_32(&c, property->type);
        put_32(&c, (uint32_t)property->data.size);
        switch (property->data.size) {
        case 4: put_32(&c, (uint32_t)property->value); break;
        case 8: put_64(&c, property->value); break;
        default: put_bytes(&c, property->data); break;
        }
        c.at = (c.at + word - 1) / word * word;
    }
    size_t end = c.at;
    c.at = 0;
    put_32(&c, 4);
    put_32(&c, (uint32_t)(end - NOTE_HEADER - 4));
    put_32(&c, NT_GNU_PROPERTY_TYPE_0);
    put_bytes(&c, span_make((const uint8_t *)"GNU", 4));
    return span_make(c.bytes, end > NOTE_HEADER + 4 ? end : 0);
}

static struct obj_section *find_note(struct object *object)
{
    for (size_t i = 0; i < object->section_count; i++) {
        if (span_is(object->sections[i].name, NAME)) {
            return &object->sections[i];
        }
    }
    return NULL;
}

/** The first part's note if all parts have the same bytes, else NULL: for what is not read. */
static struct obj_section *same_note(struct prelink_part *parts, size_t count)
{
    struct obj_section *first = find_note(&parts[0].edit.object);
    for (size_t i = 1; i < count && first; i++) {
        const struct obj_section *note = find_note(&parts[i].edit.object);
        first = note && span_equal(note->data, first->data) ? first : NULL;
    }
    return first;
}

bool elf_join_properties(struct prelink_part *parts, size_t count, struct arena *arena,
                         const struct obj_section **stays)
{
    struct properties all = {.count = 0};
    struct obj_section *first = NULL;
    *stays = NULL;
    for (size_t i = 0; i < count; i++) {
        struct object *object = &parts[i].edit.object;
        struct properties part;
        if (object->format != OBJ_ELF) {
            return true;
        }
        if (!read_part(object, &part)) {
            *stays = same_note(parts, count);
            return true;
        }
        first = first ? first : find_note(object);
        join(&all, &part, object->machine, i == 0);
    }
    if (!first) {
        return true;
    }
    struct span note = write_note(&all, &parts[0].edit.object, arena);
    if (note.size) {
        first->data = note;
        first->size = note.size;
        *stays = first;
    }
    return note.data != NULL;
}
