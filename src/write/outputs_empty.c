/* SPDX-License-Identifier: MIT */
/** Archives for Apple's tools that would have no member: an object tells their machine. */
#include "obj/obj_edit.h"
#include "write/outputs.h"

/** An object of no bytes for the machine of the libraries; none if no object tells it. */
static struct span make_empty(const struct census *census, struct arena *arena)
{
    struct span empty = {0};
    struct error unread = {0};
    for (uint32_t i = 0; i < census->count && !empty.size; i++) {
        const struct class *class = &census->list[i];
        bool tells = class->format == OBJ_MACHO ||
                     (class->format == OBJ_BITCODE && class->compiles_to == OBJ_MACHO);
        if (tells && macho_make_empty(member_content(census->set, class_member(census, i)), arena,
                                      &empty, &unread) != OBJ_OK) {
            empty = (struct span){0};
        }
    }
    return empty;
}

/** Make that the only member, unless there is none. False: memory. */
static bool fill(struct outputs *outputs, struct span empty, struct output *output)
{
    struct ar_item *items = ARENA_NEW(&outputs->arena, struct ar_item);
    if (!items) {
        return false;
    }
    items->name = span_of("empty.o");
    items->data = empty;
    items->object = true;
    output->items = empty.size ? items : output->items;
    output->item_count = empty.size ? 1 : 0;
    output->is_empty = empty.size != 0;
    return true;
}

bool outputs_fill_empty(const struct census *census, struct outputs *outputs,
                        struct error *error)
{
    struct span empty = {0};
    for (size_t i = 0; i < outputs->count; i++) {
        struct output *output = &outputs->list[i];
        if (output->item_count || output->verbatim || output->dropped ||
            outputs->flavour != AR_DARWIN) {
            continue;
        }
        empty = empty.size ? empty : make_empty(census, &outputs->arena);
        if (!fill(outputs, empty, output)) {
            return error_memory(error);
        }
    }
    return true;
}

bool outputs_make_empty(struct outputs *outputs, struct span like, struct output *output,
                        struct error *error)
{
    struct span empty;
    struct error unread = {0};
    if (macho_make_empty(like, &outputs->arena, &empty, &unread) != OBJ_OK) {
        empty = (struct span){0};
    }
    if (!error_passes(&unread, error) || !fill(outputs, empty, output)) {
        return error_memory(error);
    }
    bool done = ar_layout(outputs->flavour, output->items, output->item_count, &ar_limits,
                          &outputs->arena, &output->layout, error);
    if (done && output->item_count) {
        ar_layout_mark(&output->layout, AR_MARK);
    }
    return done;
}
