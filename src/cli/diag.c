/* SPDX-License-Identifier: MIT */
#include "cli/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "armeld.h"
#include "base/text.h"
#include "cli/args.h"
#include "cli/progress.h"
#include "cli/terminal.h"

enum {
    LONGEST_MESSAGE = 8 * 1024,
    LONGEST_WORD = 64,  /* of an argument, where the command is repeated */
    LONGEST_LINE = 100, /* of the command repeated */
};

static const char RED[] = "\x1b[1;31m";
static const char YELLOW[] = "\x1b[1;33m";
static const char PLAIN[] = "\x1b[0m";

const char *const diag_whens[] = {"auto", "always", "never", NULL};

/* The one thing that messages share; set once, while options are read. */
static enum diag_when color_when = DIAG_AUTO;

void diag_set_color(unsigned when)
{
    color_when = (enum diag_when)when;
}

static bool is_set(const char *name)
{
    const char *value = getenv(name);
    return value && *value;
}

bool diag_is_colored(FILE *stream)
{
    if (color_when != DIAG_AUTO) {
        return color_when == DIAG_ALWAYS;
    }
    bool forced = is_set("CLICOLOR_FORCE") && strcmp(getenv("CLICOLOR_FORCE"), "0") != 0;
    return !is_set("NO_COLOR") && (forced || terminal_is_capable(stream));
}

static void put_colored(const char *color, const char *text)
{
    bool colored = diag_is_colored(stderr);
    fprintf(stderr, "%s%s%s", colored ? color : "", text, colored ? PLAIN : "");
}

static void put_message(const char *format, va_list args) PRINTF_LIKE(1, 0);

/** Fixed room, so that "out of memory" can always be said. */
static void put_message(const char *format, va_list args)
{
    char text[LONGEST_MESSAGE];
    char escaped[4 * LONGEST_MESSAGE];
    bool cut = vsnprintf(text, sizeof text, format, args) >= (int)sizeof text;
    text_escape(text, escaped, sizeof escaped);
    fprintf(stderr, "%s%s\n", escaped, cut ? "..." : "");
}

void diag_error(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    progress_clear();
    put_colored(RED, "armeld:");
    fputc(' ', stderr);
    put_message(format, args);
    va_end(args);
}

void diag_note(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    progress_clear();
    fputs("armeld: ", stderr);
    put_message(format, args);
    va_end(args);
}

void diag_warning(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    progress_clear();
    fputs("armeld: ", stderr);
    put_colored(YELLOW, "warning:");
    fputc(' ', stderr);
    put_message(format, args);
    va_end(args);
}

void diag_warnings(const struct armeld_report *report)
{
    for (size_t i = 0; i < report->warning_count; i++) {
        diag_warning("%s", report->warnings[i]);
    }
}

/** An argument as one would type it: escaped, quoted where a shell asks for it, shortened. */
static size_t make_word(const char *text, char word[LONGEST_WORD])
{
    char escaped[LONGEST_WORD - 8];
    bool cut = text_escape(text, escaped, sizeof escaped) >= sizeof escaped;
    bool quote = !*text || strpbrk(text, " \t\"'\\$&|;<>()*?[]#`!{}");
    const char *mark = quote ? "'" : "";
    snprintf(word, LONGEST_WORD, "%s%s%s%s", mark, escaped, cut ? "..." : "", mark);
    return text_columns(word);
}

static void underline(size_t indent, size_t columns)
{
    char marks[LONGEST_WORD];
    size_t count = columns < sizeof marks ? columns : sizeof marks - 1;
    memset(marks, '~', count);
    marks[count] = '\0';
    fprintf(stderr, "%*s", (int)indent, "");
    put_colored(RED, marks);
    fputc('\n', stderr);
}

static size_t word_columns(const char *text)
{
    char word[LONGEST_WORD];
    return make_word(text, word);
}

/** Repeat as much of the command around argument @wrong as fits a line, and underline it. */
static void repeat_command(const struct args *args, size_t wrong)
{
    char *const *command = args->command;
    size_t marked = word_columns(command[wrong]);
    size_t first = wrong;
    size_t end = wrong + 1;
    size_t before = 0;
    size_t after = marked;
    while (first > 1 && before + word_columns(command[first - 1]) < LONGEST_LINE / 2) {
        before += word_columns(command[--first]) + 1;
    }
    while (end < args->command_count &&
           before + after + word_columns(command[end]) < LONGEST_LINE) {
        after += word_columns(command[end++]) + 1;
    }
    const char *start = first > 1 ? "  armeld ... " : "  armeld ";
    fputs(start, stderr);
    for (size_t i = first; i < end; i++) {
        char word[LONGEST_WORD];
        make_word(command[i], word);
        fprintf(stderr, "%s%s", word, i + 1 < end ? " " : "");
    }
    fputs(end < args->command_count ? " ...\n" : "\n", stderr);
    underline(strlen(start) + before, marked);
}

void diag_usage(const struct args *args, const struct arg *wrong, const char *format, ...)
{
    va_list list;
    char word[LONGEST_WORD];
    va_start(list, format);
    put_colored(RED, "armeld:");
    fputc(' ', stderr);
    if (wrong->file) {
        char file[LONGEST_MESSAGE];
        text_escape(wrong->file, file, sizeof file);
        fprintf(stderr, "%s:%zu: ", file, wrong->at);
    }
    put_message(format, list);
    va_end(list);
    if (wrong->file) {
        size_t columns = make_word(wrong->text, word);
        fprintf(stderr, "  %s\n", word);
        underline(2, columns);
    } else {
        repeat_command(args, wrong->at);
    }
}
