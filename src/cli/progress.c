/* SPDX-License-Identifier: MIT */
#include "cli/progress.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/diag.h"
#include "cli/style.h"
#include "cli/terminal.h"

/* Seconds: what is over sooner shows nothing on a terminal. */
static const double FIRST_SHOWN_AFTER = 0.3;
static const double REWRITTEN_EVERY = 0.1;
static const double LINE_EVERY = 5;

/* Time left is a guess; below this many seconds of a phase it is a bad one. */
static const double GUESS_AFTER = 0.5;

static const char CLEAR[] = "\r\x1b[K";

static const char *const phases[] = {"reading", "comparing", "writing"};

enum { LONGEST_LINE = 256, LEAST_BAR = 8, MOST_BAR = 30 };

/*
 * There is one standard error. What ends the program early, and messages, come from any thread: the
 * line is written and cleared by one at a time.
 */
static pthread_mutex_t line_lock = PTHREAD_MUTEX_INITIALIZER;
static bool line_shown; /* there is a line to clear */
static bool line_stopped;

void progress_begin(struct progress *progress, unsigned when)
{
    bool capable = terminal_is_capable(stderr);
    *progress = (struct progress){
        .wanted = when == DIAG_ALWAYS || (when == DIAG_AUTO && capable),
        .rewrites = capable,
        .next = terminal_clock() + (when == DIAG_ALWAYS ? 0 : FIRST_SHOWN_AFTER),
    };
}

/** Append to a line; what does not fit is left out. */
static void append(char *line, size_t size, const char *text)
{
    size_t used = strlen(line);
    snprintf(line + used, size - used, "%s", text);
}

static void append_bytes(char *line, size_t size, const struct armeld_progress *now,
                         double seconds)
{
    char done[TEXT_BYTES_SIZE];
    char total[TEXT_BYTES_SIZE];
    char piece[3 * TEXT_BYTES_SIZE];
    text_bytes(now->bytes_done, done);
    if (now->bytes_total) {
        snprintf(piece, sizeof piece, ", %s of %s", done, text_bytes(now->bytes_total, total));
    } else {
        snprintf(piece, sizeof piece, ", %s", done);
    }
    append(line, size, piece);
    if (seconds < GUESS_AFTER) {
        return;
    }
    double rate = (double)now->bytes_done / seconds;
    snprintf(piece, sizeof piece, ", %s/s", text_bytes((uint64_t)rate, total));
    append(line, size, piece);
    if (rate >= 1 && now->bytes_total > now->bytes_done) {
        unsigned left = (unsigned)((double)(now->bytes_total - now->bytes_done) / rate + 0.5);
        snprintf(piece, sizeof piece, ", %u:%02u left", left / 60, left % 60);
        append(line, size, piece);
    }
}

/** "comparing: 12 of 45 files, 340.0 MB of 900.0 MB, 1.2 GB/s, 0:03 left" */
static void make_line(char *line, size_t size, const struct armeld_progress *now, double seconds)
{
    snprintf(line, size, "armeld: %s", phases[now->phase]);
    if (now->files_total) {
        char files[64];
        if (now->files_done) {
            snprintf(files, sizeof files, ": %zu of %zu files", now->files_done,
                     now->files_total);
        } else {
            /* several may be at work while none is done */
            snprintf(files, sizeof files, ": %zu files", now->files_total);
        }
        append(line, size, files);
    }
    if (now->bytes_done) {
        append_bytes(line, size, now, seconds);
    }
}

/* ---- the line on a terminal -------------------------------------------------------------- */

/** How much of a phase is done, or less than 0 if nobody knows. */
static double part_done(const struct armeld_progress *now)
{
    double part = now->bytes_total   ? (double)now->bytes_done / (double)now->bytes_total
                  : now->files_done  ? (double)now->files_done / (double)now->files_total
                                     : -1; /* several may be at work while none is done */
    return part > 1 ? 1 : part;
}

/** Append ", TEXT" unless that makes the line longer than @columns. */
static void append_fitting(char *line, size_t columns, const char *text)
{
    if (*text && strlen(line) + strlen(text) + 2 <= columns) {
        append(line, LONGEST_LINE, *line ? ", " : "");
        append(line, LONGEST_LINE, text);
    }
}

/** How fast it goes, and how long it goes on; "" each if that would be a bad guess. */
static void guess(const struct armeld_progress *now, double seconds, char rate[32], char left[32])
{
    char bytes[TEXT_BYTES_SIZE];
    double speed = seconds < GUESS_AFTER ? 0 : (double)now->bytes_done / seconds;
    *rate = *left = '\0';
    if (speed < 1) {
        return;
    }
    snprintf(rate, 32, "%s/s", text_bytes((uint64_t)speed, bytes));
    if (now->bytes_total > now->bytes_done) {
        unsigned rest = (unsigned)((double)(now->bytes_total - now->bytes_done) / speed + 0.5);
        snprintf(left, 32, "%u:%02u left", rest / 60, rest % 60);
    }
}

