/* SPDX-License-Identifier: MIT */
/** Fill in the public report of a melding from what is known inside. */
#ifndef ARMELD_API_REPORT_H
#define ARMELD_API_REPORT_H

#include "census/target.h"
#include "write/outputs.h"

/** Everything in the report lives in @arena. */
bool report_fill(const struct census *census, const struct plan *plan, const struct shrunk *shrunk,
                 const struct outputs *outputs, const struct target *target, struct arena *arena,
                 struct armeld_report *report, struct error *error);

#endif
