/* SPDX-License-Identifier: MIT */
/** Prelinking of archives: one object in each, beside import stubs and what is no object. */
#ifndef ARMELD_MELD_PRELINKING_H
#define ARMELD_MELD_PRELINKING_H

#include "meld/outputs.h"

struct prelinking_rules {
    bool merge;     /**< join sections of one kind */
    unsigned strip; /**< enum armeld_strip: of what is put together */
    bool hide;
};

/**
 * Put the objects of each output together. What exports have and what other outputs need stays
 * global. What is defined both in the workspace and elsewhere cannot be: an error.
 * @outputs their items are replaced, in their arena
 */
bool prelink_outputs(struct outputs *outputs, struct shrunk *shrunk,
                     const struct prelinking_rules *rules, struct error *error);

#endif
