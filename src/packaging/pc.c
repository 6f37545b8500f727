/* SPDX-License-Identifier: MIT */
#include "packaging/pc.h"

/** Variables may stand in variables, so deep at most, and fields grow so long at most. */
enum { MOST_DEPTH = 16, MOST_TEXT = 1 << 20 };

/* ---- lines ------------------------------------------------------------------------------- */

static bool is_key(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '_' || c == '.' || c == '-';
}

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t';
}

/** Append the text of a line from @at on to @to, without comments and the newline. */
static size_t join_line(struct span bytes, size_t at, uint8_t *to, size_t *used)
{
    bool comment = false;
    while (at < bytes.size && bytes.data[at] != '\n') {
        uint8_t c = bytes.data[at];
        bool carriage = at + 2 < bytes.size && bytes.data[at + 1] == '\r';
        size_t newline = at + 1 + carriage;
        if (c == '\\' && newline < bytes.size && bytes.data[newline] == '\n') {
            at = newline + 1;
            continue;
        }
        if (c == '\\' && !comment && at + 1 < bytes.size && bytes.data[at + 1] == '#') {
            c = bytes.data[++at];
        } else if (c == '#') {
            comment = true;
        }
        if (!comment && c != '\r') {
            to[(*used)++] = c;
        }
        at++;
    }
    return at;
}

/** Where the line that begins at @at says what, whatever its value is. */
static struct pc_line start_line(struct span bytes, size_t at)
{
    struct pc_line line = {0};
    while (at < bytes.size && is_space(bytes.data[at])) {
        at++;
    }
    size_t start = at;
    while (at < bytes.size && is_key(bytes.data[at])) {
        at++;
    }
    struct span key = {bytes.data + start, at - start};
    while (at < bytes.size && is_space(bytes.data[at])) {
        at++;
    }
    if (key.size && at < bytes.size && (bytes.data[at] == ':' || bytes.data[at] == '=')) {
        line.key = key;
        line.field = bytes.data[at] == ':';
        line.value = at + 1;
    }
    return line;
}

static struct span trim(struct span text)
{
    while (text.size && is_space(text.data[0])) {
        text = span_from(text, 1);
    }
    while (text.size && is_space(text.data[text.size - 1])) {
        text.size--;
    }
    return text;
}

bool pc_parse(struct span bytes, const char *directory, struct arena *arena, struct pc_file *file,
              struct error *error)
{
    size_t most = 1;
    for (size_t i = 0; i < bytes.size; i++) {
        most += bytes.data[i] == '\n';
        if (bytes.data[i] == '\0') {
            return error_set(error, "offset %#zx: a NUL: this is no .pc file", i);
        }
    }
    uint8_t *joined = arena_alloc(arena, bytes.size + 1);
    *file = (struct pc_file){.bytes = bytes, .directory = directory};
    file->lines = ARENA_ARRAY(arena, struct pc_line, most);
    if (!joined || !file->lines) {
        return error_memory(error);
    }
    for (size_t at = 0; at < bytes.size;) {
        struct pc_line line = start_line(bytes, at);
        size_t used = 0;
        line.end = join_line(bytes, line.key.size ? line.value : at, joined, &used);
        line.text = trim(span_make(joined, used));
        joined += used;
        at = line.next = line.end + (line.end < bytes.size);
        line.end -= line.end > 0 && bytes.data[line.end - 1] == '\r';
        file->lines[file->line_count++] = line;
    }
    return true;
}

bool pc_find_line(const struct pc_file *file, struct span key, bool field,
                  const struct pc_line **found, struct error *error)
{
    *found = NULL;
    for (size_t i = 0; i < file->line_count; i++) {
        const struct pc_line *line = &file->lines[i];
        if (line->field != field || !line->key.size || !span_equal(line->key, key)) {
            continue;
        }
        if (*found && field) {
            return error_set(error, "offset %#zx: a second %.*s", line->value, SPAN_ARGS(key));
        }
        *found = line; /* of variables, the last one counts */
    }
    return true;
}

/* ---- values ------------------------------------------------------------------------------ */

struct text {
    uint8_t *bytes;
    size_t size;
};

static bool put(struct text *text, struct span bytes, struct error *error)
{
    if (bytes.size > MOST_TEXT - text->size) {
        return error_set(error, "a field grows beyond %d bytes", (int)MOST_TEXT);
    }
    if (bytes.size) {
        memcpy(text->bytes + text->size, bytes.data, bytes.size);
    }
    text->size += bytes.size;
    return true;
}

