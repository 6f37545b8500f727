/* SPDX-License-Identifier: MIT */
#include "packaging/leaks.h"

/** Whether a name is "windows", a version of numbers and dots, and perhaps ".lib". */
static bool is_import_set(struct span name)
{
    static const char PREFIX[] = "windows";
    if (!span_starts(name, PREFIX)) {
        return false;
    }
    struct span version = span_from(name, strlen(PREFIX));
    version.size -= span_ends(version, ".lib") ? strlen(".lib") : 0;
    bool digits = false;
    for (size_t i = 0; i < version.size; i++) {
        uint8_t c = version.data[i];
        if ((c < '0' || c > '9') && c != '.') {
            return false;
        }
        digits |= c != '.';
    }
    return digits;
}

/** The part of a word that goes: all, the crate's mark, or nothing. */
static struct span leaked_part(struct span word)
{
    static const char MARK[] = "winapi_";
    bool named = span_starts(word, "-l");
    struct span name = span_from(word, named ? 2 : 0);
    if (named && span_starts(name, MARK) && name.size > strlen(MARK)) {
        return span_make(name.data, strlen(MARK));
    }
    return is_import_set(name) && (named || span_ends(name, ".lib")) ? word
                                                                     : span_make(word.data, 0);
}

const char *leak_mended(const char *flag, struct arena *arena)
{
    struct span part = leaked_part(span_of(flag));
    size_t before = (size_t)(part.data - (const uint8_t *)flag);
    return part.size ? arena_printf(arena, "%.*s%s", (int)before, flag, flag + before + part.size)
                     : flag;
}

static bool ends_word(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\\';
}

/** Copy the bytes of a value without what leaked; a blank before a word that goes, goes too. */
static size_t copy_value(struct span value, uint8_t *to)
{
    size_t used = 0;
    for (size_t at = 0; at < value.size;) {
        size_t size = 0;
        while (at + size < value.size && !ends_word(value.data[at + size])) {
            size++;
        }
        if (!size) {
            to[used++] = value.data[at++];
            continue;
        }
        struct span word = span_make(value.data + at, size);
        struct span part = leaked_part(word);
        size_t before = (size_t)(part.data - word.data);
        used -= part.size == size && used && to[used - 1] == ' ';
        memcpy(to + used, word.data, before);
        used += before;
        memcpy(to + used, part.data + part.size, size - before - part.size);
        used += size - before - part.size;
        at += size;
    }
    return used;
}

bool leaks_mend(const struct pc_file *file, struct arena *arena, struct span *bytes)
{
    uint8_t *copy = arena_alloc(arena, file->bytes.size + 1);
    size_t used = 0;
    size_t at = 0;
    for (size_t i = 0; copy && i < file->line_count; i++) {
        const struct pc_line *line = &file->lines[i];
        bool flags = line->field &&
                     (span_is(line->key, "Libs") || span_is(line->key, "Libs.private"));
        size_t start = flags ? line->value : line->next;
        memcpy(copy + used, file->bytes.data + at, start - at);
        used += start - at;
        at = start;
        if (flags) {
            used += copy_value(span_make(file->bytes.data + at, line->next - at), copy + used);
            at = line->next;
        }
    }
    *bytes = copy && used != file->bytes.size ? span_make(copy, used) : file->bytes;
    return copy != NULL;
}
