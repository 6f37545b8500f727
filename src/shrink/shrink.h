/* SPDX-License-Identifier: MIT */
/**
 * Shrinking one object: what is not needed is taken out of its image.
 *
 * Each step changes an image (obj/image.h) that shrink_object() then writes, reads back and
 * compares. What a step could not do without breaking something that is kept is an error of that
 * object, which then stays as it is.
 */
#ifndef ARMELD_SHRINK_SHRINK_H
#define ARMELD_SHRINK_SHRINK_H

#include "armeld.h"
#include "obj/obj_edit.h"

/** What to do with objects. */
struct shrink_object_rules {
    unsigned strip;                /**< enum armeld_strip */
    enum armeld_compression compress; /**< of debug sections that are kept */
    bool hide;                     /**< what is defined and no export gets hidden visibility */
    const char *rename;            /**< the suffix that names get; NULL: they stay */
    /** Whether a symbol is one that users of a library call. Called from several threads. */
    bool (*is_export)(const void *context, struct span name);
    /** Whether a symbol gets the suffix. */
    bool (*is_renamed)(const void *context, struct span name);
    const void *context;
};

/** What became of an object. */
struct shrunk_object {
    bool changed;
    bool dropped;      /**< nothing of it is needed: it is not written at all */
    struct span bytes; /**< if changed; in the arena that keeps results */
    struct span *index; /**< what an archive's index lists for it, if changed */
    size_t index_count;
    const char *why;   /**< it stays as it is although it was to change; NULL: no reason */
};

/**
 * Shrink the object @data.
 * @drop    by section of the image: those to leave out, with what only they need; NULL: none
 * @keep    receives the result
 * @scratch is used, for the caller to reset
 * False only when memory is short.
 */
bool shrink_object(struct span data, const struct shrink_object_rules *rules, const bool *drop,
                   struct arena *keep, struct arena *scratch, struct shrunk_object *result);

/** Write an image whose contents changed, read it back, compare, and list its index. */
enum obj_result shrink_finish(const struct obj_edit *edit, struct arena *keep,
                              struct arena *scratch, struct shrunk_object *result,
                              struct error *error);

/* ---- steps ------------------------------------------------------------------------------- */

/** Mark the sections that rules.strip names, beside those that are marked. (strip.c) */
void strip_mark(const struct object *object, const struct shrink_object_rules *rules,
                bool *sections);

/** Take out what rules.strip names. @changed is set if something went. (strip.c) */
enum obj_result strip_object(struct obj_edit *edit, const struct shrink_object_rules *rules,
                             struct arena *arena, bool *changed, struct error *error);

/** Compress debug sections, ELF only, where that makes them smaller. (compress.c) */
enum obj_result compress_object(struct obj_edit *edit, enum armeld_compression how,
                                struct arena *arena, bool *changed, struct error *error);

/** Hide all definitions but exports. (hide.c) */
void hide_object(struct obj_edit *edit, const struct shrink_object_rules *rules, bool *changed);

/** Give symbols their suffix. (rename.c) */
enum obj_result rename_object(struct obj_edit *edit, const struct shrink_object_rules *rules,
                              struct arena *arena, bool *changed);

/**
 * Leave out sections and what only they need: their symbols, the unwind information of their
 * functions, sections that hang on them. (prune.c)
 */
enum obj_result prune_object(struct obj_edit *edit, const bool *drop, struct arena *arena,
                             struct error *error);

/**
 * Leave out sections that another object has instead: global symbols that they define become
 * undefined, so that they bind to that one's. (prune.c)
 */
enum obj_result discard_sections(struct obj_edit *edit, const bool *drop, struct arena *arena,
                                 struct error *error);

#endif
