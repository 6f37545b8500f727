/* SPDX-License-Identifier: MIT */
/** Many objects become one: which definition a name has, what is local, what cannot be one. */
#include <check.h>

#include "shrink/prelink.h"
#include "suites.h"
#include "support/edits.h"

static struct arena arena;

static void forget(void)
{
    arena_free(&arena);
}

enum { MOST_PARTS = 3 };

#define CODE "elf\nsection .text data=c3c3c3c3 flags=6\n"
#define CODE2 "elf\nsection .text data=9090909090909090 flags=6\n"
#define PE "coff machine=0x8664\nsection .text data=c3c3c3c3 flags=0x60500020\n"
#define PE2 "coff machine=0x8664\nsection .text data=9090909090909090 flags=0x60500020\n"
#define MACHO "macho\nsection __TEXT,__text data=c3c3c3c3 flags=0x80000400\n"
#define MACHO2 "macho\nsection __TEXT,__text data=9090909090909090 flags=0x80000400\n"
#define GROUP(data) "group own flags=1\nsection .text.own data=" data " flags=0x206 group=own\n"  \
                    "symbol own in=.text.own bind=2\n"

/* ---- names ------------------------------------------------------------------------------- */

static const struct {
    const char *what;
    const char *parts[MOST_PARTS + 1];
    const char *sections;
    const char *symbols;
    const char *relocs; /* of the first section */
} rows[] = {
    {"what another part defines is found there, and local if no user calls it",
     {CODE "symbol api in=.text\nsymbol own\nreloc .text at=0 to=own kind=4\n",
      CODE2 "symbol own in=.text at=4\n"},
     ".text:4 .text:8", "-own api", "0:own"},
    {"what nobody defines stays undefined, once",
     {CODE "symbol api in=.text\nsymbol far\nreloc .text at=0 to=far kind=4\n",
      CODE2 "symbol api2 in=.text\nsymbol far\nreloc .text at=0 to=far kind=4\n"},
     ".text:4 .text:8", "api ?far api2", "0:far"},
    {"and weak only if all references are",
     {CODE "symbol far bind=2\nsymbol away bind=2\n", CODE2 "symbol far\nsymbol away bind=2\n"},
     ".text:4 .text:8", "?far ?!away", ""},
    {"local symbols of one name are several",
     {CODE "symbol inner in=.text bind=0\nsymbol api in=.text\nreloc .text at=0 to=inner kind=4\n",
      CODE2 "symbol inner in=.text bind=0\nsymbol api2 in=.text\n"},
     ".text:4 .text:8", "-inner -inner api api2", "0:inner"},
    {"names of files go", {CODE "file x.c\nsymbol api in=.text\n", CODE2 "file y.c\n"},
     ".text:4 .text:8", "api", ""},
    {"a weak definition that is exported stays weak",
     {CODE "symbol api in=.text bind=2\n"}, ".text:4", "!api", ""},
    {"STB_GNU_UNIQUE is local when nobody outside calls it", {CODE "symbol own in=.text bind=10\n"},
     ".text:4", "-own", ""},
    {"the first of three COMDATs is taken; the others' references go there",
     {"elf\n" GROUP("c3c3") "section .text.a data=00000000 flags=6\nsymbol api in=.text.a\n",
      "elf\nsection .text.b data=00000000 flags=6\nsymbol api2 in=.text.b\n" GROUP("909090")
      "reloc .text.b at=0 to=own kind=4\n",
      "elf\n" GROUP("00000000")},
     ".text.own:2 .text.a:4 .text.b:4", "-own api api2", ""},
    {"a COMDAT's frame goes with the function",
     {"elf\n" GROUP("c3c3"),
      "elf\n" GROUP("909090") "section .text data=c3 flags=6\nsymbol api in=.text\n"
      "section .eh_frame flags=2 data=" "0c00000000000000017a520001781001"
      "10000000140000000000000001000000" "00000000" "10000000280000000000000001000000" "00000000\n"
      "reloc .eh_frame at=24 to=.text.own kind=2\nreloc .eh_frame at=44 to=.text kind=2\n"},
     ".text.own:2 .text:1 .eh_frame:36", "-own api", ""},
    {"a group that is no COMDAT stays one",
     {"elf\n" "group own flags=0\nsection .text.own data=c3 flags=0x206 group=own\n"
      "symbol own in=.text.own bind=0\n",
      "elf\n" "group own flags=0\nsection .text.own data=9090 flags=0x206 group=own\n"
      "symbol own in=.text.own bind=0\n"},
     ".text.own:1 .text.own:2", "-own -own", ""},
    {"COFF: a name that no user calls is static",
     {PE "symbol api bind=2 in=.text\nsymbol own bind=2\nreloc .text at=0 to=own kind=4\n",
      PE2 "symbol own in=.text bind=2 at=4\n"},
     ".text:4 .text:8", "api -own", "0:own"},
    {"COFF: the first of two COMDATs",
     {"coff machine=0x8664\nsection .text data=c3 flags=0x60501020\nmark .text select=2\n"
      "symbol own in=.text bind=2\n",
      "coff machine=0x8664\nsection .text data=9090 flags=0x60501020\nmark .text select=2\n"
      "symbol own in=.text bind=2\nsection .data data=0000000000000000 flags=0xc0400040\n"
      "reloc .data at=0 to=own kind=1\nsymbol api in=.data bind=2\n"},
     ".text:1 .data:8", "-own api", ""},
    {"COFF: @feat.00 if all parts have it, @comp.id never",
     {PE "symbol @comp.id in=absolute bind=3 at=7\nsymbol @feat.00 in=absolute bind=3 at=0x11\n",
      PE2 "symbol @feat.00 in=absolute bind=3 at=0x90\n"},
     ".text:4 .text:8", "-@feat.00", ""},
    {"COFF: also where assemblers make it global",
     {PE "symbol @feat.00 in=absolute bind=2 at=1\n",
      PE2 "symbol @feat.00 in=absolute bind=2 at=1\n"},
     ".text:4 .text:8", "@feat.00", ""},
    {"COFF: not if one part lacks it",
     {PE "symbol @feat.00 in=absolute bind=3 at=0x11\n", PE2}, ".text:4 .text:8", "", ""},
    {"COFF: records of bigobj are shortened",
     {"bigobj machine=0x8664\nsection .text data=c3 flags=0x60500020\nmark .text\n"
      "symbol api in=.text bind=2\n", PE2},
     ".text:1 .text:8", "api", ""},
    {"Mach-O: what loses and cannot be cut out is a label where its piece begins",
     {MACHO "symbol _own in=__TEXT,__text other=0x80\nsymbol _api in=__TEXT,__text\n",
      "macho flags=0\nsection __TEXT,__text data=9090909090909090 flags=0x80000400\n"
      "symbol _own in=__TEXT,__text at=4 other=0x80\n"
      "reloc __TEXT,__text at=0 to=_own kind=2\n"},
     "__text:4 __text:8", "-_own -_own _api", ""},
    {"Mach-O: the personality routine stays one of all",
     {MACHO "symbol _rust_eh_personality in=__TEXT,__text\n"}, "__text:4",
     "~!_rust_eh_personality", ""},
    {"Mach-O: a private symbol that is called is private still",
     {MACHO "symbol _api in=__TEXT,__text kind=0x11\n"}, "__text:4", "~_api", ""},
};

