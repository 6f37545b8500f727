/* SPDX-License-Identifier: MIT */
/**
 * Prelinking ELF: statements that an object makes once, such as build attributes.
 *
 * Build attributes of ARM [ABI for the Arm Architecture, "Build attributes"] are joined: tags whose
 * values must be equal in one program, or none, are compared; of the others the larger value
 * counts, since larger values need more of the processor. Other attributes, and ABI flags of MIPS,
 * must be equal.
 */
#include "obj/writer.h"
#include "shrink/elf_kinds.h"
#include "shrink/prelink_internal.h"

/** A vendor's attributes of one file. */
struct attributes {
    uint64_t value[PRELINK_TAGS]; /* by tag; 0: nothing is said */
    struct span text[PRELINK_TAGS];
};

/**
 * Tags that objects in one program have alike, or do not have: CPU_arch, CPU_arch_profile,
 * ABI_PCS_R9_use, ABI_PCS_wchar_t, ABI_enum_size, ABI_VFP_args, ABI_WMMX_args.
 */
static const uint8_t alike[PRELINK_ALIKE] = {6, 7, 14, 18, 26, 28, 29};

enum { TAG_FILE = 1, TAG_COMPATIBILITY = 32, TAG_CONFORMANCE = 67 };

/** Read one ULEB128 number at *@at; false if it is cut short. */
static bool read_number(struct span data, size_t *at, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; shift < 63 && *at < data.size; shift += 7) {
        uint8_t byte = data.data[(*at)++];
        *value |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) {
            return true;
        }
    }
    return false;
}

/** Read a string that a NUL ends; false if it is cut short. */
static bool read_text(struct span data, size_t *at, struct span *text)
{
    const uint8_t *end = *at < data.size ? memchr(data.data + *at, 0, data.size - *at) : NULL;
    if (end) {
        *text = span_make(data.data + *at, (size_t)(end - data.data) - *at);
        *at += text->size + 1;
    }
    return end != NULL;
}

/** Whether the value of a tag is a string: CPU_raw_name, CPU_name, and odd ones from 33 on. */
static bool is_text(uint64_t tag)
{
    return tag < TAG_COMPATIBILITY ? tag == 4 || tag == 5 : tag % 2 == 1;
}

/**
 * Read .ARM.attributes with one vendor, "aeabi", and one subsection, that of the file: 'A', u32
 * size, the vendor, tag 1, u32 size, then tags with their values. False if it is anything else.
 */
static bool read_attributes(struct span data, bool big, struct attributes *attributes)
{
    enum { START = 16, FILE_AT = 11 };
    memset(attributes, 0, sizeof *attributes);
    if (data.size < START || data.data[0] != 'A' || memcmp(data.data + 5, "aeabi", 6) != 0 ||
        get_32(data.data + 1, big) != data.size - 1 || data.data[FILE_AT] != TAG_FILE ||
        get_32(data.data + FILE_AT + 1, big) != data.size - FILE_AT) {
        return false;
    }
    for (size_t at = START; at < data.size;) {
        uint64_t tag;
        if (!read_number(data, &at, &tag) || tag >= PRELINK_TAGS || tag == TAG_COMPATIBILITY ||
            !(is_text(tag) ? read_text(data, &at, &attributes->text[tag])
                           : read_number(data, &at, &attributes->value[tag]))) {
            return false;
        }
    }
    return true;
}

static bool is_arm(const struct obj_section *section)
{
    return span_is(section->name, ".ARM.attributes");
}

struct prelink_statement prelink_statement_of(const struct object *object)
{
    struct prelink_statement statement = {0};
    if (object->format != OBJ_ELF) {
        return statement;
    }
    statement.flags = object->flags;
    for (size_t i = 0; i < object->section_count; i++) {
        const struct obj_section *section = &object->sections[i];
        const struct elf_kind *kind = elf_kind_of(section);
        struct attributes read;
        if (!kind || (kind->whole != WHOLE_ONCE && kind->whole != WHOLE_MASKS)) {
            continue;
        }
        if (is_arm(section) && read_attributes(section->data, object->big_endian, &read)) {
            for (size_t t = 0; t < PRELINK_ALIKE; t++) {
                statement.alike[t] = (uint8_t)read.value[alike[t]];
            }
        } else if (kind->whole == WHOLE_ONCE) {
            statement.hash = table_hash(section->data, table_hash(section->name, statement.hash));
        } else {
            statement.hash = table_hash(section->name, statement.hash) + section->data.size;
        }
    }
    return statement;
}

bool prelink_agree(struct prelink_statement *sum, const struct prelink_statement *more)
{
    bool agrees = sum->flags == more->flags && (!sum->hash || !more->hash ||
                                                sum->hash == more->hash);
    for (size_t t = 0; t < PRELINK_ALIKE; t++) {
        agrees &= !sum->alike[t] || !more->alike[t] || sum->alike[t] == more->alike[t];
    }
    for (size_t t = 0; agrees && t < PRELINK_ALIKE; t++) {
        sum->alike[t] = sum->alike[t] ? sum->alike[t] : more->alike[t];
    }
    sum->hash = agrees && !sum->hash ? more->hash : sum->hash;
    return agrees;
}

