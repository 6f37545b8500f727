/* SPDX-License-Identifier: MIT */
/** Whether anything was lost: what libraries held before a melding, and where it is after it. */
#ifndef ARMELD_TEST_SUPPORT_CONSERVE_H
#define ARMELD_TEST_SUPPORT_CONSERVE_H

#include "support/scratch.h"

/**
 * End the test unless every library of @before, now in @folder,
 * - has each of its members, by content, in itself or in the workspace: byte for byte, or, where
 *   @bytes is false, the same to a linker;
 * - kept its import stubs byte for byte and in order;
 * - holds nothing that it did not hold before, and that in the old order.
 */
void conserved(const char *what, const struct snapshot *before, const char *folder,
               const char *workspace, bool bytes);

bool is_import_stub(struct span data);

#endif
