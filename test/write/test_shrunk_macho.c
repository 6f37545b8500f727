/* SPDX-License-Identifier: MIT */
/** Libraries of Mach-O objects, shrunk: what stays global, what stays at all. */
#include "suites.h"
#include "support/edits.h"
#include "support/scratch.h"

#define CODE(name) "macho\nsection __TEXT,__text data=c0035fd6 flags=0x80000400 align=2\n"         \
                   "symbol " name " in=__TEXT,__text\n"

#define CALLS(name, callee)                                                                        \
    "macho\nsection __TEXT,__text data=00000014 flags=0x80000400 align=2\n"                       \
    "symbol " name " in=__TEXT,__text\nsymbol " callee "\n"                                        \
    "reloc __TEXT,__text at=0 to=" callee " kind=2 pcrel=1\n"
#define LIST(name, flags, target)                                                                  \
    "macho\nsection __DATA," name " data=0000000000000000 flags=" flags "\n" \
    "symbol " target "\n"                                                                          \
    "reloc __DATA," name " at=0 to=" target " kind=0 length=3\n"

static const struct content contents[] = {
    {"c", CODE("_c_name")},
    {"c++", CODE("__Z3fooi")},
    {"rust", CODE("__RNvC1a1b")},
    {"compiler", CODE("___rust_alloc")},
    {"run", CALLS("_a_run", "_helper")},
    {"run2", CODE("_b_run")},
    {"helper", CODE("_helper")},
    {"idle", CODE("_idle")},
    {"category", LIST("__objc_catlist", "0x10000000", "_for_category")},
    {"class", LIST("__objc_classlist", "0x10000000", "_for_category")},
    {"swift", LIST("__swift5_types", "0", "_for_category")},
    {"constructor", LIST("__mod_init_func", "9", "_for_category")},
    {"kept", LIST("__hooks", "0x10000000", "_for_category")},
    {"plain", LIST("__hooks", "0", "_for_category")},
    {"info", LIST("__objc_imageinfo", "0x10000000", "_for_category")},
    {"for-category", CODE("_for_category")},
    {"whole", "macho flags=0\nsection __TEXT,__text data=00000014 flags=0x80000400 align=2\n"
              "symbol _w_run in=__TEXT,__text\nsymbol _helper\n"
              "reloc __TEXT,__text at=0 to=_helper kind=2 pcrel=1\n"},
};
enum { CONTENTS = sizeof contents / sizeof *contents };

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

/* ---- members that no export leads to ------------------------------------------------------- */

static const struct {
    const char *member;
    bool stays; /* with what it needs */
} lists[] = {
    {"category", true}, {"class", true}, {"swift", true}, {"constructor", true}, {"kept", true},
    {"plain", false}, {"info", false},
};

static const char *const exports[] = {"_[abw]_run", NULL};

/** Shrink the library of @script; its members afterwards. */
static const char *shrunk_members(const char *script, bool prelink, const char *path)
{
    struct armeld_options options = {.struct_size = sizeof options, .single = true,
                                     .prune = !prelink, .prelink = prelink,
                                     .exports = exports, .export_count = 1};
    const char *paths[] = {path, NULL};
    write_library(path, script, contents, CONTENTS);
    meld_well(&options, paths);
    struct archive archive = read_archive(path);
    return member_names(&archive);
}

/** -ObjC, -all_load and -force_load load such members; prelinked, they stay apart. */
START_TEST(loaded)
{
    const char *script = arena_printf(&scratch_arena,
                                      "darwin: a.o=run h.o=helper b.o=run2 l.o=%s i.o=idle "
                                      "f.o=for-category", lists[_i].member);
    const char *pruned = shrunk_members(script, false, scratch("p%d.a", _i));
    const char *prelinked = shrunk_members(script, true, scratch("o%d.a", _i));
    ck_assert_str_eq(pruned, lists[_i].stays ? "a.o h.o b.o l.o f.o" : "a.o h.o b.o");
    ck_assert_msg(strcmp(prelinked, arena_printf(&scratch_arena, lists[_i].stays
                                                 ? "o%d.o l.o f.o" : "o%d.o", _i)) == 0,
                  "%s: %s", lists[_i].member, prelinked);
}
END_TEST

/** An object that linkers must not cut stays apart, and what it needs stays global. */
START_TEST(not_cut)
{
    const char *path = scratch("j.a");
    ck_assert_str_eq(shrunk_members("darwin: a.o=run w.o=whole h.o=helper", true, path), "j.o w.o");
    ck_assert_str_eq(global_names(path), "_a_run _helper _w_run ");
}
END_TEST

Suite *shrunk_macho_suite(void)
{
    Suite *suite = suite_create("shrunk-macho");
    TCase *tests = tcase_create("shrunk-macho");
    tcase_add_unchecked_fixture(tests, scratch_make, scratch_remove);
    tcase_add_loop_test(tests, default_exports, 0, 2);
    tcase_add_loop_test(tests, loaded, 0, sizeof lists / sizeof *lists);
    tcase_add_test(tests, not_cut);
    suite_add_tcase(suite, tests);
    return suite;
}