START_TEST(names)
{
    struct obj_edit edit = prelinked(&arena, rows[_i].parts);
    const char *sections = section_list(&arena, &edit);
    const char *symbols = symbol_list(&arena, &edit);
    ck_assert_msg(strcmp(sections, rows[_i].sections) == 0, "%s: %s, not %s", rows[_i].what,
                  sections, rows[_i].sections);
    ck_assert_msg(strcmp(symbols, rows[_i].symbols) == 0, "%s: %s, not %s", rows[_i].what, symbols,
                  rows[_i].symbols);
    ck_assert_str_eq(reloc_list(&arena, &edit, 0), rows[_i].relocs);
}
END_TEST

/* ---- of several definitions -------------------------------------------------------------- */

#define USE CODE "symbol user in=.text\nsymbol api\nreloc .text at=0 to=api kind=4\n"
#define STRONG CODE2 "symbol api in=.text at=3 size=3\n"
#define WEAK CODE2 "symbol api in=.text at=1 size=1 bind=2\n"
#define WEAK2 CODE2 "symbol api in=.text at=2 size=2 bind=2\n"
#define COMMON CODE2 "symbol api in=common at=8 size=4\n"
#define COMMON2 CODE2 "symbol api in=common at=4 size=16\n"

static const struct {
    const char *parts[MOST_PARTS + 1];
    enum obj_place place;
    enum obj_binding binding;
    uint64_t value, size;
} several[] = {
    {{USE, WEAK, STRONG}, PLACE_SECTION, BINDING_GLOBAL, 3, 3},
    {{USE, STRONG, WEAK}, PLACE_SECTION, BINDING_GLOBAL, 3, 3},
    {{USE, WEAK, WEAK2}, PLACE_SECTION, BINDING_WEAK, 1, 1},
    {{WEAK2, USE, WEAK}, PLACE_SECTION, BINDING_WEAK, 2, 2},
    {{USE, COMMON, STRONG}, PLACE_SECTION, BINDING_GLOBAL, 3, 3},
    {{USE, STRONG, COMMON}, PLACE_SECTION, BINDING_GLOBAL, 3, 3},
    {{USE, WEAK, COMMON}, PLACE_COMMON, BINDING_GLOBAL, 8, 4},
    {{USE, COMMON, WEAK}, PLACE_COMMON, BINDING_GLOBAL, 8, 4},
    /* the larger size and the larger alignment, whichever has them */
    {{USE, COMMON, COMMON2}, PLACE_COMMON, BINDING_GLOBAL, 8, 16},
    {{USE, COMMON2, COMMON}, PLACE_COMMON, BINDING_GLOBAL, 8, 16},
};

