/* SPDX-License-Identifier: MIT */
/** Prelinking outputs: one object in each archive, beside import stubs and members of no format. */
#ifndef ARMELD_WRITE_PRELINKED_H
#define ARMELD_WRITE_PRELINKED_H

#include "write/outputs.h"

struct prelink_output_rules {
    bool merge;     /**< join sections of one kind */
    unsigned strip; /**< enum armeld_strip: steps for the joined object */
    enum armeld_compression compress; /**< of debug sections that stay; ELF only */
    bool hide;
    const bool *apart; /**< by class: its members are not joined with others; NULL: all are */
};

/**
 * Put the objects of each output together. Exports, and symbols that other outputs need or define
 * as well, stay global. In a set, and where no exports are named, what linkers unify (weak
 * definitions, COMDATs, commons) stays what it is; a single library with named exports has its own
 * of everything else. Objects that define strongly what another one defines are not joined, unless
 * the originals collide as well (the plan says so).
 * @census  whose members the outputs have
 * @outputs their items are replaced; the new ones live in the arena of the outputs
 */
bool prelink_outputs(const struct census *census, struct outputs *outputs,
                     const struct plan *plan, struct shrunk *shrunk,
                     const struct prelink_output_rules *rules, struct error *error);

/** Whether there is debug info that counts on being the only one of its kind in an object. */
bool prelink_loses_debug(const struct object *object);

#endif
