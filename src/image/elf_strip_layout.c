/* SPDX-License-Identifier: MIT */
/**
 * Stripping ELF images: what stays together, and where it goes.
 *
 * patchelf puts section headers into a segment; there they are written anew in their place.
 *
 * Where moving pieces would make the file larger, since what lay between them goes behind them,
 * all stays in its place, and zeros are where something was.
 *
 * Pieces are what program headers name and what sections have that are loaded; those that overlap
 * or touch are one. Between them there may be sections that are not loaded, the section headers and
 * zeros, nothing else. Segments that share a page of memory are one piece with all between them:
 * the page of the later one is mapped over that of the other, with whatever the file has in front.
 */
#include "image/elf_strip.h"

#include <stdlib.h>

/** Bytes that somebody names. */
struct extent {
    uint64_t start, end;
    uint32_t section; /* 0: none */
};

static int by_start(const void *a, const void *b)
{
    const struct elf_piece *first = a;
    const struct elf_piece *second = b;
    if (first->start != second->start) {
        return first->start < second->start ? -1 : 1;
    }
    return (first->end > second->end) - (first->end < second->end);
}

static int by_extent(const void *a, const void *b)
{
    const struct extent *first = a;
    const struct extent *second = b;
    if (first->start != second->start) {
        return first->start < second->start ? -1 : 1;
    }
    return (first->end > second->end) - (first->end < second->end);
}

static void add_piece(struct elf_stripping *s, uint64_t start, uint64_t size, uint64_t align,
                      bool pinned)
{
    if (size) {
        s->pieces[s->piece_count++] =
            (struct elf_piece){start, start + size, align ? align : 1, pinned, start};
    }
}

/** Whether two segments have bytes of memory in one page. */
static bool share_page(const struct elf_segment *a, const struct elf_segment *b)
{
    uint64_t align = a->align > b->align ? a->align : b->align;
    uint64_t page = align ? ~(align - 1) : ~(uint64_t)0;
    uint64_t a_last = a->address + (a->memory ? a->memory - 1 : 0);
    uint64_t b_last = b->address + (b->memory ? b->memory - 1 : 0);
    return (a->address & page) <= (b_last & page) && (b->address & page) <= (a_last & page);
}

/** Join segments that share a page. There are few, as far as their number is limited. */
static bool add_shared(struct elf_stripping *s)
{
    enum { MOST = 256 };
    if (s->elf.segment_count > MOST) {
        return ELF_REFUSE(s, "more than %d program headers", MOST);
    }
    for (uint32_t i = 0; i < s->elf.segment_count; i++) {
        const struct elf_segment *a = &s->elf.segments[i];
        uint64_t start = a->offset;
        uint64_t end = a->offset + a->size;
        uint64_t align = a->align;
        bool shares = false;
        for (uint32_t j = 0; j < s->elf.segment_count && a->type == ELF_PT_LOAD; j++) {
            const struct elf_segment *b = &s->elf.segments[j];
            if (j != i && b->type == ELF_PT_LOAD && share_page(a, b)) {
                shares = true;
                start = b->offset < start ? b->offset : start;
                end = b->offset + b->size > end ? b->offset + b->size : end;
                align = b->align > align ? b->align : align;
            }
        }
        if (shares && (end > s->elf.data.size || start > end)) {
            return ELF_REFUSE(s, "program header %u: an offset exceeds the file", i);
        }
        if (shares) {
            add_piece(s, start, end - start, align, false);
        }
    }
    return true;
}

/** Sort the pieces, and join those that overlap or touch. */
static void join_pieces(struct elf_stripping *s)
{
    size_t count = 0;
    qsort(s->pieces, s->piece_count, sizeof *s->pieces, by_start);
    for (size_t i = 0; i < s->piece_count; i++) {
        struct elf_piece *last = count ? &s->pieces[count - 1] : NULL;
        const struct elf_piece *piece = &s->pieces[i];
        if (!last || piece->start > last->end) {
            s->pieces[count++] = *piece;
            continue;
        }
        last->end = piece->end > last->end ? piece->end : last->end;
        last->align = piece->align > last->align ? piece->align : last->align;
        last->pinned |= piece->pinned;
    }
    s->piece_count = count;
}

static bool find_pieces(struct elf_stripping *s)
{
    size_t segments = s->elf.segment_count;
    size_t most = 2 * segments + s->elf.section_count + 3;
    s->pieces = ARENA_ARRAY(s->scratch, struct elf_piece, most);
    if (!s->pieces) {
        return error_memory(&s->error);
    }
    add_piece(s, 0, s->elf.wide ? 64 : 52, 1, true);
    add_piece(s, s->elf.segments_at, segments * (s->elf.wide ? 56 : 32), 1, true);
    for (uint32_t i = 0; i < segments; i++) {
        const struct elf_segment *segment = &s->elf.segments[i];
        add_piece(s, segment->offset, segment->size, segment->align, false);
    }
    for (uint32_t i = 1; i < s->elf.section_count; i++) {
        const struct elf_part *part = &s->elf.sections[i];
        if (part->flags & ELF_SHF_ALLOC && elf_part_has_bytes(part)) {
            add_piece(s, part->offset, part->size, part->align, false);
        }
    }
    if (!add_shared(s)) {
        return false;
    }
    join_pieces(s);
    return true;
}