START_TEST(definitions)
{
    struct obj_edit edit = prelinked(&arena, several[_i].parts);
    const struct obj_symbol *symbol = symbol_named(&edit, "api");
    ck_assert_uint_eq(count_symbols(&edit, "api"), 1);
    ck_assert_int_eq(symbol->place, several[_i].place);
    ck_assert_int_eq(symbol->binding, several[_i].binding);
    ck_assert_uint_eq(symbol->value, several[_i].value);
    ck_assert_uint_eq(symbol->size, several[_i].size);
    if (strcmp(several[_i].parts[0], USE) == 0) {
        ck_assert_str_eq(reloc_list(&arena, &edit, 0), "0:api");
    }
}
END_TEST

/** STV_DEFAULT 0, INTERNAL 1, HIDDEN 2, PROTECTED 3: the one that allows least. */
START_TEST(visibility)
{
    static const struct {
        const char *other[2];
        enum obj_visibility expected;
    } pairs[] = {
        {{"0", "0"}, VISIBILITY_DEFAULT},   {{"0", "2"}, VISIBILITY_HIDDEN},
        {{"2", "0"}, VISIBILITY_HIDDEN},    {{"3", "0"}, VISIBILITY_PROTECTED},
        {{"3", "2"}, VISIBILITY_HIDDEN},    {{"2", "3"}, VISIBILITY_HIDDEN},
        {{"1", "2"}, VISIBILITY_INTERNAL},  {{"3", "1"}, VISIBILITY_INTERNAL},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const char *parts[] = {
            arena_printf(&arena, CODE "symbol api in=.text other=%s\n", pairs[i].other[0]),
            arena_printf(&arena, CODE "symbol api other=%s\n", pairs[i].other[1]), NULL};
        struct obj_edit edit = prelinked(&arena, parts);
        ck_assert_int_eq(symbol_named(&edit, "api")->visibility, pairs[i].expected);
    }
}
END_TEST

