/* SPDX-License-Identifier: MIT */
/** Libraries that are not whole, of names that tell nothing: what sidecars and workspaces tell. */
#include <unistd.h>

#include "suites.h"
#include "support/objects.h"
#include "support/scratch.h"

/* an object of each format that defines the first name and needs the others */
#define ELF(name, needs)                                                                           \
    "elf\nsection .text data=c3c3c3c3 flags=6\nsymbol " name " in=.text\n" needs
#define COFF(name, needs)                                                                          \
    "coff\nsection .text data=c3c3c3c3 flags=0x60000020\nsymbol " name " in=.text bind=2\n" needs
#define MACHO(name, needs)                                                                         \
    "macho\nsection __TEXT,__text data=c3c3c3c3 flags=0x80000400\nsymbol " name                    \
    " in=__TEXT,__text kind=1\n" needs
#define NEEDS(macro, more)                                                                         \
    {"one", macro("one", "")}, {"two", macro("two", "symbol one" more "\n")},                      \
        {"a", macro("a_run", "symbol one" more "\nsymbol two" more "\n")},                         \
        {"b", macro("b_run", "symbol one" more "\nsymbol two" more "\n")},                         \
        {"c", macro("c_run", "symbol two" more "\n")}, {"x", macro("x_run", "")},                  \
        {"y", macro("y_run", "symbol util" more "\n")}, {"util", macro("util", "")},              \
        {"needs", macro("d_run", "symbol two" more "\n")},

enum { CONTENTS = 9, FORMATS = 3 };

static const struct {
    const char *name, *flavour, *suffix;
    struct content contents[CONTENTS];
} formats[FORMATS] = {
    {"elf", "", "a", {NEEDS(ELF, "")}},
    {"coff", "coff:", "lib", {NEEDS(COFF, " bind=2")}},
    {"macho", "darwin:", "a", {NEEDS(MACHO, " kind=1")}},
};

/** The folder of a test, and what is melded there. */
static struct {
    int format;
    const char *folder;
    struct armeld_options options;
} t;

static const char *file(const char *name)
{
    return arena_printf(&scratch_arena, "%s/%s.%s", t.folder, name, formats[t.format].suffix);
}

static void build(const char *name, const char *script)
{
    const char *whole = arena_printf(&scratch_arena, "%s%s", formats[t.format].flavour, script);
    write_library(file(name), whole, formats[t.format].contents, CONTENTS);
}

/** liba, libb and libc share two objects, or libc one of them. */
static void begin(const char *name, int format)
{
    t.format = format;
    t.folder = scratch_folder(arena_printf(&scratch_arena, "%s-%s", name, formats[format].name));
    t.options = (struct armeld_options){.struct_size = sizeof t.options, .workspace = file("w")};
    build("liba", "a.o=a one.o=one two.o=two");
    build("libb", "b.o=b one.o=one two.o=two");
    build("libc", "c.o=c one.o=one two.o=two");
}

static void meld_all(bool no_sidecar)
{
    const char *paths[] = {file("liba"), file("libb"), file("libc"), NULL};
    t.options.no_sidecar = no_sidecar;
    meld_well(&t.options, paths);
    t.options.no_sidecar = false;
    ck_assert_str_eq(global_names(file("w")), "one two ");
}

/** Meld into @workspace; @said: NULL if that shall work, or what the refusal says. */
static void meld_into(const char *workspace, const char *const *paths, const char *said)
{
    struct snapshot before, after;
    struct armeld *armeld;
    t.options.workspace = file(workspace);
    take_snapshot(t.folder, &before);
    int status = meld(&t.options, paths, true, &armeld);
    const char *error = armeld_error(armeld);
    ck_assert_msg(status == (said ? ARMELD_FAILED : ARMELD_OK), "%s: %s: status %d, %s",
                  formats[t.format].name, said ? said : "well", status, error);
    if (said) {
        ck_assert_msg(strstr(error, said) != NULL && strstr(error, file("w")) != NULL, "%s: %s",
                      formats[t.format].name, error);
        take_snapshot(t.folder, &after);
        same_snapshots(said, &before, &after);
    }
    armeld_free(armeld);
}

/** What a tool leaves that adds a member, as another one would remove debug info. */
static void change(const char *name, char letter)
{
    build(name, arena_printf(&scratch_arena, "%c.o=%c readme=text", letter, letter));
}

