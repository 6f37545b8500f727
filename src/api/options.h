/* SPDX-License-Identifier: MIT */
/** Structs that callers fill in: taken over whatever their size, and copied. */
#ifndef ARMELD_API_OPTIONS_H
#define ARMELD_API_OPTIONS_H

#include "armeld.h"
#include "base/arena.h"
#include "base/error.h"

/**
 * Take over a struct that begins with its size. A smaller one is of an older caller: the missing
 * fields are zero. A larger one is of a newer caller: fields that this library lacks must be zero,
 * or the result is an error of kind ERROR_USAGE.
 * @own[out] a struct of @own_size bytes, zeroed after an error
 * @name     the struct's name, for the error
 */
bool options_take(const void *given, void *own, size_t own_size, const char *name,
                  struct error *error);

/** Replace the texts and lists of the options by copies in @arena. False: memory. */
bool options_copy(struct armeld_options *options, struct arena *arena);

/** Refuse what does not go with one archive: it is a new file, and no library's workspace. */
bool options_check_one(const struct armeld_options *options, struct error *error);

#endif