/** A thread-local symbol is one still when it is local, in its section. */
START_TEST(thread_local_data)
{
    static const char *const parts[] = {
        CODE "symbol api in=.text\nsymbol slot kind=6\nreloc .text at=0 to=slot kind=19\n",
        "elf\nsection .tdata data=0000000000000000 flags=0x403\nsection .tbss zero=8 flags=0x403\n"
        "symbol slot in=.tbss kind=6 at=4 size=4\n",
        NULL};
    struct obj_edit edit = prelinked(&arena, parts);
    const struct obj_symbol *slot = symbol_named(&edit, "slot");
    ck_assert_int_eq(slot->binding, BINDING_LOCAL);
    ck_assert_uint_eq(slot->type, 6); /* STT_TLS */
    ck_assert_uint_eq(slot->section, section_number(&edit, ".tbss", 0));
    ck_assert_uint_eq(slot->value, 4);
    ck_assert_str_eq(reloc_list(&arena, &edit, 0), "0:slot");
}
END_TEST

/** @feat.00 claims what every part claims: 0x11 and 0x90 have 0x10 in common. */
START_TEST(features)
{
    struct obj_edit edit = prelinked(&arena, rows[12].parts);
    ck_assert_uint_eq(symbol_named(&edit, "@feat.00")->value, 0x10);
}
END_TEST

/** A COMDAT that is local is the only one of its kind: IMAGE_COMDAT_SELECT_NODUPLICATES. */
START_TEST(coff_comdat)
{
    struct obj_edit edit = prelinked(&arena, rows[11].parts);
    ck_assert_uint_eq(edit.object.group_count, 1);
    ck_assert_uint_eq(edit.object.groups[0].selection, 1);
    static const char *const exported[] = {
        "coff machine=0x8664\nsection .text data=c3 flags=0x60501020\nmark .text select=2\n"
        "symbol api in=.text bind=2\n", NULL};
    edit = prelinked(&arena, exported);
    ck_assert_uint_eq(edit.object.groups[0].selection, 2); /* ANY, as it was */
}
END_TEST

/* ---- definitions that linkers unify ------------------------------------------------------ */

#define SHARED_COMMON CODE2 "symbol own in=common at=8 size=4\n"
#define SHARED_WEAK CODE2 "symbol own in=.text at=1 size=1 bind=2\n"
#define SHARED_STRONG CODE2 "symbol own in=.text at=3 size=3\n"

static const struct {
    const char *what;
    const char *parts[MOST_PARTS + 1];
    const char *symbols;
    size_t groups;
} shared[] = {
    {"a strong definition is local, a weak one stays weak",
     {CODE "symbol inner in=.text\n", SHARED_WEAK}, "-inner !own", 0},
    {"a strong one beats a weak one, and is local", {SHARED_WEAK, SHARED_STRONG}, "-own", 0},
    {"a unique one stays unique", {CODE "symbol own in=.text bind=10\n"}, "own", 0},
    {"a hidden one stays hidden and weak", {CODE "symbol own in=.text bind=2 other=2\n"},
     "~!own", 0},
    {"a common symbol stays common", {SHARED_COMMON, CODE}, "own", 0},
    {"a hidden common symbol, too", {CODE "symbol own in=common at=8 size=8 other=2\n"},
     "~own", 0},
    {"the first of two COMDATs stays one",
     {"elf\n" GROUP("c3c3"), "elf\n" GROUP("909090")}, "!own", 1},
    {"a COMDAT without global symbols stays one",
     {"elf\ngroup ctor flags=1\nsection .text.ctor data=c3 flags=0x206 group=ctor\n"
      "symbol ctor in=.text.ctor bind=0\n"},
     "-ctor", 1},
    {"a COMDAT of debug info does not",
     {"elf\ngroup wm4 flags=1\nsection .debug_macro data=00 flags=0x200 group=wm4\n"
      "symbol wm4 in=.debug_macro bind=0\n"},
     "-wm4", 0},
    {"COFF: a COMDAT stays one",
     {"coff machine=0x8664\nsection .text data=c3 flags=0x60501020\nmark .text select=2\n"
      "symbol own in=.text bind=2\n"},
     "own", 1},
    {"Mach-O: a weak definition stays weak",
     {MACHO "symbol _own in=__TEXT,__text other=0x80\nsymbol _inner in=__TEXT,__text at=2\n"},
     "-_inner !_own", 0},
};

