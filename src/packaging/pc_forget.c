/* SPDX-License-Identifier: MIT */
/** pkg-config's files: taking out what was required. */
#include "packaging/pc.h"

static bool is_between(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\\' || c == '\n' || c == '\r';
}

/** Skip what stands between words. */
static size_t skip(const uint8_t *text, size_t at, size_t end)
{
    while (at < end && is_between(text[at])) {
        at++;
    }
    return at;
}

/** Go past a condition such as ">= 2", if there is one. */
static size_t skip_condition(const uint8_t *text, size_t at, size_t end)
{
    size_t next = at;
    while (next < end && strchr("<>=!", text[next])) {
        next++;
    }
    if (next == at) {
        return at;
    }
    next = skip(text, next, end);
    while (next < end && !is_between(text[next]) && !strchr(",#", text[next])) {
        next++;
    }
    return next;
}

/**
 * Where a module without a condition stands in a line, with what parts it from others: commas or
 * blanks.
 */
static bool find_module(const struct pc_file *file, const struct pc_line *line, const char *module,
                        size_t *from, size_t *to)
{
    const uint8_t *text = file->bytes.data;
    size_t before = line->value; /* behind the word before, and its comma */
    bool comma_before = false;
    for (size_t at = line->value; at < line->end && text[at] != '#';) {
        size_t start = skip(text, at, line->end);
        size_t stop = start;
        while (stop < line->end && !is_between(text[stop]) && !strchr(",#<>=!", text[stop])) {
            stop++;
        }
        size_t next = skip(text, stop, line->end);
        size_t behind = skip_condition(text, next, line->end);
        size_t end = behind > next ? skip(text, behind, line->end) : next;
        bool comma = end < line->end && text[end] == ',';
        if (behind == next && span_is(span_make(text + start, stop - start), module)) {
            *from = !comma && comma_before ? before - 1 : before;
            *to = comma ? end + 1 : stop;
            return true;
        }
        comma_before = comma;
        before = comma ? end + 1 : behind > next ? behind : stop;
        at = end + comma > at ? end + comma : line->end;
    }
    return false;
}

bool pc_forget(const struct pc_file *file, const char *module, struct arena *arena,
               struct span *bytes, struct error *error)
{
    const struct pc_line *line;
    size_t from, to;
    *bytes = file->bytes;
    if (!pc_find_line(file, span_of("Requires"), true, &line, error)) {
        return false;
    }
    if (!line || !find_module(file, line, module, &from, &to)) {
        return true;
    }
    if (from == line->value && skip(file->bytes.data, to, line->end) == line->end) {
        from = line == file->lines ? 0 : line[-1].next; /* nothing else is required */
        to = line->next;
    }
    uint8_t *changed = arena_alloc(arena, file->bytes.size + 1);
    if (!changed) {
        return error_memory(error);
    }
    memcpy(changed, file->bytes.data, from);
    memcpy(changed + from, file->bytes.data + to, file->bytes.size - to);
    *bytes = span_make(changed, file->bytes.size - (to - from));
    return true;
}
