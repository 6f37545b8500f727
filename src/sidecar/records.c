/* SPDX-License-Identifier: MIT */
#include "sidecar/records.h"

enum {
    MOST_FIELDS = 16,
    KNOWN = 1024, /* kinds of relocations that are remembered at a time */
};

/** A field, and how it is told from what is known by then. */
struct field {
    size_t offset;
    size_t size;
    char how;
};

struct layout {
    struct field fields[MOST_FIELDS];
    size_t count;
    size_t width;
};

static bool parse_layout(struct span text, struct layout *layout)
{
    *layout = (struct layout){.count = text.size / 2};
    if (text.size % 2 || !layout->count || layout->count > MOST_FIELDS) {
        return false;
    }
    for (size_t i = 0; i < layout->count; i++) {
        size_t size = (size_t)(text.data[2 * i] - '0');
        char how = (char)text.data[2 * i + 1];
        bool second = i > 0 && layout->fields[i - 1].how != '*';
        if ((size != 1 && size != 2 && size != 4 && size != 8) ||
            !(how == '=' || how == '+' || (how == '*' && second) ||
              (how == '>' && i + 1 < layout->count))) {
            return false;
        }
        layout->fields[i] = (struct field){layout->width, size, how};
        layout->width += size;
    }
    return true;
}

size_t records_width(struct span fields)
{
    struct layout layout;
    return parse_layout(fields, &layout) ? layout.width : 0;
}

static uint64_t get(const uint8_t *at, size_t size)
{
    switch (size) {
    case 1:
        return *at;
    case 2:
        return get_le16(at);
    case 4:
        return get_le32(at);
    default:
        return get_le64(at);
    }
}

static void put(uint8_t *at, size_t size, uint64_t value)
{
    for (size_t i = 0; i < size; i++) {
        at[i] = (uint8_t)(value >> 8 * i);
    }
}

/** What the addends of relocations begin with that are alike in all else but the place. */
struct addends {
    uint64_t keys[KNOWN];
    uint64_t last[KNOWN];
};

/** Where the last addend of a relocation with this type and symbol is. */
static uint64_t *last_addend(struct addends *addends, uint64_t key)
{
    size_t slot = (size_t)(key * 0x9e3779b97f4a7c15u >> 54) % KNOWN;
    if (addends->keys[slot] != key) {
        addends->keys[slot] = key;
        addends->last[slot] = 0;
    }
    return &addends->last[slot];
}

/** The fields between the first and this one, which tell relocations apart. */
static uint64_t key_of(const struct layout *layout, size_t number, const uint8_t *record)
{
    uint64_t key = 0;
    for (size_t i = 1; i < number; i++) {
        key = key * 0x100000001b3u ^ get(record + layout->fields[i].offset, layout->fields[i].size);
    }
    return key;
}

/** The value that a field would have if it went on as before. @record is the second or later. */
static uint64_t expected(const struct layout *layout, size_t number, const uint8_t *record)
{
    const struct field *field = &layout->fields[number];
    const uint8_t *before = record - layout->width;
    uint64_t value = get(before + field->offset, field->size);
    if (field->how == '>') {
        value += get(before + field[1].offset, field[1].size);
    }
    return value;
}

/** A difference within the size of a field, as a number that is small when either sign is near. */
static uint64_t fold(uint64_t difference, size_t size)
{
    unsigned spare = (unsigned)(64 - 8 * size);
    uint64_t high = difference << spare;
    uint64_t sign = spare && high >> 63 ? ~(uint64_t)0 << (64 - spare) : 0;
    return zigzag(high >> spare | sign);
}

/** The value that this field of @record is compared with. */
static uint64_t base_of(const struct layout *layout, size_t number, const uint8_t *record,
                        bool first, struct addends *addends, uint64_t **last)
{
    *last = NULL;
    if (layout->fields[number].how == '*') {
        *last = last_addend(addends, key_of(layout, number, record));
        return **last;
    }
    return first ? 0 : expected(layout, number, record);
}

/** The number of the field whose column comes @place-th: those that others tell come last. */
static size_t column_at(const struct layout *layout, size_t place)
{
    for (unsigned later = 0; later < 2; later++) {
        for (size_t i = 0; i < layout->count; i++) {
            char how = layout->fields[i].how;
            if ((how == '*' || how == '>') == later && place-- == 0) {
                return i;
            }
        }
    }
    return 0;
}

static void encode_column(const struct layout *layout, size_t number, struct span table,
                          struct numbers *to)
{
    const struct field *field = &layout->fields[number];
    struct addends addends = {{0}, {0}};
    for (size_t at = 0; at < table.size; at += layout->width) {
        const uint8_t *record = table.data + at;
        uint64_t value = get(record + field->offset, field->size);
        uint64_t *last;
        if (field->how == '=') {
            numbers_put(to, value);
            continue;
        }
        uint64_t base = base_of(layout, number, record, at == 0, &addends, &last);
        numbers_put(to, fold(value - base, field->size));
        if (last) {
            *last = value;
        }
    }
}

static bool decode_column(const struct layout *layout, size_t number, struct span *columns,
                          uint8_t *table, size_t size)
{
    const struct field *field = &layout->fields[number];
    struct addends addends = {{0}, {0}};
    for (size_t at = 0; at < size; at += layout->width) {
        uint8_t *record = table + at;
        uint64_t value;
        uint64_t *last = NULL;
        if (!numbers_take(columns, &value)) {
            return false;
        }
        if (field->how != '=') {
            uint64_t base = base_of(layout, number, record, at == 0, &addends, &last);
            value = unzigzag(value) + base;
        }
        put(record + field->offset, field->size, value);
        if (last) {
            *last = get(record + field->offset, field->size);
        }
    }
    return true;
}

void records_encode(struct span fields, struct span table, struct numbers *to)
{
    struct layout layout;
    to->failed |= !parse_layout(fields, &layout) || table.size % layout.width;
    for (size_t i = 0; !to->failed && i < layout.count; i++) {
        encode_column(&layout, column_at(&layout, i), table, to);
    }
}

bool records_decode(struct span fields, struct span columns, uint8_t *table, size_t size)
{
    struct layout layout;
    bool done = parse_layout(fields, &layout) && size % layout.width == 0;
    for (size_t i = 0; done && i < layout.count; i++) {
        done = decode_column(&layout, column_at(&layout, i), &columns, table, size);
    }
    return done && columns.size == 0;
}
