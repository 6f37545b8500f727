/* SPDX-License-Identifier: MIT */
/** Tables at every width: names are cut, numbers never; what is left out is said. */
#include <stdlib.h>

#include "base/text.h"
#include "report/grid.h"
#include "suites.h"
#include "support/scratch.h"

static const struct grid_column columns[] = {
    {"before", NULL, 10, 0, false, 1}, {"after", NULL, 10, 2, false, 0},
    {"change", NULL, 9, 2, true, 0},   {"libraries", "libs", 9, 2, false, 3},
    {"empty", NULL, 9, 2, false, 2},
};

static const char *const names[] = {
    "/home/somebody/src/project/target/release/deps/libplugin_with_a_long_name.a",
    "liba.a",
    "プラグイン/日本語のフォルダ名/ライブラリの長い名前ですよ.a",
};

static void add_row(struct grid *grid, int i)
{
    grid_cell(grid, LOOK_PLAIN, "%d.0 MB", 123 + i);
    grid_cell(grid, LOOK_PLAIN, "%d.5 kB", 45 + i);
    grid_cell(grid, LOOK_GREEN, "-%d.9 MB", 67 + i);
    grid_cell(grid, LOOK_PLAIN, "%d", 1000 + i);
    grid_cell(grid, LOOK_PLAIN, "%s", "");
}

/** What the table prints, as lines of a text. */
static char *printed(const struct look *look)
{
    struct grid grid;
    FILE *stream = tmpfile();
    grid_begin(&grid, look, columns, sizeof columns / sizeof *columns, "library");
    for (int i = 0; i < 3; i++) {
        add_row(&grid, i);
        if (i == 1) {
            grid_renamed(&grid, names[i], "elsewhere/liba.a");
            grid_line(&grid, "A sentence that stands between rows, and is longer than a row.");
        } else {
            grid_name(&grid, names[i], i ? "(left out: it costs more than it saves)" : NULL);
        }
    }
    add_row(&grid, 3);
    grid_words(&grid, "three libraries, the workspace, and what else there may be");
    ck_assert(grid_put(&grid, stream));
    size_t size = (size_t)ftell(stream);
    char *text = arena_alloc(&scratch_arena, size + 1);
    rewind(stream);
    ck_assert_uint_eq(fread(text, 1, size, stream), size);
    fclose(stream);
    return text;
}

START_TEST(in_pipes)
{
    ck_assert_str_eq(
        printed(&(struct look){.columns = 0}),
        "    before       after  change     libraries      empty  library\n"
        "  123.0 MB     45.5 kB  -67.9 MB        1000             "
        "/home/somebody/src/project/target/release/deps/libplugin_with_a_long_name.a\n"
        "  124.0 MB     46.5 kB  -68.9 MB        1001             liba.a -> elsewhere/liba.a\n"
        "A sentence that stands between rows, and is longer than a row.\n"
        "  125.0 MB     47.5 kB  -69.9 MB        1002             "
        "プラグイン/日本語のフォルダ名/ライブラリの長い名前ですよ.a"
        " (left out: it costs more than it saves)\n"
        "  126.0 MB     48.5 kB  -70.9 MB        1003             "
        "three libraries, the workspace, and what else there may be\n");
}
END_TEST

START_TEST(narrow)
{
    ck_assert_str_eq(printed(&(struct look){.columns = 40}),
                     "  after  change    library\n"
                     "45.5 kB  -67.9 MB  /home/so…_long_name.a\n"
                     "46.5 kB  -68.9 MB  liba.a\n"
                     "    -> elsewhere/liba.a\n"
                     "A sentence that stands between rows, and\n"
                     "is longer than a row.\n"
                     "47.5 kB  -69.9 MB  プラグイ…名前ですよ.a\n"
                     "    (left out: it costs more than it\n"
                     "    saves)\n"
                     "48.5 kB  -70.9 MB  three libraries, the\n"
                     "                   workspace, and what\n"
                     "                   else there may be\n"
                     "(no room for before, libraries)\n");
}
END_TEST

/** Each line fits, and has its numbers whole. */
START_TEST(every_width)
{
    for (unsigned width = 40; width <= 200; width++) {
        for (int how = 0; how < 4; how++) {
            struct look look = {width, how & 1, how & 2};
            char *text = printed(&look);
            ck_assert(look.colored == (strstr(text, "\x1b[") != NULL));
            for (unsigned i = 0; i < 4; i++) {
                static const char *const numbers[] = {"45.5 kB  ", "-67.9 MB", "48.5 kB  ",
                                                      "-70.9 MB"};
                ck_assert_ptr_nonnull(strstr(text, numbers[i]));
            }
            ck_assert((strstr(text, "1000") == NULL) == (strstr(text, "libraries)") != NULL));
            for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
                size_t codes = 0;
                for (const char *at = strstr(line, "\x1b["); at; at = strstr(at + 1, "\x1b[")) {
                    codes += (size_t)(strchr(at, 'm') - at) + 1;
                }
                ck_assert_msg(text_width(line) - codes <= width, "%u: %s", width, line);
            }
        }
    }
}
END_TEST

Suite *grid_suite(void)
{
    Suite *suite = suite_create("grid");
    TCase *tests = tcase_create("grid");
    tcase_add_unchecked_fixture(tests, scratch_make, scratch_remove);
    tcase_add_test(tests, in_pipes);
    tcase_add_test(tests, narrow);
    tcase_add_test(tests, every_width);
    suite_add_tcase(suite, tests);
    return suite;
}
