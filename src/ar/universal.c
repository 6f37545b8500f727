/* SPDX-License-Identifier: MIT */
#include "ar/universal.h"

#define MAGIC UINT32_C(0xcafebabe)
#define MAGIC_WIDE UINT32_C(0xcafebabf)

enum {
    HEADER_SIZE = 8,  /* magic, number of slices */
    ENTRY_SIZE = 20,  /* cputype, cpusubtype, offset, size, align */
    WIDE_SIZE = 32,   /* cputype, cpusubtype, offset 64, size 64, align, reserved */
    MOST_SLICES = 40, /* Java's first version was 45 */
    MOST_ALIGN = 15,  /* lipo's, and that of Mach-O sections */
};

#define SUBTYPE_MASK UINT32_C(0x00ffffff)

bool universal_probe(struct span file)
{
    if (file.size < HEADER_SIZE) {
        return false;
    }
    uint32_t magic = get_be32(file.data);
    return magic == MAGIC_WIDE ||
           (magic == MAGIC && get_be32(file.data + 4) <= MOST_SLICES);
}

bool universal_same_machine(struct universal_machine a, struct universal_machine b)
{
    return a.type == b.type && (a.subtype & SUBTYPE_MASK) == (b.subtype & SUBTYPE_MASK);
}

const char *universal_machine_name(struct universal_machine machine, struct arena *arena)
{
    enum { WIDE_ABI = 1 << 24, NARROW_ON_WIDE = 2 << 24 };
    static const struct {
        uint32_t type;
        uint32_t subtype;
        const char *name;
    } known[] = {
        {7, 3, "i386"},
        {7 | WIDE_ABI, 3, "x86_64"},
        {7 | WIDE_ABI, 8, "x86_64h"},
        {12, 5, "armv4t"},
        {12, 6, "armv6"},
        {12, 9, "armv7"},
        {12, 11, "armv7s"},
        {12, 12, "armv7k"},
        {12, 14, "armv6m"},
        {12, 15, "armv7m"},
        {12, 16, "armv7em"},
        {12 | WIDE_ABI, 0, "arm64"},
        {12 | WIDE_ABI, 1, "arm64v8"},
        {12 | WIDE_ABI, 2, "arm64e"},
        {12 | NARROW_ON_WIDE, 0, "arm64_32"},
        {12 | NARROW_ON_WIDE, 1, "arm64_32"},
        {18, 0, "ppc"},
        {18 | WIDE_ABI, 0, "ppc64"},
    };
    uint32_t subtype = machine.subtype & SUBTYPE_MASK;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (known[i].type == machine.type && known[i].subtype == subtype) {
            return known[i].name;
        }
    }
    return arena_printf(arena, "cpu-%u-%u", machine.type, subtype);
}

/** Read the entry at @at. */
static bool read_entry(struct span file, bool wide, size_t at, struct universal_slice *slice,
                       uint64_t *offset, struct error *error)
{
    const uint8_t *entry = file.data + at;
    uint64_t size = wide ? get_be64(entry + 16) : get_be32(entry + 12);
    *offset = wide ? get_be64(entry + 8) : get_be32(entry + 8);
    *slice = (struct universal_slice){
        .machine = {get_be32(entry), get_be32(entry + 4)},
        .align = get_be32(entry + (wide ? 24 : 16)),
        .reserved = wide ? get_be32(entry + 28) : 0,
    };
    if (slice->align > MOST_ALIGN) {
        return error_set(error, "offset 0x%zx: alignment of 2^%u, more than 2^%d", at,
                         slice->align, MOST_ALIGN);
    }
    if (*offset & ((UINT64_C(1) << slice->align) - 1)) {
        return error_set(error, "offset 0x%zx: a slice at 0x%llx, which is no multiple of 2^%u",
                         at, (unsigned long long)*offset, slice->align);
    }
    return span_sub(file, *offset, size, &slice->bytes) ||
           error_set(error,
                     "offset 0x%zx: a slice of 0x%llx bytes at 0x%llx exceeds the file (0x%zx)",
                     at, (unsigned long long)size, (unsigned long long)*offset, file.size);
}

/** Refuse a slice that lies over entries or another one, or is for the machine of another one. */
static bool check_entry(const struct universal *universal, const uint64_t *offsets, size_t number,
                        size_t at, size_t entries_end, struct error *error)
{
    const struct universal_slice *slice = &universal->slices[number];
    if (offsets[number] < entries_end) {
        return error_set(error, "offset 0x%zx: a slice at 0x%llx, within the header (0x%zx bytes)",
                         at, (unsigned long long)offsets[number], entries_end);
    }
    for (size_t i = 0; i < number; i++) {
        const struct universal_slice *other = &universal->slices[i];
        if (universal_same_machine(slice->machine, other->machine)) {
            return error_set(error, "offset 0x%zx: slices %zu and %zu are for one machine", at, i,
                             number);
        }
        if (offsets[number] < offsets[i] + other->bytes.size &&
            offsets[i] < offsets[number] + slice->bytes.size) {
            return error_set(error, "offset 0x%zx: slices %zu and %zu overlap", at, i, number);
        }
    }
    return true;
}

