/* SPDX-License-Identifier: MIT */
/**
 * Property lists of Apple's tools, as XML and as binary files.
 *
 * What no package needs (reals, dates, data, unique numbers) is read past and not kept. Anything
 * that Apple's own readers take differently from one another is an error: keys that a dictionary
 * has twice, entities of one's own, other encodings than UTF-8.
 * Source: Apple's CoreFoundation, CFPropertyList.c, CFBinaryPList.c; PropertyList-1.0.dtd.
 */
#ifndef ARMELD_APPLE_PLIST_H
#define ARMELD_APPLE_PLIST_H

#include "base/arena.h"
#include "base/error.h"

enum plist_kind {
    PLIST_DICT,
    PLIST_ARRAY,
    PLIST_STRING,
    PLIST_INTEGER,
    PLIST_BOOL,
    PLIST_OTHER, /**< a real, a date, data, a unique number: not kept */
};

enum {
    PLIST_MOST_BYTES = 1 << 20,
    PLIST_MOST_DEPTH = 64,
    PLIST_MOST_KEYS = 512, /**< of a dictionary */
};

struct plist {
    enum plist_kind kind;
    bool negative;     /**< an integer below zero */
    uint64_t number;   /**< of an integer without its sign; 1 for true */
    struct span text;  /**< UTF-8; may hold a NUL */
    struct span *keys; /**< of a dictionary, in the file's order; each is there once */
    struct plist *list; /**< values of an array or a dictionary */
    size_t count;
};

/**
 * Read a property list.
 * @file must stay as long as @plist
 * Errors name the offset.
 */
bool plist_read(struct span file, struct arena *arena, struct plist *plist, struct error *error);

/** The value of a key; NULL if there is none, or if @plist is no dictionary. */
const struct plist *plist_get(const struct plist *plist, const char *key);

/** Whether a dictionary that is being read can have a key: no second one. For the readers. */
bool plist_takes_key(const struct plist *dict, struct span key);

/** Put a character to @to, as UTF-8. Returns how many bytes it takes. For the readers. */
size_t plist_put_utf8(uint32_t c, uint8_t *to);

/** Read one of the two forms. For plist_read(). plist_xml.c, plist_binary.c */
bool plist_read_xml(struct span file, struct arena *arena, struct plist *plist,
                    struct error *error);
bool plist_read_binary(struct span file, struct arena *arena, struct plist *plist,
                       struct error *error);

#endif