START_TEST(sharing)
{
    struct obj_edit edit;
    struct error error = {0};
    enum obj_result done = prelink_texts_as(&arena, shared[_i].parts, true, &edit, &error);
    ck_assert_msg(done == OBJ_OK, "%s: %s", shared[_i].what, error.text);
    edit = written(&arena, &edit);
    const char *symbols = symbol_list(&arena, &edit);
    ck_assert_msg(strcmp(symbols, shared[_i].symbols) == 0, "%s: %s, not %s", shared[_i].what,
                  symbols, shared[_i].symbols);
    ck_assert_msg(edit.object.group_count == shared[_i].groups, "%s: %zu groups", shared[_i].what,
                  edit.object.group_count);
}
END_TEST

/** What is exported stays a COMDAT: a second one beside it would be an error. */
START_TEST(exported_comdat)
{
    static const char *const parts[] = {
        "elf\ngroup api flags=1\nsection .text.api data=c3 flags=0x206 group=api\n"
        "symbol api in=.text.api bind=1\n", NULL};
    ck_assert_uint_eq(prelinked(&arena, parts).object.group_count, 1);
}
END_TEST

/* ---- weak externals ---------------------------------------------------------------------- */

#define MAYBE(name)                                                                                \
    PE "symbol inner in=.text at=2 bind=3\nweak " name " to=inner search=3\n"                      \
       "section .data data=0000000000000000 flags=0xc0400040\nreloc .data at=0 to=" name " kind=1\n"

/** Nobody defines it: it is its default, and local, since a local symbol cannot be weak. */
START_TEST(weak_external_alone)
{
    static const char *const parts[] = {MAYBE("maybe"), PE2, NULL};
    struct obj_edit edit = prelinked(&arena, parts);
    const struct obj_symbol *maybe = symbol_named(&edit, "maybe");
    ck_assert_int_eq(maybe->place, PLACE_SECTION);
    ck_assert_int_eq(maybe->binding, BINDING_LOCAL);
    ck_assert_uint_eq(maybe->value, 2);
    ck_assert_uint_eq(maybe->alias, OBJ_NONE);
    ck_assert_str_eq(reloc_list(&arena, &edit, 1), "0:maybe");
}
END_TEST

/** Another part defines it. */
START_TEST(weak_external_defined)
{
    static const char *const parts[] = {MAYBE("maybe"), PE2 "symbol maybe in=.text at=4 bind=2\n",
                                        NULL};
    struct obj_edit edit = prelinked(&arena, parts);
    const struct obj_symbol *maybe = symbol_named(&edit, "maybe");
    ck_assert_uint_eq(count_symbols(&edit, "maybe"), 1);
    ck_assert_uint_eq(maybe->section, section_number(&edit, ".text", 1));
    ck_assert_uint_eq(maybe->value, 4);
}
END_TEST

/** Users call it: it is a weak external still. */
START_TEST(weak_external_exported)
{
    static const char *const parts[] = {PE2, MAYBE("api"), NULL};
    struct obj_edit edit = prelinked(&arena, parts);
    const struct obj_symbol *api = symbol_named(&edit, "api");
    ck_assert_int_eq(api->binding, BINDING_WEAK);
    ck_assert_uint_ne(api->alias, OBJ_NONE);
    ck_assert(span_is(edit.object.symbols[api->alias].name, "inner"));
}
END_TEST

/* ---- headers ----------------------------------------------------------------------------- */

/** Mach-O: MH_SUBSECTIONS_VIA_SYMBOLS holds only if it holds of all parts. */
START_TEST(macho_subsections)
{
    static const char *const all[] = {MACHO "symbol _api in=__TEXT,__text\n", MACHO2, NULL};
    static const char *const some[] = {
        MACHO "symbol _api in=__TEXT,__text\n",
        "macho flags=0\nsection __TEXT,__text data=c3 flags=0x80000400\n", NULL};
    ck_assert_uint_eq(prelinked(&arena, all).object.flags & 0x2000, 0x2000);
    ck_assert_uint_eq(prelinked(&arena, some).object.flags & 0x2000, 0);
}
END_TEST

