/* SPDX-License-Identifier: MIT */
/** Putting originals back: sidecars that tell lies, and contents that flavours write differently.
 */
#include <stdlib.h>

#include "sidecar/sidecar.h"
#include "suites.h"
#include "support/scratch.h"

/* LLVM bitcode as far as anybody looks: it moves by equal bytes, whatever flavour is written. */
#define MEMBER(label, text)                                                                        \
    {.name = {(const uint8_t *)(label), sizeof(label) - 1},                                        \
     .data = {(const uint8_t *)"BC\xc0\xde" text, sizeof("BC\xc0\xde" text) - 1}}

static const struct ar_item members[] = {
    MEMBER("line.o", "line\n"), MEMBER("lines.o", "lines\n\n\n"),  MEMBER("odd.o", "odd"),
    MEMBER("even.o", "even"),   MEMBER("own.o", "of the first\n"),
};

static const struct {
    const char *what;
    enum ar_flavour from;
    enum armeld_flavour to;
} rows[] = {
    {"GNU", AR_GNU, ARMELD_AUTO},
    {"Darwin", AR_DARWIN, ARMELD_AUTO},
    {"COFF", AR_COFF, ARMELD_AUTO},
    {"from Darwin to GNU", AR_DARWIN, ARMELD_GNU},
    {"from Darwin to COFF", AR_DARWIN, ARMELD_COFF},
    {"from GNU to Darwin", AR_GNU, ARMELD_DARWIN},
    {"from GNU to COFF", AR_GNU, ARMELD_COFF},
};

START_TEST(comes_back)
{
    const char *paths[3] = {scratch("liba%d.a", _i), scratch("libb%d.a", _i), NULL};
    struct armeld_options options = {
        .struct_size = sizeof options, .workspace = scratch("w%d.a", _i), .flavour = rows[_i].to};
    struct span before[2];
    for (int i = 0; i < 2; i++) {
        write_items(paths[i], rows[_i].from, members, sizeof members / sizeof *members - (size_t)i);
        before[i] = file_bytes(paths[i]);
    }
    meld_well(&options, paths);
    struct armeld *verify = armeld_new(&options);
    ck_assert_msg(armeld_verify(verify) == ARMELD_OK, "%s: %s", rows[_i].what,
                  armeld_error(verify));
    armeld_free(verify);
    struct armeld *restore = armeld_new(&options);
    ck_assert_msg(armeld_restore(restore, 0) == ARMELD_OK, "%s: %s", rows[_i].what,
                  armeld_error(restore));
    armeld_free(restore);
    for (int i = 0; i < 2; i++) {
        ck_assert_msg(span_equal(before[i], file_bytes(paths[i])), "%s: %s", rows[_i].what,
                      paths[i]);
    }
    ck_assert(!file_exists(options.workspace));
}
END_TEST

/* ---- sidecars that tell lies ------------------------------------------------------------- */

static struct span good = {(const uint8_t *)"!<arch>\n", 8};
static struct span evil = {(const uint8_t *)"#!/bin/s", 8};

static const struct {
    const char *what;
    const char *path;
    const struct span *literal;
    uint64_t size;
    uint32_t content;
    const char *said; /* NULL: nothing is wrong */
} lies[] = {
    {"a good one", "lib.a", &good, 8, NO_CONTENT, NULL},
    {"an absolute path", "/etc/lib.a", &good, 8, NO_CONTENT,
     "manifest.json: \"path\" is missing or of the wrong kind"},
    {"no archive", "lib.a", &evil, 8, NO_CONTENT,
     "the recipe of lib.a does not add up to its original"},
    {"another size", "lib.a", &good, 9, NO_CONTENT,
     "the recipe of lib.a does not add up to its original"},
    {"a content that is not there", "lib.a", &good, 8, 7,
     "recipe of lib.a: line 1 is not of the form LITERAL CONTENT, with one of 0 contents"},
};

START_TEST(tells_lies)
{
    struct recipe_step step = {*lies[_i].literal, lies[_i].content};
    struct manifest_library library = {
        .path = lies[_i].path, .mode = 0644, .form_count = 1, .steps = &step, .step_count = 1};
    struct manifest manifest = {
        .flavour = "gnu", .workspace = "w.a", .libraries = &library, .library_count = 1};
    struct manifest read;
    struct error error = {0};
    struct span bytes;
    struct manifest_content nothing[8] = {{0}};
    manifest.contents = nothing;
    library.original = (struct file_form){lies[_i].size, recipe_digest(&manifest, &library)};
    bool done = sidecar_write(&manifest, NULL, 2, &scratch_arena, &bytes, &error) &&
                sidecar_read(bytes, (struct span){0}, &scratch_arena, &read, &error);
    const char *said = done ? "" : error.text;
    ck_assert_msg(done == !lies[_i].said, "%s: %s", lies[_i].what, said);
    ck_assert_msg(done || strstr(said, lies[_i].said), "%s: %s, not %s", lies[_i].what, said,
                  lies[_i].said);
}
END_TEST

Suite *restore_suite(void)
{
    Suite *suite = suite_create("restore");
    TCase *tests = tcase_create("originals");
    tcase_add_unchecked_fixture(tests, scratch_make, scratch_remove);
    tcase_add_loop_test(tests, comes_back, 0, sizeof rows / sizeof *rows);
    tcase_add_loop_test(tests, tells_lies, 0, sizeof lies / sizeof *lies);
    suite_add_tcase(suite, tests);
    return suite;
}