/** Append a path as one word, or a part of one, whatever is in it. */
static bool put_path(struct text *text, const char *path, struct error *error)
{
    for (; *path; path++) {
        bool special = is_space((uint8_t)*path) || strchr("\"'\\$#", *path);
        if ((special && !put(text, span_of("\\"), error)) ||
            !put(text, span_make((const uint8_t *)path, 1), error)) {
            return false;
        }
    }
    return true;
}

/** Append a value with its variables put in. */
// NOLINTNEXTLINE(misc-no-recursion): bounded by MOST_DEPTH
static bool expand(const struct pc_file *file, struct span value, unsigned depth,
                   struct text *text, struct error *error)
{
    while (value.size) {
        const uint8_t *dollar = memchr(value.data, '$', value.size);
        size_t plain = dollar ? (size_t)(dollar - value.data) : value.size;
        if (!put(text, span_make(value.data, plain), error)) {
            return false;
        }
        value = span_from(value, plain);
        const uint8_t *close = value.size > 1 && value.data[1] == '{'
                                   ? memchr(value.data, '}', value.size)
                                   : NULL;
        if (!close) { /* "$$", or a dollar alone */
            if (value.size && !put(text, span_make(value.data, 1), error)) {
                return false;
            }
            bool twice = value.size > 1 && value.data[1] == '$';
            value = span_from(value, twice ? 2 : 1);
            continue;
        }
        struct span name = span_make(value.data + 2, (size_t)(close - value.data) - 2);
        const struct pc_line *line;
        value = span_from(value, name.size + 3);
        if (span_is(name, "pcfiledir")) {
            if (!put_path(text, file->directory, error)) {
                return false;
            }
            continue;
        }
        if (!pc_find_line(file, name, false, &line, error)) {
            return false;
        }
        if (!line || depth == MOST_DEPTH) {
            return error_set(error, "the variable %.*s is %s", SPAN_ARGS(name),
                             line ? "its own value" : "nowhere set");
        }
        if (!expand(file, line->text, depth + 1, text, error)) {
            return false;
        }
    }
    return true;
}

static bool expand_field(const struct pc_file *file, const char *field, struct arena *arena,
                         struct span *value, struct error *error)
{
    const struct pc_line *line;
    *value = (struct span){0};
    if (!pc_find_line(file, span_of(field), true, &line, error)) {
        return false;
    }
    if (!line) {
        return true;
    }
    struct arena scratch = {0};
    struct text text = {arena_alloc(&scratch, MOST_TEXT), 0};
    bool done = (text.bytes || error_memory(error)) && expand(file, line->text, 0, &text, error);
    *value = done ? arena_copy(arena, span_make(text.bytes, text.size)) : (struct span){0};
    arena_free(&scratch);
    return done && (value->data || error_memory(error));
}

bool pc_words(const struct pc_file *file, const char *field, struct words *words,
              struct arena *arena, struct error *error)
{
    struct span value;
    return expand_field(file, field, arena, &value, error) &&
           (words_split(value, words, arena, error) || error_prefix(error, "%s: ", field));
}

static bool is_separator(uint8_t c)
{
    return is_space(c) || c == ',';
}

static bool is_operator(uint8_t c)
{
    return c == '<' || c == '>' || c == '=' || c == '!';
}

/** Take what @belongs says off the front. */
static struct span take(struct span *rest, bool belongs(uint8_t c), bool wanted)
{
    size_t size = 0;
    while (size < rest->size && belongs(rest->data[size]) == wanted) {
        size++;
    }
    struct span taken = {rest->data, size};
    *rest = span_from(*rest, size);
    return taken;
}

static bool ends_name(uint8_t c)
{
    return is_separator(c) || is_operator(c);
}

/** The next module of a list, and its condition if it has one; false at the end. */
static bool next_module(struct span *rest, struct span *name, struct span *operator,
                        struct span *version)
{
    take(rest, is_separator, true);
    *name = take(rest, ends_name, false);
    struct span ahead = *rest;
    take(&ahead, is_space, true);
    *operator = take(&ahead, is_operator, true);
    *version = (struct span){0};
    if (operator->size) {
        take(&ahead, is_space, true);
        *version = take(&ahead, is_separator, false);
        *rest = ahead;
    }
    return name->size != 0 || operator->size != 0;
}

