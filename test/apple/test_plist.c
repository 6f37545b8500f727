/* SPDX-License-Identifier: MIT */
/** Property lists: what is read, and what is refused. */
#include "apple/plist.h"

#include <stdio.h>
#include <stdlib.h>

#include "apple/render.h"
#include "suites.h"

static struct arena arena;
static struct error error;

static void start(void)
{
    arena = (struct arena){0};
    error = (struct error){0};
}

static void finish(void)
{
    arena_free(&arena);
}

/** Read a list, and compare it with a line; or with an error, if that begins with "!". */
static void check(struct span file, const char *want, const char *what)
{
    struct plist plist;
    char text[1024] = "";
    bool done = plist_read(file, &arena, &plist, &error);
    if (*want == '!') {
        ck_assert_msg(!done, "%s: it is read", what);
        ck_assert_msg(strstr(error.text, want + 1), "%s: %s", what, error.text);
        return;
    }
    ck_assert_msg(done, "%s: %s", what, error.text);
    render_plist(&plist, text, sizeof text);
    ck_assert_str_eq(text, want);
}

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" \
    "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" " \
    "\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n"
#define PLIST(value) "<plist version=\"1.0\">" value "</plist>"
#define DICT(value) PLIST("<dict>" value "</dict>")

static const struct {
    const char *text;
    const char *want;
} lists[] = {
    {HEAD PLIST("<string>x</string>") "\n", "\"x\""},
    {PLIST("<string/>"), "\"\""},
    {PLIST("<string></string>"), "\"\""},
    {PLIST("<string> a\r\nb\rc </string>"), "\" a\nb\nc \""},
    {PLIST("<string>&lt;&gt;&amp;&apos;&quot;&#65;&#x42;&#x20ac;&#x1F600;</string>"),
     "\"<>&'\"AB\xe2\x82\xac\xf0\x9f\x98\x80\""},
    {PLIST("<string>a<![CDATA[<&amp;>]]>b<!-- <no> -->c</string>"), "\"a<&amp;>bc\""},
    {"\xef\xbb\xbf" PLIST("<string>\xc3\xa9</string>"), "\"\xc3\xa9\""},
    {"<?xml version='1.0' encoding='utf-8'?>" PLIST("<true/>"), "true"},
    {"<!-- a --> <?b c?> " PLIST("<!-- d --><false/><!-- e -->") " <!-- f -->", "false"},
    {PLIST("<integer>0</integer>"), "0"},
    {PLIST("<integer> -12 </integer>"), "-12"},
    {PLIST("<integer>+7</integer>"), "7"},
    {PLIST("<integer>-0</integer>"), "0"},
    {PLIST("<integer>0xfF</integer>"), "255"},
    {PLIST("<integer>18446744073709551615</integer>"), "18446744073709551615"},
    {PLIST("<integer>-9223372036854775808</integer>"), "-9223372036854775808"},
    {PLIST("<array><real>1.5</real><date>2026-01-01T00:00:00Z</date><data>AA==</data></array>"),
     "[?,?,?]"},
    {PLIST("<array/>"), "[]"},
    {PLIST("<array> <array> </array> <dict/> </array>"), "[[],{}]"},
    {DICT("<key>b</key><true/> <key>a</key><array><string>x</string></array>"),
     "{\"b\":true,\"a\":[\"x\"]}"},
    {DICT("<key>a&amp;b</key><integer>1</integer><key/><integer>2</integer>"),
     "{\"a&b\":1,\"\":2}"},
    {"<plist a='>' ><true></true></plist >", "true"},
    /* refused */
    {"", "!neither a binary"},
    {"{ a = b; }", "!neither a binary"},
    {"<plist><true/>", "!an end that is missing"},
    {"<plist/>", "!no property list"},
    {"<html></html>", "!no property list"},
    {PLIST(""), "!an end without a beginning"},
    {PLIST("<true/><true/>"), "!the end of another element"},
    {PLIST("<true/>") "x", "!text behind"},
    {PLIST("<set/>"), "!no value"},
    {PLIST("x"), "!text outside a value"},
    {PLIST("<string>a<b/></string>"), "!the end of another element"},
    {PLIST("<string>a"), "!the end of another element"},
    {"<plist><string>a", "!text without an end"},
    {"<plist><string", "!no tag"},
    {"<plist><string a='", "!markup without an end"},
    {PLIST("<string>&nbsp;</string>"), "!no entity"},
    {PLIST("<string>&#0;</string>"), "!no entity"},
    {PLIST("<string>&#xd800;</string>"), "!no entity"},
    {PLIST("<string>&#x110000;</string>"), "!no entity"},
    {PLIST("<string>&amp</string>"), "!no entity"},
    {PLIST("<string>&#1;</string>"), "!no entity"},
    {PLIST("<string>\x01</string>"), "!neither UTF-8"},
    {PLIST("<string>\xc0\x80</string>"), "!neither UTF-8"},
    {PLIST("<string>\xed\xa0\x80</string>"), "!neither UTF-8"},
    {PLIST("<string>\xe9</string>"), "!neither UTF-8"},
    {PLIST("<integer>1.5</integer>"), "!no integer"},
    {PLIST("<integer/>"), "!no integer"},
    {PLIST("<integer>18446744073709551616</integer>"), "!no integer"},
    {PLIST("<integer>-9223372036854775809</integer>"), "!no integer"},
    {DICT("<true/>"), "!a value without a key"},
    {DICT("<key>a</key>"), "!an end without a beginning"},
    {DICT("<key>a</key><true/><key>a</key><true/>"), "!there twice"},
    {PLIST("<array><true/></dict>"), "!the end of another element"},
    {"<!DOCTYPE plist [ <!ENTITY a \"b\"> ]>" PLIST("<true/>"), "!declarations of its own"},
    {"<?xml version=\"1.0\" encoding=\"UTF-16\"?>" PLIST("<true/>"), "!another encoding"},
    {"<!-- " PLIST("<true/>"), "!markup without an end"},
};

