/* SPDX-License-Identifier: MIT */
/** Shrinking one object: the steps in their order, then write, read back, compare. */
#include "shrink/shrink.h"

#include "obj/writer.h"

enum obj_result shrink_finish(const struct obj_edit *edit, struct arena *keep,
                              struct arena *scratch, struct shrunk_object *result,
                              struct error *error)
{
    struct obj_edit written;
    struct span bytes;
    enum obj_result done = obj_edit_write(edit, scratch, &bytes, error);
    if (done != OBJ_OK) {
        return done;
    }
    result->bytes = arena_copy(keep, bytes);
    if (!result->bytes.data) {
        return OBJ_NO_MEMORY;
    }
    done = obj_edit_read(result->bytes, scratch, &written, error);
    if (done != OBJ_OK) {
        return done;
    }
    if (!obj_edit_equal(edit, &written, scratch, error)) {
        error_prefix(error, "reading back: ");
        return OBJ_BROKEN;
    }
    result->changed = true;
    return obj_list_index(&written.object, keep, &result->index, &result->index_count)
               ? OBJ_OK
               : OBJ_NO_MEMORY;
}

/**
 * Remove the sections of @drop. Sections that are stripped anyway are removed in the same step, so
 * that their references to removed sections need not be cut.
 */
static enum obj_result prune(struct obj_edit *edit, const struct shrink_object_rules *rules,
                             const bool *drop, struct arena *scratch, bool *changed,
                             struct error *error)
{
    size_t count = edit->object.section_count;
    bool *sections = ARENA_ARRAY(scratch, bool, count + 1);
    if (!sections) {
        return OBJ_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        sections[i] = drop[i];
    }
    strip_mark(&edit->object, rules, sections);
    enum armeld_compression how;
    if (!uncompress_debug(edit, scratch, &how)) {
        return OBJ_NO_MEMORY;
    }
    enum obj_result done = prune_object(edit, sections, scratch, error);
    *changed |= edit->object.section_count != count;
    bool again = how != ARMELD_COMPRESS_NONE && rules->compress == ARMELD_COMPRESS_NONE;
    return done == OBJ_OK && again ? compress_object(edit, how, scratch, changed, error) : done;
}

static enum obj_result take_steps(struct obj_edit *edit, const struct shrink_object_rules *rules,
                                  const bool *drop, struct arena *scratch, bool *changed,
                                  struct error *error)
{
    enum obj_result done = drop ? prune(edit, rules, drop, scratch, changed, error) : OBJ_OK;
    if (done == OBJ_OK) {
        done = strip_object(edit, rules, scratch, changed, error);
    }
    if (done == OBJ_OK && rules->compress != ARMELD_COMPRESS_NONE) {
        done = compress_object(edit, rules->compress, scratch, changed, error);
    }
    if (done == OBJ_OK && rules->hide) {
        hide_object(edit, rules, changed);
    }
    if (done == OBJ_OK && rules->rename) {
        done = rename_object(edit, rules, scratch, changed);
    }
    return done;
}

/** Why an object stays as it is whose only code is for LTO; NULL if there is nothing to say. */
static const char *refuse_slim(const struct object *object, const struct shrink_object_rules *rules)
{
    if (rules->rename || (rules->hide && object->format != OBJ_COFF)) {
        return "its symbols are in code for LTO, which is not written";
    }
    if (rules->strip & ARMELD_STRIP_BITCODE) {
        return "it has no other code than that for LTO";
    }
    bool more = rules->strip || rules->compress != ARMELD_COMPRESS_NONE;
    return object->format == OBJ_BITCODE && more ? "LLVM bitcode is not written" : NULL;
}

bool shrink_object(struct span data, const struct shrink_object_rules *rules, const bool *drop,
                   struct arena *keep, struct arena *scratch, struct shrunk_object *result)
{
    struct error error = {0};
    struct obj_edit edit;
    bool changed = false;
    *result = (struct shrunk_object){.changed = false};
    enum obj_format format = object_probe(data);
    if (format == OBJ_OTHER || format == OBJ_IMPORT) {
        return true;
    }
    enum obj_result done = obj_edit_read(data, scratch, &edit, &error);
    if (edit.object.import_stub) {
        return true;
    }
    if (done != OBJ_NO_MEMORY && done != OBJ_BROKEN && edit.object.lto == LTO_SLIM) {
        result->why = refuse_slim(&edit.object, rules);
        return true;
    }
    bool loses = done == OBJ_OK && strip_loses_lto(&edit.object, rules);
    if (done == OBJ_OK) {
        done = take_steps(&edit, rules, drop, scratch, &changed, &error);
    }
    if (done == OBJ_OK && changed) {
        done = shrink_finish(&edit, keep, scratch, result, &error);
    }
    if (done == OBJ_NO_MEMORY) {
        return false;
    }
    if (done != OBJ_OK) {
        *result = (struct shrunk_object){.why = arena_printf(keep, "%s", error.text)};
        return result->why != NULL;
    }
    result->lost_lto = loses;
    return true;
}
