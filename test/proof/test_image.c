/* SPDX-License-Identifier: MIT */
/** Comparing the images of a shrunk library and of its original: each kind of difference. */
#include <check.h>

#include "proof/check.h"
#include "proof/models.h"
#include "suites.h"
#include "support/sets.h"

#define CALL "e800000000c3"
#define TEXT(name) "section .text." name " data=" CALL " flags=6\n"
#define DATA(name, value) "section .data." name " data=" value " flags=3\n"
#define CALLS(name, target) "reloc .text." name " at=1 to=" target " kind=4 add=-4\n"
#define FUNCTION(name) "symbol _R" name " in=.text." name " kind=2 bind=1\n"
#define ROOT "symbol run in=.text.run kind=2 bind=1\n"
#define LIST "section .init_array data=0000000000000000 flags=3 type=14\n" \
    "reloc .init_array at=0 to=.text.start kind=1\n"
#define ANY "symbol _Rany in=.data.any kind=1 bind=1\n"
#define COUNTER "symbol _Rcounter in=.data.counter kind=1"

/* a function in a COMDAT, of which any serves; functions and data that became local */
#define INLINE(target) "section .text.any data=" CALL " flags=0x206 group=_Rany\n" \
    "symbol _Rany in=.text.any kind=2 bind=2\ngroup _Rany flags=1\n" CALLS("any", target)
#define LOCAL(name) TEXT(name) "symbol _R" name " in=.text." name " kind=2 bind=0\n"
#define SECOND(value) DATA("second", value) "symbol _Rsecond in=.data.second kind=1 bind=0\n"
#define CALLS_ANY_AND(target) "section .text.run data=" CALL CALL " flags=6\n" ROOT \
    CALLS("run", "_Rany") "reloc .text.run at=7 to=" target " kind=4 add=-4\n"
#define CALLS_ANY CALLS_ANY_AND("_Rsecond")

#define TABLE "symbol _GLOBAL_OFFSET_TABLE_\n"
#define ELEMENT(value) "section .rodata data=" value " flags=2\n" \
    "section all data=0000000000000000 flags=3\nreloc all at=0 to=.rodata kind=1\n"
#define FRAMES(of) "section .eh_frame data=" \
    "0400000000000000100000000c000000000000000600000000000000 flags=2\n" \
    "reloc .eh_frame at=16 to=" of " kind=2\n"

/* the rest of an object in which one section has run and f */
#define FINISHED DATA("counter", "00") "symbol run in=.text kind=2 bind=1\n" \
    "symbol _Rcounter in=.data.counter kind=1 bind=0\nreloc .text at=7 to=_Rcounter kind=4 add=-4\n"

