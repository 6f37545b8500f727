/* SPDX-License-Identifier: MIT */
/** The archives that a plan asks for, laid out and ready to be written. */
#ifndef ARMELD_WRITE_OUTPUTS_H
#define ARMELD_WRITE_OUTPUTS_H

#include "ar/universal.h"
#include "ar/writer.h"
#include "slim/slim.h"

/** A slice of a universal file to be written. */
struct output_slice {
    struct universal_slice slice; /**< its bytes are the original's, or none */
    const struct output *output;  /**< what takes their place; or NULL */
    uint64_t offset;              /**< in the file */
};

/** One archive to be written. */
struct output {
    const char *path;           /**< its target, symlinks resolved */
    const struct library *from; /**< the library that it is the new form of; NULL: a workspace */
    uint32_t part; /**< of the plan: a workspace's, or that of a library that is melded */
    struct ar_item *items;
    size_t item_count;
    uint32_t *sharer_sets; /**< of a workspace to be prelinked: sharer set by item */
    bool *apart;           /**< of an output to be prelinked, by item: it stays what it is */
    bool is_empty;         /**< its only item stands for none, see outputs_fill_empty() */
    uint64_t contents;     /**< bytes of the items, without the padding of the input */
    struct ar_layout layout;
    const struct output_slice *slices; /**< of a universal file: then there are no items */
    size_t slice_count;
    bool dropped;  /**< of a library that is not written: its objects are in one archive */
    bool left_out; /**< of a library that is left unmelded: it is not joined either */
    bool verbatim; /**< nothing changes: the original's bytes; layout is unused */
    bool needed;   /**< false: the file on disk is left as it is */
};

/**
 * Start with {0}. The first outputs are the workspaces, one for each part of the plan, then the
 * libraries in their order; a library that is shrunk alone is the only one.
 */
struct outputs {
    bool single;
    bool one_archive;  /**< there is one workspace, and no library is written */
    size_t workspaces; /**< how many; 0 for a single library */
    const char *framework; /**< the xcframework that they are in; or NULL */
    struct output *list;
    size_t count;
    enum ar_flavour flavour;
    struct arena arena;
};

struct output_rules {
    const char *workspace;  /**< resolved path; that of further ones is path_numbered() */
    const char *output_dir; /**< or NULL: in place */
    bool backup;            /**< originals are kept under another name */
    bool single;            /**< there is no workspace, and one library */
    bool prelink;           /**< prelink_outputs() follows, and uses the sharer sets */
    enum ar_flavour flavour;
};

/** Where a library is written: into @output_dir, or in its place if that is NULL. NULL: memory. */
const char *outputs_path(const struct library *library, const char *output_dir,
                         struct arena *arena);

/** Fill in .written of the set: where all libraries go. False: memory. */
bool outputs_list_paths(struct set *set, const char *output_dir);

/**
 * List the items of all archives. No file is touched.
 * Two files that would lie in one place, or a file over an original that an output directory is
 * to leave alone: an error of kind ERROR_USAGE.
 */
bool outputs_make(const struct census *census, const struct plan *plan, const struct shrunk *shrunk,
                  const struct output_rules *rules, struct outputs *outputs, struct error *error);

/** How many members of the libraries an output has. */
static inline size_t output_members(const struct output *output)
{
    return output->is_empty ? 0 : output->item_count;
}

/**
 * Give archives for Apple's tools that would have no member an object without sections and symbols:
 * lipo takes no archive that does not tell its machine. After prelink_outputs(), if that is asked
 * for. Without a Mach-O object, or bitcode for one, among the libraries, nothing is done.
 * @return false, with an error, only when memory is short
 */
bool outputs_fill_empty(const struct census *census, struct outputs *outputs,
                        struct error *error);

/**
 * Make and lay out a workspace for a machine of which there are objects only, such as @like: it has
 * an object without sections and symbols, too.
 */
bool outputs_make_empty(struct outputs *outputs, struct span like, struct output *output,
                        struct error *error);

/**
 * Write no library, only the workspace.
 * Errors, of kind ERROR_PROOF: some library keeps what linkers read, and why.
 */
bool outputs_keep_one(const struct census *census, const struct plan *plan,
                      struct outputs *outputs, struct error *error);

/** Lay the items out as archives: the last step, after prelink_outputs() if that is asked for. */
bool outputs_lay_out(struct outputs *outputs, struct error *error);

/**
 * Lay out a universal file.
 * @slices  live as long as the output; their offsets are filled in
 * @wide    with wide entries even if others would do
 * @output[out] its layout lives in @arena
 */
bool output_lay_out_universal(struct output *output, struct output_slice *slices, size_t count,
                              bool wide, struct arena *arena, struct error *error);

/** The output of library @i of the set. */
static inline struct output *outputs_library(const struct outputs *outputs, size_t i)
{
    return &outputs->list[i + outputs->workspaces];
}

/** Size of the file that an output becomes. */
uint64_t output_size(const struct output *output);

/** Whether these are the bytes of the file that an output becomes. */
bool output_equals(const struct output *output, struct span bytes);

/** The pieces of the file, in order. */
const struct span *output_pieces(const struct output *output, size_t *count);


void outputs_free(struct outputs *outputs);

#endif
