/* SPDX-License-Identifier: MIT */
/**
 * Prints the sizes of all public structs: with the symbols they are the ABI. Structs that begin
 * with struct_size may grow at their end; the others change only with SOVERSION.
 */
#include <armeld_cargo.h>
#include <stddef.h>
#include <stdio.h>

/** Of fields that a new one in padding before them would move, and no size would tell. */
#define OFFSET(type, field) printf("%s.%s %zu\n", #type, #field, offsetof(type, field))
#define SIZE(type) printf("%s %zu\n", #type, sizeof(type))

int main(void)
{
    SIZE(struct armeld_options);
    SIZE(struct armeld_progress);
    SIZE(struct armeld_style);
    SIZE(struct armeld_library);
    SIZE(struct armeld_workspace);
    SIZE(struct armeld_variant);
    SIZE(struct armeld_kept);
    SIZE(struct armeld_account);
    SIZE(struct armeld_row);
    SIZE(struct armeld_change);
    SIZE(struct armeld_crate);
    SIZE(struct armeld_cell);
    SIZE(struct armeld_question);
    SIZE(struct armeld_explanation);
    SIZE(struct armeld_file);
    SIZE(struct armeld_finding);
    SIZE(struct armeld_report);
    OFFSET(struct armeld_options, single);
    OFFSET(struct armeld_options, merge);
    OFFSET(struct armeld_options, no_wait);
    OFFSET(struct armeld_report, proof_rounds);
    OFFSET(struct armeld_report, shrunk);
    SIZE(struct armeld_cargo_options);
    SIZE(struct armeld_cargo);
    return 0;
}