/** Take in what one more part says. */
static void add_attributes(struct attributes *sum, const struct attributes *more)
{
    for (size_t t = 0; t < PRELINK_TAGS; t++) {
        sum->value[t] = more->value[t] > sum->value[t] ? more->value[t] : sum->value[t];
        sum->text[t] = sum->text[t].data ? sum->text[t] : more->text[t];
    }
}

static void put_number(struct cursor *c, uint64_t value)
{
    c->at += put_uleb128(c->bytes + c->at, (uint32_t)value);
}

static void put_tag(struct cursor *c, const struct attributes *attributes, size_t tag)
{
    if (attributes->text[tag].data) {
        put_number(c, tag);
        put_bytes(c, attributes->text[tag]);
        put_8(c, 0);
    } else if (attributes->value[tag]) {
        put_number(c, tag);
        put_number(c, attributes->value[tag]);
    }
}

/** Write attributes as read_attributes() reads them; NULL data when memory is short. */
static struct span write_attributes(const struct attributes *attributes, bool big,
                                    struct arena *arena)
{
    size_t most = 16;
    for (size_t t = 0; t < PRELINK_TAGS; t++) {
        most += 10 + attributes->text[t].size + 1;
    }
    struct cursor c = {arena_alloc(arena, most), 0, big};
    if (!c.bytes) {
        return span_make(NULL, 0);
    }
    put_8(&c, 'A');
    put_32(&c, 0);
    put_bytes(&c, span_make((const uint8_t *)"aeabi", 6));
    put_8(&c, TAG_FILE);
    put_32(&c, 0);
    put_tag(&c, attributes, TAG_CONFORMANCE); /* it comes first */
    for (size_t t = 0; t < PRELINK_TAGS; t++) {
        if (t != TAG_CONFORMANCE) {
            put_tag(&c, attributes, t);
        }
    }
    struct cursor size = {c.bytes, 1, big};
    put_32(&size, (uint32_t)c.at - 1);
    size.at = 12;
    put_32(&size, (uint32_t)c.at - 11);
    return span_make(c.bytes, c.at);
}

bool elf_join_attributes(struct prelink_part *parts, size_t count, struct arena *arena)
{
    struct attributes sum, more;
    struct obj_section *first = NULL;
    bool changed = false;
    bool big = parts[0].edit.object.big_endian;
    for (size_t i = 0; i < count; i++) {
        struct object *object = &parts[i].edit.object;
        for (size_t s = 0; object->format == OBJ_ELF && s < object->section_count; s++) {
            struct obj_section *section = &object->sections[s];
            if (!is_arm(section) || !read_attributes(section->data, big, &more)) {
                continue;
            }
            changed |= first && !span_equal(first->data, section->data);
            if (first) {
                add_attributes(&sum, &more);
            } else {
                sum = more;
            }
            first = first ? first : section;
        }
    }
    if (changed) {
        first->data = write_attributes(&sum, big, arena);
        first->size = first->data.size;
    }
    return !changed || first->data.data;
}

/**
 * Join register masks in the first section of a name. .reginfo has u32 masks of general registers
 * and of four coprocessors, then the value of gp; .MIPS.options has them behind 8 bytes, with 4
 * bytes between them and 64 bits of gp [MIPS psABI supplement; elf/mips.h].
 */
static bool join_masks(struct obj_section *to, const struct obj_section *from, struct arena *arena)
{
    size_t size = to->data.size;
    bool options = span_is(to->name, ".MIPS.options");
    size_t end = options ? 32 : 20;
    if (from->data.size != size || size != (options ? 40u : 24u)) {
        return true; /* not understood: prelink_whole() leaves both */
    }
    uint8_t *bytes = arena_alloc(arena, size);
    if (!bytes) {
        return false;
    }
    memcpy(bytes, to->data.data, size);
    for (size_t i = options ? 8 : 0; i < end; i++) {
        bytes[i] |= from->data.data[i];
    }
    to->data = span_make(bytes, size);
    return true;
}

bool elf_join_masks(struct prelink_part *parts, size_t count, struct arena *arena)
{
    struct obj_section *first = NULL;
    for (size_t i = 0; i < count; i++) {
        struct object *object = &parts[i].edit.object;
        for (size_t s = 0; object->format == OBJ_ELF && s < object->section_count; s++) {
            struct obj_section *section = &object->sections[s];
            const struct elf_kind *kind = elf_kind_of(section);
            if (!kind || kind->whole != WHOLE_MASKS) {
                continue;
            }
            if (first && !join_masks(first, section, arena)) {
                return false;
            }
            first = first ? first : section;
        }
    }
    return true;
}
