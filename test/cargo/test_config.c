/* SPDX-License-Identifier: MIT */
/** Cargo's settings: the target that it builds for. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/os.h"
#include "cargo/workspace.h"
#include "suites.h"

static char directory[] = "/tmp/armeld-test-XXXXXX";
static struct arena arena;
static struct error error;

/* Each test is a process of its own, so it may change folder and environment. */
static void start(void)
{
    ck_assert_ptr_nonnull(mkdtemp(directory));
    ck_assert_int_eq(chdir(directory), 0);
    ck_assert(os_make_directory("a/b", NULL, &error) &&
              os_make_directory("a/.cargo", NULL, &error) &&
              os_make_directory("home", NULL, &error) &&
              os_make_directory(".cargo", NULL, &error));
    ck_assert_int_eq(chdir("a/b"), 0);
    ck_assert_int_eq(setenv("CARGO_HOME", "../../home", 1), 0);
    ck_assert_int_eq(unsetenv("CARGO_BUILD_TARGET"), 0);
}

static void finish(void)
{
    char command[64];
    snprintf(command, sizeof command, "rm -rf %s", directory);
    ck_assert_int_eq(system(command), 0);
    arena_free(&arena);
}

static void put(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    ck_assert_int_eq(fclose(file), 0);
}

static void check(const char *want, const char *what)
{
    const char *target;
    ck_assert_msg(cargo_default_target(NULL, &arena, &target, &error), "%s: %s", what, error.text);
    ck_assert_msg(!target == !want && (!want || strcmp(target, want) == 0), "%s: %s", what,
                  target ? target : "none");
}

static const struct {
    const char *text;
    const char *target;
} rows[] = {
    {"", NULL},
    {"[build]\ntarget = \"x\"\n", "x"},
    {"# [build]\n[ build ] # y\n  target='x' # z", "x"},
    {"[build]\r\njobs = 1\r\ntarget = \"x\"\r\n", "x"},
    {"build.target = \"x\"\n", "x"},
    {"build . target=\"x\"\n[a]\n", "x"},
    {"[a]\nbuild.target = \"x\"\n", NULL},
    {"build = { target = \"x\" }\n", "x"},
    {"build={jobs=1,rustflags=[\"-C\", \", target = 'y'\"],  'target'='x'} # z\n", "x"},
    {"build = { target-dir = \"x\", my-target = \"y\" }\n", NULL},
    {"build = { jobs = 1 }\ntarget = \"y\"\n", NULL},
    {"a = { build = { target = \"x\" } }\n", NULL},
    {"[\"build\"]\n\"target\" = \"x\"\n", "x"},
    {"\"build\" . 'target' = \"x\"\n", "x"},
    {"[a]\ntarget = \"x\"\n", NULL},
    {"[build]\ntarget-dir = \"x\"\n", NULL},
    {"[build]\n[target.x]\ntarget = \"y\"\n", NULL},
    {"[build.x]\ntarget = \"y\"\n", NULL},
    {"[build]\ntarget = [\"x\"]\n", "x"},
    {"[build]\ntarget = [ # y\n  'x', # z\n]\n", "x"},
    {"[build]\ntarget = []\n", NULL},
    {"[build]\ntarget = \"x\n\"", NULL},
    {"[build]\ntarget = \"host-tuple\"\n", NULL},
    {"[build]\ntarget =", NULL},
    {"[build]\ntarget = [", NULL},
    {"[build]\n# target = \"y\"\n", NULL},
};

START_TEST(text_is_read)
{
    put("../.cargo/config.toml", rows[_i].text);
    check(rows[_i].target, rows[_i].text);
}
END_TEST

START_TEST(nearest_counts)
{
    check(NULL, "no file");
    put("../../home/config.toml", "[build]\ntarget = \"home\"\n");
    check("home", "home");
    put("../../.cargo/config.toml", "[build]\ntarget = \"above\"\n");
    check("above", "above home");
    put("../.cargo/config.toml", "[build]\ntarget = \"near\"\n");
    check("near", "near");
    put("../.cargo/config", "[build]\ntarget = \"old\"\n");
    check("old", "both names");
    ck_assert_int_eq(setenv("CARGO_BUILD_TARGET", "own", 1), 0);
    check("own", "environment");
}
END_TEST

START_TEST(several)
{
    const char *target;
    put("../.cargo/config.toml", "[build]\ntarget = [\"x\", \"y\"]\n");
    ck_assert(!cargo_default_target(NULL, &arena, &target, &error));
    ck_assert_msg(strstr(error.text, "several targets: --target"), "%s", error.text);
    ck_assert_int_eq(error.kind, ERROR_USAGE);
}
END_TEST

Suite *cargo_config_suite(void)
{
    Suite *suite = suite_create("cargo-config");
    TCase *tcase = tcase_create("cargo-config");
    tcase_add_checked_fixture(tcase, start, finish);
    tcase_add_loop_test(tcase, text_is_read, 0, sizeof rows / sizeof *rows);
    tcase_add_test(tcase, nearest_counts);
    tcase_add_test(tcase, several);
    suite_add_tcase(suite, tcase);
    return suite;
}
