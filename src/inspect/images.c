/* SPDX-License-Identifier: MIT */
#include "inspect/images.h"

#include "image/image.h"

bool images_are_all(const struct set *set)
{
    bool all = set->library_count != 0;
    for (size_t i = 0; i < set->library_count && all; i++) {
        all = set->libraries[i].is_image;
    }
    return all;
}

/** How many bytes stripping takes out of an image; 0 if it refuses. False: no memory. */
static bool measure(struct span data, unsigned what, uint64_t *saved, const char **why,
                    struct arena *arena)
{
    struct arena keep = {0};
    struct arena scratch = {0};
    struct image_stripped stripped;
    bool done = image_strip(data, what, &keep, &scratch, &stripped);
    *saved = done && stripped.changed ? data.size - stripped.bytes.size : 0;
    *why = done && stripped.why ? arena_printf(arena, "%s", stripped.why) : NULL;
    done = done && (*why || !stripped.why);
    arena_free(&scratch);
    arena_free(&keep);
    return done;
}

static bool fill_one(struct set *set, const struct library *library, struct arena *arena,
                     struct arena *scratch, struct armeld_image *to)
{
    struct image image;
    struct error error = {0};
    const char *why;
    enum obj_result result = image_read(library->bytes, scratch, &image, &error);
    if (result == OBJ_NO_MEMORY ||
        (result != OBJ_OK && !set_pass(set, arena_printf(&set->arena, "%s: cannot be read: %s",
                                                         library->path, error.text)))) {
        return false;
    }
    *to = (struct armeld_image){.path = arena_printf(arena, "%s", library->path),
                                .kind = arena_printf(arena, "%s", image.kind),
                                .machine = arena_printf(arena, "%s", image.machine),
                                .bytes = library->bytes.size,
                                .debug = image.debug,
                                .locals = image.locals};
    if (!measure(library->bytes, IMAGE_STRIP_DEBUG, &to->debug, &to->refused, arena) ||
        !measure(library->bytes, IMAGE_STRIP_DEBUG | IMAGE_STRIP_LOCALS, &to->locals, &why,
                 arena)) {
        return false;
    }
    if (to->refused) { /* what there would be to take out */
        to->debug = image.debug;
        to->locals = image.locals;
    } else {
        to->locals = to->locals > to->debug ? to->locals - to->debug : 0;
    }
    return to->path && to->kind && to->machine;
}

bool images_fill(struct set *set, struct arena *arena, struct armeld_report *report,
                 struct error *error)
{
    struct arena scratch = {0};
    size_t count = 0;
    for (size_t i = 0; i < set->library_count; i++) {
        count += set->libraries[i].is_image;
    }
    struct armeld_image *list = ARENA_ARRAY(arena, struct armeld_image, count + 1);
    bool done = list != NULL;
    report->images = list;
    for (size_t i = 0; done && i < set->library_count; i++) {
        if (set->libraries[i].is_image) {
            done = fill_one(set, &set->libraries[i], arena, &scratch,
                            &list[report->image_count++]);
            arena_reset(&scratch);
        }
    }
    arena_free(&scratch);
    return done || error_memory(error);
}