START_TEST(xml)
{
    check(span_of(lists[_i].text), lists[_i].want, lists[_i].text);
}
END_TEST

START_TEST(deep)
{
    char *text = calloc(1, 100000);
    ck_assert_ptr_nonnull(text);
    strcpy(text, "<plist>");
    for (size_t i = 0; i < 10000; i++) {
        strcpy(text + 7 + 7 * i, "<array>");
    }
    check(span_of(text), "!too deep", "arrays in arrays");
    free(text);
}
END_TEST

START_TEST(large)
{
    uint8_t *bytes = calloc(1, PLIST_MOST_BYTES + 1);
    ck_assert_ptr_nonnull(bytes);
    check(span_make(bytes, PLIST_MOST_BYTES + 1), "!more than", "a large file");
    free(bytes);
}
END_TEST

/* ---- binary ------------------------------------------------------------------------------ */

/** A binary list of objects whose offsets are @offsets; the top is object 0. */
static struct span make(const void *objects, size_t size, const uint8_t *offsets, size_t count)
{
    uint8_t trailer[32] = {0};
    uint8_t *bytes = arena_alloc(&arena, 8 + size + count + sizeof trailer);
    ck_assert_ptr_nonnull(bytes);
    memcpy(bytes, "bplist00", 8);
    memcpy(bytes + 8, objects, size);
    memcpy(bytes + 8 + size, offsets, count);
    trailer[6] = 1;
    trailer[7] = 1;
    put_be64(trailer + 8, count);
    put_be64(trailer + 24, 8 + size);
    memcpy(bytes + 8 + size + count, trailer, sizeof trailer);
    return span_make(bytes, 8 + size + count + sizeof trailer);
}

/** The same of one object. */
#define ONE(bytes, want) {bytes, sizeof bytes - 1, want}

static const struct {
    const char *bytes;
    size_t size;
    const char *want;
} objects[] = {
    ONE("\x08", "false"),
    ONE("\x09", "true"),
    ONE("\x10\x7f", "127"),
    ONE("\x10\xff", "255"),
    ONE("\x11\x01\x00", "256"),
    ONE("\x13\xff\xff\xff\xff\xff\xff\xff\xfe", "-2"),
    ONE("\x14\0\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff", "18446744073709551615"),
    ONE("\x22\0\0\0\0", "?"),
    ONE("\x33\0\0\0\0\0\0\0\0", "?"),
    ONE("\x42zz", "?"),
    ONE("\x80\x01", "?"),
    ONE("\x53" "abc", "\"abc\""),
    ONE("\x50", "\"\""),
    ONE("\x5f\x10\x10" "0123456789abcdef", "\"0123456789abcdef\""),
    ONE("\x62\x20\xac\x00\xe9", "\"\xe2\x82\xac\xc3\xa9\""),
    ONE("\x62\xd8\x3d\xde\x00", "\"\xf0\x9f\x98\x80\""),
    ONE("\xa0", "[]"),
    ONE("\xd0", "{}"),
    /* refused */
    ONE("\x00", "!unknown kind"),
    ONE("\x0f", "!unknown kind"),
    ONE("\xb0", "!unknown kind"),
    ONE("\x15", "!unknown size"),
    ONE("\x11\x01", "!unknown size"),
    ONE("\x14\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0", "!more than 64 bits"),
    ONE("\x53" "ab", "!exceeds the file"),
    ONE("\x51\xe9", "!not ASCII"),
    ONE("\x61\xd8\x3d", "!not UTF-16"),
    ONE("\x61\xde\x00", "!not UTF-16"),
    ONE("\x62\xd8\x3d\x00\x41", "!not UTF-16"),
    ONE("\x5f", "!without its size"),
    ONE("\x5f\x53", "!an integer of an unknown size"),
    ONE("\x5f\x13\x7f\xff\xff\xff\xff\xff\xff\xff", "!larger than the file"),
    ONE("\xaf\x13\xff\xff\xff\xff\xff\xff\xff\xff", "!larger than the file"),
    ONE("\xa2\x00", "!exceeds the file"),
    ONE("\xa1\x00", "!more values"), /* it is in itself */
    ONE("\xa1\x07", "!not there"),
    ONE("\x43z", "!exceeds the file"),
    ONE("\x25", "!exceeds the file"),
    ONE("\xd1\x00\x00", "!more values"),
};