bool pc_modules(const struct pc_file *file, const char *field, struct words *modules,
                struct arena *arena, struct error *error)
{
    struct span rest;
    struct span name;
    struct span operator;
    struct span version;
    if (!expand_field(file, field, arena, &rest, error)) {
        return false;
    }
    while (next_module(&rest, &name, &operator, &version)) {
        const char *module =
            arena_printf(arena, "%.*s%s%.*s%s%.*s", SPAN_ARGS(name),
                         operator.size ? " " : "", SPAN_ARGS(operator),
                         operator.size ? " " : "", SPAN_ARGS(version));
        if (!words_add(modules, module, arena)) {
            return error_memory(error);
        }
    }
    return true;
}

/* ---- changing ---------------------------------------------------------------------------- */

static const char REQUIRES[] = "Requires";

static bool requires(const struct pc_file *file, const char *field, const char *module,
                     struct arena *arena, bool *found, struct error *error)
{
    struct words modules = {0};
    size_t length = strlen(module);
    if (!pc_modules(file, field, &modules, arena, error)) {
        return false;
    }
    for (size_t i = 0; i < modules.count; i++) {
        const char *text = modules.list[i];
        *found |= strncmp(text, module, length) == 0 && (!text[length] || text[length] == ' ');
    }
    return true;
}

/** How lines end here. */
static const char *newline_of(const struct pc_file *file)
{
    const struct pc_line *first = file->lines;
    return file->line_count && first->end < file->bytes.size && file->bytes.data[first->end] == '\r'
               ? "\r\n"
               : "\n";
}

/** Put @text where @at is. */
static bool insert(const struct pc_file *file, size_t at, const char *text, struct arena *arena,
                   struct span *bytes, struct error *error)
{
    size_t size = text ? strlen(text) : 0;
    uint8_t *changed = arena_alloc(arena, file->bytes.size + size + 1);
    if (!changed || !text) {
        return error_memory(error);
    }
    memcpy(changed + at, text, size);
    if (file->bytes.size) {
        memcpy(changed, file->bytes.data, at);
        memcpy(changed + at + size, file->bytes.data + at, file->bytes.size - at);
    }
    *bytes = span_make(changed, file->bytes.size + size);
    return true;
}

/** Where a new Requires goes: before Requires.private, or behind the last field. */
static size_t place_for_line(const struct pc_file *file)
{
    size_t place = file->bytes.size;
    for (size_t i = 0; i < file->line_count; i++) {
        const struct pc_line *line = &file->lines[i];
        if (line->field && span_is(line->key, "Requires.private")) {
            return i ? file->lines[i - 1].next : 0;
        }
        if (line->field) {
            place = line->next;
        }
    }
    return place;
}

static bool has_module(const struct pc_file *file, const char *module, struct arena *arena,
                       bool *found, struct error *error)
{
    *found = false;
    return requires(file, REQUIRES, module, arena, found, error) &&
           requires(file, "Requires.private", module, arena, found, error);
}

/** Whether the changed file says what it should: a line before may go on behind its end. */
static bool took_module(struct span bytes, const struct pc_file *file, const char *module,
                        struct arena *arena, bool *took, struct error *error)
{
    struct pc_file changed;
    return pc_parse(bytes, file->directory, arena, &changed, error) &&
           has_module(&changed, module, arena, took, error);
}

/** Add a line of its own, behind an empty one if need be. */
static bool add_line(const struct pc_file *file, const char *module, struct arena *arena,
                     struct span *bytes, struct error *error)
{
    size_t place = place_for_line(file);
    const char *newline = newline_of(file);
    bool unended = place && file->bytes.data[place - 1] != '\n';
    for (unsigned empty = 0; empty < 2; empty++) {
        const char *text =
            arena_printf(arena, "%s%s%s: %s%s", unended ? newline : "", empty ? newline : "",
                         REQUIRES, module, newline);
        bool took;
        if (!insert(file, place, text, arena, bytes, error) ||
            !took_module(*bytes, file, module, arena, &took, error)) {
            return false;
        }
        if (took) {
            return true;
        }
    }
    return error_set(error, "%s cannot be added to it", REQUIRES);
}

bool pc_require(const struct pc_file *file, const char *module, struct arena *arena,
                struct span *bytes, struct error *error)
{
    const struct pc_line *line;
    bool found;
    *bytes = file->bytes;
    if (!pc_find_line(file, span_of(REQUIRES), true, &line, error) ||
        !has_module(file, module, arena, &found, error)) {
        return false;
    }
    if (found) {
        return true;
    }
    if (!line) {
        return add_line(file, module, arena, bytes, error);
    }
    const char *text = arena_printf(arena, " %s%s", module, line->text.size ? "," : "");
    return insert(file, line->value, text, arena, bytes, error) &&
           took_module(*bytes, file, module, arena, &found, error) &&
           (found || error_set(error, "%s cannot be changed", REQUIRES));
}
