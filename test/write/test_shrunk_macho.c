/* SPDX-License-Identifier: MIT */
/** Libraries of Mach-O objects, shrunk: what stays global, what stays at all. */
#include "suites.h"
#include "support/edits.h"
#include "support/scratch.h"

#define CODE(name) "macho\nsection __TEXT,__text data=c0035fd6 flags=0x80000400 align=2\n"         \
                   "symbol " name " in=__TEXT,__text\n"

static const struct content contents[] = {
    {"c", CODE("_c_name")},
    {"c++", CODE("__Z3fooi")},
    {"rust", CODE("__RNvC1a1b")},
    {"compiler", CODE("___rust_alloc")},
};
enum { CONTENTS = sizeof contents / sizeof *contents };

/** The global symbols of the library's members that users can see, in order. */
static const char *global_names(const char *path)
{
    struct archive archive = read_archive(path);
    const char *text = "";
    for (size_t i = 0; i < archive.member_count; i++) {
        struct obj_edit edit;
        struct error error = {0};
        struct span data = ar_member_content(&archive, &archive.members[i]);
        ck_assert(obj_edit_read(data, &scratch_arena, &edit, &error) == OBJ_OK);
        for (size_t s = 0; s < edit.object.symbol_count; s++) {
            const struct obj_symbol *symbol = &edit.object.symbols[s];
            if (obj_symbol_defines(symbol) && symbol->visibility == VISIBILITY_DEFAULT) {
                text = arena_printf(&scratch_arena, "%s%.*s ", text, SPAN_ARGS(symbol->name));
            }
        }
    }
    return text;
}

/** Without --export, names of C++ are exports like names of C; both begin with underscores. */
START_TEST(default_exports)
{
    const char *paths[] = {scratch("l%d.a", _i), NULL};
    struct armeld_options options = {.struct_size = sizeof options, .single = true};
    options.hide = _i == 0;
    options.prelink = _i == 1;
    write_library(paths[0], "darwin: a.o=c b.o=c++ c.o=rust d.o=compiler", contents, CONTENTS);
    meld_well(&options, paths);
    ck_assert_str_eq(global_names(paths[0]), "_c_name __Z3fooi ");
}
END_TEST

Suite *shrunk_macho_suite(void)
{
    Suite *suite = suite_create("shrunk-macho");
    TCase *tests = tcase_create("shrunk-macho");
    tcase_add_unchecked_fixture(tests, scratch_make, scratch_remove);
    tcase_add_loop_test(tests, default_exports, 0, 2);
    suite_add_tcase(suite, tests);
    return suite;
}
