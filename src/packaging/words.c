/* SPDX-License-Identifier: MIT */
#include "packaging/words.h"

bool words_add(struct words *words, const char *word, struct arena *arena)
{
    if (!word) {
        return false;
    }
    const char **list =
        arena_grow(arena, words->list, words->count, &words->capacity, 8, sizeof *list);
    if (!list) {
        return false;
    }
    words->list = list;
    words->list[words->count++] = word;
    return true;
}

bool words_have(const struct words *words, const char *word)
{
    for (size_t i = 0; i < words->count; i++) {
        if (strcmp(words->list[i], word) == 0) {
            return true;
        }
    }
    return false;
}

bool words_add_once(struct words *words, const char *word, struct arena *arena)
{
    return word && (words_have(words, word) || words_add(words, word, arena));
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/** Take the word at @at, which is no blank; false when its quotation does not end. */
static bool take_word(struct span text, size_t *at, char *word)
{
    uint8_t quote = 0;
    for (; *at < text.size && (quote || !is_blank(text.data[*at])); ++*at) {
        uint8_t c = text.data[*at];
        if (quote ? c == quote : c == '\'' || c == '"') {
            quote = quote ? 0 : c;
            continue;
        }
        if (c == '\\' && quote != '\'' && *at + 1 < text.size) {
            uint8_t next = text.data[*at + 1];
            bool kept = quote && next != '"' && next != '\\' && next != '$' && next != '`';
            c = kept ? c : next;
            *at += !kept;
        }
        *word++ = (char)c;
    }
    return quote == 0;
}

bool words_split(struct span text, struct words *words, struct arena *arena, struct error *error)
{
    for (size_t at = 0; at < text.size;) {
        if (is_blank(text.data[at])) {
            at++;
            continue;
        }
        char *word = arena_alloc(arena, text.size - at + 1);
        if (!word) {
            return error_memory(error);
        }
        size_t start = at;
        if (!take_word(text, &at, word)) {
            return error_set(error, "a quotation mark without its end: %.*s",
                             (int)(text.size - start), (const char *)text.data + start);
        }
        if (!words_add(words, word, arena)) {
            return error_memory(error);
        }
    }
    return true;
}

static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c & 0x80) || strchr("+,-./:=@_~^%${}", c);
}

const char *word_quote(const char *word, struct arena *arena)
{
    if (!*word) {
        return "''";
    }
    char *quoted = arena_alloc(arena, 2 * strlen(word) + 1);
    char *to = quoted;
    for (; quoted && *word; word++) {
        if (!is_plain(*word)) {
            *to++ = '\\';
        }
        *to++ = *word;
    }
    return quoted;
}

const char *words_join(const struct words *words, struct arena *arena)
{
    const char *text = "";
    for (size_t i = 0; text && i < words->count; i++) {
        const char *word = word_quote(words->list[i], arena);
        text = word ? arena_printf(arena, "%s%s%s", text, i ? " " : "", word) : NULL;
    }
    return text;
}

/** Whether the flag's value is the word behind it. */
static bool takes_word(const char *flag)
{
    static const char *const flags[] = {"-framework", "-weak_framework", "-needed_framework",
                                        "-u", "-z", "-e", "-T", "-Xlinker", "-rpath"};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        if (strcmp(flag, flags[i]) == 0) {
            return true;
        }
    }
    return false;
}

/** Whether the flag's value is the word behind it, or all behind its first two letters. */
static bool takes_word_or_rest(const char *flag)
{
    return strcmp(flag, "-L") == 0 || strcmp(flag, "-l") == 0 || strcmp(flag, "-F") == 0;
}

bool flag_links(const char *flag)
{
    return (*flag && *flag != '-') || strncmp(flag, "-l", 2) == 0 ||
           strcmp(flag, "-pthread") == 0 ||
           (strncmp(flag, "-Wl,", 4) == 0 && strstr(flag, "framework,") != NULL) ||
           (strncmp(flag, "-L", 2) != 0 && strncmp(flag, "-F", 2) != 0 &&
            strstr(flag, "framework ") != NULL);
}

const char *words_next_flag(const struct words *words, size_t *at, struct arena *arena)
{
    const char *flag = words->list[(*at)++];
    bool rest = takes_word_or_rest(flag);
    return (rest || takes_word(flag)) && *at < words->count
               ? arena_printf(arena, "%s%s%s", flag, rest ? "" : " ", words->list[(*at)++])
               : flag;
}

bool words_pair_flags(const struct words *words, struct words *flags, struct arena *arena)
{
    for (size_t at = 0; at < words->count;) {
        if (!words_add_once(flags, words_next_flag(words, &at, arena), arena)) {
            return false;
        }
    }
    return true;
}

const char *words_open_flag(const struct words *words)
{
    size_t at = 0;
    while (at + 1 < words->count) {
        at += takes_word_or_rest(words->list[at]) || takes_word(words->list[at]) ? 2 : 1;
    }
    const char *last = at < words->count ? words->list[at] : "";
    return takes_word_or_rest(last) || takes_word(last) ? last : NULL;
}

const char *flags_join(const struct words *flags, struct arena *arena)
{
    const char *text = "";
    for (size_t i = 0; text && i < flags->count; i++) {
        const char *flag = flags->list[i];
        const char *blank = strchr(flag, ' ');
        char *head = arena_printf(arena, "%.*s", blank ? (int)(blank - flag) : 0, flag);
        bool pair = head && blank && takes_word(head);
        const char *tail = word_quote(pair ? blank + 1 : flag, arena);
        text = head && tail ? arena_printf(arena, "%s%s%s%s%s", text, i ? " " : "",
                                           pair ? head : "", pair ? " " : "", tail)
                            : NULL;
    }
    return text;
}
