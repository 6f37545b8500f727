/* SPDX-License-Identifier: MIT */
#include "cli/progress.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/diag.h"
#include "cli/terminal.h"

/* Seconds: what is over sooner shows nothing on a terminal. */
static const double FIRST_SHOWN_AFTER = 0.3;
static const double REWRITTEN_EVERY = 0.1;
static const double LINE_EVERY = 5;

/* Time left is a guess; below this many seconds of a phase it is a bad one. */
static const double GUESS_AFTER = 0.5;

static const char CLEAR[] = "\r\x1b[K";

void progress_begin(struct progress *progress, unsigned when)
{
    bool capable = terminal_is_capable(stderr);
    *progress = (struct progress){
        .wanted = when == DIAG_ALWAYS || (when == DIAG_AUTO && capable),
        .rewrites = capable,
        .next = terminal_clock() + FIRST_SHOWN_AFTER,
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
    static const char *const phases[] = {"reading", "comparing", "writing"};
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

void progress_report(void *context, const struct armeld_progress *now)
{
    struct progress *progress = context;
    double time = terminal_clock();
    bool new_phase = !progress->begun || progress->phase != now->phase;
    char line[256];
    if (new_phase) {
        progress->begun = true;
        progress->phase = now->phase;
        progress->phase_began = time;
    }
    bool due = time >= progress->next || (new_phase && !progress->rewrites);
    if (!progress->wanted || !due) {
        return;
    }
    make_line(line, sizeof line, now, time - progress->phase_began);
    if (progress->rewrites) {
        /* one column less: in the last one some terminals wrap */
        fprintf(stderr, "%s%.*s", CLEAR, (int)terminal_columns(stderr) - 1, line);
        fflush(stderr);
    } else {
        fprintf(stderr, "%s\n", line);
    }
    progress->shown = true;
    progress->next = time + (progress->rewrites ? REWRITTEN_EVERY : LINE_EVERY);
}

void progress_end(struct progress *progress)
{
    if (progress->shown && progress->rewrites) {
        fputs(CLEAR, stderr);
        fflush(stderr);
    }
    progress->shown = false;
}
