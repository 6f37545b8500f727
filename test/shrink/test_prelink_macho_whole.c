/* SPDX-License-Identifier: MIT */
/** What whole Mach-O objects say, joined: load commands, platforms, sections left out. */
#include <check.h>

#include "obj/linked.h"
#include "shrink/macho_kinds.h"
#include "shrink/prelink.h"
#include "suites.h"
#include "support/edits.h"

static struct arena arena;

static void forget(void)
{
    arena_free(&arena);
}

#define PART "macho\nsection __TEXT,__text data=c3 flags=0x80000400\n"
#define INFO(flags) PART "section __DATA,__objc_imageinfo data=00000000" flags                     \
                         " flags=0x10000000\n"

/** The highest of the lowest versions; every library that some part asks for, once. */
START_TEST(load_commands)
{
    static const char *const parts[] = {PART "build 0xb0000\noption -lc\n",
                                        PART "build 0xc0000\noption -lc\noption -lm\n",
                                        PART "build 0xb0300\n", NULL};
    struct obj_edit edit = prelinked(&arena, parts);
    ck_assert_uint_eq(edit.command_count, 3);
    ck_assert_uint_eq(get_le32(edit.commands[0].bytes.data), 0x32); /* LC_BUILD_VERSION */
    ck_assert_uint_eq(get_le32(edit.commands[0].bytes.data + 12), 0xc0000);
    ck_assert_uint_eq(get_le32(edit.commands[1].bytes.data), 0x2d); /* LC_LINKER_OPTION */
    ck_assert_str_eq((const char *)edit.commands[1].bytes.data + 12, "-lc");
    ck_assert_str_eq((const char *)edit.commands[2].bytes.data + 12, "-lm");
}
END_TEST

/** Objects for macOS and Mac Catalyst are joined for both, with the highest version of each. */
START_TEST(platforms)
{
    static const char *const parts[] = {PART, PART "build 11 platform=1\nbuild 14 platform=6\n",
                                        PART "build 12 platform=1\nbuild 13 platform=6\n",
                                        NULL};
    struct obj_edit edit = prelinked(&arena, parts);
    ck_assert_uint_eq(edit.object.platforms, 1 << 1 | 1 << 6);
    ck_assert_uint_eq(edit.command_count, 2);
    ck_assert_uint_eq(get_le32(edit.commands[0].bytes.data + 12), 12);
    ck_assert_uint_eq(get_le32(edit.commands[1].bytes.data + 12), 14);
}
END_TEST

static const struct {
    const char *what;
    const char *parts[4];
    const char *found; /* sections, or the refusal */
} rows[] = {
    {"equal ones become one", {PART, INFO("40000000"), INFO("40000000")},
     "__text:1 __text:1 __objc_imageinfo:8 __text:1"},
    {"Objective-C beside Swift: no contradiction", {INFO("40000000"), PART, INFO("40070905")},
     "__text:1 __objc_imageinfo:8 __text:1 __text:1"},
    {"another kind of image", {INFO("40000000"), INFO("60000000")},
     "1: __objc_imageinfo differs from that of 0 (other flags, or another Swift version): they "
     "cannot be one object"},
    {"another version of Swift", {INFO("40070000"), PART, INFO("40060000")},
     "2: __objc_imageinfo differs from that of 0 (other flags, or another Swift version): they "
     "cannot be one object"},
    {"two platforms", {PART "build 14 platform=2\n", PART "build 14 platform=7\n"},
     "1: is for iOS simulator, but members before it are for iOS: they cannot be one object"},
    {"two platforms, and one of them",
     {PART "build 11 platform=1\nbuild 14 platform=6\n", PART "build 12 platform=1\n"},
     "1: is for macOS, but members before it are for macOS and Mac Catalyst: they cannot be one "
     "object"},
    {"bitcode, hints and debug info go",
     {PART "section __LLVM,__bitcode data=00\nsection __LLVM,__cmdline data=00\n"
           "section __DATA,__llvm_addrsig data=00\nsection __DWARF,__debug_info data=00\n"},
     "__text:1"},
};

START_TEST(sections)
{
    struct obj_edit edit;
    struct error error = {0};
    enum obj_result result = prelink_texts(&arena, rows[_i].parts, &edit, &error);
    const char *found = result == OBJ_OK ? section_list(&arena, &edit) : error.text;
    ck_assert_msg(strcmp(found, rows[_i].found) == 0, "%s: %s", rows[_i].what, found);
}
END_TEST

/** What runtimes walk for being there (obj/linked.h) is what keeps an object from being dropped. */
START_TEST(lists)
{
    static const struct {
        const char *name;
        uint32_t flags;
    } list[] = {
        {"__objc_catlist", 0},     {"__objc_catlist2", 0},  {"__objc_nlcatlist", 0},
        {"__objc_classlist", 0},   {"__objc_nlclslist", 0}, {"__objc_protolist", 0},
        {"__swift5_types", 0},     {"__swift5_proto", 0},   {"__swift_hooks", 0},
        {"__mod_init_func", 0x9},  {"__mod_term_func", 0xa}, {"__init_offsets", 0x16},
        {"__thread_init", 0x15},   {"__interpose", 0xd},    {"__objc_selrefs", 0},
        {"__objc_const", 0},       {"__objc_imageinfo", 0}, {"__const", 0},
        {"__thread_vars", 0x13},   {"__llvm_prf_data", 0},
    };
    const struct object object = {.format = OBJ_MACHO};
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        struct obj_section section = {.name = span_of(list[i].name),
                                      .segment = span_of("__DATA"),
                                      .kind = SECTION_DATA,
                                      .flags = list[i].flags};
        ck_assert_msg(macho_kind_of(&section)->loaded == obj_section_is_gathered(&object, &section),
                      "%s", list[i].name);
    }
}
END_TEST

Suite *prelink_macho_whole_suite(void)
{
    Suite *suite = suite_create("prelink-macho-whole");
    TCase *cases = tcase_create("prelink-macho-whole");
    tcase_add_checked_fixture(cases, NULL, forget);
    tcase_add_test(cases, load_commands);
    tcase_add_test(cases, platforms);
    tcase_add_test(cases, lists);
    tcase_add_loop_test(cases, sections, 0, (int)(sizeof rows / sizeof *rows));
    suite_add_tcase(suite, cases);
    return suite;
}
