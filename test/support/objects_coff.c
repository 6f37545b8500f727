/* SPDX-License-Identifier: MIT */
/** Text to COFF, regular or bigobj. */
#include <stdlib.h>

#include "obj/coff_builder.h"
#include "support/text.h"

static bool is_symbol(const struct line *line)
{
    return is_verb(line, "file") || is_verb(line, "mark") || is_verb(line, "symbol") ||
           is_verb(line, "weak");
}

/** A symbol's number, auxiliary records counted; @mark: that of a section symbol. */
static uint32_t symbol_number(const struct text *text, const char *name)
{
    uint32_t number = 0;
    for (int i = 1; i < text->count; i++) {
        const struct line *line = &text->line[i];
        if (is_symbol(line) && !is_verb(line, "file") && strcmp(line->word[1], name) == 0) {
            return number;
        }
        bool one = is_verb(line, "symbol") && !word_of(line, "aux");
        number += one ? 1 : is_symbol(line) ? 2 : 0;
    }
    ck_abort_msg("no symbol %s", name);
    return 0;
}

static uint32_t section_number(const struct text *text, const char *name)
{
    int place = place_of(text, "section", name);
    ck_assert_msg(place >= 0, "no section %s", name);
    return (uint32_t)place + 1;
}

/** Contents that list symbols: one byte each for .llvm_*, else four. */
static struct span list_numbers(const struct text *text, const struct line *line)
{
    struct builder out = {0};
    bool narrow = strncmp(line->word[1], ".llvm", 5) == 0;
    char *copy = (char *)(uintptr_t)arena_copy(text->arena, span_of(word_of(line, "numbers"))).data;
    char *state;
    for (char *w = strtok_r(copy, ",", &state); w; w = strtok_r(NULL, ",", &state)) {
        put(&out, symbol_number(text, w), narrow ? 1 : 4);
    }
    struct span result = arena_copy(text->arena, builder_span(&out));
    builder_free(&out);
    return result;
}

static void add_section(struct coff_builder *b, const struct text *text, const struct line *line)
{
    struct span data = bytes_of(text, line, "data");
    uint64_t zero = number_of(line, "zero", 0);
    if (word_of(line, "numbers")) {
        data = list_numbers(text, line);
    }
    coff_add_section(b, line->word[1], (uint32_t)number_of(line, "flags", CODE),
                     zero ? NULL : data.data, (uint32_t)(zero ? zero : data.size));
    for (int i = 1; i < text->count; i++) {
        const struct line *reloc = &text->line[i];
        if (is_verb(reloc, "reloc") && strcmp(reloc->word[1], line->word[1]) == 0) {
            coff_add_reloc(b, (uint32_t)number_of(reloc, "at", 0),
                           symbol_number(text, word_of(reloc, "to")),
                           (uint16_t)number_of(reloc, "kind", 0));
        }
    }
}

static void add_mark(struct coff_builder *b, const struct text *text, const struct line *line)
{
    uint32_t link = word_of(line, "link") ? section_number(text, word_of(line, "link")) : 0;
    coff_add_section_symbol(b, line->word[1], section_number(text, line->word[1]),
                            (uint8_t)number_of(line, "select", 0), link);
    uint8_t *record = b->symbols + b->symbols_size - coff_symbol_size(b);
    put_le32(record + 8, (uint32_t)number_of(line, "sum", 0));
}

static void add_symbol(struct coff_builder *b, const struct text *text, const struct line *line)
{
    const char *in = word_of(line, "in");
    int32_t section = !in                           ? 0
                      : strcmp(in, "absolute") == 0 ? -1
                      : strcmp(in, "common") == 0   ? 0
                                                    : (int32_t)section_number(text, in);
    coff_add_symbol(b, line->word[1], (uint32_t)number_of(line, "at", 0), section,
                    (uint16_t)number_of(line, "kind", 0),
                    (uint8_t)number_of(line, "bind", EXTERNAL), word_of(line, "aux") != NULL);
    if (word_of(line, "aux")) {
        struct span record = bytes_of(text, line, "aux");
        ck_assert_uint_le(record.size, coff_symbol_size(b));
        memcpy(b->symbols + b->symbols_size - coff_symbol_size(b), record.data, record.size);
    }
}

struct span assemble_coff_text(const struct text *text, bool big)
{
    const struct line *first = &text->line[0];
    struct coff_builder *b = malloc(sizeof *b);
    ck_assert_ptr_nonnull(b);
    coff_begin(b, big, (uint16_t)number_of(first, "machine", X86_64),
               (uint32_t)count_of(text, "section"));
    put_le32(b->bytes + (big ? 8 : 4), (uint32_t)number_of(first, "time", 0));
    if (!big) {
        put_le16(b->bytes + 18, (uint16_t)number_of(first, "flags", 0));
    }
    if (word_of(first, "junk")) {
        coff_add_string(b, word_of(first, "junk"));
    }
    for (int i = 1; i < text->count; i++) {
        const struct line *line = &text->line[i];
        if (is_verb(line, "section")) {
            add_section(b, text, line);
        } else if (is_verb(line, "mark")) {
            add_mark(b, text, line);
        } else if (is_verb(line, "symbol")) {
            add_symbol(b, text, line);
        } else if (is_verb(line, "weak")) {
            coff_add_weak(b, line->word[1], symbol_number(text, word_of(line, "to")),
                          (uint32_t)number_of(line, "search", 1));
        } else if (is_verb(line, "file")) {
            coff_add_symbol(b, ".file", 0, -2, 0, FILE_NAME, 1);
            memcpy(b->symbols + b->symbols_size - coff_symbol_size(b), line->word[1],
                   strlen(line->word[1]));
        }
    }
    struct span result = arena_copy(text->arena, coff_finish(b));
    free(b);
    return result;
}
