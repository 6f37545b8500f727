/* SPDX-License-Identifier: MIT */
/** Directories that one run holds at a time. */
#include "base/os.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "suites.h"

static char directory[] = "/tmp/armeld-test-XXXXXX";
static struct arena arena;
static struct error error;

static void make_directory(void)
{
    ck_assert_ptr_nonnull(mkdtemp(directory));
}

static void remove_directory(void)
{
    char command[128];
    snprintf(command, sizeof command, "chmod -R u+w %s; rm -rf %s", directory, directory);
    ck_assert_int_eq(system(command), 0);
    arena_free(&arena);
}

static const char *in(const char *name)
{
    return arena_printf(&arena, "%s/%s", directory, name);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    ck_assert_int_eq(fclose(file), 0);
}

static void check_error(const char *expected)
{
    const char *found = error.text;
    size_t length = strlen(directory);
    ck_assert_str_eq(strncmp(found, directory, length) == 0 ? found + length : found, expected);
    error = (struct error){0};
}

/** A second run waits until the first one is done, or is told so. */
START_TEST(locks)
{
    struct os_locks held = {0};
    ck_assert(os_lock_directory_of(in("file"), &held, &error));
    ck_assert(os_claim_directory_of(in("other"), &held, &error)); /* the same directory */
    ck_assert_uint_eq(held.count, 1);
    write_file(in("state"), "held");
    pid_t child = fork();
    if (child == 0) {
        struct os_locks own = {0};
        os_unlock(&held); /* its copy: the parent still holds it */
        bool done = !os_claim_directory_of(in("other"), &own, &error);
        error = (struct error){0};
        write_file(in("tried"), "");
        done = done && os_lock_directory_of(in("other"), &own, &error);
        struct os_file file = {0};
        done = done && os_map(in("state"), &file, &error) && span_is(file.bytes, "free");
        _exit(done ? 0 : 1);
    }
    ck_assert_int_gt(child, 0);
    while (os_kind(in("tried")) == OS_NOTHING) { /* Check's timeout ends this if need be */
        usleep(1000);
    }
    write_file(in("state"), "free");
    os_unlock(&held);
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    os_unlock(&held);
    ck_assert(!os_lock_directory_of(in("none/file"), &held, &error));
    ck_assert_uint_eq(held.count, 0);
    check_error("/none: locking the directory: No such file or directory");
}
END_TEST

/** A thread that holds a directory would wait for itself: it fails instead, and without waiting. */
START_TEST(locks_of_one_thread)
{
    struct os_locks held = {0};
    struct os_locks other = {0};
    ck_assert(os_lock_directory_of(in("file"), &held, &error));
    ck_assert(!os_lock_directory_of(in("file"), &other, &error));
    check_error(": another run is at work in this directory, perhaps another handle of this "
                "thread, which does not wait for itself");
    os_unlock(&held);
    ck_assert(os_lock_directory_of(in("file"), &other, &error));
    os_unlock(&other);
}
END_TEST

struct waiter {
    const char *path;
    struct os_locks locks;
    _Atomic int told;
    bool done;
};

static void tell(void *context, const char *where)
{
    struct waiter *waiter = context;
    waiter->told += strcmp(where, directory) == 0;
}

static void *wait_for_lock(void *context)
{
    struct waiter *waiter = context;
    struct error own = {0};
    waiter->done = os_lock_directory_of(waiter->path, &waiter->locks, &own);
    os_unlock(&waiter->locks);
    return NULL;
}

/** Another thread waits, which is told after a second, once; or fails at once if it is to. */
START_TEST(locks_of_threads)
{
    struct os_locks held = {0};
    struct waiter patient = {.path = in("file"),
                             .locks = {.waiting = tell, .context = &patient}};
    struct waiter hasty = {.path = in("file"),
                           .locks = {.no_wait = true, .waiting = tell, .context = &hasty}};
    pthread_t first, second;
    ck_assert(os_lock_directory_of(in("file"), &held, &error));
    ck_assert_int_eq(pthread_create(&first, NULL, wait_for_lock, &patient), 0);
    ck_assert_int_eq(pthread_create(&second, NULL, wait_for_lock, &hasty), 0);
    pthread_join(second, NULL);
    ck_assert(!hasty.done && !hasty.told);
    while (!patient.told) { /* Check's timeout ends this if need be */
        usleep(1000);
    }
    usleep(100 * 1000); /* not again */
    os_unlock(&held);
    pthread_join(first, NULL);
    ck_assert(patient.done);
    ck_assert_int_eq(patient.told, 1);
}
END_TEST

Suite *os_lock_suite(void)
{
    Suite *suite = suite_create("os_lock");
    TCase *tcase = tcase_create("os_lock");
    tcase_add_checked_fixture(tcase, make_directory, remove_directory);
    tcase_add_test(tcase, locks);
    tcase_add_test(tcase, locks_of_one_thread);
    tcase_add_test(tcase, locks_of_threads);
    suite_add_tcase(suite, tcase);
    return suite;
}
