/* SPDX-License-Identifier: MIT */
/**
 * The shortcuts of the proof against the whole simulation: small random sets, parted at random.
 * Where a lemma of places.h says that nothing need be linked, no simulated link may differ; where
 * image.h says that images need not be compared, comparing them finds the same.
 */
#include <check.h>

#include "proof/check.h"
#include "proof/models.h"
#include "suites.h"
#include "support/sets.h"

enum { MOST_OBJECTS = 7, MOST_LIBRARIES = 3, MOST_MEMBERS = 6, SYMBOLS = 6 };

/** A set: its objects, what the libraries hold, and which objects moved. */
struct random_set {
    struct content objects[MOST_OBJECTS];
    unsigned object_count;
    unsigned members[MOST_LIBRARIES][MOST_MEMBERS];
    unsigned member_count[MOST_LIBRARIES];
    unsigned library_count;
    bool moves[MOST_OBJECTS];
    bool stays[MOST_LIBRARIES][MOST_OBJECTS]; /* this library keeps it nevertheless */
};

/** Numbers that are the same on every machine. */
static unsigned draw(uint64_t *state, unsigned below)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(*state >> 33) % below;
}

/* ---- objects ----------------------------------------------------------------------------- */

static const char *const elf_definitions[] = {
    "symbol s%u in=.text\n",
    "symbol s%u in=.text\n",
    "symbol s%u in=.text bind=2\n",
    "symbol s%u in=common size=8 at=8\n",
};

static const char *elf_object(struct arena *arena, uint64_t *state, unsigned number)
{
    const char *text = arena_printf(arena, "elf\nsection .text data=c3c3c3%02x flags=6\n", number);
    bool named[SYMBOLS] = {false};
    if (draw(state, 4) == 0) {
        text = arena_printf(arena, "%ssection .init_array type=14 flags=3 data=%016x\n", text,
                            number + 1);
    }
    for (unsigned left = 1 + draw(state, 2); left; left--) {
        unsigned symbol = draw(state, SYMBOLS);
        unsigned kind = draw(state, 5);
        if (named[symbol]) {
            continue;
        }
        named[symbol] = true;
        if (kind == 4) {
            text = arena_printf(arena,
                                "%ssection .text.%u data=90%02x flags=0x206 group=s%u\n"
                                "symbol s%u in=.text.%u bind=2\ngroup s%u flags=1\n",
                                text, symbol, number, symbol, symbol, symbol, symbol);
        } else {
            const char *line = elf_definitions[kind];
            text = arena_printf(arena, "%s%.*s%u%s", text, 8, line, symbol, line + 10);
        }
    }
    for (unsigned left = draw(state, 3); left; left--) {
        unsigned symbol = draw(state, SYMBOLS);
        if (!named[symbol]) {
            named[symbol] = true;
            text = arena_printf(arena, "%ssymbol s%u%s\n", text, symbol,
                                draw(state, 5) ? "" : " bind=2");
        }
    }
    return text;
}

/** Mach-O: n_type N_SECT and N_EXT; N_WEAK_DEF, N_WEAK_REF. */
static const char *macho_object(struct arena *arena, uint64_t *state, unsigned number)
{
    const char *text = arena_printf(
        arena, "macho machine=0x01000007\nsection __TEXT,__text data=c3c3c3%02x flags=0x80000400\n",
        number);
    bool named[SYMBOLS] = {false};
    for (unsigned left = 1 + draw(state, 2); left; left--) {
        unsigned symbol = draw(state, SYMBOLS);
        unsigned kind = draw(state, 3);
        if (!named[symbol]) {
            named[symbol] = true;
            text = arena_printf(arena, "%ssymbol _s%u in=__TEXT,__text kind=1%s\n", text, symbol,
                                kind == 0 ? " other=0x80" : "");
        }
    }
    for (unsigned left = draw(state, 3); left; left--) {
        unsigned symbol = draw(state, SYMBOLS);
        if (!named[symbol]) {
            named[symbol] = true;
            text = arena_printf(arena, "%ssymbol _s%u kind=1%s\n", text, symbol,
                                draw(state, 5) ? "" : " other=0x40");
        }
    }
    return text;
}

