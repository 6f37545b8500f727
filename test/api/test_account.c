/* SPDX-License-Identifier: MIT */
/** A report whose figures contradict each other is refused before anything is written. */
#include "api/report.h"
#include "suites.h"
#include "support/scratch.h"

/** Figures that agree: 100 bytes of members move as 40, 50 stay. */
static const struct armeld_report sound = {
    .workspace_members = 3,
    .shared_objects = 2,
    .copied_objects = 1,
    .bytes_before = 170,
    .bytes = 130,
    .account = {.moved = 100,
                .kept = 50,
                .shared = 40,
                .copied = 10,
                .bookkeeping_before = 20,
                .bookkeeping = 30},
};

START_TEST(sound_report)
{
    struct error error = {0};
    ck_assert(report_check_account(&sound, 130, &error));
    ck_assert_int_eq(error.kind, ERROR_NONE);
}
END_TEST

/** One figure that is wrong, and words of the message. */
static const struct {
    const char *words;
    uint64_t written;
    uint64_t more_moved, more_shared, removed;
    size_t more_members;
} faults[] = {
    {"the outputs have 129 bytes, their report says 130", 129, 0, 0, 0, 0},
    {"the inputs have 170 bytes, their members and headers 171", 130, 1, 0, 0, 0},
    {"100 bytes move, but the workspace receives 101", 130, 0, 61, 0, 0},
    {"7 bytes of members are in no output", 130, 0, 0, 7, 0},
    {"the workspace has 4 members, the plan says 3", 130, 0, 0, 0, 1},
};

START_TEST(unsound_report)
{
    struct error error = {0};
    struct armeld_report report = sound;
    report.account.moved += faults[_i].more_moved;
    report.account.shared += faults[_i].more_shared;
    report.account.removed = faults[_i].removed;
    report.workspace_members += faults[_i].more_members;
    ck_assert(!report_check_account(&report, faults[_i].written, &error));
    ck_assert_int_eq(error.kind, ERROR_INTERNAL);
    ck_assert_msg(strstr(error.text, faults[_i].words), "%s", error.text);
}
END_TEST

TCase *api_account_case(void)
{
    TCase *tests = tcase_create("account");
    tcase_add_test(tests, sound_report);
    tcase_add_loop_test(tests, unsound_report, 0, sizeof faults / sizeof *faults);
    return tests;
}
