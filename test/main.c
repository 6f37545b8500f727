/* SPDX-License-Identifier: MIT */
/**
 * The unit tests: run all suites, or those that are named.
 *
 *     build/test/unit [SUITE...]
 *
 * Check's own variables work: CK_VERBOSITY, CK_RUN_CASE, CK_FORK=no for a debugger, and so on. The
 * exit status is 0 if every check held, 1 if one did not, 2 for a name that is no suite's.
 */
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
    {"os", os_suite},
    {"path", path_suite},
    {"threads", threads_suite},
    {"ar-read", ar_read_suite},
    {"ar-index", ar_index_suite},
    {"ar-write", ar_write_suite},
    {"ar-fixtures", ar_fixtures_suite},
    {"ar-mutate", ar_mutate_suite},
    {"package", package_suite},
    {"elf", elf_suite},
    {"coff", coff_suite},
    {"import", import_suite},
    {"directives", directives_suite},
    {"macho", macho_suite},
    {"rcgu", rcgu_suite},
    {"byte-map", byte_map_suite},
    {"obj-edit", obj_edit_suite},
    {"shrink", shrink_suite},
    {"advice", advice_suite},
    {"canonical", canonical_suite},
    {"chunks", chunks_suite},
    {"proof", proof_suite},
    {"restore", restore_suite},
    {"shrunk", shrunk_suite},
    {"identity", identity_suite},
    {"names", names_suite},
    {"outputs", outputs_suite},
    {"target", target_suite},
    {"guard", guard_suite},
    {"api", api_suite},
    {"difference", difference_suite},
    {"chart", chart_suite},
    {"treemap", treemap_suite},
    {"pc", pc_suite},
    {"la", la_suite},
};

enum { SUITES = sizeof suites / sizeof *suites };

static int find(const char *name)
{
    for (int i = 0; i < SUITES; i++) {
        if (strcmp(suites[i].name, name) == 0) {
            return i;
        }
    }
    return -1;
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
    SRunner *runner = srunner_create(NULL);
    for (int i = 1; i < argc; i++) {
        int wanted = find(argv[i]);
        if (wanted < 0) {
            srunner_free(runner);
            return usage(argv[i]);
        }
        srunner_add_suite(runner, suites[wanted].make());
    }
    for (int i = 0; argc == 1 && i < SUITES; i++) {
        srunner_add_suite(runner, suites[i].make());
    }
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
