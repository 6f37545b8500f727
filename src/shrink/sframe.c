/* SPDX-License-Identifier: MIT */
/**
 * Unwind information in .sframe [binutils, "The SFrame format", versions 1 and 2; 2.40 to 2.45,
 * include/sframe.h].
 *
 * The section begins with a header: u16 magic 0xdee2, u8 version, u8 flags, u8 ABI and
 * architecture, two i8 of fixed offsets, u8 length of the auxiliary header, which follows the 28
 * bytes of this one; then u32 numbers of FDEs and FREs, bytes of FREs, and where both begin behind
 * the headers. An FDE describes a function: u32 start, which has a relocation, u32 size, u32 where
 * its FREs begin among all, u32 their number, u8 info; version 2 adds u8 and two bytes of padding.
 * FREs have various sizes, and those of an FDE end where those of the next one begin.
 */
#include "obj/writer.h"
#include "shrink/graph.h"

enum {
    MAGIC = 0xdee2,
    HEADER_SIZE = 28,
    AUXILIARY_AT = 7,
    FDES_AT = 8,
    FRES_AT = 12,
    FRE_BYTES_AT = 16,
    FDE_START_AT = 20,
    FRE_START_AT = 24,
    FDE_FRES_AT = 8,  /* in an FDE: where its FREs begin */
    FDE_COUNT_AT = 12 /* and how many they are */
};

/** Where everything lies in a section. */
struct layout {
    struct span data;
    bool big;
    size_t fde_size;
    uint32_t fde_count;
    size_t fdes, fres; /* offsets of the first ones */
    size_t fre_bytes;
};

bool sframe_is_in(const struct obj_edit *edit, uint32_t section)
{
    return edit->object.format == OBJ_ELF &&
           span_is(edit->object.sections[section].name, ".sframe");
}

static enum obj_result read_layout(const struct obj_edit *edit, uint32_t section,
                                   struct layout *layout, struct error *error)
{
    const uint8_t *p = edit->object.sections[section].data.data;
    *layout = (struct layout){.data = edit->object.sections[section].data,
                              .big = edit->object.big_endian};
    size_t size = layout->data.size;
    if (size < HEADER_SIZE || get_16(p, layout->big) != MAGIC || (p[2] != 1 && p[2] != 2)) {
        return OBJ_REFUSE(error, ".sframe: neither version 1 nor 2");
    }
    layout->fde_size = p[2] == 1 ? 17 : 20;
    layout->fde_count = get_32(p + FDES_AT, layout->big);
    layout->fre_bytes = get_32(p + FRE_BYTES_AT, layout->big);
    size_t start = HEADER_SIZE + (size_t)p[AUXILIARY_AT];
    uint64_t fdes = (uint64_t)start + get_32(p + FDE_START_AT, layout->big);
    uint64_t fres = (uint64_t)start + get_32(p + FRE_START_AT, layout->big);
    if (fdes != start || fres != fdes + (uint64_t)layout->fde_count * layout->fde_size ||
        fres + layout->fre_bytes != size) {
        return OBJ_REFUSE(error, ".sframe: FDEs and FREs that are not in this order");
    }
    layout->fdes = (size_t)fdes;
    layout->fres = (size_t)fres;
    return edit->relocs[section].count == layout->fde_count
               ? OBJ_OK
               : OBJ_REFUSE(error, ".sframe: %zu relocations for %u FDEs",
                            edit->relocs[section].count, layout->fde_count);
}

/** Where the FREs of FDE @i begin; of the one behind the last, where all end. */
static size_t fres_of(const struct layout *layout, uint32_t i)
{
    return i == layout->fde_count
               ? layout->fre_bytes
               : get_32(layout->data.data + layout->fdes + i * layout->fde_size + FDE_FRES_AT,
                        layout->big);
}

