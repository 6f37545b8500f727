/* SPDX-License-Identifier: MIT */
/** What printing and reading a manifest share. Only for manifest*.c. */
#ifndef ARMELD_SIDECAR_MANIFEST_INTERNAL_H
#define ARMELD_SIDECAR_MANIFEST_INTERNAL_H

#include "sidecar/manifest.h"

/**
 * Of a sidecar with an entry for each content, of a packed one; the same of several workspaces; the
 * same of universal files; the same of xcframeworks.
 */
extern const char *const manifest_schemas[8];

/** By enum orders_proven. */
extern const char *const manifest_orders[3];

#endif