static const struct content contents[] = {
    {"run", "elf\n" TEXT("run") ROOT "symbol _Rf\n" CALLS("run", "_Rf")},
    {"f", "elf\n" TEXT("f") FUNCTION("f") "symbol _Rcounter\n" CALLS("f", "_Rcounter")},
    {"f-table", "elf\n" TEXT("f") FUNCTION("f") "symbol _Rcounter\n" CALLS("f", "_Rcounter")
                "symbol _GLOBAL_OFFSET_TABLE_\n"},
    {"f-more", "elf\n" TEXT("f") FUNCTION("f") "symbol _Rcounter\n" CALLS("f", "_Rcounter")
               "symbol _Rmore\n"},
    {"counter", "elf\n" DATA("counter", "00") COUNTER " bind=1\n"},
    {"other", "elf\n" DATA("counter", "01") COUNTER " bind=1\n"},
    {"two", "elf\n" TEXT("run") ROOT "symbol _Rf\nsymbol _Rg\n" CALLS("run", "_Rf")
            "section .text.two data=" CALL " flags=6\nsymbol two in=.text.two kind=2 bind=1\n"
            CALLS("two", "_Rg")},
    {"g", "elf\n" TEXT("g") FUNCTION("g") "symbol _Rcounter\n" CALLS("g", "_Rcounter")},
    {"init", "elf\n" TEXT("run") ROOT "section .init_array data=0000000000000000 flags=3"
             " type=14\nreloc .init_array at=0 to=run kind=1\n"},
    {"no-init", "elf\n" TEXT("run") ROOT},
    /* run, f and counter in one object, with one section of code */
    {"joined", "elf\nsection .text data=" CALL CALL " flags=6\n" DATA("counter", "00")
               "symbol _Rcounter in=.data.counter kind=1 bind=0\n"
               "symbol run in=.text kind=2 bind=1\n"
               "reloc .text at=1 to=.text kind=2 add=2\n"
               "reloc .text at=7 to=_Rcounter kind=4 add=-4\n"},
    {"joined-well", "elf\nsection .text data=" CALL CALL " flags=6\n" DATA("counter", "00")
                    "symbol _Rcounter in=.data.counter kind=1 bind=0\n"
                    "symbol f in=.text at=6 kind=2 bind=0\n"
                    "symbol run in=.text kind=2 bind=1\n"
                    "reloc .text at=1 to=f kind=4 add=-4\n"
                    "reloc .text at=7 to=_Rcounter kind=4 add=-4\n"},
    {"joined-by-section", "elf\nsection .text data=" CALL CALL " flags=6\n" DATA("counter", "00")
                          "symbol _Rcounter in=.data.counter kind=1 bind=0\n"
                          "symbol run in=.text kind=2 bind=1\n"
                          "reloc .text at=1 to=.text kind=4 add=2\n"
                          "reloc .text at=7 to=.data.counter kind=4 add=-4\n"},
    /* the same with the distance from run to f in place of a relocation, right and wrong */
    {"joined-finished", "elf\nsection .text data=e801000000c3" CALL " flags=6\n" FINISHED},
    {"joined-into-itself", "elf\nsection .text data=e8fbffffffc3" CALL " flags=6\n" FINISHED},
    {"joined-between", "elf\nsection .text data=e802000000c3" CALL " flags=6\n" FINISHED},
    {"joined-outside", "elf\nsection .text data=e8ffffff7fc3" CALL " flags=6\n" FINISHED},
    {"joined-not-at-all", "elf\nsection .text data=" CALL CALL " flags=6\n" FINISHED},
    {"joined-changed-call", "elf\nsection .text data=e901000000c3" CALL " flags=6\n" FINISHED},
    {"joined-replaced", "elf\nsection .text data=e801000000c3" CALL " flags=6\n" FINISHED
                        "symbol _Rf in=.text at=6 kind=2 bind=1\n"},
    {"joined-hidden", "elf\nsection .text data=e801000000c3" CALL " flags=6\n" FINISHED
                      "symbol _Rf in=.text at=6 kind=2 bind=1 other=2\n"},
    {"joined-merged", "elf\nsection .text data=e801000000c3" CALL " flags=0x16 entry=1\n"
                      FINISHED},
    /* f and g count for themselves */
    {"f-own", "elf\n" TEXT("f") FUNCTION("f") DATA("counter", "00") COUNTER " bind=0\n"
              CALLS("f", "_Rcounter")},
    {"g-own", "elf\n" TEXT("g") FUNCTION("g") DATA("counter", "00") COUNTER " bind=0\n"
              CALLS("g", "_Rcounter")},
    /* g is an alias of f */
    {"f-g", "elf\n" TEXT("f") FUNCTION("f") "symbol _Rg in=.text.f kind=2 bind=1\n"
            "symbol _Rcounter\n"
            CALLS("f", "_Rcounter")},
    /* common symbols, and what may stand for them */
    {"buffer", "elf\n" TEXT("run") ROOT "symbol _Rbuffer in=common size=8 at=8 bind=1 kind=1\n"
               CALLS("run", "_Rbuffer")},
    {"buffer-small", "elf\n" TEXT("run") ROOT CALLS("run", "_Rbuffer")
                     "symbol _Rbuffer in=common size=4 at=4 bind=1 kind=1\n"},
    {"buffer-zeros", "elf\n" TEXT("run") ROOT "section .bss zero=8 flags=3 type=8\n"
                     "symbol _Rbuffer in=.bss bind=0 kind=1\n" CALLS("run", "_Rbuffer")},
    {"buffer-data", "elf\n" TEXT("run") ROOT "section .data data=0100000000000000 flags=3\n"
                    "symbol _Rbuffer in=.data bind=0 kind=1\n" CALLS("run", "_Rbuffer")},
    /* a constructor that counts */
    {"init-counts", "elf\n" TEXT("run") ROOT TEXT("start") LIST "symbol _Rcounter\n"
                    CALLS("start", "_Rcounter")},
    /* elements between bounds */
    {"walks", "elf\n" TEXT("run") ROOT "symbol __start_all\nsymbol _Rf\n"
              "section .text.more data=" CALL " flags=6\n"
              "reloc .text.more at=1 to=_Rf kind=4 add=-4\n" CALLS("run", "__start_all")},
    {"walks-f", "elf\n" TEXT("run") ROOT "symbol __start_all\n" CALLS("run", "__start_all")},
    {"f-in-all", "elf\n" TEXT("f") FUNCTION("f") "section all data=0000000000000000 flags=3\n"
                 "reloc all at=0 to=_Rf kind=1\n"},
    /* elements that lead to data without a name, of which one begins as the other */
    {"short", "elf\n" TEXT("f") FUNCTION("f") ELEMENT("05")},
    {"long", "elf\n" TEXT("g") FUNCTION("g") ELEMENT("0506")},
    {"short-table", "elf\n" TEXT("f") FUNCTION("f") ELEMENT("05") TABLE},
    {"long-table", "elf\n" TEXT("g") FUNCTION("g") ELEMENT("0506") TABLE},
    /* a function with and without an entry in the unwind table */
    {"f-bare", "elf\n" TEXT("f") FUNCTION("f")},
    {"f-framed", "elf\n" TEXT("f") FUNCTION("f") FRAMES(".text.f")},
    {"f-framed-table", "elf\n" TEXT("f") FUNCTION("f") FRAMES(".text.f") TABLE},
    /* a default version */
    {"old", "elf\n" TEXT("run") ROOT "symbol _Rv\n" CALLS("run", "_Rv")},
    {"versioned", "elf\n" DATA("v", "05") "symbol _Rv@@V2 in=.data.v kind=1 bind=1\n"},
    {"version", "elf\n" DATA("v", "05") "symbol _Rv@V1 in=.data.v kind=1 bind=1\n"},
    /* which of two is loaded depends on the order: GNU ld goes on from where it is */
    {"first", "elf\n" DATA("x", "01") "symbol _Rx in=.data.x kind=1 bind=1\nsymbol _Ry\n"
              "reloc .data.x at=0 to=_Ry kind=14\n"},
    {"start", "elf\n" TEXT("run") ROOT "symbol _Rx\n" CALLS("run", "_Rx")},
    {"second", "elf\n" DATA("x", "02") "symbol _Rx in=.data.x kind=1 bind=1\n"
               DATA("y", "03") "symbol _Ry in=.data.y kind=1 bind=1\n"},
    /* of which any serves, and one that is none of these */
    {"any-a", "elf\nsection .data.any data=01 flags=0x203 group=_Rany\n" ANY
              "group _Rany flags=1\n"},
    {"any-b", "elf\nsection .data.any data=02 flags=0x203 group=_Rany\n" ANY
              "group _Rany flags=1\n"},
    {"only", "elf\n" DATA("any", "03") ANY},
    {"uses", "elf\n" TEXT("run") ROOT "symbol _Rany\n" CALLS("run", "_Rany")},
    /* an inline function that calls one of two constructors, first calls second */
    {"calls-any", "elf\n" CALLS_ANY "symbol _Rany\nsymbol _Rsecond\n"},
    {"any-second", "elf\n" INLINE("_Rsecond") "symbol _Rsecond\n"},
    {"any-first", "elf\n" INLINE("_Rfirst") "symbol _Rfirst\n"},
    {"constructors", "elf\n" TEXT("first") FUNCTION("first") DATA("second", "01")
                     "symbol _Rsecond in=.data.second kind=1 bind=1\n"
                     CALLS("first", "_Rsecond")},
    {"joined-first", "elf\n" CALLS_ANY LOCAL("first") LOCAL("any") SECOND("01")
                     CALLS("first", "_Rsecond") CALLS("any", "_Rfirst")},
    {"joined-changed", "elf\n" CALLS_ANY LOCAL("first") LOCAL("any") SECOND("02")
                       CALLS("first", "_Rsecond") CALLS("any", "_Rfirst")},
    {"joined-nameless", "elf\nsection .text.run data=" CALL CALL " flags=6\n" ROOT
                        TEXT("first") TEXT("any") SECOND("01")
                        CALLS("run", ".text.any") "reloc .text.run at=7 to=_Rsecond kind=4 add=-4\n"
                        CALLS("first", "_Rsecond") CALLS("any", ".text.first")},
    /* an inline function that calls a local one of its own object, here beside a global one */
    {"any-beside", "elf\nsection .text data=" CALL CALL CALL " flags=6\n" INLINE(".text")
                   "symbol _Rsecond in=.text at=12 kind=2 bind=1\n"},
    {"any-alone", "elf\nsection .text data=" CALL " flags=6\n" INLINE(".text")},
    {"later", "elf\n" TEXT("later") FUNCTION("later") "symbol _Rsecond\n"
              CALLS("later", "_Rsecond")},
    {"calls-later", "elf\n" CALLS_ANY_AND("_Rlater") "symbol _Rany\nsymbol _Rlater\n"},
    {"joined-alone", "elf\n" CALLS_ANY_AND("_Rlater") TEXT("a") TEXT("b") LOCAL("any")
                     "section .text.c data=" CALL CALL CALL " flags=6\n"
                     "symbol _Rsecond in=.text.c at=12 kind=2 bind=0\n" CALLS("any", ".text.b")
                     LOCAL("later") CALLS("later", "_Rsecond")},
};

