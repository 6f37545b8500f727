/* SPDX-License-Identifier: MIT */
/*
 * Does one thing again and again, each time disturbed in another way, and looks at what is left.
 *
 *   SCENARIO=NAME crash DIRECTORY FAULTS.so SEED MOST KILLS
 *
 * The scenario is in a DIRECTORY (see run.sh) with the files before and after an undisturbed run
 * (start/, end/), melded and original ones (melded/, original/), further files that may lie about
 * (between/), and commands, a word a line: the one to disturb (command), and those that meld
 * (meld) and restore (restore). With a file `link` all states are linked and run: main.o, then
 * the files that it lists, as far as they are there.
 *
 * MOST is how many calls of a kind are made to fail, or to kill, in one way; 0: all. KILLS is how
 * many runs get a signal at a random moment.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "faults.h"
#include "left.h"

static uint32_t *counts; /* by kind of fault: calls, shared with faults.c */
static uint64_t seed;
static const char *scenario;

static uint64_t next_random(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

/* ---- disturbing -------------------------------------------------------------------------- */

/** What a kind of call may do instead of what it should; words as faults.c takes them, or errno. */
struct trouble {
    enum fault_kind kind;
    const char *what;
    int error; /* instead of what */
};

static const struct trouble troubles[] = {
    {FAULT_OPEN, NULL, EACCES},     {FAULT_OPEN, NULL, EMFILE},
    {FAULT_OPEN, "before", 0},      {FAULT_OPEN, "after", 0},
    {FAULT_WRITE, NULL, ENOSPC},    {FAULT_WRITE, NULL, EIO},
    {FAULT_WRITE, NULL, EINTR},     {FAULT_WRITE, NULL, EFAULT},
    {FAULT_WRITE, "short", 0},      {FAULT_WRITE, "half", 0},
    {FAULT_WRITE, "before", 0},     {FAULT_WRITE, "after", 0},
    {FAULT_FSYNC, NULL, EIO},       {FAULT_FSYNC, NULL, ENOSPC},
    {FAULT_FSYNC, "before", 0},     {FAULT_FSYNC, "after", 0},
    {FAULT_CLOSE, NULL, EIO},       {FAULT_RENAME, NULL, EROFS},
    {FAULT_RENAME, NULL, EIO},      {FAULT_RENAME, "before", 0},
    {FAULT_RENAME, "after", 0},     {FAULT_LINK, NULL, EPERM},
    {FAULT_LINK, NULL, EMLINK},     {FAULT_LINK, "before", 0},
    {FAULT_LINK, "after", 0},       {FAULT_UNLINK, NULL, EROFS},
    {FAULT_UNLINK, NULL, EIO},      {FAULT_UNLINK, "before", 0},
    {FAULT_UNLINK, "after", 0},     {FAULT_MKDIR, NULL, ENOSPC},
    {FAULT_MKDIR, "after", 0},      {FAULT_FTRUNCATE, NULL, EIO},
    {FAULT_FTRUNCATE, "after", 0},  {FAULT_MMAP, NULL, ENOMEM},
    {FAULT_MMAP, NULL, ENODEV},     {FAULT_STAT, NULL, EIO},
    {FAULT_FSTAT, NULL, EIO},       {FAULT_FLOCK, NULL, ENOLCK},
    {FAULT_FLOCK, NULL, EINTR},     {FAULT_CHMOD, NULL, EPERM},
    {FAULT_THREAD, NULL, EAGAIN},   {FAULT_MALLOC, NULL, ENOMEM},
    {FAULT_CALLOC, NULL, ENOMEM},   {FAULT_REALLOC, NULL, ENOMEM},
};

static const char *const kind_names[] = FAULT_KINDS;

static void disturb(const void *context, unsigned number)
{
    const struct trouble *trouble = context;
    char fault[64];
    bool is_memory = trouble->kind >= FAULT_MALLOC;
    struct outcome outcome;
    struct tree left = {0};
    if (trouble->what) {
        snprintf(fault, sizeof fault, "%s:%u:%s", kind_names[trouble->kind], number,
                 trouble->what);
    } else {
        snprintf(fault, sizeof fault, "%s:%u:%d", kind_names[trouble->kind], number,
                 trouble->error);
    }
    snprintf(label, sizeof label, "%s %s%s%s", scenario, fault, trouble->what ? "" : " ",
             trouble->what ? "" : strerror(trouble->error));
    tree_write(&scene.start, "work");
    run(&scene.command, fault, &outcome);
    tree_read("work", &left);
    tally.points++;
    if (WIFSIGNALED(outcome.status) && WTERMSIG(outcome.status) == SIGKILL && trouble->what) {
        tally.kills++;
    } else {
        check_status(&outcome, &left, is_memory);
        const struct file *left_over = tree_left_over(&left);
        /* what cannot be removed stays for the next run to sweep */
        check(!left_over || trouble->kind == FAULT_UNLINK ||
                  (is_memory && strstr(outcome.text, "crash in")),
              "leaves %s (status %d: %s)", left_over ? left_over->name : "", exit_of(&outcome),
              outcome.text);
    }
    check_state(&left);
    tree_free(&left);
}

/** How many calls of each kind an undisturbed run makes. */
static void count_calls(unsigned calls[FAULT_KIND_COUNT])
{
    struct outcome outcome;
    tree_write(&scene.start, "work");
    memset(counts, 0, FAULT_KIND_COUNT * sizeof *counts);
    run(&scene.command, "none", &outcome);
    for (size_t i = 0; i < FAULT_KIND_COUNT; i++) {
        calls[i] = counts[i];
    }
    check(outcome.status == 0, "undisturbed: status %d: %s", exit_of(&outcome), outcome.text);
}

/** All numbers from 1 to @count, or @most of them: one of each stretch of equal length. */
static void for_some(unsigned count, unsigned most, void (*act)(const void *context, unsigned),
                     const void *context)
{
    unsigned stretches = most && most < count ? most : count;
    for (unsigned i = 0; i < stretches; i++) {
        unsigned from = (unsigned)((uint64_t)count * i / stretches);
        unsigned to = (unsigned)((uint64_t)count * (i + 1) / stretches);
        act(context, from + 1 + (unsigned)(next_random() % (to - from)));
    }
}

static void disturb_all(const unsigned calls[FAULT_KIND_COUNT], unsigned most)
{
    for (size_t i = 0; i < sizeof troubles / sizeof *troubles; i++) {
        /* each look at a path asks another question, so a sample of them shows little */
        unsigned sample = troubles[i].kind == FAULT_STAT ? 0 : most;
        for_some(calls[troubles[i].kind], sample, disturb, &troubles[i]);
    }
}

/* ---- files cut short --------------------------------------------------------------------- */

/** Emptied before it is read, a text is another one, which the sidecar records. */
static bool is_text(const char *name)
{
    return strncmp(name, "pc/", 3) == 0 || strcmp(name, "w.xcframework/Info.plist") == 0;
}

/** What is left when somebody else emptied @cut: nothing worse. */
static void check_cut(const struct outcome *outcome, const struct tree *left, const char *cut)
{
    int status = exit_of(outcome);
    const struct file *left_over = tree_left_over(left);
    for (size_t i = 0; i < left->count; i++) {
        const struct file *file = &left->files[i];
        check(is_cut(file, cut) || status != 1 || tree_has(&scene.start, file),
              "exit status 1, but %s changed", file->name);
        check(is_cut(file, cut) || status != 0 || tree_has(&scene.end, file) ||
                  (is_sidecar(file) && is_text(cut)),
              "exit status 0, but %s is not as it was to be", file->name);
    }
    check(status == 0 || status == 1 || status == 4, "ends with status %x: %s",
          (unsigned)outcome->status, outcome->text);
    check(status == 0 || strncmp(outcome->text, "armeld: ", 8) == 0, "no message");
    check(!left_over, "leaves %s", left_over ? left_over->name : "");
    check_forms(left, cut);
    tally.noticed += strstr(outcome->text, "changed while it was read") != NULL;
}

/** Empty a file of the start while some call goes on. */
static void cut(const void *context, unsigned number)
{
    enum fault_kind kind = *(const enum fault_kind *)context;
    char fault[64];
    struct outcome outcome;
    struct tree left = {0};
    snprintf(fault, sizeof fault, "%s:%u:cut", kind_names[kind], number);
    snprintf(label, sizeof label, "%s %s %s", scenario, fault, file_to_cut);
    tree_write(&scene.start, "work");
    run(&scene.command, fault, &outcome);
    tree_read("work", &left);
    tally.points++;
    tally.cuts++;
    check_cut(&outcome, &left, file_to_cut);
    tree_free(&left);
}

static void cut_all(const unsigned calls[FAULT_KIND_COUNT], unsigned most)
{
    static const enum fault_kind kinds[] = {FAULT_MALLOC, FAULT_MMAP, FAULT_WRITE, FAULT_FSYNC,
                                            FAULT_RENAME};
    for (size_t i = 0; i < scene.start.count; i++) {
        for (size_t j = 0; j < sizeof kinds / sizeof *kinds; j++) {
            file_to_cut = scene.start.files[i].name;
            for_some(calls[kinds[j]], most, cut, &kinds[j]);
        }
    }
    file_to_cut = NULL;
}

/* ---- random moments ---------------------------------------------------------------------- */

static uint64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static uint64_t time_one_run(void)
{
    struct outcome outcome;
    uint64_t least = UINT64_MAX;
    for (int i = 0; i < 5; i++) {
        tree_write(&scene.start, "work");
        uint64_t began = now();
        run(&scene.command, NULL, &outcome);
        uint64_t took = now() - began;
        least = took < least ? took : least;
    }
    return least;
}

static void signal_once(int number, uint64_t moment)
{
    struct outcome outcome;
    struct tree left = {0};
    struct timespec wait = {(time_t)(moment / 1000000000), (long)(moment % 1000000000)};
    tree_write(&scene.start, "work");
    pid_t child = begin(&scene.command, NULL);
    nanosleep(&wait, NULL);
    kill(child, number);
    finish(child, &outcome);
    tree_read("work", &left);
    tally.points++;
    snprintf(label, sizeof label, "%s signal %d after %llu us", scenario, number,
             (unsigned long long)moment / 1000);
    if (number == SIGKILL) {
        tally.kills += WIFSIGNALED(outcome.status);
    } else {
        const struct file *left_over = tree_left_over(&left);
        bool by_signal = WIFSIGNALED(outcome.status) && WTERMSIG(outcome.status) == number;
        /* before the program has begun, or when all is done, a signal does what it always does */
        check((by_signal && (tree_same(&left, &scene.start) || tree_same(&left, &scene.end))) ||
                  check_status(&outcome, &left, false),
              "status %d: %s", exit_of(&outcome), outcome.text);
        check(!left_over, "leaves %s", left_over ? left_over->name : "");
    }
    check_state(&left);
    tree_free(&left);
}

static void signal_often(unsigned count)
{
    static const int signals[] = {SIGKILL, SIGINT, SIGKILL, SIGTERM, SIGKILL, SIGHUP};
    uint64_t whole = time_one_run();
    for (unsigned i = 0; i < count; i++) {
        signal_once(signals[i % 6], next_random() % (whole + whole / 8));
    }
}

/* ---- main -------------------------------------------------------------------------------- */

static void map_counts(void)
{
    size_t size = FAULT_KIND_COUNT * sizeof *counts;
    int fd = open("counts", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || ftruncate(fd, (off_t)size) != 0) {
        give_up("counts");
    }
    counts = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (counts == MAP_FAILED) {
        give_up("counts");
    }
}

int main(int argc, char *argv[])
{
    if (argc != 6 || chdir(argv[1]) != 0) {
        fprintf(stderr, "usage: SCENARIO=NAME crash DIRECTORY FAULTS.so SEED MOST KILLS\n");
        return 2;
    }
    faults = argv[2];
    seed = strtoull(argv[3], NULL, 10) * 2654435761U + 1;
    setvbuf(stdout, NULL, _IOLBF, 0);
    mkdir("work", 0777);
    map_counts();
    tree_read("start", &scene.start);
    tree_read("end", &scene.end);
    tree_read("melded", &scene.melded);
    tree_read("original", &scene.original);
    tree_read("between", &scene.between);
    read_words("command", &scene.command);
    read_words("meld", &scene.meld);
    read_words("restore", &scene.restore);
    read_words("link", &scene.link_inputs);
    scenario = getenv("SCENARIO") ? getenv("SCENARIO") : argv[1];
    snprintf(label, sizeof label, "%s", scenario);
    unsigned most = (unsigned)strtoul(argv[4], NULL, 10);
    unsigned calls[FAULT_KIND_COUNT];
    count_calls(calls);
    disturb_all(calls, most);
    cut_all(calls, most);
    signal_often((unsigned)strtoul(argv[5], NULL, 10));
    check(tally.noticed > 0, "that files were cut short was never noticed");
    printf("%u runs disturbed (%u killed, %u with files cut short, in %u libarchive gave up); %zu "
           "states, %u linked; %u checks, %u failed\n",
           tally.points, tally.kills, tally.cuts, tally.surrenders, tally.states, tally.linked,
           tally.checks, tally.failures);
    return tally.failures != 0;
}
