/* SPDX-License-Identifier: MIT */
/** Prelinking of archives: one object in each, beside import stubs and what is no object. */
#ifndef ARMELD_WRITE_PRELINKED_H
#define ARMELD_WRITE_PRELINKED_H

#include "write/outputs.h"

struct prelink_output_rules {
    bool merge;     /**< join sections of one kind */
    unsigned strip; /**< enum armeld_strip: of what is put together */
    bool hide;
};

/**
 * Put the objects of each output together. What exports have and what other outputs need stays
 * global. What several outputs define and others need is made weak, if it is a function of ELF or
 * Mach-O, else an error, since it would collide; unless the plan says that the originals do so,
 * too.
 * @outputs their items are replaced, in their arena
 */
bool prelink_outputs(struct outputs *outputs, const struct plan *plan, struct shrunk *shrunk,
                     const struct prelink_output_rules *rules, struct error *error);

#endif
