/* SPDX-License-Identifier: MIT */
/**
 * Unwind information in .eh_frame [LSB 5.0, "Exception Frames"].
 *
 * The section is a sequence of records. A record begins with u32 length (without this field) and
 * u32 id. The record is a CIE if id is 0, otherwise an FDE: then id is the distance from the id
 * field back to the start of the FDE's CIE. The address of the function follows the id of an FDE
 * and has a relocation. A length of 0 ends the section; 0xffffffff would begin a 64-bit record,
 * which no known compiler writes.
 */
#include "shrink/graph.h"

#include <stdlib.h>

#include "obj/writer.h"

enum { ID_OFFSET = 4, FUNCTION_OFFSET = 8, MOST_ALIGN = 16 };

bool frames_are_in(const struct obj_edit *edit, uint32_t section)
{
    const struct obj_section *s = &edit->object.sections[section];
    return edit->object.format != OBJ_MACHO && s->kind == SECTION_UNWIND &&
           span_is(s->name, ".eh_frame");
}

static int by_offset(const void *left, const void *right)
{
    const struct obj_reloc *a = left, *b = right;
    return a->offset < b->offset ? -1 : a->offset > b->offset;
}

static bool are_sorted(const struct edit_relocs *relocs)
{
    for (size_t i = 1; i < relocs->count; i++) {
        if (relocs->list[i].offset < relocs->list[i - 1].offset) {
            return false;
        }
    }
    return true;
}

/** Find the CIE that begins at offset @start; NULL if none does. */
static const struct frame *find_cie(const struct frame *frames, size_t count, uint64_t start)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (frames[middle].start < start) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < count && frames[low].start == start && frames[low].is_cie ? &frames[low] : NULL;
}

/** Fill in the CIE and the function of an FDE. Returns what is wrong with the FDE, or NULL. */
static const char *read_fde(const struct obj_edit *edit, const struct edit_relocs *relocs,
                            const struct frame *frames, size_t count, struct frame *fde,
                            uint32_t id)
{
    uint64_t field = (uint64_t)fde->start + ID_OFFSET;
    const struct frame *cie = id <= field ? find_cie(frames, count, field - id) : NULL;
    if (!cie) {
        return "an FDE without its CIE";
    }
    fde->cie = (uint32_t)(cie - frames);
    const struct obj_reloc *first = fde->reloc_count ? &relocs->list[fde->first_reloc] : NULL;
    if (!first || first->offset != fde->start + FUNCTION_OFFSET ||
        first->symbol == OBJ_NONE) {
        return "an FDE whose function has no relocation";
    }
    const struct obj_symbol *symbol = &edit->object.symbols[first->symbol];
    if (symbol->place != PLACE_SECTION) {
        return "an FDE of a function that is elsewhere";
    }
    fde->function = symbol->section;
    return NULL;
}

/** Give a record its relocations: those from number *@next on that lie inside. */
static void take_relocs(const struct edit_relocs *relocs, struct frame *frame, size_t *next)
{
    frame->first_reloc = (uint32_t)*next;
    while (*next < relocs->count &&
           relocs->list[*next].offset < (uint64_t)frame->start + frame->size) {
        ++*next;
    }
    frame->reloc_count = (uint32_t)*next - frame->first_reloc;
}

enum obj_result frames_read(const struct obj_edit *edit, uint32_t section, struct arena *arena,
                            struct frame **frames, size_t *count, struct error *error)
{
    struct span data = edit->object.sections[section].data;
    const struct edit_relocs *relocs = &edit->relocs[section];
    bool big = edit->object.big_endian;
    size_t at = 0, next = 0;
    *count = 0;
    *frames = ARENA_ARRAY(arena, struct frame, data.size / FUNCTION_OFFSET + 1);
    if (!*frames) {
        return OBJ_NO_MEMORY;
    }
    if (!are_sorted(relocs)) {
        qsort(relocs->list, relocs->count, sizeof *relocs->list, by_offset);
    }
    while (data.size - at >= 4) {
        uint32_t length = get_32(data.data + at, big);
        if (length == 0) {
            break;
        }
        if (length < 4 || length == UINT32_MAX || length > data.size - at - 4) {
            return OBJ_REFUSE(error, ".eh_frame: a record of %u bytes at %#zx", length, at);
        }
        struct frame *frame = &(*frames)[(*count)++];
        uint32_t id = get_32(data.data + at + ID_OFFSET, big);
        *frame = (struct frame){.start = (uint32_t)at, .size = length + 4, .is_cie = id == 0,
                                .cie = (uint32_t)*count - 1, .function = OBJ_NONE};
        take_relocs(relocs, frame, &next);
        const char *wrong = id ? read_fde(edit, relocs, *frames, *count - 1, frame, id) : NULL;
        if (wrong) {
            return OBJ_REFUSE(error, ".eh_frame: %s at %#zx", wrong, at);
        }
        at += frame->size;
    }
    return next == relocs->count ? OBJ_OK
                                 : OBJ_REFUSE(error, ".eh_frame: a relocation behind its end");
}

