/* SPDX-License-Identifier: MIT */
/** What Info.plist of an xcframework says, and what is refused; the one that is written. */
#include "apple/xcframework.h"

#include "apple/plist.h"
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

static bool parse(const char *kind, const char *entry, struct xcframework *xcframework)
{
    const char *text = arena_printf(
        &arena, "<plist><dict>%s<key>AvailableLibraries</key><array>%s</array></dict></plist>",
        kind, entry);
    ck_assert_ptr_nonnull(text);
    return xcframework_parse(span_of(text), &arena, xcframework, &error);
}

#define KIND "<key>CFBundlePackageType</key><string>XFWK</string>" \
    "<key>XCFrameworkFormatVersion</key><string>1.0</string>"
#define TEXT(key, text) "<key>" key "</key><string>" text "</string>"
#define MACHINES "<key>SupportedArchitectures</key><array><string>arm64</string></array>"
#define ENTRY(id, path) "<dict>" TEXT("LibraryIdentifier", id) TEXT("LibraryPath", path) MACHINES \
    TEXT("SupportedPlatform", "ios") "</dict>"

static const struct {
    const char *entry;
    const char *path; /* of the binary; after "!" a part of the error */
} entries[] = {
    {ENTRY("ios-arm64", "liba.a"), "ios-arm64/liba.a"},
    {ENTRY("ios-arm64", "a/b/liba.a"), "ios-arm64/a/b/liba.a"},
    {ENTRY("ios-arm64", "A.framework"), "ios-arm64/A.framework/A"},
    {ENTRY("ios-arm64", "x/A.framework"), "ios-arm64/x/A.framework/A"},
    {"<dict>" TEXT("LibraryIdentifier", "x") TEXT("LibraryPath", "A.framework")
         TEXT("BinaryPath", "A.framework/Versions/A/A") MACHINES TEXT("SupportedPlatform", "macos")
             "</dict>",
     "x/A.framework/Versions/A/A"},
    {ENTRY("", "liba.a"), "!LibraryIdentifier"},
    {ENTRY("..", "liba.a"), "!LibraryIdentifier"},
    {ENTRY("a/b", "liba.a"), "!LibraryIdentifier"},
    {ENTRY("a\\b", "liba.a"), "!LibraryIdentifier"},
    {ENTRY("a", ""), "!LibraryPath"},
    {ENTRY("a", "/liba.a"), "!LibraryPath"},
    {ENTRY("a", "../liba.a"), "!LibraryPath"},
    {ENTRY("a", "x/../../liba.a"), "!LibraryPath"},
    {ENTRY("a", "x/.."), "!LibraryPath"},
    {ENTRY("a", "x//liba.a"), "!LibraryPath"},
    {ENTRY("a", "x\\liba.a"), "!LibraryPath"},
    {"<dict>" TEXT("LibraryIdentifier", "x") TEXT("LibraryPath", "liba.a")
         TEXT("BinaryPath", "../y") MACHINES TEXT("SupportedPlatform", "ios") "</dict>",
     "!BinaryPath"},
    {"<dict>" TEXT("LibraryIdentifier", "x") TEXT("LibraryPath", "liba.a")
         TEXT("SupportedPlatform", "ios") "</dict>",
     "!SupportedArchitectures"},
    {"<dict>" TEXT("LibraryIdentifier", "x") TEXT("LibraryPath", "liba.a") MACHINES "</dict>",
     "!SupportedPlatform"},
    {"<string>x</string>", "!library 1: LibraryIdentifier"},
    {ENTRY("a", "liba.a") ENTRY("a", "libb.a"), "!two libraries"},
    {"", "!AvailableLibraries"},
};

START_TEST(reads_entry)
{
    struct xcframework xcframework;
    const char *want = entries[_i].path;
    bool done = parse(KIND, entries[_i].entry, &xcframework);
    if (*want == '!') {
        ck_assert_msg(!done && strstr(error.text, want + 1), "%s: %s", want, error.text);
        return;
    }
    ck_assert_msg(done, "%s", error.text);
    ck_assert_uint_eq(xcframework.count, 1);
    ck_assert_str_eq(xcframework.list[0].path, want);
    ck_assert_ptr_null(xcframework.list[0].variant);
    ck_assert_str_eq(xcframework.list[0].machines[0], "arm64");
}
END_TEST

START_TEST(is_of_a_kind)
{
    static const char *const others[] = {
        "", TEXT("CFBundlePackageType", "XFWK"), TEXT("CFBundlePackageType", "FMWK"),
        TEXT("CFBundlePackageType", "XFWK") TEXT("XCFrameworkFormatVersion", "2.0")};
    struct xcframework xcframework;
    ck_assert(!parse(others[_i], ENTRY("a", "liba.a"), &xcframework));
    ck_assert_msg(*error.text, "%d", _i);
}
END_TEST

static const struct {
    const char *path;
    bool named;
    const char *around;
} names[] = {
    {"a.xcframework", true, NULL},
    {"x/a.xcframework/", true, "x/a.xcframework"},
    {"a.xcframework/ios/liba.a", false, "a.xcframework"},
    {"/x/a.xcframework/ios/b.xcframework/c", false, "/x/a.xcframework/ios/b.xcframework"},
    {".xcframework", false, NULL},
    {"x/.xcframework", false, NULL},
    {"x/.xcframework/y", false, NULL},
    {"a.xcframeworks/b", false, NULL},
    {"liba.a", false, NULL},
    {"", false, NULL},
};

