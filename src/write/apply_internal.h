/* SPDX-License-Identifier: MIT */
/** Shared by the files of the transaction. Only for apply*.c. */
#ifndef ARMELD_WRITE_APPLY_INTERNAL_H
#define ARMELD_WRITE_APPLY_INTERNAL_H

#include <stdatomic.h>

#include "base/path.h"
#include "write/apply.h"

/** One output on its way to the disk. */
struct job {
    const struct output *output;
    const char *target;             /* its path without symlinks */
    const struct file_form *before; /* the older melded form that is there now, or NULL */
    struct os_output file;
    struct os_output original; /* replaces the older form until all older forms are gone */
    struct os_output backup;
    struct file_form form; /* of the new file */
    bool renamed;          /* the library that was read has been replaced */
    struct error error;
};

struct apply_work {
    const struct outputs *outputs;
    const struct apply_rules *rules;
    struct arena arena; /* while files are written, of the worker that prints the sidecar */
    struct job *jobs;   /* the workspaces first */
    const char *place;  /* sidecar_place() without symlinks */
    size_t count;
    struct span printed;      /* contents of the final sidecar */
    struct os_output sidecar; /* its file */
    const char **gone;        /* workspaces of the earlier melding that are no more */
    size_t gone_count;
    struct os_output passing; /* an earlier sidecar that also knows older forms and contents */
    struct error sidecar_error;
    atomic_bool failed;
    bool renaming; /* some file was renamed: a failure is an interruption */
};

/** What the sidecar lies beside: the first file, or the xcframework that it is in. */
static inline const char *sidecar_place(const struct apply_work *a)
{
    return a->outputs->framework ? a->outputs->framework : a->jobs[0].output->path;
}

/** Number of the first library's job; the workspaces come first. */
static inline size_t first_library(const struct apply_work *a)
{
    return a->outputs->workspaces;
}

/** Compute the form (size and digest) of each new file. */
void find_forms(struct apply_work *a);

/**
 * Print the final sidecar from the forms. Needs no file on disk, so it runs while the files are
 * written.
 */
bool print_sidecar(struct apply_work *a, struct error *error);

/**
 * Write the sidecar, and the passing one if there are older forms on disk. With no_sidecar, too,
 * there is one while files are renamed: without it no run could finish an interrupted one.
 */
bool write_sidecar(struct apply_work *a, struct error *error);

static inline bool same_form(const struct file_form *a, const struct file_form *b)
{
    return a->size == b->size && digest_equal(a->digest, b->digest);
}

#endif
