/* SPDX-License-Identifier: MIT */
/** Pruning one object: sections that nothing needs, and what only they need. */
#include "shrink/graph.h"
#include "shrink/shrink.h"

/** Cut what stays loose from what goes. */
static enum obj_result cut_loose(struct image *image, const bool *drop, struct arena *arena,
                                 struct error *error)
{
    enum obj_result result = OBJ_READ;
    for (uint32_t i = 0; i < image->object.section_count && result == OBJ_READ; i++) {
        if (drop[i]) {
            continue;
        }
        if (frames_are_in(image, i)) {
            result = frames_prune(image, i, drop, arena, error);
        } else if (image->object.sections[i].kind == SECTION_DEBUG) {
            result = tombs_dig(image, i, drop, arena, error);
        }
    }
    return result;
}

/** Mark the symbols that go: of sections that go, and undefined ones that only those needed. */
static bool mark_symbols(const struct image *image, const bool *drop, const bool *used,
                         struct arena *arena, bool *symbols)
{
    const struct object *object = &image->object;
    bool *still = ARENA_ARRAY(arena, bool, object->symbol_count + 1);
    if (!still) {
        return false;
    }
    image_mark_used_by(image, drop, still);
    for (size_t i = 0; i < object->symbol_count; i++) {
        const struct obj_symbol *symbol = &object->symbols[i];
        bool gone = symbol->section != OBJ_NONE && drop[symbol->section];
        symbols[i] = gone || (symbol->place == PLACE_UNDEFINED && used[i] && !still[i]);
    }
    image_mark_signatures(image, drop, symbols);
    /* a weak external that stays keeps its default */
    for (size_t i = 0; i < object->symbol_count; i++) {
        if (!symbols[i] && object->symbols[i].alias != OBJ_NONE) {
            uint32_t alias = object->symbols[i].alias;
            uint32_t section = object->symbols[alias].section;
            symbols[alias] = section != OBJ_NONE && drop[section];
        }
    }
    return true;
}

enum obj_result discard_sections(struct image *image, const bool *drop, struct arena *arena,
                                 struct error *error)
{
    struct object *object = &image->object;
    bool *symbols = ARENA_ARRAY(arena, bool, object->symbol_count + 1);
    if (!symbols) {
        return OBJ_NO_MEMORY;
    }
    enum obj_result result = cut_loose(image, drop, arena, error);
    if (result != OBJ_READ) {
        return result;
    }
    for (size_t i = 0; i < object->symbol_count; i++) {
        struct obj_symbol *symbol = &object->symbols[i];
        bool gone = symbol->section != OBJ_NONE && drop[symbol->section];
        symbols[i] = gone && symbol->binding == BINDING_LOCAL;
        if (gone && symbol->binding != BINDING_LOCAL) {
            symbol->place = PLACE_UNDEFINED;
            symbol->section = OBJ_NONE;
            symbol->value = symbol->size = 0;
        }
    }
    image_mark_signatures(image, drop, symbols);
    return image_drop(image, drop, symbols, arena, error);
}

enum obj_result prune_image(struct image *image, const bool *drop, struct arena *arena,
                            struct error *error)
{
    struct object *object = &image->object;
    bool *used = ARENA_ARRAY(arena, bool, object->symbol_count + 1);
    bool *symbols = ARENA_ARRAY(arena, bool, object->symbol_count + 1);
    if (!used || !symbols) {
        return OBJ_NO_MEMORY;
    }
    image_mark_used(image, used);
    enum obj_result result = cut_loose(image, drop, arena, error);
    if (result != OBJ_READ) {
        return result;
    }
    return mark_symbols(image, drop, used, arena, symbols)
               ? image_drop(image, drop, symbols, arena, error)
               : OBJ_NO_MEMORY;
}
