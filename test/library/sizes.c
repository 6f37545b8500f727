/* SPDX-License-Identifier: MIT */
/**
 * Prints the sizes of all public structs: with the symbols they are the ABI. Structs that begin
 * with struct_size may grow at their end; the others change only with SOVERSION.
 */
#include <armeld_cargo.h>
#include <stdio.h>

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
    SIZE(struct armeld_cargo_options);
    SIZE(struct armeld_cargo);
    return 0;
}
