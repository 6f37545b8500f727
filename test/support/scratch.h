/* SPDX-License-Identifier: MIT */
/** Folders to try things in, what lies in them, and libraries on the disk. */
#ifndef ARMELD_TEST_SUPPORT_SCRATCH_H
#define ARMELD_TEST_SUPPORT_SCRATCH_H

#include <check.h>

#include "armeld.h"
#include "support/sets.h"

/** Where the fixtures are: $ARMELD_FIXTURES or "fixtures". */
const char *fixtures(void);

/**
 * A folder of its own under $TMPDIR for each test of a case, removed afterwards, also when the
 * test fails: tcase_add_unchecked_fixture(tests, scratch_make, scratch_remove) for the case,
 * scratch_arena for what the test's texts are made of.
 */
void scratch_make(void);
void scratch_remove(void);
extern struct arena scratch_arena;

/** The path of a file there, as printf() would say it. In scratch_arena. */
const char *scratch(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** A folder there, made with its parents; copies of the libraries of a fixture folder in it. */
const char *scratch_folder(const char *name);
const char *scratch_fixture(const char *name, const char *fixture);

void write_file(const char *path, struct span bytes);

/** The contents of a file, in scratch_arena; a file that is not there ends the test. */
struct span file_bytes(const char *path);
bool file_exists(const char *path);

/** Write a library: see add_libraries(), of which this takes one. */
void write_library(const char *path, const char *script, const struct content *contents,
                   size_t content_count);

/** The same from a list of members. */
void write_items(const char *path, enum ar_flavour flavour, const struct ar_item *items,
                 size_t count);

/** All files below a folder, hidden ones too, with their bytes and modes, to compare later. */
struct snapshot {
    struct snapped {
        const char *path; /* below the folder */
        struct span bytes;
        unsigned mode;
    } file[64];
    size_t count;
};

void take_snapshot(const char *folder, struct snapshot *snapshot);

/** End the test unless both hold the same. */
void same_snapshots(const char *what, const struct snapshot *a, const struct snapshot *b);

/** An archive on the disk, read. */
struct archive read_archive(const char *path);

/** The symbols of a library's members that users can see, in a line. */
const char *global_names(const char *path);

/** Its members' names in a line. */
const char *member_names(const struct archive *archive);

/** Plan and, with @apply, carry out a melding of @paths (NULL at the end); the status. */
int meld(const struct armeld_options *options, const char *const *paths, bool apply,
         struct armeld **armeld);

/** The same in one go; a failure ends the test. */
void meld_well(const struct armeld_options *options, const char *const *paths);

/** The cases of test_api_failures.c. */
TCase *api_failures_case(void);

/** Reports that contradict themselves: test_account.c. */
TCase *api_account_case(void);

/** Structs of older and newer callers: test_structs.c. */
TCase *api_structs_case(void);

/** Printed reports: test_print.c. */
TCase *api_print_case(void);

#endif
