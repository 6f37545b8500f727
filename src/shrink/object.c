/* SPDX-License-Identifier: MIT */
#include "shrink/shrink.h"

#include "obj/writer.h"

/** What an archive's index lists for a new object. */
static bool list_index(const struct object *object, struct arena *keep,
                       struct shrunk_object *result)
{
    size_t count = 0;
    for (size_t i = 0; i < object->symbol_count; i++) {
        count += object->symbols[i].indexed;
    }
    result->index = ARENA_ARRAY(keep, struct span, count + 1);
    result->index_count = 0;
    for (size_t i = 0; result->index && i < object->symbol_count; i++) {
        if (object->symbols[i].indexed) {
            result->index[result->index_count++] = object->symbols[i].name;
        }
    }
    return result->index != NULL;
}

enum obj_result shrink_finish(const struct image *image, struct arena *keep,
                              struct arena *scratch, struct shrunk_object *result,
                              struct error *error)
{
    struct image written;
    struct span bytes;
    enum obj_result done = image_write(image, scratch, &bytes, error);
    if (done != OBJ_READ) {
        return done;
    }
    result->bytes = arena_copy(keep, bytes);
    if (!result->bytes.data) {
        return OBJ_NO_MEMORY;
    }
    done = image_read(result->bytes, scratch, &written, error);
    if (done != OBJ_READ) {
        return done;
    }
    if (!image_equal(image, &written, scratch, error)) {
        error_prefix(error, "reading back: ");
        return OBJ_BROKEN;
    }
    result->changed = true;
    return list_index(&written.object, keep, result) ? OBJ_READ : OBJ_NO_MEMORY;
}

static enum obj_result take_steps(struct image *image, const struct shrink_rules *rules,
                                  struct arena *scratch, bool *changed, struct error *error)
{
    enum obj_result done = strip_image(image, rules, scratch, changed, error);
    if (done == OBJ_READ && rules->compress != ARMELD_COMPRESS_NONE) {
        done = compress_image(image, rules->compress, scratch, changed, error);
    }
    if (done == OBJ_READ && rules->hide) {
        hide_image(image, rules, changed);
    }
    return done;
}

bool shrink_object(struct span data, const struct shrink_rules *rules, struct arena *keep,
                   struct arena *scratch, struct shrunk_object *result)
{
    struct error error = {0};
    struct image image;
    bool changed = false;
    *result = (struct shrunk_object){.changed = false};
    enum obj_format format = object_probe(data);
    if (format == OBJ_OTHER || format == OBJ_IMPORT) {
        return true;
    }
    enum obj_result done = image_read(data, scratch, &image, &error);
    if (image.object.import_stub) {
        return true;
    }
    if (done == OBJ_READ) {
        done = take_steps(&image, rules, scratch, &changed, &error);
    }
    if (done == OBJ_READ && changed) {
        done = shrink_finish(&image, keep, scratch, result, &error);
    }
    if (done == OBJ_NO_MEMORY) {
        return false;
    }
    if (done != OBJ_READ) {
        *result = (struct shrunk_object){.why = arena_printf(keep, "%s", error.text)};
        return result->why != NULL;
    }
    return true;
}
