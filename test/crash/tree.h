/* SPDX-License-Identifier: MIT */
/** All files of a directory, in memory, to be put back and compared. */
#ifndef ARMELD_TEST_TREE_H
#define ARMELD_TEST_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { MOST_FILES = 64 };

struct file {
    char name[96]; /* below the tree's directory */
    uint8_t *bytes;
    size_t size;
    mode_t mode;
    uint64_t hash; /* of all of that */
};

/** Start with {0}. */
struct tree {
    struct file files[MOST_FILES];
    size_t count;
};

/** Say what went wrong with the test itself and exit. */
_Noreturn void give_up(const char *what);

uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t size);

/** Read a directory and all below it; one that is not there has no files. */
void tree_read(const char *directory, struct tree *tree);
void tree_free(struct tree *tree);

/** Make a directory hold just these files. */
void tree_write(const struct tree *tree, const char *directory);

const struct file *tree_find(const struct tree *tree, const char *name);

/** Whether it has that very file: name, mode, contents. */
bool tree_has(const struct tree *tree, const struct file *file);

/** Whether both hold the same, left-overs aside. */
bool tree_same(const struct tree *a, const struct tree *b);

/** A file that a run should have removed, or NULL. */
const struct file *tree_left_over(const struct tree *tree);

bool tree_has_sidecar(const struct tree *tree);
bool is_left_over(const struct file *file);
bool is_sidecar(const struct file *file);

#endif
