/* SPDX-License-Identifier: MIT */
/** What cargo says of a workspace and its packages. */
#include "cargo/workspace.h"

#include <stdlib.h>

#include "suites.h"

static struct arena arena;
static struct error error;
static struct cargo_workspace workspace;

static void start(void)
{
    error = (struct error){0};
}

static void finish(void)
{
    arena_free(&arena);
}

/** Metadata of one package "p" 1.2.3, with this behind its name. */
static bool parse_package(const char *rest)
{
    const char *json = arena_printf(
        &arena,
        "{\"workspace_root\": \"/w\", \"target_directory\": \"/t\", \"workspace_members\": "
        "[\"i\"], \"packages\": [{\"id\": \"i\", \"name\": \"p\", \"version\": \"1.2.3\"%s}]}",
        rest);
    ck_assert_ptr_nonnull(json);
    return cargo_metadata_parse(span_of(json), &arena, &workspace, &error);
}

static const struct {
    const char *rest;
    const char *names[CARGO_MOST_NAMES + 1];
    bool by_cargo_c;
} libraries[] = {
    {", \"targets\": []", {NULL}, false},
    {", \"targets\": [{\"kind\": [\"staticlib\"], \"name\": \"a-b\"}]", {"a_b", NULL}, false},
    {", \"targets\": [{\"kind\": [\"lib\"], \"crate_types\": [\"lib\", \"staticlib\"], \"name\": "
     "\"a\"}]",
     {"a", NULL},
     false},
    {", \"targets\": [{\"kind\": [\"lib\"], \"crate_types\": [\"lib\"], \"name\": \"a\"}]",
     {NULL},
     false},
    {", \"targets\": [{\"kind\": [\"example\"], \"crate_types\": [\"staticlib\"], \"name\": "
     "\"a\"}]",
     {NULL},
     false},
    {", \"targets\": [{\"kind\": [\"cdylib\"], \"name\": \"a\"}], \"features\": {\"capi\": []}",
     {"a", NULL},
     true},
    {", \"targets\": [{\"kind\": [\"rlib\"], \"name\": \"a\"}], \"metadata\": {\"capi\": "
     "{\"library\": {\"name\": \"b-c\"}}}",
     {"b-c", "b_c", NULL},
     true},
    {", \"targets\": [{\"kind\": [\"staticlib\"], \"name\": \"a\"}], \"metadata\": {\"capi\": "
     "{\"library\": {\"name\": \"b\"}}}",
     {"a", "b", NULL},
     false},
};

START_TEST(package_has_names)
{
    ck_assert_msg(parse_package(libraries[_i].rest), "row %d: %s", _i, error.text);
    ck_assert_uint_eq(workspace.count, 1);
    const struct cargo_package *package = &workspace.packages[0];
    for (size_t i = 0; i <= package->name_count && i <= CARGO_MOST_NAMES; i++) {
        const char *name = i < package->name_count ? package->names[i] : NULL;
        const char *want = libraries[_i].names[i];
        ck_assert_msg(!name == !want && (!name || strcmp(name, want) == 0), "row %d: %s", _i,
                      name ? name : "none");
    }
    ck_assert_int_eq(package->by_cargo_c, libraries[_i].by_cargo_c);
}
END_TEST

static const struct {
    const char *spec;
    bool matches;
} specs[] = {
    {"gst-a", true},
    {"gst-*", true},
    {"gst", false},
    {"gst-a@1", true},
    {"gst-a@1.2", true},
    {"gst-a:1.2.3", true},
    {"gst-a@1.2.30", false},
    {"gst-a@1.", false},
    {"gst-a@", false},
    {"path+file:///x/y#gst-a@1.2.3", true},
    {"file:///x/y#gst-a@1.2.3", true},
    {"file:///x/y", true},
    {"file:///x", false},
    {"", false},
};

START_TEST(spec_names_package)
{
    ck_assert_msg(cargo_spec_matches(specs[_i].spec, "gst-a", "1.2.3",
                                     "path+file:///x/y#gst-a@1.2.3") == specs[_i].matches,
                  "%s", specs[_i].spec);
}
END_TEST

/** Values of any type in any place are an error at most. */
START_TEST(any_type)
{
    static const char *const keys[] = {"id", "name", "version", "targets", "kind", "crate_types",
                                       "metadata", "features", "workspace_root",
                                       "target_directory", "workspace_members", "packages",
                                       "workspace_default_members"};
    static const char *const values[] = {"null", "1", "\"\"", "\"x\"", "[]", "[[]]", "{}",
                                         "{\"capi\": {\"library\": {\"name\": 1}}}"};
    const char *key = keys[(size_t)_i % (sizeof keys / sizeof *keys)];
    const char *value = values[(size_t)_i / (sizeof keys / sizeof *keys)];
    const char *json = arena_printf(
        &arena,
        "{\"workspace_root\": \"/w\", \"target_directory\": \"/t\", \"workspace_members\": "
        "[\"i\"], \"packages\": [{\"id\": \"i\", \"name\": \"p\", \"version\": \"1\", "
        "\"targets\": [{\"kind\": [\"lib\"], \"name\": \"n\", \"%s\": %s}], \"%s\": %s}], "
        "\"%s\": %s}",
        key, value, key, value, key, value);
    bool done = cargo_metadata_parse(span_of(json), &arena, &workspace, &error);
    ck_assert_msg(done == (error.kind == ERROR_NONE), "%s", json);
    ck_assert_msg(done || *error.text, "%s", json);
    for (size_t i = 0; done && i < workspace.count; i++) {
        for (size_t j = 0; j < workspace.packages[i].name_count; j++) {
            const char *name = workspace.packages[i].names[j];
            ck_assert_msg(*name && *name != '.' && !strpbrk(name, "/\\:"), "%s", json);
        }
    }
}
END_TEST

START_TEST(deep_and_large)
{
    size_t size = (size_t)CARGO_MOST_JSON + 1;
    char *text = malloc(size);
    ck_assert_ptr_nonnull(text);
    memset(text, '[', size);
    ck_assert(!cargo_metadata_parse(span_make(text, 100000), &arena, &workspace, &error));
    error = (struct error){0};
    ck_assert(!cargo_metadata_parse(span_make(text, size), &arena, &workspace, &error));
    ck_assert_msg(strstr(error.text, "more than"), "%s", error.text);
    free(text);
}
END_TEST

Suite *cargo_metadata_suite(void)
{
    Suite *suite = suite_create("cargo-metadata");
    TCase *tcase = tcase_create("cargo_metadata");
    tcase_add_checked_fixture(tcase, start, finish);
    tcase_add_loop_test(tcase, package_has_names, 0, sizeof libraries / sizeof *libraries);
    tcase_add_loop_test(tcase, spec_names_package, 0, sizeof specs / sizeof *specs);
    tcase_add_loop_test(tcase, any_type, 0, 13 * 8);
    tcase_add_test(tcase, deep_and_large);
    suite_add_tcase(suite, tcase);
    return suite;
}
