/* SPDX-License-Identifier: MIT */
/** The sidecar's tables: contents and recipes as text. */
#include "sidecar/manifest.h"

#include <stdio.h>

enum {
    CONTENT_LINE = 20 + 1 + DIGEST_TEXT + 9, /* size, digest, "literal", newline */
    RECIPE_LINE = 20 + 1 + 10 + 1,
};

/* ---- printing ---------------------------------------------------------------------------- */

bool contents_print(const struct manifest *manifest, struct arena *arena, struct span *text)
{
    char *start = arena_array(arena, manifest->content_count, CONTENT_LINE);
    char *at = start;
    for (size_t i = 0; start && i < manifest->content_count; i++) {
        const struct manifest_content *content = &manifest->contents[i];
        char digest[DIGEST_TEXT];
        digest_text(content->digest, digest);
        at += sprintf(at, "%llu %s%s\n", (unsigned long long)content->size, digest,
                      content->literal  ? " literal"
                      : content->stored ? " stored"
                                        : "");
    }
    *text = span_make(start, start ? (size_t)(at - start) : 0);
    return start != NULL;
}

bool recipe_print(const struct manifest_library *library, struct arena *arena, struct span *text)
{
    char *start = arena_array(arena, library->step_count, RECIPE_LINE);
    char *at = start;
    for (size_t i = 0; start && i < library->step_count; i++) {
        const struct recipe_step *step = &library->steps[i];
        at += sprintf(at, "%zu", step->literal.size);
        at += step->content == NO_CONTENT ? sprintf(at, "\n") : sprintf(at, " %u\n", step->content);
    }
    *text = span_make(start, start ? (size_t)(at - start) : 0);
    return start != NULL;
}

/* ---- parsing ----------------------------------------------------------------------------- */

/** Take the next line off @text, without its newline; false at the end or without a newline. */
static bool next_line(struct span *text, struct span *line)
{
    const uint8_t *newline = text->size ? memchr(text->data, '\n', text->size) : NULL;
    if (!newline) {
        return false;
    }
    *line = span_make(text->data, (size_t)(newline - text->data));
    *text = span_from(*text, line->size + 1);
    return true;
}

static size_t count_lines(struct span text)
{
    struct span line;
    size_t count = 0;
    while (next_line(&text, &line)) {
        count++;
    }
    return count;
}

/** Take a decimal number of at most 18 digits off @line. */
static bool take_number(struct span *line, uint64_t *number)
{
    size_t digits = 0;
    *number = 0;
    while (digits < line->size && line->data[digits] >= '0' && line->data[digits] <= '9') {
        *number = *number * 10 + (uint64_t)(line->data[digits++] - '0');
        if (digits > 18) {
            return false;
        }
    }
    *line = span_from(*line, digits);
    return digits > 0;
}

static bool take_space(struct span *line)
{
    bool space = line->size && line->data[0] == ' ';
    *line = span_from(*line, space);
    return space;
}

static bool parse_content(struct span line, struct manifest_content *content)
{
    char digest[DIGEST_TEXT] = "";
    if (!take_number(&line, &content->size) || !take_space(&line) || line.size < DIGEST_TEXT - 1) {
        return false;
    }
    memcpy(digest, line.data, DIGEST_TEXT - 1);
    line = span_from(line, DIGEST_TEXT - 1);
    content->literal = span_is(line, " literal");
    content->stored = content->literal || span_is(line, " stored");
    return digest_parse(digest, &content->digest) && (content->stored || line.size == 0);
}

bool contents_parse(struct span text, struct arena *arena, struct manifest *manifest,
                    struct error *error)
{
    struct span line;
    size_t count = count_lines(text);
    manifest->contents = ARENA_ARRAY(arena, struct manifest_content, count);
    if (!manifest->contents) {
        return error_memory(error);
    }
    for (; manifest->content_count < count; manifest->content_count++) {
        if (!next_line(&text, &line) ||
            !parse_content(line, &manifest->contents[manifest->content_count])) {
            return error_set(error,
                             "contents: line %zu is not of the form SIZE XXH128 "
                             "[stored|literal]",
                             manifest->content_count + 1);
        }
    }
    return text.size == 0 || error_set(error, "contents: the last line has no end");
}

static bool parse_step(struct span line, bool last, size_t contents, struct recipe_step *step)
{
    uint64_t literal;
    uint64_t content = NO_CONTENT;
    bool right = take_number(&line, &literal) && literal <= SIZE_MAX / 2;
    if (right && !last) {
        right = take_space(&line) && take_number(&line, &content) && content < contents;
    }
    *step = (struct recipe_step){{NULL, right ? (size_t)literal : 0}, (uint32_t)content};
    return right && line.size == 0;
}

bool recipe_parse(struct span text, struct arena *arena, const struct manifest *manifest,
                  struct manifest_library *library, struct error *error)
{
    struct span line;
    size_t count = count_lines(text);
    library->steps = ARENA_ARRAY(arena, struct recipe_step, count);
    if (!library->steps) {
        return error_memory(error);
    }
    for (library->step_count = 0; library->step_count < count; library->step_count++) {
        size_t i = library->step_count;
        if (!next_line(&text, &line) ||
            !parse_step(line, i + 1 == count, manifest->content_count, &library->steps[i])) {
            return error_set(error,
                             "recipe of %s: line %zu is not of the form LITERAL CONTENT, "
                             "with one of %zu contents",
                             library->path, i + 1, manifest->content_count);
        }
    }
    return (count && text.size == 0) ||
           error_set(error, "recipe of %s: it has no end", library->path);
}

bool recipe_fill(struct manifest_library *library, struct span literal)
{
    for (size_t i = 0; i < library->step_count; i++) {
        struct span *step = &library->steps[i].literal;
        size_t size = step->size;
        if (!span_sub(literal, 0, size, step)) {
            return false;
        }
        literal = span_from(literal, size);
    }
    return literal.size == 0;
}

bool recipe_check_slices(const struct manifest_library *library, struct error *error)
{
    for (size_t i = 0; i < library->slice_count; i++) {
        size_t before = i ? library->slices[i - 1].first_step : 0;
        size_t step = library->slices[i].first_step;
        if (step < before || step >= library->step_count) {
            return error_set(error, "%s: slice %zu begins at step %zu, of %zu", library->path, i,
                             step, library->step_count);
        }
    }
    return true;
}
