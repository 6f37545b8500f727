/* SPDX-License-Identifier: MIT */
/** Other programs: their arguments, output, status and end. */
#include "base/os.h"

#include <stdlib.h>
#include <string.h>

#include "suites.h"

static struct error error;

START_TEST(program_runs)
{
    const char *const echo[] = {"sh", "-c", "cat; printf '%s' \"$1\"; exit 3", "x",
                                "a b\"\\", NULL};
    const char *const endless[] = {"sh", "-c", "while :; do echo 0123456789; done", NULL};
    const char *const killed[] = {"sh", "-c", "kill -9 $$", NULL};
    const char *const late[] = {"sh", "-c", "exit 127", NULL}; /* as emulators say it */
    const char *const here[] = {"sh", "-c", "test -e etc", NULL};
    const char *const none[] = {"armeld-no-such-program", NULL};
    struct os_run run;
    ck_assert_msg(os_run(NULL, echo, 100, &run, &error), "%s", error.text);
    ck_assert_int_eq(run.status, 3);
    ck_assert_uint_eq(run.size, 5);
    ck_assert_int_eq(memcmp(run.output, "a b\"\\", 5), 0);
    free(run.output);
    ck_assert_msg(os_run(NULL, killed, 100, &run, &error), "%s", error.text);
    ck_assert_int_eq(run.status, -1);
    free(run.output);
    ck_assert_msg(os_run("/", here, 100, &run, &error), "%s", error.text);
    ck_assert_int_eq(run.status, 0);
    free(run.output);
    error = (struct error){0};
    ck_assert(!os_run("/no/such/folder", here, 100, &run, &error));
    error = (struct error){0};
    ck_assert(!os_run(NULL, endless, 1000000, &run, &error));
    ck_assert_msg(strstr(error.text, "sh: printed more than 1000000 bytes"), "%s", error.text);
    error = (struct error){0};
    ck_assert(!os_run(NULL, late, 100, &run, &error));
    ck_assert_msg(strstr(error.text, "sh: No such file"), "%s", error.text);
    error = (struct error){0};
    ck_assert(!os_run(NULL, none, 100, &run, &error));
    ck_assert_msg(strstr(error.text, "No such file"), "%s", error.text);
}
END_TEST

Suite *os_run_suite(void)
{
    Suite *suite = suite_create("os-run");
    TCase *tcase = tcase_create("os-run");
    tcase_add_test(tcase, program_runs);
    suite_add_tcase(suite, tcase);
    return suite;
}
