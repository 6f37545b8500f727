/* SPDX-License-Identifier: MIT */
/** Mangled names of Rust: which crate a name begins with. */
#include <check.h>

#include "obj/rust_names.h"

Suite *rust_names_suite(void);

static const struct {
    const char *name, *crate; /* NULL: not mangled by rustc */
} names[] = {
    /* v0: a function, a method, a generic one that another crate instantiates, a trait's method */
    {"_RNvCs1234_5crate3f00", "crate"},
    {"_RNvMs_NtCsbqbgn4vP8NC_4core3fmtNtB4_9Formatter9write_str", "core"},
    {"_RINvNtCsbqbgn4vP8NC_4core3ptr13drop_in_placeNtCs3tx_3foo3BarECs3tx_3foo", "core"},
    {"_RNvXs_Cs3tx_3fooNtB4_3BarNtNtCsbq_4core3fmt5Debug3fmt", "foo"},
    {"_RNvCu8gdel_5qa3f", "gdel_5qa"},
    {"_RNvC6_123foo3bar", "123foo"},
    {"__RNvCs1234_5crate3f00", "crate"},
    {"_RNvCs1234_5crate3f00.llvm.123", "crate"},
    {"_RNvC99foo3bar", ""}, /* the name is too long for the symbol */
    /* legacy: a function, methods of a type, of a reference, of a generic type with a trait */
    {"_ZN4core3fmt5write17h0123456789abcdefE", "core"},
    {"_ZN13my_other_name1f17h0123456789abcdefE.llvm.77", "my_other_name"},
    {"_ZN60_$LT$alloc..string..String$u20$as$u20$core..fmt..Display$GT$3fmt17h0123456789abcdefE",
     "alloc"},
    {"_ZN42_$LT$$RF$T$u20$as$u20$core..fmt..Debug$GT$3fmt17h0123456789abcdefE", "core"},
    {"_ZN9_$LT$T$GT$3fmt17h0123456789abcdefE", ""},
    {"__ZN4core3fmt5write17h0123456789abcdefE", "core"},
    {"_ZN99core3fmt17h0123456789abcdefE", ""},
    /* others' */
    {"_ZN4core3fmt5writeEv", NULL},
    {"_ZNSt6vectorIiSaIiEE9push_backEOi", NULL},
    {"main", NULL},
    {"", NULL},
};

START_TEST(crates)
{
    struct span name = span_of(names[_i].name);
    struct span crate = rust_crate_of(name);
    const char *is = names[_i].crate ? names[_i].crate : "";
    ck_assert_msg(span_is(crate, is), "%s: crate %.*s", names[_i].name, (int)crate.size,
                  (const char *)crate.data);
    ck_assert_msg(is_rust_mangled(name) == (names[_i].crate != NULL), "%s", names[_i].name);
    /* no prefix of a name leads behind its end */
    for (size_t size = 0; size < name.size; size++) {
        struct span part = rust_crate_of(span_make(name.data, size));
        ck_assert(!part.size || (part.data >= name.data &&
                                 part.data + part.size <= name.data + size));
    }
}
END_TEST

Suite *rust_names_suite(void)
{
    Suite *suite = suite_create("rust names");
    TCase *tcase = tcase_create("rust names");
    tcase_add_loop_test(tcase, crates, 0, (int)(sizeof names / sizeof *names));
    suite_add_tcase(suite, tcase);
    return suite;
}