static const char *coff_object(struct arena *arena, uint64_t *state, unsigned number)
{
    const char *text = arena_printf(
        arena, "coff machine=0x8664\nsection .text data=c3c3c3%02x flags=0x60500020\n", number);
    bool named[SYMBOLS] = {false};
    for (unsigned left = 1 + draw(state, 2); left; left--) {
        unsigned symbol = draw(state, SYMBOLS);
        unsigned kind = draw(state, 3);
        if (named[symbol]) {
            continue;
        }
        named[symbol] = true;
        if (kind == 0) {
            text = arena_printf(arena,
                                "%ssection .text$%u data=90%02x flags=0x60501020\n"
                                "mark .text$%u select=2\nsymbol s%u in=.text$%u bind=2\n",
                                text, symbol, number, symbol, symbol, symbol);
        } else {
            text = arena_printf(arena, "%ssymbol s%u in=.text bind=2\n", text, symbol);
        }
    }
    for (unsigned left = draw(state, 3); left; left--) {
        unsigned symbol = draw(state, SYMBOLS);
        if (!named[symbol]) {
            named[symbol] = true;
            text = arena_printf(arena, "%ssymbol s%u bind=2\n", text, symbol);
        }
    }
    return text;
}

/* ---- sets -------------------------------------------------------------------------------- */

static const char *object(enum obj_format format, struct arena *arena, uint64_t *state,
                          unsigned number)
{
    return format == OBJ_ELF     ? elf_object(arena, state, number)
           : format == OBJ_MACHO ? macho_object(arena, state, number)
                                 : coff_object(arena, state, number);
}

static void make_set(enum obj_format format, struct arena *arena, uint64_t *state,
                     struct random_set *set)
{
    memset(set, 0, sizeof *set);
    set->object_count = 2 + draw(state, MOST_OBJECTS - 1);
    set->library_count = 1 + draw(state, MOST_LIBRARIES);
    for (unsigned i = 0; i < set->object_count; i++) {
        set->objects[i] = (struct content){arena_printf(arena, "o%u", i),
                                           object(format, arena, state, i)};
    }
    for (unsigned l = 0; l < set->library_count; l++) {
        set->member_count[l] = 1 + draw(state, MOST_MEMBERS);
        for (unsigned i = 0; i < set->member_count[l]; i++) {
            set->members[l][i] = draw(state, set->object_count);
        }
        for (unsigned i = 0; i < set->object_count; i++) {
            set->stays[l][i] = draw(state, 8) == 0;
        }
    }
    unsigned most = 1 + draw(state, 3); /* few, half or most of the objects move */
    for (unsigned i = 0; i < set->object_count; i++) {
        set->moves[i] = draw(state, 4) < most;
    }
}

/** The set as text: originals, what is left of them, the workspace. */
static const char *script(struct arena *arena, const struct random_set *set)
{
    const char *text = "";
    bool held[MOST_OBJECTS] = {false};
    for (unsigned melded = 0; melded <= 1; melded++) {
        for (unsigned l = 0; l < set->library_count; l++) {
            for (unsigned i = 0; i < set->member_count[l]; i++) {
                unsigned object = set->members[l][i];
                held[object] = true;
                if (!melded || !set->moves[object] || set->stays[l][object]) {
                    text = arena_printf(arena, "%sm%u=o%u ", text, i, object);
                }
            }
            text = arena_printf(arena, "%s| ", text);
        }
    }
    for (unsigned i = 0; i < set->object_count; i++) {
        if (set->moves[i] && held[i]) {
            text = arena_printf(arena, "%sm%u=o%u ", text, i, i);
        }
    }
    return text;
}

/** Check a set, with the lemmas or without. */
static struct check_result check_set(const struct census *census, enum obj_format format,
                                     uint32_t count, enum check_shortcuts shortcuts,
                                     bool shrunk, struct arena *arena)
{
    struct check_result result = {.count = 0};
    struct error error = {0};
    struct check_rules rules = {.originals = 0,
                                .melded = count,
                                .workspace = 2 * count,
                                .count = count,
                                .models = models_of(format),
                                .shrunk = shrunk,
                                .jobs = 1,
                                .shortcuts = shortcuts};
    ck_assert_msg(check_links(census, &rules, arena, &result, &error), "%s", error.text);
    return result;
}

