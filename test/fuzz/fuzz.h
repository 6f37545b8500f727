/* SPDX-License-Identifier: MIT */
/**
 * What the fuzzing harnesses share. Each harness is one LLVMFuzzerTestOneInput() that reads its
 * input as hostile bytes and checks what must hold whatever they are.
 */
#ifndef ARMELD_TEST_FUZZ_H
#define ARMELD_TEST_FUZZ_H

#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/span.h"
#include "obj/object.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** End the run with a message if @condition does not hold. */
#define CHECK(condition, ...)                                                                     \
    do {                                                                                          \
        if (!(condition)) {                                                                       \
            fprintf(stderr, "%s:%d: %s: ", __FILE__, __LINE__, #condition);                       \
            fprintf(stderr, __VA_ARGS__);                                                         \
            fputc('\n', stderr);                                                                  \
            abort();                                                                              \
        }                                                                                         \
    } while (0)

/** A failure says what is wrong, a success says nothing. */
#define CHECK_ERROR(done, error)                                                                  \
    do {                                                                                          \
        CHECK((done) == ((error).kind == ERROR_NONE), "\"%s\"", (error).text);                    \
        CHECK((done) == ((error).text[0] == '\0'), "\"%s\"", (error).text);                       \
    } while (0)

/** First chunks of arenas and tables, which an input of a few bytes takes as well. */
enum { HEAP_FIXED = 256 * 1024 };

/** Start to watch the heap. */
void heap_watch(void);

/**
 * The most that the heap has held since heap_watch() must not exceed @times the input's @size and
 * @fixed bytes: memory is linear in the input.
 */
void heap_check(size_t size, size_t times, size_t fixed);
size_t heap_peak(void);

/**
 * Read @data as an object of @format: sections, symbols, groups, relocations, canonical form.
 * 0, or -1 where it is of another format: such inputs are not worth keeping.
 */
int fuzz_object(struct span data, enum obj_format format);

#endif
