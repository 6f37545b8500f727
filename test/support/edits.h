/* SPDX-License-Identifier: MIT */
/** Objects taken apart, from text, and what tests ask of them. */
#ifndef ARMELD_TEST_SUPPORT_EDITS_H
#define ARMELD_TEST_SUPPORT_EDITS_H

#include "obj/obj_edit.h"
#include "shrink/prelink.h"

/** The object that @text describes (see objects.h), taken apart in @arena. */
struct obj_edit edit_of(struct arena *arena, const char *text);

/** The number of a section, by its name; of several, number @which. A missing one ends the test. */
uint32_t section_number(const struct obj_edit *edit, const char *name, unsigned which);

/** A symbol by its name; a missing one ends the test. Section symbols do not count. */
const struct obj_symbol *symbol_named(const struct obj_edit *edit, const char *name);

/** How many symbols have that name. */
size_t count_symbols(const struct obj_edit *edit, const char *name);

/** "NAME:SIZE NAME:SIZE", in order. In @arena. */
const char *section_list(struct arena *arena, const struct obj_edit *edit);

/**
 * "SYMBOL SYMBOL", in order, without section symbols. A symbol is marked '-' local, '~' hidden,
 * '?' undefined, '!' weak. In @arena.
 */
const char *symbol_list(struct arena *arena, const struct obj_edit *edit);

/**
 * The relocations of a section, in order: "OFFSET:SYMBOL" with "+ADDEND" unless it is 0; "[NAME]"
 * for a section symbol or a section, "[NAME]+VALUE" if that symbol lies behind its beginning. In
 * @arena.
 */
const char *reloc_list(struct arena *arena, const struct obj_edit *edit, uint32_t section);

/**
 * Prelink the objects of @texts, NULL at the end; messages call them 0, 1, and so on. What begins
 * with "api" or "_api" stays global.
 */
enum obj_result prelink_texts(struct arena *arena, const char *const *texts, struct obj_edit *out,
                              struct error *error);

/** The same, where definitions that linkers unify stay what they are if @shares. */
enum obj_result prelink_texts_as(struct arena *arena, const char *const *texts, bool shares,
                                 struct obj_edit *out, struct error *error);

/** prelink_texts() of what must not fail. */
struct obj_edit prelinked(struct arena *arena, const char *const *texts);

/** Write an object, compare it with what is read back, and return that; a failure ends the test. */
struct obj_edit written(struct arena *arena, const struct obj_edit *edit);

#endif
