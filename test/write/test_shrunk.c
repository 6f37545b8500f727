/* SPDX-License-Identifier: MIT */
/** Sets that are shrunk: what is linked of them, and that verify would notice. */
#include "sidecar/sidecar.h"
#include "suites.h"
#include "support/scratch.h"

#define CALLER(name, callee)                                                                       \
    "elf\nsection .text." name " data=e800000000c3 flags=6\nsymbol " name " in=.text." name        \
    " bind=1 kind=2\nsymbol " callee " bind=1\nreloc .text." name " at=1 to=" callee               \
    " kind=4 add=0xfffffffffffffffc\n"
#define CALLER_OF_TWO(name, callee, other)                                                         \
    "elf\nsection .text." name " data=e800000000e900000000 flags=6\nsymbol " name                  \
    " in=.text." name " bind=1 kind=2\nsymbol " callee " bind=1\nsymbol " other                    \
    " bind=1\nreloc .text." name " at=1 to=" callee                                                \
    " kind=4 add=0xfffffffffffffffc\nreloc .text." name " at=6 to=" other                          \
    " kind=4 add=0xfffffffffffffffc\n"
#define LEAF(name, data)                                                                           \
    "elf\nsection .text." name " data=" data " flags=6\nsymbol " name " in=.text." name            \
    " bind=1 kind=2\n"

/* c has nothing to do with use, which needs top, of which a and b have one each. */
static const struct content contents[] = {
    {"a", CALLER_OF_TWO("a_run", "use", "top")},
    {"b", CALLER_OF_TWO("b_run", "use", "top")},
    {"c", CALLER("c_run", "base")},
    {"use", CALLER("use", "top")},
    {"top-a", CALLER("top", "base")},
    {"top-b", CALLER("top", "more")},
    {"init", "elf\nsection .text data=c3 flags=6\nsymbol use in=.text bind=1 kind=2\n"
             "section .init_array data=0000000000000000 flags=3 type=14\n"
             "reloc .init_array at=0 to=use kind=1\n"},
    /* rustc on Windows: a variable, its import pointer, and code that goes by the pointer */
    {"pe-run", "coff machine=0x8664\nsection .text data=488b0500000000c3 flags=0x60500020\n"
               "symbol a_run in=.text bind=2 kind=0x20\nsymbol __imp_count bind=2\n"
               "reloc .text at=3 to=__imp_count kind=4\n"},
    {"pe-count", "coff machine=0x8664\nsection .data data=00000000 flags=0xc0300040\n"
                 "symbol count in=.data bind=2\n"
                 "section .rdata data=0000000000000000 flags=0x40300040\n"
                 "symbol __imp_count in=.rdata bind=2\nreloc .rdata at=0 to=count kind=1\n"},
    {"more", CALLER("more", "base")},
    {"base", LEAF("base", "c3")},
    {"data-a", "elf\nsection .data data=01 flags=3\nsymbol top in=.data bind=1 kind=1\n"},
    {"data-b", "elf\nsection .data data=02 flags=3\nsymbol top in=.data bind=1 kind=1\n"},
};
enum { CONTENTS = sizeof contents / sizeof *contents };

static const char *const exports[] = {"?_run"};

/** Write three libraries; @paths gets their paths and NULL. */
static void write_set(const char *const scripts[3], const char *paths[4])
{
    for (int i = 0; i < 3; i++) {
        paths[i] = scratch("lib%c.a", 'a' + i);
        write_library(paths[i], scripts[i], contents, CONTENTS);
    }
    paths[3] = NULL;
}

/** What verify finds first; "" if all is well. In scratch_arena. */
static const char *found_by_verify(const struct armeld_options *options)
{
    struct armeld *armeld = armeld_new(options);
    int status = armeld_verify(armeld);
    const struct armeld_report *report = armeld_report(armeld);
    const char *text =
        arena_printf(&scratch_arena, "%s",
                     report->finding_count ? report->findings[0].text : armeld_error(armeld));
    ck_assert((status == ARMELD_OK) == (report->finding_count == 0));
    armeld_free(armeld);
    return text;
}