bool universal_read(struct span file, struct arena *arena, struct universal *universal,
                    struct error *error)
{
    *universal = (struct universal){0};
    if (file.size < HEADER_SIZE) {
        return error_set(error, "%zu bytes: too short for a universal file", file.size);
    }
    uint32_t count = get_be32(file.data + 4);
    universal->wide = get_be32(file.data) == MAGIC_WIDE;
    size_t entry_size = universal->wide ? WIDE_SIZE : ENTRY_SIZE;
    if (count == 0 || count > MOST_SLICES) {
        return error_set(error, "offset 0x4: %u slices in a universal file, of 1 to %d", count,
                         MOST_SLICES);
    }
    if (file.size < HEADER_SIZE + count * entry_size) {
        return error_set(error, "offset 0x4: %u slices, whose entries exceed the file (0x%zx)",
                         count, file.size);
    }
    uint64_t *offsets = ARENA_ARRAY(arena, uint64_t, count);
    universal->slices = ARENA_ARRAY(arena, struct universal_slice, count);
    if (!offsets || !universal->slices) {
        return error_memory(error);
    }
    for (size_t i = 0; i < count; i++) {
        size_t at = HEADER_SIZE + i * entry_size;
        if (!read_entry(file, universal->wide, at, &universal->slices[i], &offsets[i], error) ||
            !check_entry(universal, offsets, i, at, HEADER_SIZE + count * entry_size, error)) {
            return false;
        }
    }
    universal->count = count;
    return true;
}

bool universal_has(struct span file, bool (*is)(struct span slice))
{
    if (!universal_probe(file)) {
        return false;
    }
    bool wide = get_be32(file.data) == MAGIC_WIDE;
    uint32_t count = get_be32(file.data + 4);
    struct span entry;
    for (uint32_t i = 0; i < count && i < MOST_SLICES; i++) {
        size_t size = wide ? WIDE_SIZE : ENTRY_SIZE;
        if (!span_sub(file, HEADER_SIZE + i * size, size, &entry)) {
            return false;
        }
        uint64_t offset = wide ? get_be64(entry.data + 8) : get_be32(entry.data + 8);
        if (is(span_from(file, offset))) {
            return true;
        }
    }
    return false;
}

struct span universal_slice_of(struct span file, const char *machine)
{
    struct arena arena = {0};
    struct universal universal;
    struct error unread = {0};
    struct span found = {0};
    if (!machine || !universal_probe(file)) {
        return file;
    }
    if (universal_read(file, &arena, &universal, &unread)) {
        for (size_t i = 0; i < universal.count && !found.data; i++) {
            const char *name = universal_machine_name(universal.slices[i].machine, &arena);
            found = name && strcmp(name, machine) == 0 ? universal.slices[i].bytes : found;
        }
    }
    arena_free(&arena);
    return found;
}

/** Whether lipo writes @a behind @b. Source: cctools, lipo.c, cmp_qsort(). */
static bool is_behind(const struct universal_slice *a, const struct universal_slice *b)
{
    enum { ARM64 = 12 | 1 << 24 };
    if (a->machine.type == b->machine.type) {
        return (a->machine.subtype & SUBTYPE_MASK) > (b->machine.subtype & SUBTYPE_MASK);
    }
    if ((a->machine.type == ARM64) != (b->machine.type == ARM64)) {
        return a->machine.type == ARM64;
    }
    return a->align > b->align;
}

void universal_sort(struct universal_slice *slices, size_t count)
{
    enum { WIDE_ABI = 1 << 24 };
    for (size_t i = 0; i < count; i++) {
        slices[i].align = slices[i].machine.type & WIDE_ABI ? 3 : 2;
    }
    for (size_t i = 1; i < count; i++) { /* equals keep their order */
        struct universal_slice slice = slices[i];
        size_t at = i;
        for (; at > 0 && is_behind(&slices[at - 1], &slice); at--) {
            slices[at] = slices[at - 1];
        }
        slices[at] = slice;
    }
}

/** Find the offsets; whether they fit into entries of that kind. */
static bool place(const struct universal *universal, bool wide, struct universal_layout *layout)
{
    bool fits = true;
    uint64_t at = HEADER_SIZE + universal->count * (wide ? WIDE_SIZE : ENTRY_SIZE);
    for (size_t i = 0; i < universal->count; i++) {
        const struct universal_slice *slice = &universal->slices[i];
        uint64_t mask = (UINT64_C(1) << slice->align) - 1;
        at = (at + mask) & ~mask;
        layout->offsets[i] = at;
        fits = fits && at <= UINT32_MAX && slice->bytes.size <= UINT32_MAX;
        at += slice->bytes.size;
    }
    layout->size = at;
    return fits || wide;
}

static void put_entry(const struct universal_slice *slice, uint64_t offset, bool wide,
                      uint8_t *entry)
{
    put_be32(entry, slice->machine.type);
    put_be32(entry + 4, slice->machine.subtype);
    if (wide) {
        put_be64(entry + 8, offset);
        put_be64(entry + 16, slice->bytes.size);
        put_be32(entry + 24, slice->align);
        put_be32(entry + 28, slice->reserved);
    } else {
        put_be32(entry + 8, (uint32_t)offset);
        put_be32(entry + 12, (uint32_t)slice->bytes.size);
        put_be32(entry + 16, slice->align);
    }
}

bool universal_lay_out(const struct universal *universal, struct arena *arena,
                       struct universal_layout *layout)
{
    layout->offsets = ARENA_ARRAY(arena, uint64_t, universal->count);
    if (!layout->offsets) {
        return false;
    }
    bool wide = universal->wide || !place(universal, false, layout);
    size_t entry_size = wide ? WIDE_SIZE : ENTRY_SIZE;
    size_t size = HEADER_SIZE + universal->count * entry_size;
    uint8_t *header = ARENA_ARRAY(arena, uint8_t, size);
    if (!header || !place(universal, wide, layout)) {
        return false;
    }
    put_be32(header, wide ? MAGIC_WIDE : MAGIC);
    put_be32(header + 4, (uint32_t)universal->count);
    for (size_t i = 0; i < universal->count; i++) {
        put_entry(&universal->slices[i], layout->offsets[i], wide,
                  header + HEADER_SIZE + i * entry_size);
    }
    layout->header = span_make(header, size);
    return true;
}
