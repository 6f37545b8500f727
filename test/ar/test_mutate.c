/* SPDX-License-Identifier: MIT */
/**
 * Archives with random damage: the reader never steps outside them, and what it accepts can be
 * written and read back. Worth most under the address sanitizer. The seed is fixed, so a failure
 * comes again; ARMELD_SEED tries another.
 */
#include <stdio.h>
#include <stdlib.h>

#include "ar/builder.h"
#include "ar/fixtures.h"
#include "ar/items.h"
#include "suites.h"

enum { DEFAULT_SEED = 19700101, ROUNDS_A_SCRIPT = 400, ROUNDS_A_FIXTURE = 60,
       LARGEST_FIXTURE = 64 * 1024 };

static const char *const scripts[] = {
    "! {a.o/|AAAA} {b.o/|BBB}",
    "! [/|24] be32=3 be32=164 be32=226 be32=164 'f' nul=1 'gh' nul=1 'i' nul=2 "
    "[//|12] 'a.o/\nb.o/\n\n\n' {/0|AA} {/5|BB}",
    "! [/SYM64/|28] be64=2 be64=158 be64=96 'f' nul=1 'g' nul=1 {a.o/|AA} {b.o/|BB}",
    "! [/|10] be32=1 be32=160 'f' nul=1 [/|22] le32=2 le32=160 le32=222 le32=1 le16=1 'f' nul=3 "
    "{a.o/|AA} {b.o/|BB}",
    "! [/|4] be32=0 [/|12] le32=1 le32=212 le32=0 [/<ECSYMBOLS>/|8] le32=1 le16=1 'f' nul=1 "
    "{a.o/|AA} {b.o/|BB} {c.o/|CC}",
    "! [#1/12|52] '__.SYMDEF' nul=3 le32=24 le32=0 le32=120 le32=2 le32=192 le32=4 le32=192 "
    "le32=6 'f' nul=1 'g' nul=1 'f' nul=3 [#1/4|12] 'a.o' nul=1 'AAAA\n\n\n\n' "
    "[#1/4|12] 'b.o' nul=1 'BBBBBBBB'",
    "! [__.SYMDEF_64|34] le64=16 le64=0 le64=102 le64=2 'f' nul=1 {a.o/|AA} {#1/4|b.o.BB}",
};

static uint32_t seed;
static uint32_t state;

static uint32_t random_below(uint32_t limit)
{
    state = state * 1664525 + 1013904223;
    return (uint32_t)((uint64_t)state * limit >> 32);
}

/** A byte that headers and tables are made of is likelier to get past the first check. */
static uint8_t random_byte(void)
{
    static const char likely[] = "/#1 0129`\n!<>_.";
    return random_below(2) ? (uint8_t)likely[random_below(sizeof likely)]
                           : (uint8_t)random_below(256);
}

/** Change about a byte in a hundred, at least one; sometimes cut the end off. */
static struct span damage(struct span file)
{
    struct span copy = exact_copy(file);
    uint8_t *bytes = (uint8_t *)(uintptr_t)copy.data;
    uint32_t size = (uint32_t)copy.size;
    for (uint32_t changes = 1 + random_below(size / 50 + 1); changes; changes--) {
        /* half of them in the front, where the tables are */
        bytes[random_below(random_below(2) || size < 200 ? size : 200)] = random_byte();
    }
    if (random_below(8) == 0) {
        struct span cut = exact_copy(span_make(bytes, random_below(size)));
        unbuild(copy);
        return cut;
    }
    return copy;
}

/** The members with what the index lists, or without where it is broken. */
static struct items items_for(struct arena *arena, struct archive *archive)
{
    bool whole = true;
    for (int table = AR_TABLE_MAIN; table <= AR_TABLE_EC; table++) {
        struct ar_symbols symbols;
        struct error error = {0};
        whole &= archive_index(archive, (enum ar_table)table, arena, &symbols, &error);
        ck_assert_int_eq(error.kind != ERROR_NONE, error.text[0] != '\0');
    }
    if (!whole) {
        archive->has_index = false;
        archive->second_index = archive->ec_index = (struct span){0};
    }
    return items_of_archive(arena, archive);
}

/** Whether it could be read. */
static bool try_damaged(struct span file, const char *what, int round)
{
    struct arena arena = {0};
    struct error error = {0};
    struct archive archive;
    struct ar_layout layout;
    bool read = archive_read(file, &arena, &archive, &error);
    ck_assert_msg(read == (error.text[0] == '\0'), "seed %u, %s, round %d: %s", seed, what, round,
                  error.text);
    if (read) {
        enum ar_flavour flavour = archive.flavour == AR_UNKNOWN ? AR_GNU : archive.flavour;
        struct items items = items_for(&arena, &archive);
        ck_assert_msg(ar_layout(flavour, items.list, items.count, &ar_limits, &arena, &layout,
                                &error),
                      "seed %u, %s, round %d: %s", seed, what, round, error.text);
        struct span written = flatten(&layout);
        ck_assert_msg(ar_layout_verify(written, flavour, items.list, items.count, &layout, &arena,
                                       &error),
                      "seed %u, %s, round %d: %s", seed, what, round, error.text);
        unbuild(written);
    }
    arena_free(&arena);
    return read;
}

static int try_rounds(struct span file, const char *what, int rounds)
{
    int passed = 0;
    for (int round = 0; round < rounds; round++) {
        struct span damaged = damage(file);
        passed += try_damaged(damaged, what, round);
        unbuild(damaged);
    }
    return passed;
}

static void start(void)
{
    const char *named = getenv("ARMELD_SEED");
    seed = named ? (uint32_t)strtoul(named, NULL, 0) : DEFAULT_SEED;
    state = seed;
}

START_TEST(damaged_scripts)
{
    start();
    struct span file = build(scripts[_i]);
    ck_assert(try_damaged(file, "undamaged", 0));
    int passed = try_rounds(file, scripts[_i], ROUNDS_A_SCRIPT);
    /* both ways must have been gone, or the damage is of no use */
    ck_assert_int_gt(passed, ROUNDS_A_SCRIPT / 100);
    ck_assert_int_lt(passed, ROUNDS_A_SCRIPT);
    unbuild(file);
}
END_TEST

static void damage_fixture(void *context, const char *path, struct span file)
{
    int *passed = context;
    if (file.size && file.size <= LARGEST_FIXTURE) {
        *passed += try_rounds(file, path, ROUNDS_A_FIXTURE);
    }
}

START_TEST(damaged_fixtures)
{
    int passed = 0;
    start();
    each_fixture(damage_fixture, &passed);
}
END_TEST

Suite *ar_mutate_suite(void)
{
    Suite *suite = suite_create("ar-mutate");
    TCase *tcase = tcase_create("mutate");
    tcase_add_loop_test(tcase, damaged_scripts, 0, sizeof scripts / sizeof *scripts);
    tcase_add_test(tcase, damaged_fixtures);
    suite_add_tcase(suite, tcase);
    return suite;
}
