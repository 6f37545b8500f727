/* SPDX-License-Identifier: MIT */
#include "ar/builder.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

void builder_add(struct builder *builder, const void *bytes, size_t size)
{
    if (size > builder->capacity - builder->size) {
        builder->capacity = 2 * (builder->capacity + size);
        builder->bytes = realloc(builder->bytes, builder->capacity);
        ck_assert_ptr_nonnull(builder->bytes);
    }
    if (size) {
        memcpy(builder->bytes + builder->size, bytes, size);
    }
    builder->size += size;
}

static void add_repeated(struct builder *builder, char byte, unsigned long long count)
{
    while (count--) {
        builder_add(builder, &byte, 1);
    }
}

static void add_number(struct builder *builder, uint64_t value, unsigned width, bool big_endian)
{
    for (unsigned i = 0; i < width; i++) {
        unsigned shift = 8 * (big_endian ? width - 1 - i : i);
        add_repeated(builder, (char)(value >> shift & 0xff), 1);
    }
}

/** @fields mtime, uid, gid and mode: 32 characters */
static void add_header(struct builder *builder, struct span name, struct span size,
                       const char *fields)
{
    char header[AR_HEADER_SIZE + 1];
    int length = snprintf(header, sizeof header, "%-16.*s%-32s%-10.*s`\n", (int)name.size,
                          (const char *)name.data, fields, (int)size.size,
                          (const char *)size.data);
    ck_assert_msg(length == AR_HEADER_SIZE, "a name or a size is too long for a header: %.*s",
                  (int)name.size, (const char *)name.data);
    builder_add(builder, header, AR_HEADER_SIZE);
}

/** Split "LEFT|RIGHT". */
static void split(struct span pair, struct span *left, struct span *right)
{
    const uint8_t *bar = memchr(pair.data, '|', pair.size);
    ck_assert_msg(bar != NULL, "no \"|\" in %.*s", (int)pair.size, (const char *)pair.data);
    *left = span_make(pair.data, (size_t)(bar - pair.data));
    *right = span_from(pair, left->size + 1);
}

static const char MEMBER_FIELDS[] = "0           0     0     644     ";

static void add_member(struct builder *builder, struct span pair)
{
    struct span name;
    struct span contents;
    char size[24];
    split(pair, &name, &contents);
    snprintf(size, sizeof size, "%zu", contents.size);
    add_header(builder, name, span_of(size), MEMBER_FIELDS);
    builder_add(builder, contents.data, contents.size);
    builder_add(builder, "\n", contents.size & 1);
}

/** "VERB=N". */
static void add_counted(struct builder *builder, const char *word)
{
    static const struct {
        const char *verb;
        unsigned width;
        bool big_endian;
    } numbers[] = {
        {"be32=", 4, true}, {"be64=", 8, true}, {"le16=", 2, false},
        {"le32=", 4, false}, {"le64=", 8, false},
    };
    const char *equals = strchr(word, '=');
    ck_assert_msg(equals != NULL, "no word of a script: %s", word);
    unsigned long long value = strtoull(equals + 1, NULL, 0);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (strncmp(word, numbers[i].verb, strlen(numbers[i].verb)) == 0) {
            add_number(builder, value, numbers[i].width, numbers[i].big_endian);
            return;
        }
    }
    if (strncmp(word, "nul=", 4) == 0) {
        add_repeated(builder, 0, value);
    } else if (strncmp(word, "fill=", 5) == 0) {
        add_repeated(builder, 'x', value);
    } else {
        ck_assert_msg(strncmp(word, "cut=", 4) == 0, "no word of a script: %s", word);
        ck_assert_uint_le(value, builder->size);
        builder->size -= (size_t)value;
    }
}

/** What stands between @open and the next @close; @script moves behind it. */
static struct span quoted(const char **script, char close)
{
    const char *start = *script + 1;
    const char *end = strchr(start, close);
    ck_assert_msg(end != NULL, "no %c in %s", close, *script);
    *script = end + 1;
    return span_make(start, (size_t)(end - start));
}

void builder_script(struct builder *builder, const char *script)
{
    static const char table_fields[] = "0           0     0     0       ";
    struct span name;
    struct span size;
    struct span text;
    while (*(script += strspn(script, " "))) {
        switch (*script) {
        case '!':
            builder_add(builder, "!<arch>\n", AR_MAGIC_SIZE);
            script++;
            break;
        case '{':
            add_member(builder, quoted(&script, '}'));
            break;
        case '[':
            split(quoted(&script, ']'), &name, &size);
            add_header(builder, name, size, MEMBER_FIELDS);
            break;
        case '(':
            split(quoted(&script, ')'), &name, &size);
            add_header(builder, name, size, span_is(name, "//") ? "" : table_fields);
            break;
        case '\'':
            text = quoted(&script, '\'');
            builder_add(builder, text.data, text.size);
            break;
        default:
            add_counted(builder, script);
            script += strcspn(script, " ");
        }
    }
}

struct span builder_span(const struct builder *builder)
{
    return span_make(builder->bytes, builder->size);
}

void builder_free(struct builder *builder)
{
    free(builder->bytes);
    *builder = (struct builder){0};
}

struct span exact_copy(struct span bytes)
{
    uint8_t *copy = malloc(bytes.size ? bytes.size : 1);
    ck_assert_ptr_nonnull(copy);
    if (bytes.size) {
        memcpy(copy, bytes.data, bytes.size);
    }
    return span_make(copy, bytes.size);
}

struct span build(const char *script)
{
    struct builder builder = {0};
    builder_script(&builder, script);
    struct span result = exact_copy(builder_span(&builder));
    builder_free(&builder);
    return result;
}

void unbuild(struct span bytes)
{
    free((void *)(uintptr_t)bytes.data);
}

/** Lines grow in a builder and end in an arena. */
static void add_text(struct builder *line, const char *text)
{
    builder_add(line, text, strlen(text));
}

static const char *finish_line(struct builder *line, struct arena *arena)
{
    const char *text = (const char *)arena_copy(arena, builder_span(line)).data;
    builder_free(line);
    return text;
}

const char *describe(struct arena *arena, const struct archive *archive)
{
    struct builder line = {0};
    char text[64];
    add_text(&line, ar_flavour_name(archive->flavour));
    add_text(&line, archive->has_index ? " index" : "");
    add_text(&line, archive->wide_index ? " wide" : "");
    add_text(&line, archive->second_index.size ? " second" : "");
    add_text(&line, archive->names.size ? " names" : "");
    add_text(&line, archive->ec_index.size ? " ec" : "");
    snprintf(text, sizeof text, " special=%zu", archive->other_special);
    add_text(&line, archive->other_special ? text : "");
    add_text(&line, archive->pad_missing ? " nopad" : "");
    add_text(&line, ":");
    for (size_t i = 0; i < archive->member_count; i++) {
        const struct ar_member *member = &archive->members[i];
        add_text(&line, " ");
        builder_add(&line, member->name.data, member->name.size);
        snprintf(text, sizeof text, "@%llu+%zu", (unsigned long long)member->offset,
                 member->data.size);
        add_text(&line, text);
    }
    return finish_line(&line, arena);
}

const char *describe_symbols(struct arena *arena, const struct ar_symbols *symbols)
{
    struct builder line = {0};
    for (size_t i = 0; i < symbols->count; i++) {
        char text[16];
        add_text(&line, i ? " " : "");
        builder_add(&line, symbols->list[i].name.data, symbols->list[i].name.size);
        snprintf(text, sizeof text, ">%u", (unsigned)symbols->list[i].member);
        add_text(&line, text);
    }
    return finish_line(&line, arena);
}