/* The original (lib1.a), and the library that was made of it (lib2.a). */
static const struct {
    const char *libraries;
    const char *found; /* NULL: nothing */
} rows[] = {
    {"run=run f=f counter=counter | run=run f=f counter=counter", NULL},
    {"run=run f=f counter=counter | run=joined-well", NULL},
    /* linkers define that themselves, and nothing else */
    {"run=run f=f counter=counter | run=run f=f-table counter=counter", NULL},
    {"run=run f=f counter=counter | run=run f=f-more counter=counter",
     "_Rmore is needed now, and undefined"},
    {"run=run f=f counter=counter | run=joined-by-section", NULL},
    {"run=run f=f counter=counter | run=joined",
     "run has other contents or relocations than before"},
    {"run=run f=f counter=counter | run=joined-finished", NULL},
    {"run=run f=f counter=counter | run=joined-hidden", NULL},
    {"run=run f=f counter=counter | run=joined-into-itself",
     "_Rf was apart from another function or datum, now they are one"},
    {"run=run f=f counter=counter | run=joined-between",
     "_Rf has other contents or relocations than before"},
    {"run=run f=f counter=counter | run=joined-outside",
     "_Rf has other contents or relocations than before"},
    {"run=run f=f counter=counter | run=joined-not-at-all",
     "_Rf has other contents or relocations than before"},
    {"run=run f=f counter=counter | run=joined-changed-call",
     "run has other contents or relocations than before"},
    {"run=run f=f counter=counter | run=joined-replaced",
     "_Rf has other contents or relocations than before"},
    {"run=run f=f counter=counter | run=joined-merged",
     "run has other contents or relocations than before"},
    {"run=run f=f counter=counter | run=run f=f counter=other",
     "_Rcounter has other contents or relocations than before"},
    {"run=run f=f counter=counter | run=run f=f", "_Rcounter is undefined now"},
    {"two=two f=f g=g counter=counter | two=two f=f g=g counter=counter", NULL},
    {"two=two f=f g=g counter=counter | two=two f=f-own g=g-own",
     "_Rcounter was one, now there are two of it"},
    {"two=two f=f g=g counter=counter | two=two f-g=f-g counter=counter",
     "_Rg was apart from another function or datum, now they are one"},
    {"run=init | run=init", NULL},
    {"run=init | run=no-init",
     "constructors or other lists that are found by a section's name differ"},
    {"run=buffer | run=buffer", NULL},
    {"run=buffer-small | run=buffer", NULL},
    {"run=buffer | run=buffer-zeros", NULL},
    {"run=buffer | run=buffer-small", "_Rbuffer has other contents or relocations than before"},
    {"run=buffer | run=buffer-data", "_Rbuffer has other contents or relocations than before"},
    {"run=init-counts counter=counter | run=init-counts counter=counter f=f", NULL},
    {"run=init-counts counter=counter other=no-init | run=init-counts counter=other",
     "_Rcounter has other contents or relocations than before"},
    {"run=walks f=f-in-all | run=walks f=f-in-all g=g", NULL},
    {"run=walks f=f-in-all | run=walks-f f=f-in-all",
     "constructors or other lists that are found by a section's name differ"},
    {"two=two f=short g=long | two=two a=long-table b=short-table", NULL},
    {"run=run f=f-bare | run=run f=f-framed", "_Rf has other contents or relocations than before"},
    {"run=run f=f-framed | run=run f=f-bare", "_Rf has other contents or relocations than before"},
    {"run=run f=f-framed | run=run f=f-framed-table", NULL},
    {"run=old v=versioned | run=old v=versioned g=g", NULL},
    {"run=old v=versioned | run=old v=version", "_Rv is undefined now"},
    {"a=first run=start b=second | run=start a=first b=second g=g",
     "_Rx is defined twice now, by a member of "},
    {"run=uses a=any-a b=any-b | run=uses b=any-b a=any-a g=g", NULL},
    {"run=uses a=any-a | run=uses a=only", "_Rany has other contents or relocations than before"},
    {"run=calls-any a=any-second b=any-first c=constructors | run=joined-first", NULL},
    {"run=calls-any a=any-second b=any-first c=constructors | run=joined-nameless", NULL},
    {"run=calls-any a=any-second b=any-first c=constructors | run=joined-changed",
     "_Rsecond has other contents or relocations than before"},
    {"run=calls-later a=any-beside b=any-alone c=later | run=joined-alone", NULL},
};