START_TEST(binary)
{
    static const uint8_t offset = 8;
    char what[32];
    snprintf(what, sizeof what, "object %d", _i);
    check(make(objects[_i].bytes, objects[_i].size, &offset, 1), objects[_i].want, what);
}
END_TEST

START_TEST(binary_lists)
{
    /* 8: {1: 3, 2: 1}; 13: "a"; 15: "b"; 17: [1, 1] */
    static const char bytes[] = "\xd2\x01\x02\x03\x01\x51\x61\x51\x62\xa2\x01\x01";
    static const uint8_t offsets[] = {8, 13, 15, 17};
    check(make(bytes, sizeof bytes - 1, offsets, sizeof offsets),
          "{\"a\":[\"a\",\"a\"],\"b\":\"a\"}", "a dictionary");
    static const char twice[] = "\xd2\x01\x02\x01\x01\x51\x61\x51\x61";
    static const uint8_t places[] = {8, 13, 15};
    check(make(twice, sizeof twice - 1, places, sizeof places), "!there twice", "a key twice");
}
END_TEST

START_TEST(binary_doubled)
{
    /* each array is twice in the one before: 2^20 values */
    uint8_t bytes[60];
    uint8_t offsets[20];
    for (size_t i = 0; i < sizeof offsets; i++) {
        bytes[3 * i] = 0xa2;
        bytes[3 * i + 1] = bytes[3 * i + 2] = (uint8_t)(i + 1);
        offsets[i] = (uint8_t)(8 + 3 * i);
    }
    bytes[57] = 0xa0;
    check(make(bytes, sizeof bytes, offsets, sizeof offsets), "!more values", "a bomb");
}
END_TEST

START_TEST(binary_trailer)
{
    static const uint8_t offset = 8;
    struct span whole = make("\x09", 1, &offset, 1);
    for (size_t i = 0; i < whole.size; i++) { /* every end is missed, and nothing is read beyond */
        struct span part = arena_copy(&arena, span_make(whole.data, i));
        struct plist plist;
        error = (struct error){0};
        ck_assert_msg(!plist_read(part, &arena, &plist, &error) && *error.text, "%zu bytes", i);
    }
    for (size_t i = 0; i < 32; i++) { /* any byte of it may be wrong */
        struct span other = arena_copy(&arena, whole);
        struct plist plist;
        ((uint8_t *)other.data)[whole.size - 32 + i] ^= 0x80;
        error = (struct error){0};
        bool done = plist_read(other, &arena, &plist, &error);
        ck_assert_msg(done == !*error.text, "byte %zu", i);
    }
}
END_TEST

START_TEST(keys)
{
    struct plist plist;
    static const char text[] = DICT("<key>a</key><true/><key>b</key><string>x</string>");
    ck_assert(plist_read(span_of(text), &arena, &plist, &error));
    ck_assert_ptr_eq(plist_get(&plist, "b"), &plist.list[1]);
    ck_assert_ptr_null(plist_get(&plist, "c"));
    ck_assert_ptr_null(plist_get(&plist.list[1], "a"));
}
END_TEST

Suite *plist_suite(void)
{
    Suite *suite = suite_create("plist");
    TCase *tcase = tcase_create("plist");
    tcase_add_checked_fixture(tcase, start, finish);
    tcase_add_loop_test(tcase, xml, 0, sizeof lists / sizeof *lists);
    tcase_add_test(tcase, deep);
    tcase_add_test(tcase, large);
    tcase_add_loop_test(tcase, binary, 0, sizeof objects / sizeof *objects);
    tcase_add_test(tcase, binary_lists);
    tcase_add_test(tcase, binary_doubled);
    tcase_add_test(tcase, binary_trailer);
    tcase_add_test(tcase, keys);
    suite_add_tcase(suite, tcase);
    return suite;
}