/** A set that was drawn. */
struct case_of_lemma {
    struct arena arena;
    struct set set;
    struct census census;
    struct random_set drawn;
    const char *text; /* its libraries */
};

static void begin_case(enum obj_format format, uint64_t *state, struct case_of_lemma *c)
{
    *c = (struct case_of_lemma){0};
    make_set(format, &c->arena, state, &c->drawn);
    c->text = script(&c->arena, &c->drawn);
    add_libraries(&c->set, c->text, c->drawn.objects, c->drawn.object_count);
    find_classes(&c->set, ARMELD_IDENTITY_LINK, 1, &c->census);
}

static void end_case(struct case_of_lemma *c)
{
    census_free(&c->census);
    set_free(&c->set);
    arena_free(&c->arena);
}

/** Draw a set, and compare. Returns whether a lemma held. */
static bool lemma_holds(enum obj_format format, uint64_t *state)
{
    struct case_of_lemma c;
    begin_case(format, state, &c);
    struct check_result quick = check_set(&c.census, format, c.drawn.library_count,
                                          CHECK_ALWAYS_SHORT, false, &c.arena);
    bool plain = quick.plain;
    if (plain) {
        struct check_result whole = check_set(&c.census, format, c.drawn.library_count,
                                              CHECK_NEVER_SHORT, false, &c.arena);
        const char *objects = "";
        for (unsigned i = 0; whole.difference_count && i < c.drawn.object_count; i++) {
            objects = arena_printf(&c.arena, "%s%s: %s\n", objects, c.drawn.objects[i].key,
                                   c.drawn.objects[i].text);
        }
        for (size_t i = 0; whole.difference_count && i < whole.count; i++) {
            objects = arena_printf(&c.arena, "%s%s\n", objects,
                                   check_finding_text(&c.census, &whole.list[i], &c.arena));
        }
        ck_assert_msg(!whole.difference_count, "%s\n%s", c.text, objects);
    }
    end_case(&c);
    return plain;
}

/** Draw a set, and compare its images, as far as is needed and all. Whether they differ. */
static bool images_agree(enum obj_format format, uint64_t *state)
{
    struct case_of_lemma c;
    begin_case(format, state, &c);
    struct check_result quick =
        check_set(&c.census, format, c.drawn.library_count, CHECK_BY_SIZE, true, &c.arena);
    struct check_result whole =
        check_set(&c.census, format, c.drawn.library_count, CHECK_NEVER_SHORT, true, &c.arena);
    ck_assert_msg(quick.difference_count == whole.difference_count && quick.count == whole.count,
                  "%s: %zu differences, and %zu when all is compared", c.text,
                  quick.difference_count, whole.difference_count);
    end_case(&c);
    return whole.difference_count > 0;
}

static const enum obj_format formats[] = {OBJ_ELF, OBJ_COFF, OBJ_MACHO};

START_TEST(no_link_differs)
{
    uint64_t state = 20261128;
    unsigned held = 0;
    for (unsigned i = 0; i < 800; i++) {
        held += lemma_holds(formats[_i], &state);
    }
    ck_assert_uint_gt(held, 100);
}
END_TEST

START_TEST(known_images)
{
    uint64_t state = 20261129;
    unsigned differ = 0;
    for (unsigned i = 0; i < 600; i++) {
        differ += images_agree(formats[_i], &state);
    }
    ck_assert_uint_gt(differ, 50);
    ck_assert_uint_lt(differ, 550);
}
END_TEST

Suite *lemmas_suite(void)
{
    Suite *suite = suite_create("lemmas");
    TCase *cases = tcase_create("lemmas");
    tcase_add_loop_test(cases, no_link_differs, 0, 3);
    tcase_add_loop_test(cases, known_images, 0, 3);
    suite_add_tcase(suite, cases);
    return suite;
}
