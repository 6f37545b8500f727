/* SPDX-License-Identifier: MIT */
/** pkg-config's files: read and changed. */
#include <check.h>
#include <stdio.h>

#include "packaging/pc.h"
#include "suites.h"

#define HEAD "Name: a\nDescription: d\nVersion: 1\n"

/** Before, after requiring "ws"; NULL: an error. */
static const struct {
    const char *before;
    const char *after;
} rows[] = {
    {"", "Requires: ws\n"},
    {HEAD, HEAD "Requires: ws\n"},
    {HEAD "Libs: -la", HEAD "Libs: -la\nRequires: ws\n"},
    {"Requires.private: x\nLibs: -la\n", "Requires: ws\nRequires.private: x\nLibs: -la\n"},
    {"# x\nRequires.private: x\n", "# x\nRequires: ws\nRequires.private: x\n"},
    {"Name: a\nRequires.private: x\n", "Name: a\nRequires: ws\nRequires.private: x\n"},
    {"Requires: x\n", "Requires: ws, x\n"},
    {"Requires:x >= 1, y\n", "Requires: ws,x >= 1, y\n"},
    {"Requires:\n", "Requires: ws\n"},
    {"Requires: \\\n  x\n", "Requires: ws, \\\n  x\n"},
    {"Requires: # none\n", "Requires: ws # none\n"},
    {"Requires: x, ws\n", "Requires: x, ws\n"},
    {"Requires: ws >= 2\n", "Requires: ws >= 2\n"},
    {"Requires: ws>=2 x\n", "Requires: ws>=2 x\n"},
    {"Requires.private: ws\n", "Requires.private: ws\n"},
    {"m=ws\nRequires: ${m}\n", "m=ws\nRequires: ${m}\n"},
    {"Requires: ws2, aws\n", "Requires: ws, ws2, aws\n"},
    {"#Requires: ws\nLibs: -la\n", "#Requires: ws\nLibs: -la\nRequires: ws\n"},
    {"Name: a\r\nLibs: -la\r\n", "Name: a\r\nLibs: -la\r\nRequires: ws\r\n"},
    {"Requires: x\r\n", "Requires: ws, x\r\n"},
    {"what is this\nLibs: -la\n", "what is this\nLibs: -la\nRequires: ws\n"},
    {"Libs: -la \\", "Libs: -la \\\n\nRequires: ws\n"},
    {"Libs: -la \\\n", "Libs: -la \\\n\nRequires: ws\n"},
    {"Requires.private: x\nRequires.private: y\n", NULL},
    {"Requires: ${nowhere}\n", NULL},
    {"a=${a}\nRequires.private: ${a}\n", NULL},
};

/** What requiring "ws" added goes again; so does it from anywhere else, but with a condition. */
static const struct {
    const char *before;
    const char *after; /* NULL: the same */
} gone[] = {
    {HEAD "Requires: ws\n", HEAD},
    {"Requires: ws\nRequires.private: x\n", "Requires.private: x\n"},
    {"Requires: ws, x\n", "Requires: x\n"},
    {"Requires: ws,x >= 1, y\n", "Requires:x >= 1, y\n"},
    {"Requires: x >= 1, ws, y\n", "Requires: x >= 1, y\n"},
    {"Requires: x, ws\n", "Requires: x\n"},
    {"Requires: ws # none\n", "Requires: # none\n"},
    {"Requires: x, ws # none\n", "Requires: x # none\n"},
    {"Requires: ws, \\\n  x\n", "Requires: \\\n  x\n"},
    {"Name: a\r\nRequires: ws\r\nLibs: -la\r\n", "Name: a\r\nLibs: -la\r\n"},
    {"Requires: ws", ""},
    {"Requires: zlib ws\n", "Requires: zlib\n"},
    {"Requires: ws zlib\n", "Requires: zlib\n"},
    {"Requires: a ws b\n", "Requires: a b\n"},
    {"Requires: a >= 1 ws b\n", "Requires: a >= 1 b\n"},
    {"Requires: a>=1 ws\n", "Requires: a>=1\n"},
    {"Requires: a ws, b\n", "Requires: a b\n"},
    {"Requires: a, ws b\n", "Requires: a b\n"},
    {"Requires: ws >= 2\n", NULL},
    {"Requires: ws>=2, x\n", NULL},
    {"Requires: ws2, aws\n", NULL},
    {"Requires: x # , ws\n", NULL},
    {"Requires.private: ws\n", NULL},
    {"Requires:\n", NULL},
    {HEAD, NULL},
    {"", NULL},
};

