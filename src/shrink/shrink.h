/* SPDX-License-Identifier: MIT */
/**
 * Shrinking one object: remove from it what no link needs.
 *
 * Each step changes an editable object (obj/obj_edit.h). shrink_object() then writes the object,
 * reads it back and compares. A step that would break something which stays is refused with a
 * reason, and the object keeps its bytes.
 *
 * Steps return OBJ_OK, OBJ_NO_MEMORY, or OBJ_NOT_MINE or OBJ_BROKEN with the reason in @error; the
 * editable object must not be used after any of the last three.
 */
#ifndef ARMELD_SHRINK_SHRINK_H
#define ARMELD_SHRINK_SHRINK_H

#include "armeld.h"
#include "obj/obj_edit.h"

/** What to do with objects. */
struct shrink_object_rules {
    unsigned strip;                   /**< enum armeld_strip, combined */
    enum armeld_compression compress; /**< of debug sections that stay; ELF only */
    bool hide;                        /**< give definitions that are no exports hidden visibility */
    const char *rename;               /**< suffix for the names that is_renamed() picks, or NULL */
    bool joins;                       /**< the object will be joined with others */
    /** Whether the symbol @name is an export. Several threads call this function. */
    bool (*is_export)(const void *context, struct span name);
    /** Whether the symbol @name gets the suffix. Several threads call this function. */
    bool (*is_renamed)(const void *context, struct span name);
    const void *context; /**< the first argument of both functions */
};

/** The result of shrinking an object. */
struct shrunk_object {
    bool changed;       /**< false: the object keeps its bytes */
    bool dropped;       /**< no export needs any part of the object: it is not written */
    bool apart;         /**< prelinking leaves it a member of its own: see reach_is_apart() */
    struct span bytes;  /**< if changed: the new object, in the arena for results */
    struct span *index; /**< if changed: the symbols that an archive's index lists for it */
    size_t index_count;
    bool dropped_signature; /**< an image's, see struct image_stripped */
    bool lost_lto;      /**< code for LTO was removed although nobody asked to strip it */
    const char *why;    /**< the reason why a change was refused, or NULL */
    const char *unknown; /**< a section of a kind that nobody knows, as messages call it; or NULL */
};

/**
 * Shrink the object @data. Members that are not objects, and import stubs, stay unchanged.
 * @drop        by section: the sections to remove, with what only they need; NULL: none
 * @keep        receives the bytes, the index and the reason
 * @scratch     temporary memory, which the caller resets
 * @result[out] see above; a refusal is a result, too
 * @return false only when memory is short
 */
bool shrink_object(struct span data, const struct shrink_object_rules *rules, const bool *drop,
                   struct arena *keep, struct arena *scratch, struct shrunk_object *result);

/**
 * Write a changed object, read it back, compare, and list its index.
 * @keep        receives the bytes and the index
 * @result[out] changed, bytes and index are set on OBJ_OK
 * @return not OBJ_OK, with the reason, if the object cannot be written or differs when read back
 */
enum obj_result shrink_finish(const struct obj_edit *edit, struct arena *keep,
                              struct arena *scratch, struct shrunk_object *result,
                              struct error *error);

/* ---- steps ------------------------------------------------------------------------------- */

/**
 * Whether bitcode or other code for LTO is removed although rules.strip does not name it, because
 * the other steps cannot change it. A slim object, which has nothing else, keeps it. (strip.c)
 */
bool strip_loses_lto(const struct object *object, const struct shrink_object_rules *rules);

/**
 * Mark the sections that rules.strip names, and code for LTO that is removed. (strip.c)
 * @sections by section; marks that are already set stay
 */
void strip_mark(const struct object *object, const struct shrink_object_rules *rules,
                bool *sections);

/**
 * Remove the sections and symbols that rules.strip names. (strip.c)
 * @changed[out] set to true if anything was removed, otherwise left alone
 */
enum obj_result strip_object(struct obj_edit *edit, const struct shrink_object_rules *rules,
                             struct arena *arena, bool *changed, struct error *error);

/**
 * Take the names from the local symbols that rules.strip would remove, were it not for relocations.
 * In COFF, where a symbol must have a name, all get that of a label, as assemblers use it for many
 * symbols of an object. Not the names that sign groups, which are compared with those of other
 * objects. (strip.c)
 */
enum obj_result strip_names(struct obj_edit *edit, const struct shrink_object_rules *rules,
                            struct arena *arena);

/**
 * Apply the relocations that lead from a section into itself and whose value no linker can change,
 * leave them out, and remove the labels that only they needed. If rules.strip has the local
 * symbols, the other relocations name sections where that means the same, and strip_names()
 * follows. Mach-O objects stay as they are. (resolve.c)
 */
enum obj_result resolve_object(struct obj_edit *edit, const struct shrink_object_rules *rules,
                               struct arena *arena, struct error *error);

/**
 * Compress the debug sections that become smaller by compression. (compress.c)
 * @changed[out] set to true if a section was compressed, otherwise left alone
 * @return OBJ_NOT_MINE for debug sections of other formats than ELF
 */
enum obj_result compress_object(struct obj_edit *edit, enum armeld_compression how,
                                struct arena *arena, bool *changed, struct error *error);

/** Whether a debug section is compressed, in either form (ELF; .zdebug_NAME). (compress.c) */
bool is_compressed(const struct object *object, const struct obj_section *section);

/**
 * The size that a section has without compression, to which the offsets of its relocations refer.
 * 0: it is compressed, and its header is not understood. (compress.c)
 */
uint64_t uncompressed_size(const struct object *object, const struct obj_section *section);

/**
 * Uncompress debug sections, so that they can be changed; .zdebug_NAME is called .debug_NAME then.
 * Broken ones stay as they are. (compress.c)
 * @how[out] how they were compressed, for compress_object(): ELF only, otherwise none
 * @return false when memory is short
 */
bool uncompress_debug(struct obj_edit *edit, struct arena *arena, enum armeld_compression *how);

/**
 * Hide all definitions that are no exports; COFF has no visibility and stays unchanged. (hide.c)
 * @changed[out] set to true if a symbol was hidden, otherwise left alone
 */
void hide_object(struct obj_edit *edit, const struct shrink_object_rules *rules, bool *changed);

/**
 * Whether the name of a definition belongs to a runtime, which all code of a program shares:
 * settings of the profile (LLVM's InstrProf.h: __llvm_profile_raw_version), the flag of ASan that
 * its globals are registered, what registers a program's D modules (gcc/d/modules.cc:
 * gdc.dso_ctor). Renamed or local, it would be one for each library. (rename.c)
 */
bool is_programs_name(struct span name);

/**
 * Append rules.rename to the names that is_renamed() picks. (rename.c)
 * @changed[out] set to true if a symbol was renamed, otherwise left alone
 */
enum obj_result rename_object(struct obj_edit *edit, const struct shrink_object_rules *rules,
                              struct arena *arena, bool *changed);

/**
 * Remove sections and what only they need: their symbols, the unwind information of their
 * functions, and undefined symbols that no other section refers to. (prune.c)
 * @drop by section: the sections to remove
 */
enum obj_result prune_object(struct obj_edit *edit, const bool *drop, struct arena *arena,
                             struct error *error);

/**
 * Remove sections that another object has as well, such as duplicate COMDATs. The global symbols
 * that these sections define become undefined, so that a linker binds them to the other object's
 * definitions. (prune.c)
 * @drop by section: the sections to remove
 */
enum obj_result discard_sections(struct obj_edit *edit, const bool *drop, struct arena *arena,
                                 struct error *error);

#endif
