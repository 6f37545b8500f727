/* SPDX-License-Identifier: MIT */
/**
 * JSON values as text.
 *
 * jansson's own json_dumps() does not look whether the keys of objects were stored: when memory is
 * short, it returns text without a key, and no error.
 */
#ifndef ARMELD_BASE_JSON_TEXT_H
#define ARMELD_BASE_JSON_TEXT_H

#include <jansson.h>

/**
 * The text of @value, with jansson's @flags. The caller frees it. NULL if memory is short, or if
 * @value is NULL because it was.
 */
char *json_text(const json_t *value, size_t flags);

#endif