START_TEST(changed_then_other_workspace)
{
    begin("changed", _i);
    meld_all(false);
    change("libb", 'b');
    const char *paths[] = {file("libb"), NULL};
    meld_into("w2", paths, "another tool changed it since then");
    meld_into("w", paths, "another tool changed it since then");
    ck_assert_int_eq(unlink(arena_printf(&scratch_arena, "%s.armeld", file("w"))), 0);
    meld_into("w2", paths, "a workspace without its sidecar");
    meld_into("w", paths, "whose sidecar is lost");
}
END_TEST

START_TEST(no_sidecar_then_other_workspace)
{
    begin("bare", _i);
    meld_all(true);
    const char *paths[] = {t.folder, NULL};
    meld_into("w2", paths, "a workspace without its sidecar");
    meld_into("w", paths, "whose sidecar is lost");
}
END_TEST

START_TEST(renamed)
{
    begin("renamed", _i);
    meld_all(false);
    ck_assert_int_eq(rename(file("liba"), file("libz")), 0);
    const char *paths[] = {file("libz"), file("libb"), file("libc"), NULL};
    meld_into("w2", paths, "liba.");
    meld_into("w", paths, "liba.");
    ck_assert_int_eq(rename(file("libz"), file("liba")), 0);
    paths[0] = file("liba");
    meld_into("w2", paths, "armeld restore");
    meld_into("w", paths, NULL);
}
END_TEST

/** Built again, whole or without an object that comes from elsewhere now. */
START_TEST(built_again)
{
    begin("again", _i);
    meld_all(false);
    build("liba", "a.o=a one.o=one two.o=two x.o=x");
    const char *paths[] = {file("liba"), file("libb"), file("libc"), NULL};
    meld_into("w", paths, NULL);
    ck_assert_str_eq(global_names(file("w")), "one two ");
    build("liba", "a.o=a two.o=two x.o=x");
    build("libd", "one.o=one");
    meld_into("w", paths, NULL);
}
END_TEST

/** A library that is left out keeps what it needs, whether a tool changed or renamed it. */
START_TEST(left_out)
{
    begin("out", _i);
    meld_all(false);
    change("liba", 'a');
    ck_assert_int_eq(unlink(file("libc")), 0);
    const char *paths[] = {file("libb"), NULL};
    meld_into("w", paths, "another tool changed it since then");
    build("libb", "b.o=b one.o=one two.o=two");
    meld_into("w", paths, "another tool changed it since then");
    const char *sidecar = arena_printf(&scratch_arena, "%s.armeld", file("w"));
    struct span bytes = file_bytes(sidecar);
    ck_assert_int_eq(unlink(sidecar), 0);
    meld_into("w", paths, "name the library too, build it again, or remove it");
    write_file(sidecar, bytes);
    build("liba", "a.o=a one.o=one two.o=two x.o=x");
    meld_into("w", paths, NULL);
    ck_assert_str_eq(global_names(file("w")), "");
}
END_TEST

START_TEST(left_out_under_another_name)
{
    begin("elsewhere", _i);
    meld_all(false);
    ck_assert_int_eq(rename(file("liba"), file("libz")), 0);
    ck_assert_int_eq(unlink(file("libc")), 0);
    const char *paths[] = {file("libb"), NULL};
    meld_into("w", paths, "name the library too, build it again, or remove it");
    build("libx", "x.o=x y.o=y two.o=two"); /* needs nothing of what goes */
    ck_assert_int_eq(unlink(file("libz")), 0);
    meld_into("w", paths, NULL);
    ck_assert_str_eq(global_names(file("w")), "");
}
END_TEST

/** Changed and renamed, it is an input that nobody knows: it keeps what goes. */
START_TEST(changed_and_renamed)
{
    begin("unknown", _i);
    meld_all(false);
    change("liba", 'a');
    ck_assert_int_eq(rename(file("liba"), file("libz")), 0);
    const char *paths[] = {file("libz"), file("libb"), file("libc"), NULL};
    meld_into("w", paths, "libz.");
    /* libd was never melded: what it needs is in libb and libc, before and after */
    begin("known", _i);
    build("libd", "y.o=needs");
    const char *all[] = {file("libb"), file("libc"), file("libd"), NULL};
    meld_into("w", all, NULL);
    ck_assert_str_eq(global_names(file("w")), "one ");
    const char *less[] = {file("libb"), file("libd"), NULL};
    ck_assert_int_eq(unlink(file("libc")), 0);
    meld_into("w", less, NULL);
    ck_assert_str_eq(global_names(file("w")), "");
}
END_TEST