START_TEST(tells_by_name)
{
    const char *around = xcframework_around(names[_i].path, &arena);
    ck_assert_int_eq(xcframework_is_named(names[_i].path), names[_i].named);
    ck_assert_msg(!around == !names[_i].around && (!around || !strcmp(around, names[_i].around)),
                  "%s: %s", names[_i].path, around ? around : "none");
}
END_TEST

static const struct {
    const char *name; /* of a file in a package */
    size_t root;
} packed[] = {
    {"a.xcframework/Info.plist", 13}, {"x/a.xcframework/b/c.xcframework/d", 15},
    {"a.xcframework", 0}, {".xcframework/a", 0}, {"x/.xcframework/a", 0},
    {"a.xcframework-x/b", 0}, {"a.xcframework-x.xcframework/b", 27}, {"", 0},
};

START_TEST(finds_root)
{
    ck_assert_uint_eq(xcframework_root(packed[_i].name), packed[_i].root);
}
END_TEST

static const struct {
    const char *name;
    const char *text;
    bool stays;
} links[] = {
    {"one/A.framework/A", "Versions/Current/A", true},
    {"one/A.framework/Versions/Current", "A", true},
    {"one/A.framework/Versions/Current", "./A/", true},
    {"one/a", "../two/a", true}, {"one/a", "..", true}, {"one/a", "../", true},
    {"one/a", "../..", false}, {"a", "..", false}, {"a", "../a.xcframework/b", false},
    {"one/a", "x/..", false}, {"one/a", "./../..", false}, {"one/a", "..//..", false},
    {"a", "/etc/passwd", false}, {"a", "C:x", false}, {"a", "x\\y", false}, {"a", "", false},
    {"a", "...", true}, {"a", "..b", true},
};

START_TEST(links_stay_inside)
{
    ck_assert_msg(xcframework_link_stays(links[_i].name, links[_i].text) == links[_i].stays,
                  "%s -> %s", links[_i].name, links[_i].text);
}
END_TEST

START_TEST(knows_clutter)
{
    ck_assert(xcframework_is_clutter("a.xcframework/.DS_Store"));
    ck_assert(xcframework_is_clutter("__MACOSX/a.xcframework/._Info.plist"));
    ck_assert(!xcframework_is_clutter("a.xcframework/.hidden"));
    ck_assert(!xcframework_is_clutter("._a.xcframework/Info.plist"));
}
END_TEST

START_TEST(writes_what_it_reads)
{
    const char *machines[] = {"arm64", "x86_64"};
    struct xcframework_library list[] = {
        {"ios-arm64", "ios", NULL, "ios-arm64/libw.a", machines, 1},
        {"a&b<c>", "ios", "simulator", "a&b<c>/libw.a", machines, 2},
    };
    struct xcframework before = {list, 2};
    struct xcframework after;
    const char *text = xcframework_print(&before, &arena);
    ck_assert_ptr_nonnull(text);
    list[1].identifier = "a&b"; /* a name that all systems take */
    list[1].path = "a&b/libw.a";
    text = xcframework_print(&before, &arena);
    ck_assert_msg(xcframework_parse(span_of(text), &arena, &after, &error), "%s", error.text);
    ck_assert_uint_eq(after.count, 2);
    for (size_t i = 0; i < 2; i++) {
        ck_assert_str_eq(after.list[i].identifier, list[i].identifier);
        ck_assert_str_eq(after.list[i].path, list[i].path);
        ck_assert_str_eq(after.list[i].platform, "ios");
        ck_assert_uint_eq(after.list[i].machine_count, list[i].machine_count);
    }
    ck_assert_ptr_null(after.list[0].variant);
    ck_assert_str_eq(after.list[1].variant, "simulator");
    ck_assert_str_eq(after.list[1].machines[1], "x86_64");
    ck_assert_str_eq(xcframework_library_name("x/w.xcframework", &arena), "libw.a");
    ck_assert_str_eq(xcframework_library_name("libw.xcframework", &arena), "libw.a");
}
END_TEST

Suite *xcframework_suite(void)
{
    Suite *suite = suite_create("xcframework");
    TCase *tcase = tcase_create("xcframework");
    tcase_add_checked_fixture(tcase, start, finish);
    tcase_add_loop_test(tcase, reads_entry, 0, sizeof entries / sizeof *entries);
    tcase_add_loop_test(tcase, is_of_a_kind, 0, 4);
    tcase_add_loop_test(tcase, tells_by_name, 0, sizeof names / sizeof *names);
    tcase_add_loop_test(tcase, finds_root, 0, sizeof packed / sizeof *packed);
    tcase_add_loop_test(tcase, links_stay_inside, 0, sizeof links / sizeof *links);
    tcase_add_test(tcase, knows_clutter);
    tcase_add_test(tcase, writes_what_it_reads);
    suite_add_tcase(suite, tcase);
    return suite;
}