/** The section of the function of FDE @i, or OBJ_NONE if the FDE is not understood. */
static uint32_t function_of(const struct obj_edit *edit, uint32_t section,
                            const struct layout *layout, uint32_t i)
{
    const struct obj_reloc *reloc = &edit->relocs[section].list[i];
    if (reloc->offset != layout->fdes + i * layout->fde_size || reloc->symbol == OBJ_NONE ||
        fres_of(layout, i) > fres_of(layout, i + 1)) {
        return OBJ_NONE;
    }
    return edit->object.symbols[reloc->symbol].section;
}

enum obj_result sframe_functions(const struct obj_edit *edit, uint32_t section,
                                 struct arena *arena, uint32_t **functions, size_t *count,
                                 struct error *error)
{
    struct layout layout;
    enum obj_result result = read_layout(edit, section, &layout, error);
    if (result != OBJ_OK) {
        return result;
    }
    *count = layout.fde_count;
    *functions = ARENA_ARRAY(arena, uint32_t, layout.fde_count + 1);
    if (!*functions) {
        return OBJ_NO_MEMORY;
    }
    for (uint32_t i = 0; i < layout.fde_count; i++) {
        (*functions)[i] = function_of(edit, section, &layout, i);
        if ((*functions)[i] == OBJ_NONE) {
            return OBJ_REFUSE(error, ".sframe: FDE %u is not understood", i);
        }
    }
    return OBJ_OK;
}

/** Copy the FREs of FDE @i, and the FDE with its relocation. */
static void copy_fde(const struct layout *layout, uint32_t i, struct cursor *fdes,
                     struct cursor *fres, size_t first_fre, struct obj_reloc *reloc)
{
    size_t from = fres_of(layout, i);
    struct cursor at = {fdes->bytes, fdes->at + FDE_FRES_AT, layout->big};
    reloc->offset = fdes->at;
    put_bytes(fdes, span_make(layout->data.data + layout->fdes + i * layout->fde_size,
                              layout->fde_size));
    put_32(&at, (uint32_t)(fres->at - first_fre));
    put_bytes(fres, span_make(layout->data.data + layout->fres + from,
                              fres_of(layout, i + 1) - from));
}

enum obj_result sframe_prune(struct obj_edit *edit, uint32_t section, const bool *drop,
                             struct arena *arena, struct error *error)
{
    struct layout layout;
    uint32_t *functions;
    size_t count;
    uint32_t kept = 0, fre_count = 0;
    enum obj_result result = sframe_functions(edit, section, arena, &functions, &count, error);
    if (result != OBJ_OK || read_layout(edit, section, &layout, error) != OBJ_OK) {
        return result;
    }
    for (size_t i = 0; i < count; i++) {
        const uint8_t *fde = layout.data.data + layout.fdes + i * layout.fde_size;
        bool stays = !drop[functions[i]];
        kept += stays;
        fre_count += stays ? get_32(fde + FDE_COUNT_AT, layout.big) : 0;
    }
    uint8_t *bytes = arena_alloc(arena, layout.data.size);
    struct edit_relocs relocs = {ARENA_ARRAY(arena, struct obj_reloc, kept + 1), 0};
    if (!bytes || !relocs.list) {
        return OBJ_NO_MEMORY;
    }
    struct cursor fdes = {bytes, 0, layout.big};
    put_bytes(&fdes, span_make(layout.data.data, layout.fdes));
    size_t first_fre = layout.fdes + kept * layout.fde_size;
    struct cursor fres = {bytes, first_fre, layout.big};
    for (uint32_t i = 0; i < count; i++) {
        if (!drop[functions[i]]) {
            relocs.list[relocs.count] = edit->relocs[section].list[i];
            copy_fde(&layout, i, &fdes, &fres, first_fre, &relocs.list[relocs.count++]);
        }
    }
    struct cursor header = {bytes, FDES_AT, layout.big};
    put_32(&header, kept);
    put_32(&header, fre_count);
    put_32(&header, (uint32_t)(fres.at - first_fre));
    put_32(&header, 0);
    put_32(&header, (uint32_t)(kept * layout.fde_size));
    edit->object.sections[section].data = span_make(bytes, fres.at);
    edit->object.sections[section].size = fres.at;
    edit->relocs[section] = relocs;
    return OBJ_OK;
}
