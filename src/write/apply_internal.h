/* SPDX-License-Identifier: MIT */
/** What the files that apply a plan share. Only for apply*.c. */
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
    struct os_output original; /* takes the older form's place until all old ones are gone */
    struct os_output backup;
    struct file_form form; /* what is to be written */
    bool renamed;          /* the library that was read is no longer there */
    struct error error;
};

struct apply_work {
    const struct outputs *outputs;
    const struct apply_rules *rules;
    struct arena arena; /* while files are written, of the worker that prints the sidecar */
    struct job *jobs;   /* the workspace first */
    size_t count;
    struct span printed;      /* the sidecar that is to stay: what is in it */
    struct os_output sidecar; /* and the file */
    struct os_output passing; /* one that comes before it and knows old forms and contents, too */
    struct error sidecar_error;
    atomic_bool failed;
    bool renaming; /* something was renamed: a failure is an interruption */
};

/** The first job that is a library's; before it stands the workspace, if there is one. */
static inline size_t first_library(const struct apply_work *a)
{
    return !a->outputs->single;
}

/** Find out what form each file will have, from what it will be written of. */
void find_forms(struct apply_work *a);

/**
 * Print the sidecar that is to stay, from the forms that were found. Needs no file, so it is done
 * while the files are written.
 */
bool print_sidecar(struct apply_work *a, struct error *error);

/**
 * Write the sidecar, and the one to pass through if there are older forms on disk. Who wants no
 * sidecar has one while files are renamed: without it nobody could finish after an interruption.
 */
bool write_sidecar(struct apply_work *a, struct error *error);

static inline bool same_form(const struct file_form *a, const struct file_form *b)
{
    return a->size == b->size && digest_equal(a->digest, b->digest);
}

#endif