START_TEST(forgets)
{
    struct arena arena = {0};
    struct error error = {0};
    struct pc_file file;
    struct span bytes = {0};
    const char *after = gone[_i].after ? gone[_i].after : gone[_i].before;
    ck_assert(pc_parse(span_of(gone[_i].before), "/d", &arena, &file, &error));
    ck_assert_msg(pc_forget(&file, "ws", &arena, &bytes, &error), "%s", error.text);
    ck_assert_msg(span_is(bytes, after), "row %d: %.*s", _i, SPAN_ARGS(bytes));
    arena_free(&arena);
}
END_TEST

START_TEST(requires_once)
{
    struct arena arena = {0};
    struct error error = {0};
    struct pc_file file;
    struct span bytes = {0};
    ck_assert(pc_parse(span_of(rows[_i].before), "/d", &arena, &file, &error));
    bool done = pc_require(&file, "ws", &arena, &bytes, &error);
    ck_assert_msg(done == (rows[_i].after != NULL), "row %d: %s", _i, error.text);
    if (done) {
        ck_assert_msg(span_is(bytes, rows[_i].after), "row %d: %.*s", _i, (int)bytes.size,
                      (const char *)bytes.data);
        struct span again;
        ck_assert(pc_parse(bytes, "/d", &arena, &file, &error));
        ck_assert(pc_require(&file, "ws", &arena, &again, &error));
        ck_assert(span_equal(bytes, again));
    }
    arena_free(&arena);
}
END_TEST

/** The words of Libs, with a bar behind each; NULL: an error. */
static const struct {
    const char *file;
    const char *words;
} fields[] = {
    {"Libs:\n", ""},
    {"Name: a\n", ""},
    {"Libs: -L/x  -la\t-lb\n", "-L/x|-la|-lb|"},
    {"p=/usr\nl=${p}/lib\nLibs: -L${l} -la\n", "-L/usr/lib|-la|"},
    {"Libs: -L${l} -la\nl=/later\n", "-L/later|-la|"},
    {"Libs: -L${pcfiledir}/.. -la\n", "-L/d/..|-la|"},
    {"Libs: -L\"/a b\" '-l c' -l\\ d\n", "-L/a b|-l c|-l d|"},
    {"Libs: -la \\\n  -lb # -lc\nx: y\n", "-la|-lb|"},
    {"Libs: -la\\#b\n", "-la#b|"},
    {"Libs: $$x $ y\n", "$x|$|y|"},
    {"Libs : -la\n", "-la|"},
    {"Libs: \"open\n", NULL},
    {"Libs: -la\nLibs: -lb\n", NULL},
    {"a=${b}${b}\nb=${c}${c}\nc=${d}${d}\nd=${e}${e}\ne=${f}${f}\nf=${g}${g}\ng=${h}${h}\n"
     "h=${i}${i}\ni=${j}${j}\nj=${k}${k}\nk=${l}${l}\nl=${m}${m}\nm=${n}${n}\n"
     "n=0123456789012345678901234567890123456789012345678901234567890123456789"
     "0123456789012345678901234567890123456789012345678901234567890123456789\nLibs: ${a}\n", NULL},
};

START_TEST(words_of_libs)
{
    struct arena arena = {0};
    struct error error = {0};
    struct pc_file file;
    struct words words = {0};
    char text[128] = "";
    ck_assert(pc_parse(span_of(fields[_i].file), "/d", &arena, &file, &error));
    bool done = pc_words(&file, "Libs", &words, &arena, &error);
    ck_assert_msg(done == (fields[_i].words != NULL), "row %d: %s", _i, error.text);
    for (size_t i = 0; done && i < words.count; i++) {
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s|", words.list[i]);
    }
    if (done) {
        ck_assert_str_eq(text, fields[_i].words);
    }
    arena_free(&arena);
}
END_TEST

