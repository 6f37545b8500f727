/* SPDX-License-Identifier: MIT */
#include "apple/plist.h"

bool plist_read(struct span file, struct arena *arena, struct plist *plist, struct error *error)
{
    static const char mark[] = "\xef\xbb\xbf";
    *plist = (struct plist){0};
    if (file.size > PLIST_MOST_BYTES) {
        return error_set(error, "a property list of %zu bytes, more than %d", file.size,
                         PLIST_MOST_BYTES);
    }
    if (span_starts(file, "bplist")) {
        return plist_read_binary(file, arena, plist, error);
    }
    size_t at = span_starts(file, mark) ? sizeof mark - 1 : 0;
    while (at < file.size && memchr(" \t\r\n", file.data[at], 4)) {
        at++;
    }
    if (at < file.size && file.data[at] == '<') {
        return plist_read_xml(file, arena, plist, error);
    }
    return error_set(error, "offset 0x0: neither a binary property list nor one in XML");
}

bool plist_takes_key(const struct plist *dict, struct span key)
{
    for (size_t i = 0; i < dict->count; i++) {
        if (span_equal(dict->keys[i], key)) {
            return false;
        }
    }
    return dict->count < PLIST_MOST_KEYS;
}

const struct plist *plist_get(const struct plist *plist, const char *key)
{
    for (size_t i = 0; plist->kind == PLIST_DICT && i < plist->count; i++) {
        if (span_is(plist->keys[i], key)) {
            return &plist->list[i];
        }
    }
    return NULL;
}

size_t plist_put_utf8(uint32_t c, uint8_t *to)
{
    static const uint8_t first[] = {0, 0xc0, 0xe0, 0xf0};
    unsigned more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    for (unsigned i = more; i > 0; i--, c >>= 6) {
        to[i] = (uint8_t)(0x80 | (c & 0x3f));
    }
    to[0] = (uint8_t)(first[more] | c);
    return more + 1;
}
