/* SPDX-License-Identifier: MIT */
#include "cli/args.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "armeld.h"
#include "base/os.h"
#include "cli/diag.h"
#include "cli/terminal.h"

/* Nobody nests argument files by hand; a file that names itself must end somewhere. */
enum { DEEPEST = 8, FIRST_CAPACITY = 64 };

struct reading {
    struct args *args;
    struct arena *arena;
    size_t capacity;
    int status;
};

static bool take(struct reading *r, struct arg arg, unsigned depth);

static bool out_of_memory(struct reading *r)
{
    diag_error("out of memory");
    r->status = ARMELD_FAILED;
    return false;
}

static bool append(struct reading *r, struct arg arg)
{
    struct args *args = r->args;
    struct arg *list =
        arena_grow(r->arena, args->list, args->count, &r->capacity, FIRST_CAPACITY, sizeof *list);
    if (!list) {
        return out_of_memory(r);
    }
    args->list = list;
    args->list[args->count++] = arg;
    return true;
}

/** Take one line, whose end may be missing. */
static bool take_line(struct reading *r, struct span line, struct arg arg, unsigned depth)
{
    if (arg.at == 1 && span_starts(line, "\xef\xbb\xbf")) {
        line = span_from(line, 3);
    }
    if (span_ends(line, "\n")) {
        line.size--;
    }
    if (span_ends(line, "\r")) {
        line.size--;
    }
    if (line.size == 0) {
        return true;
    }
    if (memchr(line.data, 0, line.size)) {
        diag_error("%s:%zu: a NUL byte: arguments are read as UTF-8 text, one a line", arg.file,
                   arg.at);
        r->status = ARMELD_USAGE;
        return false;
    }
    arg.text = (const char *)arena_copy(r->arena, line).data;
    return arg.text ? take(r, arg, depth) : out_of_memory(r);
}

/** All of a stream, which may be a pipe; in memory that the caller frees. False: out of memory. */
static bool read_all(FILE *stream, char **text, size_t *size)
{
    size_t capacity = 0;
    size_t got;
    *text = NULL;
    *size = 0;
    do {
        char *larger = heap_grow(*text, *size, &capacity, 4096, 1);
        if (!larger) {
            free(*text);
            return false;
        }
        *text = larger;
        got = fread(*text + *size, 1, capacity - *size, stream);
        *size += got;
    } while (got);
    return true;
}

static bool take_lines(struct reading *r, struct span text, const char *name, unsigned depth)
{
    struct arg arg = {.file = name, .at = 1};
    for (size_t at = 0; at < text.size; arg.at++) {
        const uint8_t *newline = memchr(text.data + at, '\n', text.size - at);
        size_t end = newline ? (size_t)(newline - text.data) + 1 : text.size;
        if (!take_line(r, span_make(text.data + at, end - at), arg, depth)) {
            return false;
        }
        at = end;
    }
    return true;
}

static bool take_stream(struct reading *r, FILE *stream, const char *name, unsigned depth)
{
    char *text;
    size_t size;
    if (!read_all(stream, &text, &size)) {
        return out_of_memory(r);
    }
    int code = errno;
    bool done = !ferror(stream);
    if (!done) {
        diag_error("%s: %s", name, strerror(code));
        r->status = ARMELD_FAILED;
    }
    done = done && take_lines(r, span_make(text, size), name, depth);
    free(text);
    return done;
}

/** Take @FILE, which @arg names. */
static bool take_file(struct reading *r, const struct arg *arg, unsigned depth)
{
    const char *name = arg->text + 1;
    r->status = ARMELD_USAGE;
    if (!*name) {
        diag_usage(r->args, arg, "@ needs the name of a file behind it");
        return false;
    }
    if (depth == DEEPEST) {
        diag_usage(r->args, arg, "argument files are nested more than %d deep", DEEPEST);
        return false;
    }
    if (os_kind(name) == OS_DIRECTORY) { /* which some systems open, and others do not */
        diag_error("%s: %s", name, strerror(EISDIR));
        r->status = ARMELD_FAILED;
        return false;
    }
    FILE *stream = terminal_open_file(name);
    if (!stream) {
        int code = errno;
        diag_usage(r->args, arg, "%s: %s (a path that begins with @ is written ./@...)", name,
                   strerror(code));
        r->status = ARMELD_FAILED;
        return false;
    }
    bool done = take_stream(r, stream, name, depth + 1);
    fclose(stream);
    return done;
}

static bool take(struct reading *r, struct arg arg, unsigned depth)
{
    return arg.text[0] == '@' ? take_file(r, &arg, depth) : append(r, arg);
}

bool args_read(int argc, char *const argv[], struct arena *arena, struct args *args, int *status)
{
    struct reading reading = {.args = args, .arena = arena};
    bool done = true;
    *args = (struct args){.command = argv, .command_count = argc > 0 ? (size_t)argc : 0};
    for (size_t i = 1; done && i < args->command_count; i++) {
        done = take(&reading, (struct arg){.text = argv[i], .at = i}, 0);
    }
    *status = done ? ARMELD_OK : reading.status;
    return done;
}
