/* SPDX-License-Identifier: MIT */
/** Which objects the bytes of an image came from. */
#include <stdlib.h>

#include "base/path.h"
#include "image/image_internal.h"
#include "obj/rcgu.h"
#include "obj/rust_names.h"

struct dividing {
    struct arena *arena;
    const struct byte_range *ranges; /* all bytes, by kind */
    size_t range_count;
    struct image_placed_list placed; /* in the order of the file, without overlaps */
    const uint8_t *last;             /* the file that was named last, and what it told */
    struct image_origin told;
    struct image_origin *list;
    size_t count;
    size_t capacity;
};

static int by_offset(const void *a, const void *b)
{
    const struct image_placed *one = a;
    const struct image_placed *other = b;
    if (one->offset != other->offset) {
        return one->offset < other->offset ? -1 : 1;
    }
    if (one->file.size && other->file.size) {
        return span_compare(one->name, other->name);
    }
    return one->file.size ? -1 : other->file.size ? 1 : span_compare(one->name, other->name);
}

/** Of symbols that share bytes the first has them; the next one has what is behind. */
static void cut_overlaps(struct image_placed_list *placed)
{
    size_t kept = 0;
    uint64_t end = 0;
    if (placed->count) {
        qsort(placed->list, placed->count, sizeof *placed->list, by_offset);
    }
    for (size_t i = 0; i < placed->count; i++) {
        struct image_placed symbol = placed->list[i];
        uint64_t behind = symbol.offset + symbol.size;
        if (behind <= end) {
            continue;
        }
        symbol.offset = symbol.offset < end ? end : symbol.offset;
        symbol.size = behind - symbol.offset;
        end = behind;
        placed->list[kept++] = symbol;
    }
    placed->count = kept;
}

/** CRATE of "CRATE.HASH-cgu.NUMBER", as rustc names the source of a codegen unit; else empty. */
static struct span unit_crate(struct span file)
{
    const uint8_t *dot = file.size ? memchr(file.data, '.', file.size) : NULL;
    size_t size = dot ? (size_t)(dot - file.data) : 0;
    return span_has(span_from(file, size), "-cgu.") ? span_make(file.data, size)
                                                    : span_make(NULL, 0);
}

/**
 * The object in a name: "CRATE.HASH-cgu.0" as rustc calls its sources, "DIR/libNAME.a(MEMBER)" as
 * debug maps do, the name of a source file as other compilers do. False when memory is short.
 */
static bool name_object(struct dividing *d, struct span file, struct image_origin *origin)
{
    struct rcgu_name name;
    if (d->last == file.data) {
        *origin = d->told;
        return true;
    }
    const uint8_t *open = file.size && file.data[file.size - 1] == ')'
                              ? memchr(file.data, '(', file.size)
                              : NULL;
    struct span member = file;
    if (open) {
        member = span_make(open + 1, (size_t)(file.data + file.size - open) - 2);
    }
    rcgu_parse(member, &name);
    const char *text = arena_printf(d->arena, "%.*s", SPAN_ARGS(file));
    if (!text) {
        return false;
    }
    origin->crate = name.crate.size ? name.crate : unit_crate(file);
    origin->member = span_of(path_base(text));
    d->last = file.data;
    d->told = *origin;
    return true;
}

/** What a symbol tells. False when memory is short. */
static bool name_origin(struct dividing *d, const struct image_placed *symbol,
                        struct image_origin *origin)
{
    *origin = (struct image_origin){.named = true};
    if (symbol->file.size && !name_object(d, symbol->file, origin)) {
        return false;
    }
    if (!origin->crate.size) {
        origin->crate = rust_crate_of(symbol->name);
    }
    return true;
}

/** Add bytes of one kind; those of the same origin follow each other often. */
static bool add(struct dividing *d, const struct image_origin *of, enum byte_kind kind,
                uint64_t size)
{
    struct image_origin *last = d->count ? &d->list[d->count - 1] : NULL;
    if (!size) {
        return true;
    }
    if (last && last->kind == kind && last->named == of->named &&
        span_equal(last->member, of->member) && span_equal(last->crate, of->crate)) {
        last->size += size;
        return true;
    }
    struct image_origin *list = arena_grow(d->arena, d->list, d->count, &d->capacity, 256,
                                           sizeof *list);
    if (!list) {
        return false;
    }
    d->list = list;
    list[d->count] = *of;
    list[d->count].kind = kind;
    list[d->count++].size = size;
    return true;
}

/** Divide one range, which begins at @at; symbol number @next is the first that ends behind. */
static bool divide_range(struct dividing *d, const struct byte_range *range, uint64_t at,
                         size_t *next)
{
    static const struct image_origin nobody;
    uint64_t end = at + range->size;
    bool done = true;
    while (done && at < end) {
        const struct image_placed *symbol =
            *next < d->placed.count ? &d->placed.list[*next] : NULL;
        uint64_t begins = symbol && symbol->offset < end ? symbol->offset : end;
        if (begins > at) {
            done = add(d, &nobody, range->kind, begins - at);
            at = begins;
            continue;
        }
        uint64_t behind = symbol->offset + symbol->size;
        uint64_t stop = behind < end ? behind : end;
        struct image_origin origin;
        done = name_origin(d, symbol, &origin) && add(d, &origin, range->kind, stop - at);
        at = stop;
        *next += behind <= end;
    }
    return done;
}

bool image_origins(struct span data, struct arena *arena, struct image_origin **list,
                   size_t *count)
{
    struct dividing d = {.arena = arena};
    struct byte_range *ranges;
    if (!image_byte_map(data, arena, &ranges, &d.range_count)) {
        return false;
    }
    d.ranges = ranges;
    bool done = image_elf_reader.probe(data)     ? elf_image_names(data, arena, &d.placed)
                : image_macho_reader.probe(data) ? macho_image_names(data, arena, &d.placed)
                                                 : true;
    cut_overlaps(&d.placed);
    uint64_t at = 0;
    size_t next = 0;
    for (size_t i = 0; done && i < d.range_count; i++) {
        done = divide_range(&d, &d.ranges[i], at, &next);
        at += d.ranges[i].size;
    }
    *list = d.list;
    *count = d.count;
    return done;
}
