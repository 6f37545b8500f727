/* SPDX-License-Identifier: MIT */
/** Whose ABI a COFF object has: one fact each, and none. */
#include <check.h>

#include "coff_builder.h"
#include "obj/object.h"
#include "suites.h"

enum { NEED, DEFINITION, LOCAL, SECTION_NAME, DIRECTIVES, COMDAT_ANY, COMDAT_LARGEST };
enum { MSVC = COFF_ABI_MSVC, MINGW = COFF_ABI_MINGW };

static const struct {
    const char *text;
    int what;
    unsigned abis;
    uint16_t machine; /* 0: x86_64 */
} rows[] = {
    {"?f@@YAXXZ", NEED, MSVC, 0},
    {"??_7type_info@@6B@", DEFINITION, MSVC, 0},
    {"?dtor$2@?0?f@4HA", LOCAL, MSVC, 0},
    {"@comp.id", LOCAL, MSVC, 0},
    {"@feat.00", LOCAL, 0, 0},
    {"__CxxFrameHandler3", NEED, MSVC, 0},
    {"___CxxFrameHandler3", NEED, MSVC, X86},
    {"__CxxFrameHandler3", DEFINITION, 0, 0},
    {"__CxxThrowException@8", NEED, MSVC, X86},
    {"_fltused", NEED, MSVC, 0},
    {"__security_check_cookie", NEED, MSVC, 0},
    {"@__security_check_cookie@4", NEED, MSVC, X86},
    {"__security_cookie", NEED, 0, 0}, /* mingw-w64 has that one */
    {"__chkstk", NEED, 0, ARM64},
    {"___chkstk_ms", NEED, MINGW, 0},
    {"_ZN3foo3barEv", NEED, MINGW, 0},
    {"__ZN3foo3barEv", DEFINITION, MINGW, X86},
    {"_ZN4core3fmt5write17h0123456789abcdefE", DEFINITION, 0, 0},
    {"_ZN4core3fmt5write17h0123456789abcdefE.llvm.123", NEED, 0, 0},
    {"_RNvCs1_3foo3bar", DEFINITION, 0, 0},
    {"_Unwind_Resume", NEED, MINGW, 0},
    {"__Unwind_Resume", NEED, MINGW, X86},
    {"_Unwind_Resume", DEFINITION, 0, 0},
    {"__gxx_personality_seh0", NEED, MINGW, 0},
    {".refptr.x", DEFINITION, MINGW, 0},
    {".weak.f.default", DEFINITION, 0, 0},
    {"memcpy", NEED, 0, 0},
    {".rdata$zzz", SECTION_NAME, MINGW, 0},
    {".eh_frame", SECTION_NAME, MINGW, 0},
    {".ctors.65535", SECTION_NAME, MINGW, 0},
    {".chks64", SECTION_NAME, MSVC, 0},
    {".CRT$XCU", SECTION_NAME, 0, 0},
    {".debug$S", SECTION_NAME, 0, 0},
    {" /DEFAULTLIB:libcmt.lib", DIRECTIVES, MSVC, 0},
    {" \"/FAILIFMISMATCH:a=b\"", DIRECTIVES, MSVC, 0},
    {" -exclude-symbols:\"f\"", DIRECTIVES, MINGW, 0},
    {" -aligncomm:\"f\",4", DIRECTIVES, MINGW, 0},
    {" -export:\"f\"", DIRECTIVES, 0, 0},
    {".rdata$v", COMDAT_ANY, 0, 0},
    {".rdata$v", COMDAT_LARGEST, MSVC, 0},
    {" -exclude-symbols:f /include:g", DIRECTIVES, MSVC | MINGW, 0},
};

static struct span build(struct coff_builder *b, size_t row)
{
    int what = rows[row].what;
    const char *text = rows[row].text;
    uint16_t machine = rows[row].machine ? rows[row].machine : X86_64;
    coff_begin(b, false, machine, 2);
    coff_add_section(b, ".text", CODE, "\xc3", 1);
    if (what == DIRECTIVES) {
        coff_add_section(b, ".drectve", INFO, text, (uint32_t)strlen(text));
    } else {
        bool named = what == SECTION_NAME || what == COMDAT_ANY || what == COMDAT_LARGEST;
        uint32_t comdat = what == COMDAT_ANY || what == COMDAT_LARGEST ? 0x1000 : 0;
        coff_add_section(b, named ? text : ".data", DATA_FLAGS | comdat, "data", 4);
    }
    if (what == COMDAT_ANY || what == COMDAT_LARGEST) {
        coff_add_section_symbol(b, text, 2, what == COMDAT_ANY ? 2 : 6, 0);
        coff_add_symbol(b, "leader", 0, 2, 0, EXTERNAL, 0);
    } else if (what == NEED || what == DEFINITION) {
        coff_add_symbol(b, text, 0, what == NEED ? 0 : 1, 0x20, EXTERNAL, 0);
    } else if (what == LOCAL) {
        coff_add_symbol(b, text, 0, text[0] == '@' ? -1 : 1, 0, STATIC, 0);
    }
    return coff_finish(b);
}

START_TEST(facts)
{
    static struct coff_builder builder;
    struct arena arena = {0};
    struct object object;
    struct error error = {0};
    ck_assert_int_eq(object_read(build(&builder, (size_t)_i), &arena, &object, &error), OBJ_OK);
    ck_assert_msg(object.abis == rows[_i].abis, "%s: %u", rows[_i].text, object.abis);
    arena_free(&arena);
}
END_TEST

Suite *coff_abi_suite(void)
{
    Suite *suite = suite_create("coff_abi");
    TCase *tcase = tcase_create("coff_abi");
    tcase_add_loop_test(tcase, facts, 0, sizeof rows / sizeof *rows);
    suite_add_tcase(suite, tcase);
    return suite;
}
