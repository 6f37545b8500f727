/* SPDX-License-Identifier: MIT */
#include "support/objects.h"

#include <check.h>
#include <stdlib.h>

#include "support/text.h"

bool is_verb(const struct line *line, const char *verb)
{
    return strcmp(line->word[0], verb) == 0;
}

const char *word_of(const struct line *line, const char *key)
{
    size_t length = strlen(key);
    for (int i = 1; i < line->count; i++) {
        if (strncmp(line->word[i], key, length) == 0 && line->word[i][length] == '=') {
            return line->word[i] + length + 1;
        }
    }
    return NULL;
}

uint64_t number_of(const struct line *line, const char *key, uint64_t otherwise)
{
    const char *value = word_of(line, key);
    return value ? (uint64_t)strtoll(value, NULL, 0) : otherwise;
}

struct span bytes_of(const struct text *text, const struct line *line, const char *key)
{
    const char *hex = word_of(line, key);
    size_t size = hex ? strlen(hex) / 2 : 0;
    uint8_t *bytes = arena_alloc(text->arena, size);
    for (size_t i = 0; i < size; i++) {
        char digits[3] = {hex[2 * i], hex[2 * i + 1], '\0'};
        bytes[i] = (uint8_t)strtoul(digits, NULL, 16);
    }
    return span_make(bytes, size);
}

int place_of(const struct text *text, const char *verb, const char *name)
{
    int place = 0;
    for (int i = 1; i < text->count; i++) {
        if (is_verb(&text->line[i], verb)) {
            if (strcmp(text->line[i].word[1], name) == 0) {
                return place;
            }
            place++;
        }
    }
    return -1;
}

int count_of(const struct text *text, const char *verb)
{
    int count = 0;
    for (int i = 1; i < text->count; i++) {
        count += is_verb(&text->line[i], verb);
    }
    return count;
}

void put(struct builder *out, uint64_t value, unsigned width)
{
    uint8_t bytes[8];
    put_le64(bytes, value);
    builder_add(out, bytes, width);
}

void poke(struct builder *out, size_t at, uint64_t value, unsigned width)
{
    uint8_t bytes[8];
    put_le64(bytes, value);
    ck_assert_uint_le(at + width, out->size);
    memcpy(out->bytes + at, bytes, width);
}

void fill_to(struct builder *out, size_t align)
{
    while (out->size % align) {
        put(out, 0, 1);
    }
}

uint32_t put_string(struct builder *out, const char *string)
{
    size_t at = out->size;
    builder_add(out, string, strlen(string) + 1);
    return (uint32_t)at;
}

/** Split @copy, which is changed, into lines and words. */
static void split(char *copy, struct text *text)
{
    char *line_state;
    for (char *l = strtok_r(copy, "\n", &line_state); l; l = strtok_r(NULL, "\n", &line_state)) {
        char *word_state;
        ck_assert_int_lt(text->count, MOST_LINES);
        struct line *line = &text->line[text->count++];
        for (char *w = strtok_r(l, " ", &word_state); w; w = strtok_r(NULL, " ", &word_state)) {
            ck_assert_int_lt(line->count, MOST_WORDS);
            line->word[line->count++] = w;
        }
    }
}

struct span assemble(struct arena *arena, const char *source)
{
    struct text *text = ARENA_NEW(arena, struct text);
    text->arena = arena;
    split((char *)(uintptr_t)arena_copy(arena, span_of(source)).data, text);
    if (is_verb(&text->line[0], "elf")) {
        return assemble_elf_text(text);
    }
    if (is_verb(&text->line[0], "macho")) {
        return assemble_macho_text(text);
    }
    ck_assert(is_verb(&text->line[0], "coff") || is_verb(&text->line[0], "bigobj"));
    return assemble_coff_text(text, is_verb(&text->line[0], "bigobj"));
}

struct span assemble_elf(struct arena *arena, const char *symbols, const char *contents)
{
    char *copy = (char *)(uintptr_t)arena_copy(arena, span_of(symbols)).data;
    const char *text =
        arena_printf(arena, "elf\nsection .text flags=6 align=16 data=%s\n", contents);
    char *state;
    for (char *w = strtok_r(copy, " ", &state); w; w = strtok_r(NULL, " ", &state)) {
        text = arena_printf(arena, "%ssymbol %s %s\n", text, w + 1, *w == '+' ? "in=.text" : "");
    }
    return assemble(arena, text);
}