/**
 * Make the last record, which begins at @start, as long as the section's alignment wants it:
 * LLVM pads that one only, and "ld.lld -r" fills what is missing with a length of 0, which ends the
 * unwind information of all objects behind. Zeros do nothing in a record (DW_CFA_nop).
 * @return the new size
 */
static size_t pad_last(uint8_t *out, size_t start, size_t size, uint64_t align, bool big)
{
    size_t pad = align > 1 && align <= MOST_ALIGN ? -size & ((size_t)align - 1) : 0;
    struct cursor c = {out, start, big};
    put_32(&c, (uint32_t)(size + pad - start) - 4);
    memset(out + size, 0, pad);
    return size + pad;
}

/** Write the section again, with the records @order in this order, and set the ids of FDEs. */
static enum obj_result write_frames(struct obj_edit *edit, uint32_t section,
                                    const struct frame *frames, size_t frame_count,
                                    const uint32_t *order, size_t count, struct arena *arena)
{
    struct obj_section *s = &edit->object.sections[section];
    const struct edit_relocs *relocs = &edit->relocs[section];
    uint8_t *out = arena_alloc(arena, s->data.size + MOST_ALIGN);
    uint32_t *starts = ARENA_ARRAY(arena, uint32_t, frame_count + 1);
    struct edit_relocs kept = {ARENA_ARRAY(arena, struct obj_reloc, relocs->count + 1), 0};
    size_t size = 0;
    if (!out || !starts || !kept.list) {
        return OBJ_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        const struct frame *frame = &frames[order[i]];
        starts[order[i]] = (uint32_t)size;
        memcpy(out + size, s->data.data + frame->start, frame->size);
        if (!frame->is_cie) {
            struct cursor c = {out, size + ID_OFFSET, edit->object.big_endian};
            put_32(&c, (uint32_t)size + ID_OFFSET - starts[frame->cie]);
        }
        for (uint32_t r = 0; r < frame->reloc_count; r++) {
            struct obj_reloc reloc = relocs->list[frame->first_reloc + r];
            reloc.offset = reloc.offset - frame->start + size;
            kept.list[kept.count++] = reloc;
        }
        size += frame->size;
    }
    size_t end = frame_count ? frames[frame_count - 1].start + frames[frame_count - 1].size : 0;
    if (count && s->data.size == end) {
        size = pad_last(out, starts[order[count - 1]], size, s->align, edit->object.big_endian);
    }
    if (s->data.size > end) { /* the length 0 that ends the section */
        memcpy(out + size, s->data.data + end, s->data.size - end);
        size += s->data.size - end;
    }
    s->data = span_make(out, size);
    s->size = size;
    edit->relocs[section] = kept;
    return OBJ_OK;
}

enum obj_result frames_prune(struct obj_edit *edit, uint32_t section, const bool *drop,
                             struct arena *arena, struct error *error)
{
    struct frame *frames;
    size_t count;
    enum obj_result result = frames_read(edit, section, arena, &frames, &count, error);
    if (result != OBJ_OK) {
        return result;
    }
    bool *stays = ARENA_ARRAY(arena, bool, count + 1);
    uint32_t *order = ARENA_ARRAY(arena, uint32_t, count + 1);
    size_t kept = 0;
    if (!stays || !order) {
        return OBJ_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        if (!frames[i].is_cie && !drop[frames[i].function]) {
            stays[i] = stays[frames[i].cie] = true;
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        if (stays[i]) {
            order[kept++] = i;
        }
    }
    return write_frames(edit, section, frames, count, order, kept, arena);
}

/** A record, for sorting: CIEs first, then FDEs by the sections of their functions. */
struct ranked {
    uint64_t rank;
    uint32_t frame;
};

static int by_rank(const void *left, const void *right)
{
    const struct ranked *a = left, *b = right;
    if (a->rank != b->rank) {
        return a->rank < b->rank ? -1 : 1;
    }
    return a->frame < b->frame ? -1 : a->frame > b->frame;
}

enum obj_result frames_group(struct obj_edit *edit, uint32_t section, struct arena *arena,
                             struct error *error)
{
    struct frame *frames;
    size_t count;
    enum obj_result result = frames_read(edit, section, arena, &frames, &count, error);
    if (result != OBJ_OK) {
        return result;
    }
    struct ranked *ranked = ARENA_ARRAY(arena, struct ranked, count + 1);
    uint32_t *order = ARENA_ARRAY(arena, uint32_t, count + 1);
    if (!ranked || !order) {
        return OBJ_NO_MEMORY;
    }
    for (uint32_t i = 0; i < count; i++) {
        uint64_t rank = frames[i].is_cie ? 0 : 1 + (uint64_t)frames[i].function;
        ranked[i] = (struct ranked){rank, i};
    }
    qsort(ranked, count, sizeof *ranked, by_rank);
    for (size_t i = 0; i < count; i++) {
        order[i] = ranked[i].frame;
    }
    return write_frames(edit, section, frames, count, order, count, arena);
}
