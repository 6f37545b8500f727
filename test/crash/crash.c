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
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "faults.h"
#include "tree.h"

enum {
    MOST_WORDS = 64,
    MOST_STATES = 4096,
    MOST_FAILURES = 20, /* shown for each scenario */
    PATIENCE = 300,     /* seconds that a run may take: it ends what hangs */
};

struct words {
    char *list[MOST_WORDS + 1];
};

/** How a run ended. */
struct outcome {
    int status;
    char text[2048]; /* what it said on stderr */
};

static struct tree start, end, melded, original, between;
static struct words command, meld, restore, link_inputs;
static bool links;
static const char *faults;
static const char *file_to_cut; /* for faults.c */
static uint32_t *counts;
static uint64_t states[MOST_STATES];
static bool state_is_good[MOST_STATES];
static size_t state_count;
static uint64_t seed;
static unsigned checks, failures, points, kills, linked, surrenders, cuts, noticed;
static const char *scenario;
static char label[160]; /* what is tried now */

/* ---- small things ------------------------------------------------------------------------ */

static uint64_t next_random(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static bool check(bool good, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool check(bool good, const char *format, ...)
{
    va_list arguments;
    checks++;
    if (!good && ++failures <= MOST_FAILURES) {
        printf("FAIL %s: ", label);
        va_start(arguments, format);
        vprintf(format, arguments);
        va_end(arguments);
        putchar('\n');
    }
    return good;
}

/* ---- running ----------------------------------------------------------------------------- */

static void read_words(const char *path, struct words *words)
{
    FILE *file = fopen(path, "r");
    char line[512];
    size_t count = 0;
    while (file && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        if (count == MOST_WORDS || !(words->list[count++] = strdup(line))) {
            give_up(path);
        }
    }
    if (file) {
        fclose(file);
    }
}

/** Start a command in work/, disturbed by @fault if there is one. */
static pid_t begin(const struct words *words, const char *fault)
{
    pid_t child = fork();
    if (child < 0) {
        give_up("fork");
    }
    if (child == 0) {
        int said = open("said", O_WRONLY | O_CREAT | O_TRUNC, 0600);
        int null = open("/dev/null", O_RDWR);
        dup2(null, 0);
        dup2(null, 1);
        dup2(said, 2);
        close(said);
        close(null);
        alarm(PATIENCE);
        if (fault) {
            setenv("FAULT", fault, 1);
            setenv("FAULT_FILE", file_to_cut ? file_to_cut : "/dev/null", 1);
            setenv("FAULT_COUNTS", "../counts", 1);
            setenv("LD_PRELOAD", faults, 1);
        }
        if (chdir("work") == 0) {
            execvp(words->list[0], words->list);
        }
        _exit(127);
    }
    return child;
}

static void finish(pid_t child, struct outcome *outcome)
{
    while (waitpid(child, &outcome->status, 0) < 0) {
        if (errno != EINTR) {
            give_up("waitpid");
        }
    }
    int fd = open("said", O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? 0 : read(fd, outcome->text, sizeof outcome->text - 1);
    outcome->text[got < 0 ? 0 : got] = '\0';
    outcome->text[strcspn(outcome->text, "\n")] = '\0';
    if (fd >= 0) {
        close(fd);
    }
}

static void run(const struct words *words, const char *fault, struct outcome *outcome)
{
    finish(begin(words, fault), outcome);
}

static int exit_of(const struct outcome *outcome)
{
    return WIFEXITED(outcome->status) ? WEXITSTATUS(outcome->status) : -1;
}

/* ---- what may be left -------------------------------------------------------------------- */

/** Whether somebody else cut it short: a file @cut, or a hard link to it. */
static bool is_cut(const struct file *file, const char *cut)
{
    return cut && (file->size == 0 || strcmp(file->name, cut) == 0);
}

/** Each file is one that has its place here, but the one that somebody else cut short. */
static bool check_forms(const struct tree *left, const char *cut)
{
    bool good = true;
    for (size_t i = 0; i < original.count; i++) {
        const char *name = original.files[i].name;
        good = check(tree_find(left, name) != NULL, "%s is lost", name) && good;
    }
    for (size_t i = 0; i < left->count; i++) {
        const struct file *file = &left->files[i];
        good = check(is_cut(file, cut) || is_left_over(file) || is_sidecar(file) ||
                         tree_has(&start, file) || tree_has(&end, file) ||
                         tree_has(&melded, file) || tree_has(&original, file) ||
                         tree_has(&between, file),
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
    for (size_t i = 0; link_inputs.list[i]; i++) {
        if (tree_find(left, link_inputs.list[i])) {
            compile.list[count++] = link_inputs.list[i];
        }
    }
    linked++;
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
    if (tree_same(&start, &end)) {
        return true;
    }
    run(&command, NULL, &outcome);
    tree_read("work", &after);
    const struct file *left_over = tree_left_over(&after);
    bool good = check(outcome.status == 0, "running again: status %d: %s", exit_of(&outcome),
                      outcome.text) &&
                check(tree_same(&after, &end), "running again does not finish the job") &&
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
        run(&restore, NULL, &outcome);
    }
    tree_read("work", &after);
    bool good = true;
    for (size_t i = 0; i < original.count; i++) {
        const struct file *file = &original.files[i];
        good = check(tree_has(&after, file), "restored, %s is not the original (%d: %s)",
                     file->name, exit_of(&outcome), outcome.text) &&
               good;
    }
    const struct file *left_over = tree_has_sidecar(left) ? tree_left_over(&after) : NULL;
    good = check(!left_over, "restoring leaves %s", left_over ? left_over->name : "") && good;
    tree_free(&after);
    run(&meld, NULL, &outcome);
    tree_read("work", &after);
    good = check(outcome.status == 0, "restored, then melded: status %d: %s", exit_of(&outcome),
                 outcome.text) &&
           check(tree_same(&after, &melded), "restored, then melded: not as melded at once") &&
           good;
    tree_free(&after);
    return good;
}

static bool check_new_state(const struct tree *left)
{
    bool good = check_forms(left, NULL);
    tree_write(left, "work");
    good = (!links || check_link(left)) && good;
    bool finished = tree_same(left, &end);
    tree_write(left, "work");
    good = (finished || check_again()) && good;
    return (!restore.list[0] || check_way_back(left)) && good;
}

/** Check a state, but only when it is met for the first time. */
static bool check_state(const struct tree *left)
{
    uint64_t hash = 14695981039346656037U;
    for (size_t i = 0; i < left->count; i++) {
        hash = hash_bytes(hash, &left->files[i].hash, sizeof left->files[i].hash);
    }
    for (size_t i = 0; i < state_count; i++) {
        if (states[i] == hash) {
            return check(state_is_good[i], "leads to the same bad files as before");
        }
    }
    bool good = check_new_state(left);
    if (state_count < MOST_STATES) {
        states[state_count] = hash;
        state_is_good[state_count++] = good;
    }
    return good;
}

/** The exit status tells what happened to the files, and a message says why. */
static bool check_status(const struct outcome *outcome, const struct tree *left, bool is_memory)
{
    int status = exit_of(outcome);
    bool said = strncmp(outcome->text, "armeld: ", 8) == 0;
    if (strstr(outcome->text, "libarchive") && is_memory) { /* it gives up when memory is short */
        surrenders++;
        return check(tree_same(left, &start), "libarchive gives up, and files changed");
    }
    switch (status) {
    case 0:
        return check(tree_same(left, &end), "exit status 0, but not all is done");
    case 1: /* a report that cannot be printed is an error, too */
        return check(said, "no message") &&
               check(tree_same(left, &start) ||
                         (tree_same(left, &end) && (strstr(outcome->text, "files are written") ||
                                               strstr(outcome->text, "standard output"))),
                     "exit status 1, but files changed: %s", outcome->text);
    case 4:
        return check(said, "no message") &&
               check(!tree_same(left, &start), "exit status 4, but nothing changed: %s",
                     outcome->text);
    default:
        return check(false, "ends with %s %d: %s", status < 0 ? "signal" : "exit status",
                     status < 0 ? WTERMSIG(outcome->status) : status, outcome->text);
    }
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
    tree_write(&start, "work");
    run(&command, fault, &outcome);
    tree_read("work", &left);
    points++;
    if (WIFSIGNALED(outcome.status) && WTERMSIG(outcome.status) == SIGKILL && trouble->what) {
        kills++;
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
    tree_write(&start, "work");
    memset(counts, 0, FAULT_KIND_COUNT * sizeof *counts);
    run(&command, "none", &outcome);
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
        for_some(calls[troubles[i].kind], most, disturb, &troubles[i]);
    }
}

/* ---- files cut short --------------------------------------------------------------------- */

/** Emptied before it is read, a text is another one, which the sidecar records. */
static bool is_text(const char *name)
{
    return strncmp(name, "pc/", 3) == 0;
}

/** What is left when somebody else emptied @cut: nothing worse. */
static void check_cut(const struct outcome *outcome, const struct tree *left, const char *cut)
{
    int status = exit_of(outcome);
    const struct file *left_over = tree_left_over(left);
    for (size_t i = 0; i < left->count; i++) {
        const struct file *file = &left->files[i];
        check(is_cut(file, cut) || status != 1 || tree_has(&start, file),
              "exit status 1, but %s changed", file->name);
        check(is_cut(file, cut) || status != 0 || tree_has(&end, file) ||
                  (is_sidecar(file) && is_text(cut)),
              "exit status 0, but %s is not as it was to be", file->name);
    }
    check(status == 0 || status == 1 || status == 4, "ends with status %x: %s",
          (unsigned)outcome->status, outcome->text);
    check(status == 0 || strncmp(outcome->text, "armeld: ", 8) == 0, "no message");
    check(!left_over, "leaves %s", left_over ? left_over->name : "");
    check_forms(left, cut);
    noticed += strstr(outcome->text, "changed while it was read") != NULL;
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
    tree_write(&start, "work");
    run(&command, fault, &outcome);
    tree_read("work", &left);
    points++;
    cuts++;
    check_cut(&outcome, &left, file_to_cut);
    tree_free(&left);
}

static void cut_all(const unsigned calls[FAULT_KIND_COUNT], unsigned most)
{
    static const enum fault_kind kinds[] = {FAULT_MALLOC, FAULT_MMAP, FAULT_WRITE, FAULT_FSYNC,
                                            FAULT_RENAME};
    for (size_t i = 0; i < start.count; i++) {
        for (size_t j = 0; j < sizeof kinds / sizeof *kinds; j++) {
            file_to_cut = start.files[i].name;
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
        tree_write(&start, "work");
        uint64_t began = now();
        run(&command, NULL, &outcome);
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
    tree_write(&start, "work");
    pid_t child = begin(&command, NULL);
    nanosleep(&wait, NULL);
    kill(child, number);
    finish(child, &outcome);
    tree_read("work", &left);
    points++;
    snprintf(label, sizeof label, "%s signal %d after %llu us", scenario, number,
             (unsigned long long)moment / 1000);
    if (number == SIGKILL) {
        kills += WIFSIGNALED(outcome.status);
    } else {
        const struct file *left_over = tree_left_over(&left);
        bool by_signal = WIFSIGNALED(outcome.status) && WTERMSIG(outcome.status) == number;
        /* before the program has begun, or when all is done, a signal does what it always does */
        check((by_signal && (tree_same(&left, &start) || tree_same(&left, &end))) ||
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
    tree_read("start", &start);
    tree_read("end", &end);
    tree_read("melded", &melded);
    tree_read("original", &original);
    tree_read("between", &between);
    read_words("command", &command);
    read_words("meld", &meld);
    read_words("restore", &restore);
    read_words("link", &link_inputs);
    links = link_inputs.list[0] != NULL;
    scenario = getenv("SCENARIO") ? getenv("SCENARIO") : argv[1];
    snprintf(label, sizeof label, "%s", scenario);
    unsigned most = (unsigned)strtoul(argv[4], NULL, 10);
    unsigned calls[FAULT_KIND_COUNT];
    count_calls(calls);
    disturb_all(calls, most);
    cut_all(calls, most);
    signal_often((unsigned)strtoul(argv[5], NULL, 10));
    check(noticed > 0, "that files were cut short was never noticed");
    printf("%u runs disturbed (%u killed, %u with files cut short, in %u libarchive gave up); %zu "
           "states, %u linked; %u checks, %u failed\n",
           points, kills, cuts, surrenders, state_count, linked, checks, failures);
    return failures != 0;
}
