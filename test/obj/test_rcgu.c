/* SPDX-License-Identifier: MIT */
/** Names of Rust codegen units: every shape seen in real libraries, and what only looks like it. */
#include <check.h>

#include "obj/rcgu.h"

Suite *rcgu_suite(void);

enum { NONE = -1, PLAIN = -2 };

/** @number PLAIN: no Rust name at all. A NULL label is the whole name. */
static const struct {
    const char *name, *label, *crate, *crate_hash, *unit_hash;
    int number;
} names[] = {
    /* cargo: normal, zero-padded number, short hash */
    {"foo-62d3dfb0d4389b38.foo.96ad1937965435ef-cgu.0.rcgu.o", NULL, "foo", "62d3dfb0d4389b38",
     "96ad1937965435ef", 0},
    {"core-5a2b77f08c6d2a1e.core.e28293b1aa0f68bd-cgu.00.rcgu.o", NULL, "core",
     "5a2b77f08c6d2a1e", "e28293b1aa0f68bd", 0},
    {"compiler_builtins-5a2b77f08c6d2a1e.compiler_builtins.e28293b1aa0f68bd-cgu.264.rcgu.o", NULL,
     "compiler_builtins", "5a2b77f08c6d2a1e", "e28293b1aa0f68bd", 264},
    {"foo-62d3dfb0d4389b38.foo.25e173aa617a074-cgu.0.rcgu.o", NULL, "foo", "62d3dfb0d4389b38",
     "25e173aa617a074", 0},
    /* plain rustc: no hash, or any name of an output file */
    {"foo.foo.25e173aa617a074-cgu.7.rcgu.o", NULL, "foo", "", "25e173aa617a074", 7},
    {"libout.n.c1138a7b58e30711-cgu.0.rcgu.o", NULL, "n", "", "c1138a7b58e30711", 0},
    {"libout-0123456789abcdef.n.c1138a7b58e30711-cgu.0.rcgu.o", NULL, "n", "",
     "c1138a7b58e30711", 0},
    {"foo.96ad1937965435ef-cgu.0.rcgu.o", NULL, "", "", "", NONE},
    /* incremental, allocator shim */
    {"foo-b086af361099cd8d.05sw5cacefq3lf77hneq5trd5.1vvfeeb.rcgu.o", NULL, "foo",
     "b086af361099cd8d", "05sw5cacefq3lf77hneq5trd5", NONE},
    {"foo-b086af361099cd8d.3669g95s81rkx3v02zpq37k3u.rcgu.o", NULL, "foo", "b086af361099cd8d",
     "3669g95s81rkx3v02zpq37k3u", NONE},
    {"n.48xnhnkel0o8d8gpvt42myfqu.0877cng.rcgu.o", NULL, "n", "", "48xnhnkel0o8d8gpvt42myfqu",
     NONE},
    {"foo-62d3dfb0d4389b38.foo.96ad1937965435ef-cgu.0.1vvfeeb.rcgu.o", NULL, "foo",
     "62d3dfb0d4389b38", "96ad1937965435ef", 0},
    {"foo-62d3dfb0d4389b38.foo.96ad1937965435ef-cgu.1234567.rcgu.o", NULL, "foo",
     "62d3dfb0d4389b38", "96ad1937965435ef", 1234567},
    /* thin LTO, the three forms of the prefix */
    {"foo-34ef24b158f04b90.std-d1237ef7159db0a2.std.e28293b1aa0f68bd-cgu.0.rcgu.o.rcgu.o",
     "std-d1237ef7159db0a2.std.e28293b1aa0f68bd-cgu.0.rcgu.o", "std", "d1237ef7159db0a2",
     "e28293b1aa0f68bd", 0},
    {"foo.std-d1237ef7159db0a2.std.e28293b1aa0f68bd-cgu.11.rcgu.o.rcgu.o",
     "std-d1237ef7159db0a2.std.e28293b1aa0f68bd-cgu.11.rcgu.o", "std", "d1237ef7159db0a2",
     "e28293b1aa0f68bd", 11},
    {"libfoo-34ef24b158f04b90.std-d1237ef7159db0a2.std.e28293b1aa0f68bd-cgu.0.rcgu.o.rcgu.o",
     "std-d1237ef7159db0a2.std.e28293b1aa0f68bd-cgu.0.rcgu.o", "std", "d1237ef7159db0a2",
     "e28293b1aa0f68bd", 0},
    {"foo-34ef24b158f04b90.std-d1237ef7159db0a2.std.e28293b1aa0f68bd-cgu.0.rcgu.o",
     "std-d1237ef7159db0a2.std.e28293b1aa0f68bd-cgu.0.rcgu.o", "std", "d1237ef7159db0a2",
     "e28293b1aa0f68bd", 0},
    {"foo-34ef24b158f04b90.bar-d1237ef7159db0a2.05sw5cacefq3lf77hneq5trd5.rcgu.o.rcgu.o",
     "bar-d1237ef7159db0a2.05sw5cacefq3lf77hneq5trd5.rcgu.o", "bar", "d1237ef7159db0a2",
     "05sw5cacefq3lf77hneq5trd5", NONE},
    {"foo.foo.96ad1937965435ef-cgu.0.rcgu.o.rcgu.o", "foo.foo.96ad1937965435ef-cgu.0.rcgu.o",
     "foo", "", "96ad1937965435ef", 0},
    /* in Rust, but of no shape that we know */
    {"foo.rcgu.o", NULL, "", "", "", NONE},
    {".rcgu.o", NULL, "", "", "", NONE},
    {".rcgu.o.rcgu.o", NULL, "", "", "", NONE},
    {"a.b.c.std-d1237ef7159db0a2.std.e28293b1aa0f68bd-cgu.0.rcgu.o.rcgu.o", NULL, "", "", "",
     NONE},
    {"foo.bar.std.e28293b1aa0f68bd-cgu.0.rcgu.o", NULL, "", "", "", NONE},
    {".foo.foo.96ad1937965435ef-cgu.0.rcgu.o", NULL, "", "", "", NONE},
    {".96ad1937965435ef-cgu.0.rcgu.o", NULL, "", "", "", NONE},
    {"..96ad1937965435ef-cgu.0.rcgu.o", NULL, "", "", "", NONE},
    {".foo.96ad1937965435ef-cgu.0.rcgu.o", NULL, "", "", "", NONE},
    {"foo.foo.96ad193-cgu.0.rcgu.o", NULL, "", "", "", NONE},
    {"foo.foo.96ad1937965435ef0-cgu.0.rcgu.o", NULL, "", "", "", NONE},
    {"foo.foo.96AD1937965435EF-cgu.0.rcgu.o", NULL, "", "", "", NONE},
    {"foo.foo.96ad1937965435ef-cgu.x.rcgu.o", NULL, "", "", "", NONE},
    {"foo.foo.96ad1937965435ef-cgu.4294967296.rcgu.o", NULL, "", "", "", NONE},
    {"foo.foo.96ad1937965435ef-cgu..rcgu.o", NULL, "", "", "", NONE},
    {"foo.foo.96ad1937965435ef-xyz.0.rcgu.o", NULL, "", "", "", NONE},
    {"05sw5cacefq3lf77hneq5trd5.rcgu.o", NULL, "", "", "", NONE},
    /* C builtins, native libraries, import libraries, nothing */
    {"45c91108d938afe8-ucmpti2.o", NULL, "", "", "", PLAIN},
    {"n.o", NULL, "", "", "", PLAIN},
    {"lib.rmeta", NULL, "", "", "", PLAIN},
    {"bcryptprimitives.dll", NULL, "", "", "", PLAIN},
    {"foo.rcgu.o/", NULL, "", "", "", PLAIN},
    {"rcgu.o", NULL, "", "", "", PLAIN},
    {"", NULL, "", "", "", PLAIN},
};