START_TEST(differences)
{
    struct set set = {0};
    struct census census = {0};
    struct arena arena = {0};
    struct armeld_report report = {.finding_count = 0};
    struct error error = {0};
    struct check_result result = {.count = 0};
    struct check_rules rules = {.originals = 0,
                                .melded = 1,
                                .workspace = NO_CLASS,
                                .count = 1,
                                .shrunk = true,
                                .models = models_of(OBJ_ELF),
                                .jobs = 2};
    add_libraries(&set, rows[_i].libraries, contents, sizeof contents / sizeof *contents);
    find_classes(&set, ARMELD_IDENTITY_LINK, 1, &census);
    ck_assert_msg(check_links(&census, &rules, &arena, &result, &error), "%s", error.text);
    ck_assert(check_report(&census, &rules, &result, &arena, &report));
    const char *found = report.finding_count ? report.findings[0].text : NULL;
    ck_assert_msg(!rows[_i].found == !found, "%s: %s", rows[_i].libraries, found ? found : "well");
    if (found) {
        bool cut = strcmp(rows[_i].found + strlen(rows[_i].found) - 1, " ") == 0;
        ck_assert_msg(cut ? strncmp(found, rows[_i].found, strlen(rows[_i].found)) == 0
                          : strcmp(found, rows[_i].found) == 0,
                      "%s: %s", rows[_i].libraries, found);
    }
    arena_free(&arena);
    census_free(&census);
    set_free(&set);
}
END_TEST

Suite *image_suite(void)
{
    Suite *suite = suite_create("image");
    TCase *cases = tcase_create("image");
    tcase_add_loop_test(cases, differences, 0, (int)(sizeof rows / sizeof *rows));
    suite_add_tcase(suite, cases);
    return suite;
}
