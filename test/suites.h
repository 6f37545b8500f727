/* SPDX-License-Identifier: MIT */
/** Every suite of the unit tests; main.c runs them. One file each, beside the module's name. */
#ifndef ARMELD_TEST_SUITES_H
#define ARMELD_TEST_SUITES_H

#include <check.h>

/* test/base */
Suite *span_suite(void);
Suite *arena_suite(void);
Suite *table_suite(void);
Suite *error_suite(void);
Suite *glob_suite(void);
Suite *json_text_suite(void);
Suite *os_suite(void);
Suite *os_lock_suite(void);
Suite *os_run_suite(void);
Suite *path_suite(void);
Suite *sha256_suite(void);
Suite *text_suite(void);
Suite *threads_suite(void);

/* test/cargo */
Suite *cargo_config_suite(void);
Suite *cargo_metadata_suite(void);

/* test/apple */
Suite *plist_suite(void);
Suite *xcframework_suite(void);

/* test/ar */
Suite *ar_read_suite(void);
Suite *ar_index_suite(void);
Suite *ar_write_suite(void);
Suite *ar_write_any_suite(void);
Suite *ar_fixtures_suite(void);
Suite *ar_mutate_suite(void);
Suite *package_suite(void);
Suite *universal_suite(void);

/* test/obj */
Suite *elf_suite(void);
Suite *elf_broken_suite(void);
Suite *elf_lists_suite(void);
Suite *elf_admit_suite(void);
Suite *coff_suite(void);
Suite *coff_abi_suite(void);
Suite *coff_write_suite(void);
Suite *image_suite(void);
Suite *import_suite(void);
Suite *lto_suite(void);
Suite *gcc_lto_suite(void);
Suite *directives_suite(void);
Suite *dynamic_suite(void);
Suite *macho_suite(void);
Suite *macho_broken_suite(void);
Suite *rcgu_suite(void);
Suite *rust_names_suite(void);
Suite *byte_map_suite(void);

/* test/image */
Suite *images_suite(void);
Suite *obj_edit_suite(void);

/* test/shrink */
Suite *shrink_suite(void);
Suite *frames_suite(void);
Suite *graph_suite(void);
Suite *join_suite(void);
Suite *resolve_suite(void);
Suite *prune_suite(void);
Suite *prelink_suite(void);
Suite *prelink_whole_suite(void);
Suite *prelink_coff_suite(void);
Suite *prelink_macho_suite(void);
Suite *prelink_macho_cut_suite(void);
Suite *prelink_macho_names_suite(void);
Suite *prelink_macho_whole_suite(void);
Suite *prelink_elf_suite(void);
Suite *prelink_prune_suite(void);
Suite *compress_suite(void);
Suite *sframe_suite(void);

/* test/meld */
Suite *advice_suite(void);
Suite *canonical_suite(void);
Suite *runtime_names_suite(void);
Suite *chunks_suite(void);
Suite *pack_suite(void);
Suite *recipe_suite(void);
Suite *proof_suite(void);
Suite *lemmas_suite(void);
Suite *link_suite(void);
Suite *places_suite(void);
Suite *check_suite(void);
Suite *proof_fallback_suite(void);
Suite *odd_suite(void);
Suite *plan_imports_suite(void);
Suite *restore_suite(void);
Suite *undo_suite(void);
Suite *shrunk_suite(void);
Suite *shrunk_macho_suite(void);
Suite *identity_suite(void);
Suite *kinds_suite(void);
Suite *names_suite(void);
Suite *outputs_suite(void);
Suite *slices_suite(void);
Suite *target_suite(void);
Suite *changed_suite(void);
Suite *guard_suite(void);
Suite *whole_suite(void);
Suite *api_suite(void);

/* test/inspect */
Suite *explain_suite(void);
Suite *explain_set_suite(void);
Suite *explain_builds_suite(void);
Suite *difference_suite(void);
Suite *chart_suite(void);

/* test/report */
Suite *grid_suite(void);
Suite *treemap_suite(void);
Suite *report_shrink_suite(void);

/* test/packaging */
Suite *pc_suite(void);
Suite *needs_suite(void);
Suite *la_suite(void);
Suite *leaks_suite(void);

#endif
