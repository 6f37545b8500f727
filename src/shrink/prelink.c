/* SPDX-License-Identifier: MIT */
/** Prelinking: the steps by which many objects become one. */
#include "shrink/prelink_internal.h"

/** Check that the parts fit each other, and start the output with the headers of the first. */
static enum obj_result check_headers(struct linking *l)
{
    struct object *out = &l->out->object;
    *l->out = l->parts[0].edit;
    struct prelink_statement all = prelink_statement_of(out);
    for (size_t i = 1; i < l->part_count; i++) {
        const struct object *object = object_of(l, i);
        if (object->format != out->format || object->raw_machine != out->raw_machine ||
            object->bits != out->bits || object->big_endian != out->big_endian) {
            return PART_FAIL(l, i, "%s for %s, but %.*s is %s for %s",
                             object_format_name(object->format),
                             object_machine_name(object->machine), SPAN_BRIEF(l->parts[0].name),
                             object_format_name(out->format),
                             object_machine_name(out->machine));
        }
        if (object->format == OBJ_ELF && object->flags != out->flags) {
            return PART_FAIL(l, i, "flags %#x, but %.*s has %#x", object->flags,
                             SPAN_BRIEF(l->parts[0].name), out->flags);
        }
        struct prelink_statement own = prelink_statement_of(object);
        if (!prelink_agree(&all, &own)) {
            return PART_FAIL(l, i, "other build attributes than those before it, such as %.*s",
                             SPAN_BRIEF(l->parts[0].name));
        }
        if (object->format == OBJ_MACHO) {
            out->flags &= object->flags;
        }
        if (object->format == OBJ_ELF && object->raw_subtype > out->raw_subtype) {
            out->raw_subtype = object->raw_subtype;
        }
    }
    out->bigobj = false;
    out->sections = NULL;
    out->section_count = out->symbol_count = out->group_count = 0;
    return OBJ_OK;
}

/** Join what concerns whole objects: directives, load commands, statements about all code. */
static enum obj_result join_whole(struct linking *l)
{
    enum obj_result result =
        l->out->object.format == OBJ_MACHO ? macho_join_whole(l) : OBJ_OK;
    return result == OBJ_OK ? prelink_whole(l->parts, l->part_count, l->arena, l->out, l->error)
                            : result;
}

/** Find the places of Mach-O parts, before their addresses change. */
static enum obj_result find_places(struct linking *l)
{
    enum obj_result result = OBJ_OK;
    for (size_t i = 0; l->out->object.format == OBJ_MACHO && result == OBJ_OK && i < l->part_count;
         i++) {
        result = macho_find_places(&l->parts[i].edit, l->arena, l->error);
        if (result == OBJ_NOT_MINE || result == OBJ_BROKEN) {
            error_prefix(l->error, "%.*s: ", SPAN_BRIEF(l->parts[i].name));
        }
    }
    return result;
}

/** Add the sections that the one object needs beside those of its parts. */
static enum obj_result finish(struct linking *l)
{
    return prelink_finish(l->out, l->arena);
}

enum obj_result prelink_objects(struct prelink_part *parts, size_t count,
                                const struct prelink_object_rules *rules, struct arena *arena,
                                struct obj_edit *out, struct error *error)
{
    static enum obj_result (*const steps[])(struct linking *) = {
        check_headers,        join_whole,         find_places,
        prelink_discard,      prelink_number_sections, prelink_find_names,
        macho_cut_losers,
        prelink_add_symbols,  prelink_add_sections,    prelink_add_places,
        finish,
    };
    struct linking l = {.parts = parts, .part_count = count, .rules = rules, .arena = arena,
                        .out = out, .error = error};
    enum obj_result result = OBJ_OK;
    for (size_t i = 0; result == OBJ_OK && i < sizeof steps / sizeof *steps; i++) {
        result = steps[i](&l);
    }
    table_free(&l.table);
    return result;
}