START_TEST(shapes)
{
    const char *name = names[_i].name;
    const char *label = names[_i].label ? names[_i].label : name;
    struct rcgu_name is;
    rcgu_parse(span_of(name), &is);
    ck_assert_msg(span_is(is.label, label), "%s: label %.*s", name, (int)is.label.size,
                  (const char *)is.label.data);
    ck_assert_msg(span_is(is.crate, names[_i].crate), "%s: crate %.*s", name, (int)is.crate.size,
                  (const char *)is.crate.data);
    ck_assert_msg(span_is(is.crate_hash, names[_i].crate_hash), "%s: crate hash", name);
    ck_assert_msg(span_is(is.unit_hash, names[_i].unit_hash), "%s: unit hash", name);
    ck_assert_msg(is.rust == (names[_i].number != PLAIN), "%s: rust", name);
    ck_assert_msg(is.number == (names[_i].number < 0 ? RCGU_NO_NUMBER
                                                     : (uint32_t)names[_i].number),
                  "%s: number %u", name, (unsigned)is.number);
    ck_assert_msg(is.label.size <= strlen(name), "%s: label outside", name);
}
END_TEST

Suite *rcgu_suite(void)
{
    Suite *suite = suite_create("rcgu");
    TCase *tcase = tcase_create("rcgu");
    tcase_add_loop_test(tcase, shapes, 0, (int)(sizeof names / sizeof *names));
    suite_add_tcase(suite, tcase);
    return suite;
}
