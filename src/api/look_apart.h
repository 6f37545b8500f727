/* SPDX-License-Identifier: MIT */
/**
 * Looking at libraries for several machines or platforms: those of each kind are a set of their
 * own, at which a handle of its own looks. Their reports are kept as long as that of the whole.
 */
#ifndef ARMELD_API_LOOK_APART_H
#define ARMELD_API_LOOK_APART_H

#include "api/handle.h"
#include "census/kinds.h"

/**
 * Find out what melding would do with the libraries of each kind, by reason: .looked, and the
 * report's rows. The set was read, and is not for one machine and platform.
 * @why why not, which is the error if a library has objects of several kinds itself
 * @library only the kinds that it has something of; NULL: all
 */
bool look_apart(struct armeld *armeld, const struct error *why, const char *library);

/** Explain members of each kind, or with neither member nor symbol all of it. */
bool look_apart_explain(struct armeld *armeld, const struct armeld_question *question);

/** Explain the libraries of one kind, which armeld_inspect() has looked at. look.c */
bool look_explain(struct armeld *armeld, const struct armeld_question *question);

/** Find out by reason what melding would do with libraries of one kind. look.c */
bool look_by_reason(struct armeld *armeld);

#endif
