/* SPDX-License-Identifier: MIT */
/** The bytes of a shared object or a program by where they came from, as far as names tell. */
#ifndef ARMELD_INSPECT_CHART_ORIGINS_H
#define ARMELD_INSPECT_CHART_ORIGINS_H

#include "image/image.h"
#include "inspect/chart_map.h"

/** What an image has of one object. */
struct chart_part {
    struct span crate;  /**< such as "std", or words in brackets */
    struct span member; /**< the object; the name of the image if no symbol tells */
    uint32_t number;    /**< for the caller: of the crate */
    struct chart_kinds kinds;
};

/** All that an image has. Start with {0}: it was not looked at. */
struct chart_parts {
    struct chart_part *list;
    size_t count;
};

/**
 * Divide an image by crate and object, in the order in which they come.
 * @name  of the image
 * @arena receives the parts and their names
 * @return false when memory is short
 */
bool chart_origins(struct span data, struct span name, struct arena *arena,
                   struct chart_parts *parts);

#endif
