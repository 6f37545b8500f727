/* SPDX-License-Identifier: MIT */
/**
 * The manifest: what a melding did, so that it can be checked, undone and done again.
 *
 * Each original is described by a recipe: literal bytes (headers, index, names, padding; kept in
 * the sidecar) and contents of members, by turns. Contents are named by size and digest, never by
 * place: they are looked for in the library itself, in the workspace and in the sidecar, so a
 * recipe stays good when the set is moved or the workspace is laid out anew.
 */
#ifndef ARMELD_SIDECAR_MANIFEST_H
#define ARMELD_SIDECAR_MANIFEST_H

#include "base/arena.h"
#include "base/digest.h"
#include "base/error.h"

/** Bytes of a content that are in a file as well. */
struct content_run {
    size_t at;
    uint64_t offset; /**< in the file */
    uint64_t size;
};

/** What the sidecar lacks of a content that it stores. */
struct content_rest {
    size_t file; /**< that has it: 1 is the workspace, 2 the first library, ... */
    struct content_run *runs;
    size_t run_count;
};

/** Contents of a member, somewhere; or literal bytes that several originals have. */
struct manifest_content {
    uint64_t size;
    struct digest digest;
    struct span bytes; /**< if the sidecar holds them; else empty */
    struct content_rest *rest; /**< mostly NULL */
    bool stored;       /**< the sidecar holds them */
    bool lost;         /**< but not all of them: a file that is not at hand has the rest */
    bool literal;      /**< part of several originals' indexes or name tables, of no member */
};

/** A step of a recipe: some literal bytes, then a content. */
struct recipe_step {
    struct span literal;
    uint32_t content; /**< index into manifest.contents, or NO_CONTENT at the end */
};

#define NO_CONTENT UINT32_MAX

/** A file as it should be. */
struct file_form {
    uint64_t size;
    struct digest digest;
};

enum { MOST_FORMS = 2 };

/** What a library has for one machine, in a set with universal files. */
struct manifest_slice {
    const char *machine; /**< NULL: the slice is no archive, and stays what it is */
    size_t first_step;   /**< of the recipe: the first one whose content is in it */
    bool left_out;
};

struct manifest_library {
    const char *path;          /**< relative to the workspace's directory */
    uint32_t mode;             /**< of the original */
    bool left_out;             /**< not melded, but beside the others */
    uint32_t part;             /**< whose workspace it needs: 0 for the first */
    struct file_form original; /**< its digest is that of the recipe, see recipe_digest() */
    struct file_form forms[MOST_FORMS]; /**< melded: the form to come, the one before it */
    size_t form_count;
    struct recipe_step *steps;
    size_t step_count;
    struct manifest_slice *slices; /**< in the order of the steps; none in other sets */
    size_t slice_count;
};

/** A build file, such as a .pc (write/build_file.h). */
struct manifest_file {
    const char *path; /**< relative to the workspace's directory */
    uint32_t mode;    /**< of the original */
    bool existed;     /**< the file existed before; else armeld generated it */
    struct file_form original;
    struct span bytes;                  /**< the original's; in the sidecar they are an entry */
    struct file_form forms[MOST_FORMS]; /**< written: the form to come, the one before it */
    size_t form_count;
};

/** A workspace beside the first one: of libraries of another part. */
struct manifest_workspace {
    const char *path; /**< file name: path_numbered() of the first one's; in an xcframework, its
                           path: "w.xcframework/ios-arm64/libw.a" */
    struct file_form form;
};

struct pack;

