/* SPDX-License-Identifier: MIT */
#include "cli/shrinking.h"

#include <string.h>

#include "base/os.h"
#include "cli/diag.h"
#include "cli/nearest.h"

const char *const shrinking_strips[] = {"bitcode", "debug", "locals", "comments", "all", NULL};
const char *const shrinking_flavours[] = {"auto", "gnu", "darwin", "coff", NULL};

const char *const shrinking_compressions[] = {"none", "zlib", "zstd", NULL};

static const struct {
    const char *word;
    unsigned strip;
} words[] = {
    {"bitcode", ARMELD_STRIP_BITCODE},
    {"debug", ARMELD_STRIP_DEBUG},
    {"locals", ARMELD_STRIP_LOCALS},
    {"comments", ARMELD_STRIP_COMMENTS},
    {"all", ARMELD_STRIP_BITCODE | ARMELD_STRIP_DEBUG | ARMELD_STRIP_LOCALS |
                ARMELD_STRIP_COMMENTS},
};

enum { WORDS = sizeof words / sizeof *words };

static bool add_word(const char *word, size_t length, unsigned *strip)
{
    struct nearest near = nearest_to(word, length);
    for (size_t i = 0; i < WORDS; i++) {
        if (strlen(words[i].word) == length && memcmp(words[i].word, word, length) == 0) {
            *strip |= words[i].strip;
            return true;
        }
        nearest_try(&near, words[i].word);
    }
    diag_error("--strip takes bitcode, debug, locals, comments and all, not '%.*s'%s%s%s",
               (int)length, word, near.guess ? "; did you mean " : "",
               near.guess ? near.guess : "", near.guess ? "?" : "");
    return false;
}

static bool add_words(const char *list, unsigned *strip)
{
    for (;; list++) {
        size_t length = strcspn(list, ",");
        if (!add_word(list, length, strip)) {
            return false;
        }
        list += length;
        if (!*list) {
            return true;
        }
    }
}

/** A line without the blanks around it; nothing is left of a comment. */
static struct span trimmed(struct span line)
{
    while (line.size && strchr(" \t\r", line.data[line.size - 1])) {
        line.size--;
    }
    while (line.size && strchr(" \t", line.data[0])) {
        line = span_from(line, 1);
    }
    return span_starts(line, "#") ? span_make(NULL, 0) : line;
}

/** The globs of a file behind those of options. */
static bool read_exports(struct command *command, const char *path, struct armeld_options *options)
{
    struct os_file file = {0};
    struct error error = {0};
    size_t count = options->export_count;
    if (!os_map(path, &file, &error)) {
        diag_error("%s", error.text);
        return false;
    }
    size_t most = count + 1;
    for (size_t i = 0; i < file.bytes.size; i++) {
        most += file.bytes.data[i] == '\n';
    }
    const char **list = ARENA_ARRAY(&command->arena, const char *, most);
    for (size_t i = 0; list && i < count; i++) {
        list[i] = options->exports[i];
    }
    for (struct span rest = file.bytes; list && rest.size;) {
        const uint8_t *end = memchr(rest.data, '\n', rest.size);
        size_t length = end ? (size_t)(end - rest.data) : rest.size;
        struct span line = trimmed(span_make(rest.data, length));
        rest = span_from(rest, length + (end != NULL));
        const char *copy = (const char *)arena_copy(&command->arena, line).data;
        list = copy ? list : NULL;
        if (list && line.size) {
            list[count++] = copy;
        }
    }
    os_unmap(&file);
    if (!list) {
        diag_error("out of memory");
    } else if (count == 0) {
        diag_error("%s: names no symbol", path);
    }
    options->exports = list;
    options->export_count = count;
    return list && count;
}

/** Whether the options agree with each other; the first that does not is said. */
static bool agree(const struct shrinking_settings *settings, unsigned strip)
{
    bool strips_debug = strip & ARMELD_STRIP_DEBUG;
    bool spares = settings->hide || settings->rename || settings->prune || settings->prelink;
    bool exports = settings->exports.count || settings->export_file;
    const struct {
        bool wrong;
        const char *message;
    } rules[] = {
        {strips_debug && settings->compress,
         "--compress-debug compresses debug info that is kept, but debug info is to be removed: "
         "leave one of both out"},
        {exports && !spares,
         "--export and --export-file name what --hide, --prune and --prelink spare: give one of "
         "these, too"},
        {settings->split_debug && !strips_debug,
         "--split-debug keeps a copy of debug info that is removed: give --debug or --strip=debug, "
         "too"},
        {settings->merge && !settings->prelink,
         "--merge joins sections of prelinked objects: give --prelink, too"},
    };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        if (rules[i].wrong) {
            diag_error("%s", rules[i].message);
            return false;
        }
    }
    return true;
}

bool shrinking_options(struct command *command, const struct shrinking_settings *settings,
                       struct armeld_options *options, int *status)
{
    options->flavour = (enum armeld_flavour)settings->flavour;
    options->strip = (settings->bitcode ? ARMELD_STRIP_BITCODE : 0U) |
                     (settings->debug ? ARMELD_STRIP_DEBUG : 0U) |
                     (settings->locals ? ARMELD_STRIP_LOCALS : 0U) |
                     (settings->comments ? ARMELD_STRIP_COMMENTS : 0U) |
                     (settings->drop_signature ? ARMELD_STRIP_SIGNATURE : 0U);
    options->compress_debug = (enum armeld_compression)settings->compress;
    options->hide = settings->hide;
    options->rename = settings->rename;
    options->prune = settings->prune;
    options->prelink = settings->prelink;
    options->merge = settings->merge;
    options->split_debug = settings->split_debug;
    options->exports = settings->exports.list;
    options->export_count = settings->exports.count;
    *status = ARMELD_USAGE;
    for (size_t i = 0; i < settings->strip.count; i++) {
        if (!add_words(settings->strip.list[i], &options->strip)) {
            return false;
        }
    }
    if (!agree(settings, options->strip)) {
        return false;
    }
    *status = ARMELD_FAILED;
    if (settings->export_file && !read_exports(command, settings->export_file, options)) {
        return false;
    }
    *status = ARMELD_OK;
    return true;
}
