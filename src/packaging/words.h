/* SPDX-License-Identifier: MIT */
/** Words of a command line, as .pc and .la files hold them: split and quoted like a shell does. */
#ifndef ARMELD_PACKAGING_WORDS_H
#define ARMELD_PACKAGING_WORDS_H

#include "base/arena.h"
#include "base/error.h"

/** Start with {0}; grows in an arena. */
struct words {
    const char **list;
    size_t count;
    size_t capacity;
};

/** Add one; false when memory is short. */
bool words_add(struct words *words, const char *word, struct arena *arena);

bool words_have(const struct words *words, const char *word);

/** Add one unless it is there. */
bool words_add_once(struct words *words, const char *word, struct arena *arena);

/**
 * Split a text at blanks; '...', "..." and \ protect them, and are taken off.
 * A quotation that does not end is an error.
 */
bool words_split(struct span text, struct words *words, struct arena *arena, struct error *error);

/** Quote a word so that words_split() gives it back. NULL: memory. */
const char *word_quote(const char *word, struct arena *arena);

/** All words, quoted, with blanks between. NULL: memory. */
const char *words_join(const struct words *words, struct arena *arena);

/**
 * Put flags that belong together into one word: "-framework", "Foo" becomes "-framework Foo",
 * and "-l", "foo" becomes "-lfoo".
 * Only such words have blanks that words_join() must not protect: flags_join() does not.
 */
bool words_pair_flags(const struct words *words, struct words *flags, struct arena *arena);

/** The flag at @at, with the word that belongs to it; @at moves on. NULL: memory. */
const char *words_next_flag(const struct words *words, size_t *at, struct arena *arena);

/**
 * The flag at the end whose value is missing, which would take the next word for it; NULL if there
 * is none.
 */
const char *words_open_flag(const struct words *words);

/** Whether a flag, paired, names something to link: a file, a library, a framework, threads. */
bool flag_links(const char *flag);

/** The flags with blanks between, each quoted but for the blank in a pair. NULL: memory. */
const char *flags_join(const struct words *flags, struct arena *arena);

#endif