/** The piece that bytes lie in, wholly or in part; NULL: none. */
static const struct elf_piece *piece_at(const struct elf_stripping *s, uint64_t start, uint64_t end)
{
    for (size_t i = 0; i < s->piece_count; i++) {
        if (s->pieces[i].start < end && start < s->pieces[i].end) {
            return &s->pieces[i];
        }
    }
    return NULL;
}

bool elf_strip_floats(const struct elf_stripping *s, uint32_t section)
{
    const struct elf_part *part = &s->elf.sections[section];
    return elf_part_has_bytes(part) && !(part->flags & ELF_SHF_ALLOC) &&
           !piece_at(s, part->offset, part->offset + part->size);
}

/** Whether a section that is not loaded may stay in a piece, as a whole and as it is. */
static bool stays_inside(const struct elf_stripping *s, uint32_t i, const struct elf_piece *piece)
{
    const struct elf_part *part = &s->elf.sections[i];
    bool made_anew = i == s->symtab || i == s->strtab || i == s->elf.names_number;
    return !s->drop[i] && !made_anew && part->offset >= piece->start &&
           part->offset + part->size <= piece->end;
}

/** List all bytes that somebody names between the pieces, and the pieces. */
static bool list_extents(struct elf_stripping *s, struct extent *list, size_t *count)
{
    uint64_t table = (uint64_t)s->elf.section_count * (s->elf.wide ? 64 : 40);
    for (size_t i = 0; i < s->piece_count; i++) {
        list[(*count)++] = (struct extent){s->pieces[i].start, s->pieces[i].end, 0};
    }
    for (uint32_t i = 1; i < s->elf.section_count; i++) {
        const struct elf_part *part = &s->elf.sections[i];
        if (!elf_part_has_bytes(part) || part->flags & ELF_SHF_ALLOC) {
            continue;
        }
        const struct elf_piece *piece = piece_at(s, part->offset, part->offset + part->size);
        if (!piece) {
            list[(*count)++] =
                (struct extent){part->offset, part->offset + part->size, i};
        } else if (!stays_inside(s, i, piece)) {
            return ELF_REFUSE(s, "section %u (%.*s) shares bytes with what is loaded",
                              ELF_SECTION(s, i));
        }
    }
    const struct elf_piece *piece =
        piece_at(s, s->elf.sections_at, s->elf.sections_at + table);
    s->sections_loaded = piece != NULL;
    if (!piece) {
        list[(*count)++] = (struct extent){s->elf.sections_at, s->elf.sections_at + table, 0};
    } else if (piece->start > s->elf.sections_at || piece->end < s->elf.sections_at + table) {
        return ELF_REFUSE(s, "the section headers share bytes with what is loaded");
    }
    qsort(list, *count, sizeof *list, by_extent);
    return true;
}

/** Whether some section has a header of the same kind. */
static bool is_like_some(const struct elf_stripping *s, const struct elf_part *header)
{
    for (uint32_t i = 1; i < s->elf.section_count; i++) {
        const struct elf_part *part = &s->elf.sections[i];
        if (part->type == header->type && part->flags == header->flags &&
            part->entry_size == header->entry_size) {
            return true;
        }
    }
    return false;
}

static bool is_zero(struct span bytes)
{
    for (size_t i = 0; i < bytes.size; i++) {
        if (bytes.data[i]) {
            return false;
        }
    }
    return true;
}

/**
 * Whether bytes between the pieces are section headers that patchelf has written anew elsewhere:
 * an empty one, some like those of the sections there are, then zeros.
 */
static bool are_former_headers(const struct elf_stripping *s, uint64_t start, uint64_t end)
{
    uint64_t each = s->elf.wide ? 64 : 40;
    struct span gap = {0};
    struct span entry;
    start = round_up(start, s->elf.wide ? 8 : 4);
    bool is = start < end && span_sub(s->elf.data, start, end - start, &gap) &&
              span_sub(gap, 0, each, &entry) && is_zero(entry);
    uint64_t at = each;
    for (; is && span_sub(gap, at, each, &entry) && !is_zero(entry); at += each) {
        struct elf_part header = elf_image_part(&s->elf, entry.data);
        is = is_like_some(s, &header);
    }
    return is && is_zero(span_from(gap, at));
}

/** Nobody must miss what is between the pieces: it is named by a section, zeros, or old headers. */
static bool check_gaps(struct elf_stripping *s)
{
    struct span data = s->elf.data;
    size_t count = 0;
    uint64_t at = 0;
    struct extent *list = ARENA_ARRAY(s->scratch, struct extent,
                                      s->piece_count + s->elf.section_count + 2);
    if (!list) {
        return error_memory(&s->error);
    }
    if (!list_extents(s, list, &count)) {
        return false;
    }
    for (size_t i = 0; i <= count; i++) {
        uint64_t next = i < count ? list[i].start : data.size;
        if (next < at) {
            return ELF_REFUSE(s, "offset %#llx: bytes of two sections", (unsigned long long)next);
        }
        struct span gap = span_make(data.data + at, (size_t)(next - at));
        if (!is_zero(gap) && !(i < count && are_former_headers(s, at, next))) {
            return ELF_REFUSE(s, "offset %#llx: %s that no section names",
                              (unsigned long long)at, i < count ? "bytes" : "appended data");
        }
        at = i < count ? list[i].end : at;
    }
    return true;
}

