/* SPDX-License-Identifier: MIT */
/** Building JSON: what the files that write reports as JSON share. */
#ifndef ARMELD_REPORT_JSON_H
#define ARMELD_REPORT_JSON_H

#include <stdlib.h>

#include <jansson.h>

#include "base/text.h"
#include "report/report.h"

/*
 * jansson lets failures add up: a NULL value makes json_object_set_new() and its kin fail and
 * they free what they were given. So building goes on, and ok says in the end whether it worked.
 */
struct building {
    bool ok;
};

static inline void set(struct building *b, json_t *object, const char *key, json_t *value)
{
    b->ok = json_object_set_new(object, key, value) == 0 && b->ok;
}

static inline void append(struct building *b, json_t *array, json_t *value)
{
    b->ok = json_array_append_new(array, value) == 0 && b->ok;
}

static inline json_t *number(uint64_t value)
{
    return json_integer((json_int_t)value);
}

/** JSON is UTF-8 and file names need not be: they are escaped as on a terminal. */
static inline json_t *text(const char *value)
{
    char *escaped = text_escaped(value);
    json_t *result = escaped ? json_string(escaped) : NULL;
    free(escaped);
    return result;
}

static inline json_t *texts(struct building *b, const char *const *list, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++) {
        append(b, array, text(list[i]));
    }
    return array;
}

/**
 * Print @root if all went well, and free it. A failing write is the stream owner's to find: jansson
 * does not look whether keys were written.
 */
static inline bool finish(struct building *b, json_t *root, FILE *stream)
{
    if (b->ok) {
        b->ok = json_dumpf(root, stream, JSON_INDENT(2)) == 0 || ferror(stream);
        fputc('\n', stream);
    }
    json_decref(root);
    return b->ok;
}

/** Keys of the kinds of bytes. */
extern const char *const report_kind_keys[ARMELD_BYTES_KINDS];

#endif
