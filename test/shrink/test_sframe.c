/* SPDX-License-Identifier: MIT */
/** .sframe: its records go with their functions, and what is not understood stays whole. */
#include <check.h>

#include "shrink/graph.h"
#include "shrink/shrink.h"
#include "suites.h"
#include "support/edits.h"

static struct arena arena;

static void forget(void)
{
    arena_free(&arena);
}

/* as GNU as 2.40 writes it, with --gsframe; the last byte of each function's FREs differs */
#define HEAD(version, fdes, fres, bytes, at)                                                      \
    "e2de" version "000300f800" fdes "000000" fres "000000" bytes "000000" "00000000" at "000000"
#define FDE(at) "0000000011000000" at "0000000300000000"
#define FRES(last) "0003080403101003" last
#define FUNCTIONS                                                                                 \
    "elf\nsection .text.a data=c3 flags=6\nsection .text.b data=c3 flags=6\n"                     \
    "section .text.c data=c3 flags=6\n"
#define RELOCS                                                                                    \
    "reloc .sframe at=28 to=.text.a kind=2\nreloc .sframe at=45 to=.text.b kind=2\n"              \
    "reloc .sframe at=62 to=.text.c kind=2\n"
#define THREE(version)                                                                            \
    FUNCTIONS "section .sframe flags=2 align=8 data=" HEAD(version, "03", "09", "1b", "33")       \
    FDE("00") FDE("09") FDE("12") FRES("08") FRES("09") FRES("0a") "\n" RELOCS

static const char *hex_of(struct span data)
{
    const char *text = "";
    for (size_t i = 0; i < data.size; i++) {
        text = arena_printf(&arena, "%s%02x", text, data.data[i]);
    }
    return text;
}

START_TEST(records)
{
    struct obj_edit edit = edit_of(&arena, THREE("01"));
    struct error error = {0};
    bool drop[4] = {false, true, false, false};
    ck_assert_msg(prune_object(&edit, drop, &arena, &error) == OBJ_OK, "%s", error.text);
    uint32_t number = section_number(&edit, ".sframe", 0);
    ck_assert_str_eq(hex_of(edit.object.sections[number].data),
                     HEAD("01", "02", "06", "12", "22") FDE("00") FDE("09") FRES("08") FRES("0a"));
    ck_assert_str_eq(reloc_list(&arena, &edit, number), "28:[.text.a] 45:[.text.c]");
}
END_TEST

/** Functions lead to the section, the section to no function. */
START_TEST(edges)
{
    struct obj_edit edit = edit_of(&arena, THREE("01"));
    struct graph graph;
    ck_assert(graph_of_object(&edit, true, &arena, &arena, &graph));
    ck_assert_ptr_null(graph.why);
    uint32_t number = section_number(&edit, ".sframe", 0);
    ck_assert(graph.removable[number]);
    for (uint32_t e = graph.first[number]; e < graph.first[number + 1]; e++) {
        ck_assert_uint_eq(graph.edges[e], graph.section_count); /* the object itself */
    }
    bool leads = false;
    for (uint32_t e = graph.first[1]; e < graph.first[2]; e++) {
        leads |= graph.edges[e] == number;
    }
    ck_assert(leads);
}
END_TEST

/** Another version: the object cannot be taken apart. */
START_TEST(version)
{
    struct obj_edit edit = edit_of(&arena, THREE("03"));
    struct graph graph;
    ck_assert(graph_of_object(&edit, true, &arena, &arena, &graph));
    ck_assert_str_eq(graph.why, ".sframe: neither version 1 nor 2");
}
END_TEST

Suite *sframe_suite(void)
{
    Suite *suite = suite_create("sframe");
    TCase *cases = tcase_create("sframe");
    tcase_add_checked_fixture(cases, NULL, forget);
    tcase_add_test(cases, records);
    tcase_add_test(cases, edges);
    tcase_add_test(cases, version);
    suite_add_tcase(suite, cases);
    return suite;
}