/** The smallest place from @from on that is as far from a multiple of @align as @old. */
static uint64_t fit(uint64_t from, uint64_t old, uint64_t align)
{
    align = align ? align : 1;
    return from <= old ? old - (old - from) / align * align : old;
}

uint64_t elf_strip_moved(const struct elf_stripping *s, uint64_t offset, uint64_t align)
{
    uint64_t end = 0;
    for (size_t i = 0; i < s->piece_count && s->pieces[i].start <= offset; i++) {
        const struct elf_piece *piece = &s->pieces[i];
        if (offset <= piece->end) {
            return offset - piece->start + piece->to;
        }
        end = piece->to + (piece->end - piece->start);
    }
    return fit(end, offset, align);
}

/** The new offset of a section without bytes: as far from its segment as before. */
static uint64_t place_empty(const struct elf_stripping *s, const struct elf_part *part)
{
    for (uint32_t i = 0; i < s->elf.segment_count; i++) {
        const struct elf_segment *segment = &s->elf.segments[i];
        bool inside = part->address >= segment->address && part->offset >= segment->offset &&
                      part->address - segment->address <= segment->memory;
        if (segment->type == ELF_PT_LOAD && part->flags & ELF_SHF_ALLOC && inside &&
            part->address - segment->address == part->offset - segment->offset) {
            return part->offset - segment->offset +
                   elf_strip_moved(s, segment->offset, segment->align);
        }
    }
    return elf_strip_moved(s, part->offset, part->align);
}

static bool by_new_place(const struct elf_stripping *s, uint32_t a, uint32_t b)
{
    return s->elf.sections[a].offset < s->elf.sections[b].offset;
}

/** Whether bytes between the pieces stay there. */
static bool stays_between(const struct elf_stripping *s, uint64_t offset)
{
    return s->in_place && offset < s->pieces[s->piece_count - 1].end;
}

/** Place the sections that are not loaded behind all pieces, in their order. */
static bool place_floating(struct elf_stripping *s)
{
    uint32_t *list = ARENA_ARRAY(s->scratch, uint32_t, s->elf.section_count);
    uint32_t count = 0;
    if (!list) {
        return error_memory(&s->error);
    }
    for (uint32_t i = 1; i < s->elf.section_count; i++) {
        if (s->drop[i] || !elf_strip_floats(s, i)) {
            continue;
        }
        uint32_t at = count++;
        for (; at > 0 && by_new_place(s, i, list[at - 1]); at--) {
            list[at] = list[at - 1];
        }
        list[at] = i;
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct elf_part *part = &s->elf.sections[list[i]];
        uint64_t align = part->align;
        if (stays_between(s, part->offset) && s->size[list[i]] <= part->size) {
            s->offset[list[i]] = part->offset;
            continue;
        }
        s->end = round_up(s->end, align ? align : 1);
        s->offset[list[i]] = s->end;
        s->end += s->size[list[i]];
    }
    return true;
}

static bool place_all(struct elf_stripping *s)
{
    s->end = 0;
    for (size_t i = 0; i < s->piece_count; i++) {
        struct elf_piece *piece = &s->pieces[i];
        piece->to = piece->pinned || s->in_place ? piece->start
                                                 : fit(s->end, piece->start, piece->align);
        s->end = piece->to + (piece->end - piece->start);
    }
    if (!place_floating(s)) {
        return false;
    }
    for (uint32_t i = 1; i < s->elf.section_count; i++) {
        const struct elf_part *part = &s->elf.sections[i];
        bool empty = !elf_part_has_bytes(part);
        if (part->type == ELF_SHT_NULL) {
            s->offset[i] = part->offset;
        } else if (empty) {
            s->offset[i] = place_empty(s, part);
        } else if (!elf_strip_floats(s, i)) {
            s->offset[i] = elf_strip_moved(s, part->offset, part->align);
        }
    }
    if (s->sections_loaded) {
        s->sections_to = elf_strip_moved(s, s->elf.sections_at, 1);
        return true;
    }
    if (stays_between(s, s->elf.sections_at)) {
        s->sections_to = s->elf.sections_at;
        return true;
    }
    s->sections_to = round_up(s->end, s->elf.wide ? 8 : 4);
    s->end = s->sections_to + (uint64_t)s->kept * (s->elf.wide ? 64 : 40);
    return true;
}

bool elf_strip_lay_out(struct elf_stripping *s)
{
    if (!find_pieces(s) || !check_gaps(s) || !place_all(s)) {
        return false;
    }
    s->in_place = s->end > s->elf.data.size;
    return !s->in_place || place_all(s);
}
