/* SPDX-License-Identifier: MIT */
/** Flags of Windows that rustc names and no linker finds. */
#include <check.h>

#include "packaging/leaks.h"
#include "suites.h"

static const struct {
    const char *before, *after;
} rows[] = {
    {"-lwindows.0.53.0", ""},
    {"-lwindows0.53", ""},
    {"windows.0.52.0.lib", ""},
    {"-lwindows.0.52.0.lib", ""},
    {"-lwinapi_ws2_32", "-lws2_32"},
    {"-lwinapi_", "-lwinapi_"},
    {"-lwindows", "-lwindows"}, /* names that others may have */
    {"-lwindowsapp", "-lwindowsapp"},
    {"-lwindowscodecs", "-lwindowscodecs"},
    {"-lwindows.", "-lwindows."},
    {"windows.0.53.0", "windows.0.53.0"},
    {"-L/windows0.53", "-L/windows0.53"},
    {"-lws2_32", "-lws2_32"},
    {"", ""},
};

START_TEST(flags)
{
    struct arena arena = {0};
    ck_assert_str_eq(leak_mended(rows[_i].before, &arena), rows[_i].after);
    arena_free(&arena);
}
END_TEST

static const struct {
    const char *before, *after;
} files[] = {
    {"Libs: -la -lwindows.0.53.0 -lb\n", "Libs: -la -lb\n"},
    {"Libs: -lwindows.0.53.0\n", "Libs:\n"},
    {"Libs.private: -lwindows.0.52.0 -lwindows.0.53.0\r\nRequires: x\r\n",
     "Libs.private:\r\nRequires: x\r\n"},
    {"Libs: -lwinapi_ole32 \\\n  -lwindows0.53\\\n -lz", "Libs: -lole32 \\\n \\\n -lz"},
    {"Description: -lwindows0.53 of Rust\nLibs: -la\n",
     "Description: -lwindows0.53 of Rust\nLibs: -la\n"},
    {"Libs.private:-lwinapi_x", "Libs.private:-lx"},
    {"", ""},
};

START_TEST(in_files)
{
    struct arena arena = {0};
    struct error error = {0};
    struct pc_file file;
    struct span bytes;
    ck_assert(pc_parse(span_of(files[_i].before), "/d", &arena, &file, &error));
    ck_assert(leaks_mend(&file, &arena, &bytes));
    ck_assert_msg(span_is(bytes, files[_i].after), "row %d: %.*s", _i, (int)bytes.size,
                  (const char *)bytes.data);
    arena_free(&arena);
}
END_TEST

Suite *leaks_suite(void)
{
    Suite *suite = suite_create("leaks");
    TCase *tcase = tcase_create("leaks");
    tcase_add_loop_test(tcase, flags, 0, sizeof rows / sizeof *rows);
    tcase_add_loop_test(tcase, in_files, 0, sizeof files / sizeof *files);
    suite_add_tcase(suite, tcase);
    return suite;
}