/** Mach-O: N_WEAK_REF is gone when some part cannot do without. */
START_TEST(macho_weak_reference)
{
    enum { N_WEAK_REF = 0x40 };
    static const char *const weak[] = {MACHO "symbol _far other=0x40\n",
                                       MACHO2 "symbol _far other=0x40\n", NULL};
    static const char *const needed[] = {MACHO "symbol _far other=0x40\n", MACHO2 "symbol _far\n",
                                         NULL};
    struct obj_edit edit = prelinked(&arena, weak);
    ck_assert_uint_eq(symbol_named(&edit, "_far")->detail & N_WEAK_REF, N_WEAK_REF);
    edit = prelinked(&arena, needed);
    ck_assert_uint_eq(symbol_named(&edit, "_far")->detail & N_WEAK_REF, 0);
}
END_TEST

/** ELF: of several OS ABIs the one that says most: GNU (3) needs what System V (0) does not. */
START_TEST(elf_abi)
{
    static const char *const parts[] = {"elf abi=0\nsection .text data=c3 flags=6\n",
                                        "elf abi=3\nsection .text data=c3 flags=6\n", NULL};
    ck_assert_uint_eq(prelinked(&arena, parts).object.raw_subtype & 0xff, 3);
}
END_TEST

/* ---- what cannot be one object ----------------------------------------------------------- */

static const struct {
    const char *parts[MOST_PARTS + 1];
    const char *expected;
} refused[] = {
    {{STRONG, CODE "symbol api in=.text\n"},
     "1: defines api, which 0 defines as well: they cannot be one object"},
    {{CODE, "elf machine=183\nsection .text data=c3 flags=6\n"},
     "1: ELF for aarch64, but 0 is ELF for x86_64"},
    {{CODE, PE}, "1: COFF for x86_64, but 0 is ELF for x86_64"},
    {{"elf machine=243 flags=5\n", "elf machine=243 flags=1\n"}, "1: flags 0x1, but 0 has 0x5"},
    /* what a COMDAT has beside its name cannot be had from another one */
    {{"elf\n" GROUP("c3c3"),
      "elf\n" GROUP("c3c3") "section .data data=0000000000000000 flags=3\n"
      "symbol api in=.data\nreloc .data at=0 to=.text.own kind=1\n"},
     "section .data: relocation 0 refers to a section, which is to be removed"},
};

START_TEST(not_one_object)
{
    struct obj_edit edit;
    struct error error = {0};
    ck_assert(prelink_texts(&arena, refused[_i].parts, &edit, &error) == OBJ_BROKEN);
    ck_assert_str_eq(error.text, refused[_i].expected);
}
END_TEST

Suite *prelink_suite(void)
{
    Suite *suite = suite_create("prelink");
    TCase *cases = tcase_create("prelink");
    tcase_add_checked_fixture(cases, NULL, forget);
    tcase_add_loop_test(cases, names, 0, (int)(sizeof rows / sizeof *rows));
    tcase_add_loop_test(cases, definitions, 0, (int)(sizeof several / sizeof *several));
    tcase_add_loop_test(cases, sharing, 0, (int)(sizeof shared / sizeof *shared));
    tcase_add_test(cases, exported_comdat);
    tcase_add_test(cases, visibility);
    tcase_add_test(cases, thread_local_data);
    tcase_add_test(cases, features);
    tcase_add_test(cases, coff_comdat);
    tcase_add_test(cases, weak_external_alone);
    tcase_add_test(cases, weak_external_defined);
    tcase_add_test(cases, weak_external_exported);
    tcase_add_test(cases, macho_subsections);
    tcase_add_test(cases, macho_weak_reference);
    tcase_add_test(cases, elf_abi);
    tcase_add_loop_test(cases, not_one_object, 0, (int)(sizeof refused / sizeof *refused));
    suite_add_tcase(suite, cases);
    return suite;
}
