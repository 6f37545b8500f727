/* SPDX-License-Identifier: MIT */
/** A shared library is made for one machine and platform: what to do with sets for several. */
#ifndef ARMELD_API_SHARE_APART_H
#define ARMELD_API_SHARE_APART_H

#include "api/handle.h"

/**
 * Refuse sets for several machines or platforms: universal ones, xcframeworks, platforms apart. The
 * sidecar was read. The error has the commands that share what is for one of them.
 */
bool share_check_apart(struct armeld *armeld);

#endif