static const struct {
    const char *what;
    const char *scripts[3];
    const char *workspace; /* its members' names */
} sets[] = {
    {"what two share needs what the third lacks",
     {"a.o=a use.o=use top.o=top-a base.o=base",
      "b.o=b use.o=use top.o=top-a base.o=base more.o=more",
      "c.o=c base.o=base"},
     "w.o w.2.o"},
    {"of two definitions the first counts, so they stay apart",
     {"a.o=a use.o=use top.o=top-a base.o=base",
      "b.o=b use.o=use top.o=top-b more.o=more base.o=base", "c.o=c base.o=base"},
     "w.o w.2.o"},
    {"constructors that every root brings along",
     {"a.o=a use.o=init top.o=top-a base.o=base", "b.o=b use.o=init top.o=top-a base.o=base",
      "c.o=c base.o=base"},
     "w.o w.2.o"},
    {"constructors that one root does not bring stay apart",
     {"a.o=a use.o=init top.o=top-a base.o=base c.o=c",
      "b.o=b use.o=init top.o=top-a base.o=base", "c.o=c base.o=base"},
     "use.o w.o w.2.o w.3.o"},
    {"what all share",
     {"a.o=a use.o=use top.o=top-a base.o=base", "b.o=b use.o=use top.o=top-a base.o=base",
      "c.o=c base.o=base use.o=use top.o=top-a"},
     "w.o"},
    {"data of which the first counts",
     {"a.o=a use.o=use top.o=data-a", "b.o=b use.o=use top.o=data-b", "c.o=c base.o=base"},
     "w.o"},
};

START_TEST(sharer_sets)
{
    const char *paths[4];
    struct armeld *armeld;
    struct armeld_options options = {.struct_size = sizeof options, .workspace = scratch("w.a"),
                                     .prelink = true,
                                     .exports = exports,
                                     .export_count = 1,
                                     .roots = exports,
                                     .root_count = 1};
    write_set(sets[_i].scripts, paths);
    int status = meld(&options, paths, true, &armeld);
    ck_assert_msg(status == ARMELD_OK, "%s: %s", sets[_i].what, armeld_error(armeld));
    armeld_free(armeld);
    struct archive workspace = read_archive(options.workspace);
    ck_assert_str_eq(member_names(&workspace), sets[_i].workspace);
    ck_assert_str_eq(found_by_verify(&options), "");
}
END_TEST

/** The sidecar says that one more symbol is still there. */
static void promise(const char *path, const char *name)
{
    struct manifest manifest;
    struct error error = {0};
    struct span bytes = file_bytes(path);
    ck_assert(sidecar_read(bytes, (struct span){0}, &scratch_arena, &manifest, &error));
    ck_assert_uint_eq(manifest.export_count, 3);
    const char *names[4] = {manifest.exports[0], manifest.exports[1], manifest.exports[2], name};
    manifest.exports = names;
    manifest.export_count = 4;
    ck_assert_msg(sidecar_write(&manifest, NULL, 2, &scratch_arena, &bytes, &error), "%s",
                  error.text);
    write_file(path, bytes);
}

START_TEST(notices)
{
    const char *paths[4];
    struct armeld_options options = {.struct_size = sizeof options,
         .workspace = scratch("w.a"), .prelink = true, .exports = exports, .export_count = 1};
    write_set(sets[0].scripts, paths);
    meld_well(&options, paths);
    promise(scratch("w.a.armeld"), "more");
    ck_assert_str_eq(found_by_verify(&options), "more is undefined now");
}
END_TEST

/** A name whose import pointer comes along need not stay global: two such libraries would clash. */
START_TEST(import_pointers)
{
    const char *paths[] = {scratch("p.lib"), NULL};
    struct armeld_options options = {.struct_size = sizeof options, .single = true,
                                     .prelink = true, .exports = exports, .export_count = 1};
    write_library(paths[0], "coff: a.obj=pe-run c.obj=pe-count", contents, CONTENTS);
    meld_well(&options, paths);
    ck_assert_str_eq(global_names(paths[0]), "a_run ");
}
END_TEST

Suite *shrunk_suite(void)
{
    Suite *suite = suite_create("shrunk");
    TCase *tests = tcase_create("sets");
    tcase_add_unchecked_fixture(tests, scratch_make, scratch_remove);
    tcase_add_loop_test(tests, sharer_sets, 0, sizeof sets / sizeof *sets);
    tcase_add_test(tests, notices);
    tcase_add_test(tests, import_pointers);
    suite_add_tcase(suite, tests);
    return suite;
}
