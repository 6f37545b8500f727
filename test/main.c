/* SPDX-License-Identifier: MIT */
/**
 * The unit tests: run all suites, or those that are named, or list their names.
 *
 *     build/unit [--list] [SUITE...]
 *
 * A SUITE may be a pattern of the shell. Check's own variables work: CK_VERBOSITY, CK_RUN_CASE,
 * CK_FORK=no for a debugger, and so on; no test has a time limit of its own, since no test depends
 * on the speed of the machine: the one limit only ends what hangs. The exit status is 0 if every
 * check held, 1 if one did not, 2 for a name that is no suite's.
 */
#include <fnmatch.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suites.h"

static const struct {
    const char *name;
    Suite *(*make)(void);
} suites[] = {
    {"span", span_suite},
    {"arena", arena_suite},
    {"table", table_suite},
    {"error", error_suite},
    {"glob", glob_suite},
    {"json_text", json_text_suite},
    {"os", os_suite},
    {"os_lock", os_lock_suite},
    {"path", path_suite},
    {"sha256", sha256_suite},
    {"text", text_suite},
    {"threads", threads_suite},
    {"os-run", os_run_suite},
    {"cargo-config", cargo_config_suite},
    {"cargo-metadata", cargo_metadata_suite},
    {"plist", plist_suite},
    {"xcframework", xcframework_suite},
    {"ar-read", ar_read_suite},
    {"ar-index", ar_index_suite},
    {"ar-write", ar_write_suite},
    {"ar-write-any", ar_write_any_suite},
    {"ar-fixtures", ar_fixtures_suite},
    {"ar-mutate", ar_mutate_suite},
    {"package", package_suite},
    {"universal", universal_suite},
    {"elf", elf_suite},
    {"elf-broken", elf_broken_suite},
    {"elf-lists", elf_lists_suite},
    {"elf-admit", elf_admit_suite},
    {"coff", coff_suite},
    {"coff-abi", coff_abi_suite},
    {"coff-write", coff_write_suite},
    {"import", import_suite},
    {"lto", lto_suite},
    {"gcc-lto", gcc_lto_suite},
    {"directives", directives_suite},
    {"dynamic", dynamic_suite},
    {"macho", macho_suite},
    {"macho-broken", macho_broken_suite},
    {"rcgu", rcgu_suite},
    {"rust-names", rust_names_suite},
    {"byte-map", byte_map_suite},
    {"images", images_suite},
    {"obj-edit", obj_edit_suite},
    {"shrink", shrink_suite},
    {"frames", frames_suite},
    {"graph", graph_suite},
    {"join", join_suite},
    {"resolve", resolve_suite},
    {"prune", prune_suite},
    {"prelink", prelink_suite},
    {"prelink-coff", prelink_coff_suite},
    {"prelink-macho", prelink_macho_suite},
    {"prelink-macho-cut", prelink_macho_cut_suite},
    {"prelink-macho-names", prelink_macho_names_suite},
    {"prelink-macho-whole", prelink_macho_whole_suite},
    {"prelink-elf", prelink_elf_suite},
    {"prelink-prune", prelink_prune_suite},
    {"compress", compress_suite},
    {"sframe", sframe_suite},
    {"prelink-whole", prelink_whole_suite},
    {"advice", advice_suite},
    {"canonical", canonical_suite},
    {"runtime_names", runtime_names_suite},
    {"chunks", chunks_suite},
    {"pack", pack_suite},
    {"recipe", recipe_suite},
    {"proof", proof_suite},
    {"lemmas", lemmas_suite},
    {"link", link_suite},
    {"places", places_suite},
    {"check", check_suite},
    {"image", image_suite},
    {"proof-fallback", proof_fallback_suite},
    {"odd", odd_suite},
    {"plan-imports", plan_imports_suite},
    {"restore", restore_suite},
    {"undo", undo_suite},
    {"shrunk", shrunk_suite},
    {"shrunk-macho", shrunk_macho_suite},
    {"identity", identity_suite},
    {"kinds", kinds_suite},
    {"names", names_suite},
    {"outputs", outputs_suite},
    {"slices", slices_suite},
    {"target", target_suite},
    {"changed", changed_suite},
    {"guard", guard_suite},
    {"whole", whole_suite},
    {"api", api_suite},
    {"difference", difference_suite},
    {"explain", explain_suite},
    {"explain-builds", explain_builds_suite},
    {"explain-set", explain_set_suite},
    {"chart", chart_suite},
    {"grid", grid_suite},
    {"treemap", treemap_suite},
    {"report-shrink", report_shrink_suite},
    {"pc", pc_suite},
    {"needs", needs_suite},
    {"la", la_suite},
    {"leaks", leaks_suite},
};

enum { SUITES = sizeof suites / sizeof *suites };

/** Whether the arguments from @first on name a suite; without arguments, all are named. */
static bool is_named(int suite, int first, char **argv)
{
    for (int i = first; argv[i]; i++) {
        if (fnmatch(argv[i], suites[suite].name, 0) == 0) {
            return true;
        }
    }
    return !argv[first];
}

static bool is_a_suite(const char *pattern)
{
    for (int i = 0; i < SUITES; i++) {
        if (fnmatch(pattern, suites[i].name, 0) == 0) {
            return true;
        }
    }
    return false;
}

static int usage(const char *wrong)
{
    fprintf(stderr, "no suite \"%s\"; there are:", wrong);
    for (int i = 0; i < SUITES; i++) {
        fprintf(stderr, " %s", suites[i].name);
    }
    fputc('\n', stderr);
    return 2;
}

int main(int argc, char **argv)
{
    bool list = argc > 1 && strcmp(argv[1], "--list") == 0;
    int first = list ? 2 : 1;
    for (int i = first; i < argc; i++) {
        if (!is_a_suite(argv[i])) {
            return usage(argv[i]);
        }
    }
    setenv("CK_DEFAULT_TIMEOUT", "900", 0); /* seconds, of each test */
    SRunner *runner = srunner_create(NULL);
    for (int i = 0; i < SUITES; i++) {
        if (!is_named(i, first, argv)) {
            continue;
        }
        if (list) {
            puts(suites[i].name);
        } else {
            srunner_add_suite(runner, suites[i].make());
        }
    }
    if (!list) {
        srunner_run_all(runner, CK_ENV);
    }
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
