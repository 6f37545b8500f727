/* SPDX-License-Identifier: MIT */
/** Import sets that the workspace needs as well as the libraries. */
#ifndef ARMELD_PROOF_PLAN_IMPORTS_H
#define ARMELD_PROOF_PLAN_IMPORTS_H

#include "proof/plan.h"

/**
 * List in plan.imports the import sets that members which move need and that the libraries' import
 * stubs provide: all members of a DLL's import library in the first library that has it. To be
 * called again when the plan has changed. False only when memory is short.
 */
bool plan_imports(const struct census *census, struct plan *plan);

#endif
