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

/** Leave out what nothing needs, and what is stripped anyway, so that it need not be mended. */
static enum obj_result prune(struct image *image, const struct shrink_rules *rules,
                             const bool *drop, struct arena *scratch, bool *changed,
                             struct error *error)
{
    size_t count = image->object.section_count;
    bool *sections = ARENA_ARRAY(scratch, bool, count + 1);
    if (!sections) {
        return OBJ_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        sections[i] = drop[i];
    }
    strip_mark(&image->object, rules, sections);
    enum obj_result done = prune_image(image, sections, scratch, error);
    *changed |= image->object.section_count != count;
    return done;
}

static enum obj_result take_steps(struct image *image, const struct shrink_rules *rules,
                                  const bool *drop, struct arena *scratch, bool *changed,
                                  struct error *error)
{
    enum obj_result done =
        drop ? prune(image, rules, drop, scratch, changed, error) : OBJ_READ;
    if (done == OBJ_READ) {
        done = strip_image(image, rules, scratch, changed, error);
    }
    if (done == OBJ_READ && rules->compress != ARMELD_COMPRESS_NONE) {
        done = compress_image(image, rules->compress, scratch, changed, error);
    }
    if (done == OBJ_READ && rules->hide) {
        hide_image(image, rules, changed);
    }
    if (done == OBJ_READ && rules->rename) {
        done = rename_image(image, rules, scratch, changed);
    }
    return done;
}

bool shrink_object(struct span data, const struct shrink_rules *rules, const bool *drop,
                   struct arena *keep, struct arena *scratch, struct shrunk_object *result)
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
        done = take_steps(&image, rules, drop, scratch, &changed, &error);
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
