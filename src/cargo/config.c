/* SPDX-License-Identifier: MIT */
/**
 * Cargo's settings, as far as `cargo metadata` does not tell of them: build.target, which puts
 * libraries into a folder of its own.
 * Source: the Cargo Book, "Configuration": hierarchical structure, build.target.
 */
#include "cargo/workspace.h"

#include <stdlib.h>

#include "base/os.h"
#include "base/path.h"

enum { MOST_CONFIG = 1024 * 1024 };

/** The value of build.target. */
struct setting {
    struct span value; /* the first text; no data: not set */
    size_t count;
};

/* ---- as much of TOML as this takes ------------------------------------------------------- */

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static struct span skip_blanks(struct span text)
{
    while (text.size && is_blank(text.data[0])) {
        text = span_from(text, 1);
    }
    return text;
}

/** Skip what may stand between values of an array: also ends of lines, commas and comments. */
static struct span skip_between(struct span text)
{
    while (text.size) {
        if (text.data[0] == '#') {
            const uint8_t *end = memchr(text.data, '\n', text.size);
            text = span_from(text, end ? (size_t)(end - text.data) : text.size);
        } else if (is_blank(text.data[0]) || text.data[0] == '\n' || text.data[0] == ',') {
            text = span_from(text, 1);
        } else {
            break;
        }
    }
    return text;
}

/** Take a text in quotes, of one line. */
static bool take_quoted(struct span *text, struct setting *setting)
{
    if (!text->size || (text->data[0] != '"' && text->data[0] != '\'')) {
        return false;
    }
    const uint8_t *begin = text->data + 1;
    const uint8_t *end = memchr(begin, text->data[0], text->size - 1);
    if (!end || memchr(begin, '\n', (size_t)(end - begin))) {
        return false;
    }
    if (setting->count++ == 0) {
        setting->value = span_make(begin, (size_t)(end - begin));
    }
    *text = span_from(*text, (size_t)(end - text->data) + 1);
    return true;
}

/** A text, or an array of texts. */
static void take_value(struct span text, struct setting *setting)
{
    text = skip_blanks(text);
    if (!span_starts(text, "[")) {
        take_quoted(&text, setting);
        return;
    }
    do {
        text = skip_between(span_from(text, setting->count ? 0 : 1));
    } while (take_quoted(&text, setting));
}

/** Take a word from the front, and what may stand before and behind it. */
static bool take_word(struct span *text, const char *word)
{
    struct span rest = skip_blanks(*text);
    if (!span_starts(rest, word)) {
        return false;
    }
    *text = skip_blanks(span_from(rest, strlen(word)));
    return true;
}

/** Take a key from the front, which may stand in quotes, and what may stand around it. */
static bool take_key(struct span *text, const char *word)
{
    struct span rest = skip_blanks(*text);
    struct setting quoted = {0};
    if (!take_quoted(&rest, &quoted)) {
        return take_word(text, word);
    }
    if (!span_is(quoted.value, word)) {
        return false;
    }
    *text = skip_blanks(rest);
    return true;
}

/** Go on behind "{", a table in one line, to what follows the sign of its key "target". */
static bool find_in_table(struct span *line)
{
    bool at_key = true;
    while (line->size && line->data[0] != '\n') {
        struct span rest = *line;
        struct setting other = {0};
        if (at_key && take_key(&rest, "target") && take_word(&rest, "=")) {
            *line = rest;
            return true;
        }
        at_key = line->data[0] == ',' || (at_key && is_blank(line->data[0]));
        if (!take_quoted(line, &other)) {
            *line = span_from(*line, 1);
        }
    }
    return false;
}

/** Whether a line sets build.target; then @line is what follows the sign. */
static bool is_setting(struct span *line, bool in_build, bool at_top)
{
    if (in_build) {
        return take_key(line, "target") && take_word(line, "=");
    }
    if (!at_top || !take_key(line, "build")) {
        return false;
    }
    return take_word(line, ".") ? take_key(line, "target") && take_word(line, "=")
                                : take_word(line, "=") && take_word(line, "{") &&
                                      find_in_table(line);
}

static void scan(struct span text, struct setting *setting)
{
    bool at_top = true;
    bool in_build = false;
    while (text.size && !setting->count) {
        const uint8_t *newline = memchr(text.data, '\n', text.size);
        struct span line = text;
        if (take_word(&line, "[")) {
            at_top = false;
            in_build = take_key(&line, "build") && take_word(&line, "]");
        } else if (is_setting(&line, in_build, at_top)) {
            take_value(line, setting);
        }
        text = span_from(text, newline ? (size_t)(newline - text.data) + 1 : text.size);
    }
}

/* ---- files ------------------------------------------------------------------------------- */

/** Read one file, if it is there. Cargo complains about one that cannot be read. */
static bool read_config(const char *path, struct arena *arena, const char **target,
                        struct error *error)
{
    struct os_file file = {0};
    struct setting setting = {0};
    struct error unread = {0};
    if (!path || !os_may_be_file(path) || !os_map(path, &file, &unread)) {
        return true;
    }
    bool done = true;
    if (file.bytes.size <= MOST_CONFIG) {
        scan(file.bytes, &setting);
    }
    if (setting.count > 1) {
        done = error_set_kind(error, ERROR_USAGE,
                              "%s: build.target names several targets: --target TRIPLE takes one",
                              path);
    } else if (setting.count && setting.value.size) {
        *target = (const char *)arena_copy(arena, setting.value).data;
        done = *target || error_memory(error);
    }
    os_unmap(&file);
    return done;
}

/** Both names that a folder's settings may have. */
static bool read_folder(const char *folder, struct arena *arena, const char **target,
                        struct error *error)
{
    const char *old = arena_printf(arena, "%s/config", folder);
    const char *path = arena_printf(arena, "%s/config.toml", folder);
    return (*target || read_config(old, arena, target, error)) &&
           (*target || read_config(path, arena, target, error));
}

bool cargo_default_target(const char *from, struct arena *arena, const char **target,
                          struct error *error)
{
    const char *own = getenv("CARGO_BUILD_TARGET");
    const char *home = getenv("CARGO_HOME");
    const char *user = getenv("HOME");
    *target = own && *own ? arena_printf(arena, "%s", own) : NULL;
    const char *folder = os_real_path(from ? from : ".", arena, error);
    user = user ? user : getenv("USERPROFILE");
    while (folder && !*target) {
        const char *below = path_join(folder, ".cargo", arena);
        const char *parent = path_directory(folder, arena);
        if (!below || !parent) {
            return error_memory(error);
        }
        if (!read_folder(below, arena, target, error)) {
            return false;
        }
        if (strcmp(parent, folder) == 0) {
            break;
        }
        folder = parent;
    }
    home = home && *home ? home : user ? arena_printf(arena, "%s/.cargo", user) : NULL;
    if (folder && home && !*target && !read_folder(home, arena, target, error)) {
        return false;
    }
    if (*target && strcmp(*target, "host-tuple") == 0) {
        *target = NULL; /* the only one that is built, most likely */
    }
    return folder != NULL;
}
