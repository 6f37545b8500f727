/* SPDX-License-Identifier: MIT */
#include "left.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

enum { MOST_STATES = 4096, MOST_FAILURES = 20 /* shown for each scenario */ };

struct scene scene;
struct tally tally;
char label[160];

static uint64_t states[MOST_STATES];
static bool state_is_good[MOST_STATES];

bool check(bool good, const char *format, ...)
{
    va_list arguments;
    tally.checks++;
    if (!good && ++tally.failures <= MOST_FAILURES) {
        printf("FAIL %s: ", label);
        va_start(arguments, format);
        vprintf(format, arguments);
        va_end(arguments);
        putchar('\n');
    }
    return good;
}

bool is_cut(const struct file *file, const char *cut)
{
    return cut && (file->size == 0 || strcmp(file->name, cut) == 0);
}

bool check_forms(const struct tree *left, const char *cut)
{
    bool good = true;
    for (size_t i = 0; i < scene.original.count; i++) {
        const char *name = scene.original.files[i].name;
        good = check(tree_find(left, name) != NULL, "%s is lost", name) && good;
    }
    for (size_t i = 0; i < left->count; i++) {
        const struct file *file = &left->files[i];
        good = check(is_cut(file, cut) || is_left_over(file) || is_sidecar(file) ||
                         tree_has(&scene.start, file) || tree_has(&scene.end, file) ||
                         tree_has(&scene.melded, file) || tree_has(&scene.original, file) ||
                         tree_has(&scene.between, file),
                     "%s is neither as it was nor as it was to be (%zu bytes)", file->name,
                     file->size) &&
               good;
    }
    return good;
}

static bool check_link(const struct tree *left)
{
    struct words compile = {{"cc", "-o", "../program", "../main.o"}};
    struct words program = {{"../program"}};
    struct outcome outcome;
    size_t count = 4;
    for (size_t i = 0; scene.link_inputs.list[i]; i++) {
        if (tree_find(left, scene.link_inputs.list[i])) {
            compile.list[count++] = scene.link_inputs.list[i];
        }
    }
    tally.linked++;
    run(&compile, NULL, &outcome);
    if (!check(outcome.status == 0, "does not link: %s", outcome.text)) {
        return false;
    }
    run(&program, NULL, &outcome);
    return check(outcome.status == 0, "linked, it computes something else");
}

/** The same command again brings it to the end. */
static bool check_again(void)
{
    struct outcome outcome;
    struct tree after = {0};
    if (tree_same(&scene.start, &scene.end)) {
        return true;
    }
    run(&scene.command, NULL, &outcome);
    tree_read("work", &after);
    const struct file *left_over = tree_left_over(&after);
    bool good = check(outcome.status == 0, "running again: status %d: %s", exit_of(&outcome),
                      outcome.text) &&
                check(tree_same(&after, &scene.end), "running again does not finish the job") &&
                check(!left_over, "running again leaves %s", left_over ? left_over->name : "");
    tree_free(&after);
    return good;
}

/** Restoring gives all originals back, and melding them again what a first melding gives. */
static bool check_way_back(const struct tree *left)
{
    struct outcome outcome = {0};
    struct tree after = {0};
    tree_write(left, "work");
    if (tree_has_sidecar(left)) {
        run(&scene.restore, NULL, &outcome);
    }
    tree_read("work", &after);
    bool good = true;
    for (size_t i = 0; i < scene.original.count; i++) {
        const struct file *file = &scene.original.files[i];
        good = check(tree_has(&after, file), "restored, %s is not the original (%d: %s)",
                     file->name, exit_of(&outcome), outcome.text) &&
               good;
    }
    const struct file *left_over = tree_has_sidecar(left) ? tree_left_over(&after) : NULL;
    good = check(!left_over, "restoring leaves %s", left_over ? left_over->name : "") && good;
    tree_free(&after);
    run(&scene.meld, NULL, &outcome);
    tree_read("work", &after);
    good = check(outcome.status == 0, "restored, then melded: status %d: %s", exit_of(&outcome),
                 outcome.text) &&
           check(tree_same(&after, &scene.melded),
                 "restored, then melded: not as melded at once") &&
           good;
    tree_free(&after);
    return good;
}

static bool check_new_state(const struct tree *left)
{
    bool good = check_forms(left, NULL);
    tree_write(left, "work");
    good = (!scene.link_inputs.list[0] || check_link(left)) && good;
    bool finished = tree_same(left, &scene.end);
    tree_write(left, "work");
    good = (finished || check_again()) && good;
    return (!scene.restore.list[0] || check_way_back(left)) && good;
}

bool check_state(const struct tree *left)
{
    uint64_t hash = 14695981039346656037U;
    for (size_t i = 0; i < left->count; i++) {
        hash = hash_bytes(hash, &left->files[i].hash, sizeof left->files[i].hash);
    }
    for (size_t i = 0; i < tally.states; i++) {
        if (states[i] == hash) {
            return check(state_is_good[i], "leads to the same bad files as before");
        }
    }
    bool good = check_new_state(left);
    if (tally.states < MOST_STATES) {
        states[tally.states] = hash;
        state_is_good[tally.states++] = good;
    }
    return good;
}

bool check_status(const struct outcome *outcome, const struct tree *left, bool is_memory)
{
    int status = exit_of(outcome);
    bool said = strncmp(outcome->text, "armeld: ", 8) == 0;
    if (strstr(outcome->text, "libarchive") && is_memory) { /* it gives up when memory is short */
        tally.surrenders++;
        return check(tree_same(left, &scene.start), "libarchive gives up, and files changed");
    }
    switch (status) {
    case 0:
        return check(tree_same(left, &scene.end), "exit status 0, but not all is done");
    case 1: /* a report that cannot be printed is an error, too */
        return check(said, "no message") &&
               check(tree_same(left, &scene.start) ||
                         (tree_same(left, &scene.end) &&
                          (strstr(outcome->text, "files are written") ||
                           strstr(outcome->text, "standard output"))),
                     "exit status 1, but files changed: %s", outcome->text);
    case 2: /* an input that somebody empties before it is opened is no input of its kind */
        return check(said && strstr(outcome->text, "name folders NAME.xcframework"),
                     "a usage error: %s", outcome->text) &&
               check(tree_same(left, &scene.start), "exit status 2, but files changed: %s",
                     outcome->text);
    case 4:
        return check(said, "no message") &&
               check(!tree_same(left, &scene.start), "exit status 4, but nothing changed: %s",
                     outcome->text);
    default:
        return check(false, "ends with %s %d: %s", status < 0 ? "signal" : "exit status",
                     status < 0 ? WTERMSIG(outcome->status) : status, outcome->text);
    }
}