/** Words, and the flags of them: one for each that takes the word behind it. */
static const struct {
    const char *words;
    const char *flags;
    bool links;
} flag_rows[] = {
    {"-lz", "-lz|", true},
    {"-l z", "-lz|", true},
    {"-L /x -F /y -L", "-L/x|-F/y|-L|", false},
    {"-F/y -lz -lz", "-F/y|-lz|-lz|", false},
    {"-framework Foo", "-framework Foo|", true},
    {"-Wl,-framework,Foo", "-Wl,-framework,Foo|", true},
    {"-Wl,-weak_framework,Foo -u x", "-Wl,-weak_framework,Foo|-u x|", true},
    {"'-F/a framework x'", "-F/a framework x|", false},
    {"'-L/a framework x'", "-L/a framework x|", false},
    {"-Wl,--as-needed -Wl,--as-needed", "-Wl,--as-needed|-Wl,--as-needed|", false},
    {"libx.a -pthread", "libx.a|-pthread|", true},
    {"-pthread -u", "-pthread|-u|", true},
    {"-u -lz", "-u -lz|", false},
};

START_TEST(flags_of_words)
{
    struct arena arena = {0};
    struct error error = {0};
    struct words words = {0};
    char text[128] = "";
    const char *first = NULL;
    ck_assert(words_split(span_of(flag_rows[_i].words), &words, &arena, &error));
    for (size_t at = 0; at < words.count;) {
        size_t used = strlen(text);
        const char *flag = words_next_flag(&words, &at, &arena);
        first = first ? first : flag;
        snprintf(text + used, sizeof text - used, "%s|", flag);
    }
    ck_assert_str_eq(text, flag_rows[_i].flags);
    ck_assert_msg(flag_links(first) == flag_rows[_i].links, "row %d", _i);
    arena_free(&arena);
}
END_TEST

START_TEST(refuses_nul)
{
    struct arena arena = {0};
    struct error error = {0};
    struct pc_file file;
    ck_assert(!pc_parse(span_make("Name: a\0b\n", 10), "/d", &arena, &file, &error));
    ck_assert_str_eq(error.text, "offset 0x7: a NUL: this is no .pc file");
    arena_free(&arena);
}
END_TEST

/** Whatever is cut off or turned around, nothing is read outside. */
START_TEST(survives_anything)
{
    static const char text[] = "p=/usr\nl=${p}/lib\nLibs: -L${l} \\\n -la 'b' # c\n"
                               "Requires.private: x >= 1,y\r\n";
    for (size_t size = 0; size < sizeof text; size++) {
        for (size_t at = 0; at <= size; at++) {
            struct arena arena = {0};
            struct error error = {0};
            struct pc_file file;
            struct words words = {0};
            struct span bytes;
            char changed[sizeof text];
            memcpy(changed, text, size);
            if (at < size) {
                changed[at] = "\\${}#:=\n\"'"[at % 10];
            }
            if (pc_parse(span_make(changed, size), "", &arena, &file, &error)) {
                pc_words(&file, "Libs", &words, &arena, &error);
                pc_require(&file, "ws", &arena, &bytes, &error);
                pc_forget(&file, "ws", &arena, &bytes, &error);
            }
            arena_free(&arena);
        }
    }
}
END_TEST

Suite *pc_suite(void)
{
    Suite *suite = suite_create("pc");
    TCase *tcase = tcase_create("pc");
    tcase_add_loop_test(tcase, requires_once, 0, sizeof rows / sizeof *rows);
    tcase_add_loop_test(tcase, words_of_libs, 0, sizeof fields / sizeof *fields);
    tcase_add_loop_test(tcase, flags_of_words, 0, sizeof flag_rows / sizeof *flag_rows);
    tcase_add_test(tcase, refuses_nul);
    tcase_add_test(tcase, survives_anything);
    tcase_add_loop_test(tcase, forgets, 0, (int)(sizeof gone / sizeof *gone));
    suite_add_tcase(suite, tcase);
    return suite;
}