/** What stands behind the bar, the most useful first: what does not fit is left out. */
static void make_facts(char *line, size_t columns, const struct progress *progress,
                       const struct armeld_progress *now, double seconds)
{
    char rate[32], left[32], done[TEXT_BYTES_SIZE], total[TEXT_BYTES_SIZE];
    char bytes[3 * TEXT_BYTES_SIZE] = "";
    char files[64] = "";
    if (part_done(now) >= 0) {
        snprintf(line, LONGEST_LINE, "%3.0f%%", 100 * part_done(now));
    }
    guess(now, seconds, rate, left);
    if (now->bytes_total) {
        snprintf(bytes, sizeof bytes, "%s of %s", text_bytes(now->bytes_done, done),
                 text_bytes(now->bytes_total, total));
    }
    if (progress->jobs > 1) {
        snprintf(files, sizeof files, "library %zu of %zu", progress->job + 1, progress->jobs);
    } else if (now->files_total && !now->files_done) {
        snprintf(files, sizeof files, "%zu file%s", now->files_total,
                 now->files_total == 1 ? "" : "s");
    } else if (now->files_total) {
        snprintf(files, sizeof files, "%zu of %zu file%s", now->files_done, now->files_total,
                 now->files_total == 1 ? "" : "s");
    }
    append_fitting(line, columns, left);
    append_fitting(line, columns, rate);
    append_fitting(line, columns, bytes);
    append_fitting(line, columns, files);
}

/** "armeld: comparing [======>      ]  38%, 0:03 left, 1.2 GB/s, 340.0 MB of 900.0 MB" */
static void make_bar(char *line, size_t columns, const struct progress *progress,
                     const struct armeld_progress *now, double seconds)
{
    char facts[LONGEST_LINE] = "";
    char bar[MOST_BAR + 1];
    columns = columns < LONGEST_LINE ? columns : LONGEST_LINE - 1;
    snprintf(line, LONGEST_LINE, "armeld: %s", phases[now->phase]);
    size_t used = strlen(line) + strlen(" [] ");
    size_t least = used + LEAST_BAR < columns ? columns - used - LEAST_BAR : 0;
    make_facts(facts, least, progress, now, seconds);
    size_t taken = used + strlen(facts);
    size_t room = taken < columns ? columns - taken : 0;
    room = room < MOST_BAR ? room : MOST_BAR;
    if (room >= LEAST_BAR && part_done(now) >= 0) {
        size_t full = (size_t)(part_done(now) * (double)room);
        memset(bar, ' ', room);
        memset(bar, '=', full);
        if (full && full < room) {
            bar[full - 1] = '>';
        }
        bar[room] = '\0';
        append(line, LONGEST_LINE, " [");
        append(line, LONGEST_LINE, bar);
        append(line, LONGEST_LINE, "]");
    }
    append(line, LONGEST_LINE, " ");
    append(line, LONGEST_LINE, facts);
}

/** In the last column some terminals wrap; and no line is longer than the terminal is. */
static size_t line_columns(void)
{
    unsigned own = terminal_columns(stderr);
    unsigned wanted = style_columns(stderr);
    unsigned columns = wanted < own ? wanted : own;
    return columns > 1 ? columns - 1 : 1;
}

/* ---- both -------------------------------------------------------------------------------- */

static void show(const struct progress *progress, const struct armeld_progress *now,
                 double seconds)
{
    char line[LONGEST_LINE];
    size_t columns = progress->rewrites ? line_columns() : 0;
    if (progress->rewrites) {
        make_bar(line, columns, progress, now, seconds);
    } else {
        make_line(line, sizeof line, now, seconds);
    }
    pthread_mutex_lock(&line_lock);
    if (!line_stopped && progress->rewrites) {
        fprintf(stderr, "%s%.*s", CLEAR, (int)columns, line);
        fflush(stderr);
        line_shown = true;
    } else if (!line_stopped) {
        fprintf(stderr, "%s\n", line);
    }
    pthread_mutex_unlock(&line_lock);
}

void progress_report(void *context, const struct armeld_progress *now)
{
    struct progress *progress = context;
    double time = terminal_clock();
    bool new_phase = !progress->begun || progress->phase != now->phase;
    if (new_phase) {
        progress->begun = true;
        progress->phase = now->phase;
        progress->phase_began = time;
    }
    bool due = time >= progress->next || (new_phase && !progress->rewrites);
    if (!progress->wanted || !due) {
        return;
    }
    show(progress, now, time - progress->phase_began);
    progress->next = time + (progress->rewrites ? REWRITTEN_EVERY : LINE_EVERY);
}

static void clear(bool stops)
{
    pthread_mutex_lock(&line_lock);
    if (line_shown) {
        fputs(CLEAR, stderr);
        fflush(stderr);
    }
    line_shown = false;
    line_stopped = line_stopped || stops;
    pthread_mutex_unlock(&line_lock);
}

void progress_clear(void)
{
    clear(false);
}

void progress_stop(void)
{
    clear(true);
}

void progress_end(struct progress *progress)
{
    progress->wanted = false;
    clear(false);
}
