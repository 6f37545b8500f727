/* SPDX-License-Identifier: MIT */
/** Sets for several machines and platforms are explained kind by kind, whatever their order. */
#include <stdlib.h>

#include "suites.h"
#include "support/scratch.h"

#define ELF(header) "elf " header "\nsection .text data=c3 flags=6\nsymbol main in=.text\n"
#define COFF(header) "coff " header "\nsection .text data=c3 flags=0x60500020\nsymbol f in=.text\n"
#define MACHO(header) "macho " header "\nsection __TEXT,__t data=c3\nsymbol _main in=__TEXT,__t\n"
#define ARM64 MACHO("machine=0x0100000c")

static const struct content contents[] = {
    {"elf-x86_64", ELF("machine=62")},
    {"elf-aarch64", ELF("machine=183")},
    {"coff-x86_64", COFF("machine=0x8664")},
    {"coff-aarch64", COFF("machine=0xaa64")},
    {"coff-arm64ec", COFF("machine=0xa641")},
    {"arm64", ARM64},
    {"x86_64", MACHO("machine=0x01000007 abi=3")},
    {"x86_64h", MACHO("machine=0x01000007 abi=8")},
    {"macos", ARM64 "build 14 platform=1\n"},
    {"ios", ARM64 "build 14 platform=2\n"},
    {"simulator", ARM64 "build 14 platform=7\n"},
    {"zippered", ARM64 "build 14 platform=1\nbuild 14 platform=6\n"},
    {"catalyst", ARM64 "build 14 platform=6\n"},
    {"arm64e", MACHO("machine=0x0100000c abi=0x80000002") "build 14 platform=2\n"},
};

enum { MOST = 6 };

static const struct {
    const char *what;
    const char *library[MOST];
    const char *kinds; /* headings */
} rows[] = {
    {"machines", {"m.o=elf-x86_64", "m.o=elf-aarch64", "m.o=elf-x86_64"},
     "x86_64 ELF: 2 libraries; aarch64 ELF: 1 library"},
    {"formats", {"m.o=elf-x86_64", "m.o=coff-x86_64", "darwin: m.o=macos"},
     "x86_64 ELF: 1 library; x86_64 COFF: 1 library; arm64 Mach-O for macOS: 1 library"},
    {"machines of Apple", {"darwin: m.o=x86_64", "darwin: m.o=arm64", "darwin: m.o=x86_64h"},
     "x86_64: 1 library; arm64: 1 library; x86_64h: 1 library"},
    {"platforms", {"darwin: m.o=ios", "darwin: m.o=simulator", "darwin: m.o=ios"},
     "iOS arm64: 2 libraries; iOS simulator arm64: 1 library"},
    {"signed pointers", {"darwin: m.o=arm64e", "darwin: m.o=ios"},
     "arm64e: 1 library; arm64: 1 library"},
    {"no platform named goes with what is there",
     {"darwin: m.o=arm64", "darwin: m.o=arm64 n.o=simulator", "darwin: m.o=ios"},
     "iOS simulator arm64: 2 libraries; iOS arm64: 1 library"},
    {"no object goes with what is there",
     {"readme=text", "m.o=elf-aarch64", "m.o=elf-x86_64", ""},
     "aarch64 ELF: 3 libraries; x86_64 ELF: 1 library"},
    {"one for two platforms takes one",
     {"darwin: m.o=zippered", "darwin: m.o=macos", "darwin: m.o=catalyst"},
     "macOS and Mac Catalyst arm64: 1 library; macOS arm64: 1 library; "
     "Mac Catalyst arm64: 1 library"},
    {"arm64ec goes with both its machines, and others not",
     {"coff: m.o=coff-aarch64", "coff: m.o=coff-arm64ec", "m.o=elf-aarch64"},
     "aarch64 COFF: 2 libraries; aarch64 ELF: 1 library"},
};

/** The headings of a printed explanation. */
static const char *list_headings(const struct armeld *armeld)
{
    struct armeld_style style = {.struct_size = sizeof style};
    char line[1000];
    const char *text = "";
    FILE *file = tmpfile();
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(armeld_print(armeld, &style, file), ARMELD_OK);
    rewind(file);
    while (fgets(line, sizeof line, file)) {
        char *end = strstr(line, " librar");
        if (end && end > line && end[-1] >= '0' && end[-1] <= '9') {
            line[strcspn(line, "\n")] = '\0';
            text = arena_printf(&scratch_arena, "%s%s%s", text, *text ? "; " : "", line);
        }
    }
    fclose(file);
    return text;
}

START_TEST(kinds)
{
    const char *folder = scratch_folder(arena_printf(&scratch_arena, "%d", _i));
    struct armeld_options options = {.struct_size = sizeof options};
    struct armeld_question question = {.struct_size = sizeof question};
    struct armeld *armeld = armeld_new(&options);
    uint64_t bytes = 0;
    ck_assert_ptr_nonnull(armeld);
    for (int i = 0; i < MOST && rows[_i].library[i]; i++) {
        const char *path = arena_printf(&scratch_arena, "%s/%d.a", folder, i);
        write_library(path, rows[_i].library[i], contents, sizeof contents / sizeof *contents);
        ck_assert_int_eq(armeld_add(armeld, path), ARMELD_OK);
    }
    int status = armeld_explain(armeld, &question);
    ck_assert_msg(status == ARMELD_OK, "%s: %s", rows[_i].what, armeld_error(armeld));
    const struct armeld_report *report = armeld_report(armeld);
    for (size_t i = 0; i < report->row_count; i++) {
        bytes += report->rows[i].bytes;
    }
    ck_assert_uint_eq(bytes, report->total.bytes);
    ck_assert_str_eq(list_headings(armeld), rows[_i].kinds);
    armeld_release(armeld); /* but not the report */
    ck_assert_str_eq(list_headings(armeld), rows[_i].kinds);
    armeld_free(armeld);
}
END_TEST

Suite *kinds_suite(void)
{
    Suite *suite = suite_create("explained kinds");
    TCase *tests = tcase_create("explained kinds");
    tcase_add_unchecked_fixture(tests, scratch_make, scratch_remove);
    tcase_add_loop_test(tests, kinds, 0, sizeof rows / sizeof *rows);
    suite_add_tcase(suite, tests);
    return suite;
}
