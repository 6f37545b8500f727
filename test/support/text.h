/* SPDX-License-Identifier: MIT */
/** The text of an object, in words: shared by the assemblers of the formats. See objects.h. */
#ifndef ARMELD_TEST_SUPPORT_TEXT_H
#define ARMELD_TEST_SUPPORT_TEXT_H

#include "ar/builder.h"

enum { MOST_LINES = 64, MOST_WORDS = 12, MOST_BYTES = 256 };

struct line {
    char *word[MOST_WORDS];
    int count;
};

struct text {
    struct line line[MOST_LINES];
    int count;
    struct arena *arena;
};

/** Whether the line's verb is @verb. */
bool is_verb(const struct line *line, const char *verb);

/** The value of KEY=VALUE, or NULL. */
const char *word_of(const struct line *line, const char *key);
uint64_t number_of(const struct line *line, const char *key, uint64_t otherwise);

/** The bytes of KEY=HEX. */
struct span bytes_of(const struct text *text, const struct line *line, const char *key);

/** The position of @name among the lines of @verb, or -1. */
int place_of(const struct text *text, const char *verb, const char *name);
int count_of(const struct text *text, const char *verb);

/** Append @width bytes, little-endian; overwrite some; fill up to a multiple of @align. */
void put(struct builder *out, uint64_t value, unsigned width);
void poke(struct builder *out, size_t at, uint64_t value, unsigned width);
void fill_to(struct builder *out, size_t align);

/** Append a string with its NUL; returns where it begins. */
uint32_t put_string(struct builder *out, const char *string);

struct span assemble_elf_text(const struct text *text);
struct span assemble_coff_text(const struct text *text, bool big);
struct span assemble_macho_text(const struct text *text);

#endif