static struct span object_of(const char *key)
{
    const struct content *content = formats[t.format].contents;
    while (strcmp(content->key, key) != 0) {
        content++;
    }
    return assemble(&scratch_arena, content->text);
}

/** A library with an index, of two objects: @letter_run, and one. */
static void build_indexed(char letter)
{
    static const enum ar_flavour flavours[FORMATS] = {AR_GNU, AR_COFF, AR_DARWIN};
    const char *object = arena_printf(&scratch_arena, "%c", letter);
    const char *run = arena_printf(&scratch_arena, "%c_run", letter);
    struct span symbols[2] = {span_of(run), span_of("one")};
    struct ar_item items[2] = {{.name = span_of("run.o"), .object = true},
                               {.name = span_of("one.o"), .object = true}};
    for (size_t i = 0; i < 2; i++) {
        items[i].data = object_of(i ? "one" : object);
        items[i].symbols = &symbols[i];
        items[i].symbol_count = 1;
    }
    write_items(file(arena_printf(&scratch_arena, "lib%c", letter)), flavours[t.format], items, 2);
}

/** Changed and renamed, and its workspace is not there any more: its definitions tell. */
START_TEST(changed_and_renamed_alone)
{
    begin("alone", _i);
    build_indexed('a');
    build_indexed('b');
    const char *paths[] = {file("liba"), file("libb"), NULL};
    meld_into("w", paths, NULL);
    ck_assert_str_eq(global_names(file("w")), "one ");
    build("libz", "run.o=a readme=text");
    ck_assert_int_eq(unlink(file("liba")), 0);
    ck_assert_int_eq(unlink(file("w")), 0);
    build("v", "one.o=one");
    const char *alone[] = {file("libz"), NULL};
    meld_into("w2", alone, "before it was melded");
    build("libz", "run.o=a x.o=x");
    meld_into("w2", alone, NULL); /* it has what that library never had */
}
END_TEST

/** An archive that is no workspace may define what a library needs. */
START_TEST(needs_a_library)
{
    begin("util", _i);
    build("libutil", "util.o=util");
    build("libx", "x.o=x y.o=y");
    build("liby", "y.o=y");
    const char *paths[] = {file("libx"), file("liby"), NULL};
    meld_into("w2", paths, NULL);
    ck_assert_str_eq(global_names(file("w2")), "y_run ");
}
END_TEST

/** What the workspace defines beside it is no concern of libraries that need nothing of it. */
START_TEST(needs_nothing)
{
    begin("nothing", _i);
    meld_all(true);
    build("libx", "x.o=x util.o=util");
    build("liby", "util.o=util");
    const char *paths[] = {file("libx"), file("liby"), file("w"), NULL};
    meld_into("w2", paths, NULL); /* the other workspace is passed over */
    ck_assert_str_eq(global_names(file("w")), "one two ");
    ck_assert_str_eq(global_names(file("w2")), "util ");
}
END_TEST

Suite *changed_suite(void)
{
    Suite *suite = suite_create("changed");
    TCase *tests = tcase_create("changed");
    tcase_add_unchecked_fixture(tests, scratch_make, scratch_remove);
    tcase_add_loop_test(tests, changed_then_other_workspace, 0, FORMATS);
    tcase_add_loop_test(tests, no_sidecar_then_other_workspace, 0, FORMATS);
    tcase_add_loop_test(tests, renamed, 0, FORMATS);
    tcase_add_loop_test(tests, built_again, 0, FORMATS);
    tcase_add_loop_test(tests, left_out, 0, FORMATS);
    tcase_add_loop_test(tests, left_out_under_another_name, 0, FORMATS);
    tcase_add_loop_test(tests, changed_and_renamed, 0, FORMATS);
    tcase_add_loop_test(tests, changed_and_renamed_alone, 0, FORMATS);
    tcase_add_loop_test(tests, needs_a_library, 0, FORMATS);
    tcase_add_loop_test(tests, needs_nothing, 0, FORMATS);
    suite_add_tcase(suite, tests);
    return suite;
}