struct manifest {
    const char *flavour;
    unsigned orders; /**< enum orders_proven: where libraries that are left out stand */
    const char *const *roots; /**< globs of the symbols that it was proven for; none: C names */
    size_t root_count;
    bool packed;                /**< what the sidecar stores is in streams (pack.h) */
    const struct pack *pack;    /**< these, as they were read; they are written as they are */
    bool shrunk;                /**< members were changed when they were written */
    bool joined;                /**< objects were joined to one */
    const char *const *exports; /**< the only symbols that users find; NULL: all */
    size_t export_count;
    const char *const *models;  /**< names of the linkers that it was proven for; NULL: unknown */
    size_t model_count;
    bool models_chosen;         /**< by the user, for later meldings, too */
    const char *const *libs;    /**< flags behind the workspace in build files */
    size_t lib_count;
    const char *workspace; /**< file name */
    struct file_form workspace_form;
    struct manifest_workspace *further; /**< of part 1, 2, ... */
    size_t further_count;
    const char *const *identifiers; /**< of an xcframework: by part; else NULL. .workspace is the
                                         name of the xcframework then */
    const char *library; /**< of an xcframework: the name of each workspace in its folder */
    const char *first;   /**< of an xcframework: path of the first workspace, below it */
    struct manifest_content *contents;
    size_t content_count;
    struct manifest_library *libraries;
    size_t library_count;
    struct manifest_file *files;
    size_t file_count;
};

/** Whether the set has universal files; then all libraries have slices. */
bool manifest_is_universal(const struct manifest *manifest);

/** Whether the manifest is of a single shrunk library, which then stands for the workspace. */
bool manifest_is_single(const struct manifest *manifest);

/**
 * Whether the recipe of what was shrunk by itself is one content and nothing else: that of a shared
 * object or a program. Its bytes may be there only when those of the file beside are.
 */
bool manifest_is_of_image(const struct manifest *manifest, const struct manifest_library *library);

/** Name all workspaces by the first one's, or by the xcframework's. False: memory is short. */
bool manifest_name_workspaces(struct manifest *manifest, struct arena *arena);

/**
 * Name a set's workspaces as its sidecar is named now: they may have been renamed together. A
 * single library keeps its name. False: memory is short.
 * @sidecar path of the file that the manifest was read from
 */
bool manifest_take_name(struct manifest *manifest, const char *sidecar, struct arena *arena);

/** File name, or path in an xcframework, and form of the workspace of a part. */
const char *manifest_workspace_name(const struct manifest *manifest, size_t part);
const struct file_form *manifest_workspace_form(const struct manifest *manifest, size_t part);

/** Whether @bytes are a form that melding gave the library. */
bool manifest_has_form(const struct manifest_library *library, struct span bytes);

/** Whether a build file may have this name: a foreign sidecar must not write any file it likes. */
bool manifest_file_name(const char *path);

/** The digest of an original, from its literals and its contents' digests. */
struct digest recipe_digest(const struct manifest *manifest,
                            const struct manifest_library *library);

/** The JSON that describes the set; the tables below go beside it. NULL with an error. */
char *manifest_print(const struct manifest *manifest, struct error *error);

/** Read it; everything lives in @arena. Contents and recipes are left to the tables. */
bool manifest_parse(struct span json, struct arena *arena, struct manifest *manifest,
                    struct error *error);

/* The tables are text, since there may be many thousand lines of them (tables.c). */

/**
 * A line for each content: size, digest, and "stored" if the sidecar holds it, or "literal" if it
 * does and it is no member's. In @arena.
 */
bool contents_print(const struct manifest *manifest, struct arena *arena, struct span *text);
bool contents_parse(struct span text, struct arena *arena, struct manifest *manifest,
                    struct error *error);

/**
 * A line for each step: size of the literal and number of the content, which the last one lacks.
 * What is parsed has literals of these sizes without bytes.
 */
bool recipe_print(const struct manifest_library *library, struct arena *arena, struct span *text);
bool recipe_parse(struct span text, struct arena *arena, const struct manifest *manifest,
                  struct manifest_library *library, struct error *error);

/** Whether the steps at which slices begin are there, and in their order. */
bool recipe_check_slices(const struct manifest_library *library, struct error *error);

/** Cut @literal up for the steps of a recipe; false when the sizes do not add up. */
bool recipe_fill(struct manifest_library *library, struct span literal);

#endif
