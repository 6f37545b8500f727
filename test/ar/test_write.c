/* SPDX-License-Identifier: MIT */
/** The writer: each flavour to the byte, what it refuses, and that it reads back. */
#include <stdio.h>
#include <stdlib.h>

#include "ar/builder.h"
#include "ar/items.h"
#include "suites.h"
#include "support/growth.h"

static const struct ar_limits always_wide = {.wide_from = 1};

/* ---- byte for byte ----------------------------------------------------------------------- */

static const struct {
    const char *name;
    enum ar_flavour flavour;
    bool wide;
    const char *items;
    const char *script;
} layouts[] = {
    {"empty GNU", AR_GNU, false, "", "!"},
    {"empty COFF", AR_COFF, false, "", "!"},
    {"empty Darwin", AR_DARWIN, false, "", "! (#1/12|20) '__.SYMDEF' nul=3 le32=0 le32=0"},

    {"GNU", AR_GNU, false, "a.o=AAAA:f,gh b.o=BBB:i",
     "! (/|24) be32=3 be32=92 be32=92 be32=156 'f' nul=1 'gh' nul=1 'i' nul=2 "
     "{a.o/|AAAA} {b.o/|BBB}"},
    {"GNU, equal names and symbols", AR_GNU, false, "a.o=A:f a.o=B:f",
     "! (/|16) be32=2 be32=84 be32=146 'f' nul=1 'f' nul=1 {a.o/|A} {a.o/|B}"},
    {"GNU, object without symbols", AR_GNU, false, "a.o=AA", "! (/|8) be32=0 nul=4 {a.o/|AA}"},
    {"GNU, no object", AR_GNU, false, "*a.txt=AA", "! (/|8) be32=0 nul=4 {a.txt/|AA}"},
    {"GNU, no contents", AR_GNU, false, "a.o= b.o=", "! (/|8) be32=0 nul=4 {a.o/|} {b.o/|}"},
    {"GNU, names of 15 and 16", AR_GNU, false, "fifteen-chars.o=A sixteen-chars.oo=B",
     "! (/|8) be32=0 nul=4 (//|18) 'sixteen-chars.oo/\n' {fifteen-chars.o/|A} {/0|B}"},
    {"GNU, shared long name", AR_GNU, false,
     "sixteen-chars.oo=A long-name-of-b.o=B sixteen-chars.oo=C",
     "! (/|8) be32=0 nul=4 (//|36) 'sixteen-chars.oo/\nlong-name-of-b.o/\n' "
     "{/0|A} {/18|B} {/0|C}"},
    {"GNU, odd table of names", AR_GNU, false, "seventeen-chars.o=A",
     "! (/|8) be32=0 nul=4 (//|20) 'seventeen-chars.o/\n\n' {/0|A}"},
    {"GNU, slashes in names", AR_GNU, false, "d/a.o=A d/=B",
     "! (/|8) be32=0 nul=4 (//|12) 'd/a.o/\nd//\n\n' {/0|A} {/7|B}"},
    {"GNU, name without a letter", AR_GNU, false, "=A",
     "! (/|8) be32=0 nul=4 (//|2) '/\n' {/0|A}"},
    {"GNU, a name like the beginning of an inline one", AR_GNU, false, "#1=A",
     "! (/|8) be32=0 nul=4 (//|4) '#1/\n' {/0|A}"},
    {"GNU 64", AR_GNU, true, "a.o=AAAA:f,gh b.o=BBB:i",
     "! (/SYM64/|40) be64=3 be64=108 be64=108 be64=172 'f' nul=1 'gh' nul=1 'i' nul=2 "
     "{a.o/|AAAA} {b.o/|BBB}"},
    {"GNU 64, object without symbols", AR_GNU, true, "a.o=AA",
     "! (/SYM64/|12) be64=0 nul=4 {a.o/|AA}"},

    {"COFF", AR_COFF, false, "a.o=AAAA:f,b b.o=BBB:__imp_z",
     "! (/|28) be32=3 be32=190 be32=190 be32=254 'f' nul=1 'b' nul=1 '__imp_z' nul=1 "
     "(/|34) le32=2 le32=190 le32=254 le32=3 le16=2 le16=1 le16=1 "
     "'__imp_z' nul=1 'b' nul=1 'f' nul=1 {a.o/|AAAA} {b.o/|BBB}"},
    {"COFF, a name once", AR_COFF, false, "a.o=A:f b.o=B:f,g",
     "! (/|16) be32=2 be32=168 be32=230 'f' nul=1 'g' nul=1 "
     "(/|24) le32=2 le32=168 le32=230 le32=2 le16=1 le16=2 'f' nul=1 'g' nul=1 "
     "{a.o/|A} {b.o/|B}"},
    {"COFF, sorted by unsigned bytes", AR_COFF, false, "a.o=A:\xc3,\x7f,ab,a,B",
     "! (/|36) be32=5 be32=198 be32=198 be32=198 be32=198 be32=198 "
     "'\xc3' nul=1 '\x7f' nul=1 'ab' nul=1 'a' nul=1 'B' nul=2 "
     "(/|34) le32=1 le32=198 le32=5 le16=1 le16=1 le16=1 le16=1 le16=1 "
     "'B' nul=1 'a' nul=1 'ab' nul=1 '\x7f' nul=1 '\xc3' nul=2 {a.o/|A}"},
    {"COFF, object without symbols", AR_COFF, false, "a.o=AA",
     "! (/|4) be32=0 (/|12) le32=1 le32=144 le32=0 {a.o/|AA}"},
    {"COFF, long and shared names", AR_COFF, false,
     "long-name-of-a.o=A d/b.o=B long-name-of-a.o=C",
     "! (/|4) be32=0 (/|20) le32=3 le32=236 le32=298 le32=360 le32=0 "
     "(//|24) 'long-name-of-a.o' nul=1 'd/b.o' nul=1 '\n' {/0|A} {/17|B} {/0|C}"},

    {"EC", AR_COFF, false, "n!a.o=AA:f,__IMPORT_DESCRIPTOR_k e!b.o=BB:g,f",
     "! (/|36) be32=2 be32=304 be32=304 'f' nul=1 '__IMPORT_DESCRIPTOR_k' nul=1 "
     "(/|44) le32=2 le32=304 le32=366 le32=2 le16=1 le16=1 '__IMPORT_DESCRIPTOR_k' nul=1 "
     "'f' nul=1 "
     "(/<ECSYMBOLS>/|36) le32=3 le16=1 le16=2 le16=2 '__IMPORT_DESCRIPTOR_k' nul=1 'f' nul=1 "
     "'g' nul=1 {a.o/|AA} {b.o/|BB}"},
    {"EC, x64 beside ARM64", AR_COFF, false, "n!a.o=AA: x!b.o=BB:f",
     "! (/|4) be32=0 (/|16) le32=2 le32=216 le32=278 le32=0 "
     "(/<ECSYMBOLS>/|8) le32=1 le16=2 'f' nul=1 {a.o/|AA} {b.o/|BB}"},
    {"EC, nothing to list", AR_COFF, false, "n!a.o=AA e!b.o=BB",
     "! (/|4) be32=0 (/|16) le32=2 le32=148 le32=210 le32=0 {a.o/|AA} {b.o/|BB}"},
    {"x64 alone is no EC", AR_COFF, false, "x!a.o=AA b.o=BB",
     "! (/|4) be32=0 (/|16) le32=2 le32=148 le32=210 le32=0 {a.o/|AA} {b.o/|BB}"},
    {"ARM64 alone is no EC", AR_COFF, false, "n!a.o=AA b.o=BB",
     "! (/|4) be32=0 (/|16) le32=2 le32=148 le32=210 le32=0 {a.o/|AA} {b.o/|BB}"},

    {"Darwin", AR_DARWIN, false, "a.o=AAAA:f b.o=BBBBBBBB:g,f",
     "! (#1/12|52) '__.SYMDEF' nul=3 le32=24 le32=0 le32=120 le32=2 le32=192 le32=4 le32=192 "
     "le32=6 'f' nul=1 'g' nul=1 'f' nul=3 "
     "[#1/4|12] 'a.o' nul=1 'AAAA\n\n\n\n' [#1/4|12] 'b.o' nul=1 'BBBBBBBB'"},
    {"Darwin, object without symbols", AR_DARWIN, false, "a.o=AAAAAAAA",
     "! (#1/12|28) '__.SYMDEF' nul=3 le32=0 le32=3 nul=8 [#1/4|12] 'a.o' nul=1 'AAAAAAAA'"},
    {"Darwin, no object", AR_DARWIN, false, "*a.txt=AAAAAAAA",
     "! (#1/12|20) '__.SYMDEF' nul=3 le32=0 le32=0 [#1/12|20] 'a.txt' nul=7 'AAAAAAAA'"},
    {"Darwin, names that fit and that do not", AR_DARWIN, false,
     "abcd=AAAAAAAA 12345678=BBBBBBBB d/e=CCCCCCCC",
     "! (#1/12|28) '__.SYMDEF' nul=3 le32=0 le32=3 nul=8 [#1/4|12] 'abcdAAAAAAAA' "
     "[#1/12|20] '12345678' nul=4 'BBBBBBBB' [#1/4|12] 'd/e' nul=1 'CCCCCCCC'"},
    {"Darwin, no contents", AR_DARWIN, false, "a.o= b.o=",
     "! (#1/12|28) '__.SYMDEF' nul=3 le32=0 le32=3 nul=8 [#1/4|4] 'a.o' nul=1 "
     "[#1/4|4] 'b.o' nul=1"},
    {"Darwin 64", AR_DARWIN, true, "a.o=AAAAAAAA:f",
     "! (#1/12|52) '__.SYMDEF_64' le64=16 le64=0 le64=120 le64=2 'f' nul=7 "
     "[#1/4|12] 'a.o' nul=1 'AAAAAAAA'"},
};

static bool verify(struct span written, enum ar_flavour flavour, const struct items *items,
                   const struct ar_layout *layout, struct arena *arena, struct error *error)
{
    return ar_layout_verify(written, flavour, items->list, items->count, layout, arena, error);
}

START_TEST(to_the_byte)
{
    struct arena arena = {0};
    struct error error = {0};
    struct ar_layout layout;
    struct items items = items_of(&arena, layouts[_i].items);
    const char *name = layouts[_i].name;
    ck_assert_msg(ar_layout(layouts[_i].flavour, items.list, items.count,
                            layouts[_i].wide ? &always_wide : &ar_limits, &arena, &layout, &error),
                  "%s: %s", name, error.text);
    struct span written = flatten(&layout);
    struct span meant = build(layouts[_i].script);
    for (size_t i = 0; i < written.size && i < meant.size; i++) {
        ck_assert_msg(written.data[i] == meant.data[i],
                      "%s: offset %zu: %02x instead of %02x", name, i, written.data[i],
                      meant.data[i]);
    }
    ck_assert_msg(written.size == meant.size, "%s: %zu bytes instead of %zu", name, written.size,
                  meant.size);
    ck_assert_msg(verify(written, layouts[_i].flavour, &items, &layout, &arena, &error), "%s: %s",
                  name, error.text);
    unbuild(written);
    unbuild(meant);
    arena_free(&arena);
}
END_TEST

START_TEST(keeps_header_fields)
{
    static const uint8_t fields[] = "1234567890  1000  100   100755  ";
    static const enum ar_flavour flavours[] = {AR_GNU, AR_DARWIN, AR_COFF};
    struct arena arena = {0};
    struct error error = {0};
    struct ar_layout layout;
    struct archive archive;
    struct items items = items_of(&arena, "a.o=AAAAAAAA b.o=BBBBBBBB");
    items.list[1].fields = fields;
    ck_assert(ar_layout(flavours[_i], items.list, 2, &ar_limits, &arena, &layout, &error));
    struct span written = flatten(&layout);
    ck_assert(archive_read(written, &arena, &archive, &error));
    ck_assert_mem_eq(ar_member_fields(&archive, &archive.members[0]),
                     "0           0     0     644     ", AR_FIELDS_SIZE);
    ck_assert_mem_eq(ar_member_fields(&archive, &archive.members[1]), fields, AR_FIELDS_SIZE);
    unbuild(written);
    arena_free(&arena);
}
END_TEST

/** The mark changes no size, only fields that no reader looks at; what has no index has none. */
START_TEST(marks)
{
    static const enum ar_flavour flavours[] = {AR_GNU, AR_DARWIN, AR_COFF};
    for (int count = 0; count < 2; count++) {
        struct arena arena = {0};
        struct error error = {0};
        struct ar_layout layout;
        struct items items = items_of(&arena, "a.o=AAAAAAAA:f");
        items.count = (size_t)count;
        ck_assert(ar_layout(flavours[_i], items.list, items.count, &ar_limits, &arena, &layout,
                            &error));
        struct span plain = flatten(&layout);
        ar_layout_mark(&layout, AR_MARK_ONE);
        struct span one = flatten(&layout);
        ck_assert(!archive_is_one(plain) && !archive_is_marked(one));
        ck_assert(archive_is_one(one) == (count || flavours[_i] == AR_DARWIN));
        unbuild(one);
        ar_layout_mark(&layout, AR_MARK);
        struct span marked = flatten(&layout);
        ck_assert(!archive_is_marked(plain) && !archive_is_one(marked));
        ck_assert(archive_is_marked(marked) == (count || flavours[_i] == AR_DARWIN));
        ck_assert(verify(marked, flavours[_i], &items, &layout, &arena, &error));
        ck_assert_uint_eq(plain.size, marked.size);
        for (size_t i = 0; i < plain.size; i++) {
            bool field = i >= AR_MAGIC_SIZE + AR_FIELDS_AT &&
                         i < AR_MAGIC_SIZE + AR_FIELDS_AT + AR_FIELDS_SIZE;
            ck_assert(field || plain.data[i] == marked.data[i]);
        }
        unbuild(plain);
        unbuild(marked);
        arena_free(&arena);
    }
}
END_TEST

/* ---- refused ----------------------------------------------------------------------------- */

static const char nul_name[] = {'a', 0, 'b'};
static char long_name[40000];

static const struct {
    const char *name;
    enum ar_flavour flavour;
    struct span member;
    size_t size; /* stated, nothing is there */
    const char *error;
} refusals[] = {
    {"newline", AR_GNU, {(const uint8_t *)"a\nb", 3}, 0,
     "member name \"a\nb\": archives cannot express it"},
    {"newline", AR_DARWIN, {(const uint8_t *)"a\nb", 3}, 0,
     "member name \"a\nb\": archives cannot express it"},
    {"NUL", AR_COFF, {(const uint8_t *)nul_name, 3}, 0,
     "member name \"a\": archives cannot express it"},
    {"name of the index", AR_DARWIN, {(const uint8_t *)"__.SYMDEF", 9}, 0,
     "member name \"__.SYMDEF\": archives cannot express it"},
    {"name of an index", AR_GNU, {(const uint8_t *)"__.SYMDEF SORTED", 16}, 0,
     "member name \"__.SYMDEF SORTED\": archives cannot express it"},
    {"longest name", AR_GNU, {(const uint8_t *)long_name, 32760}, 0, NULL},
    {"longest name", AR_DARWIN, {(const uint8_t *)long_name, 32760}, 0, NULL},
    {"longest name", AR_COFF, {(const uint8_t *)long_name, 32760}, 0, NULL},
    {"name too long", AR_GNU, {(const uint8_t *)long_name, 32761}, 0,
     "member name \"nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn...\": 32761 "
     "bytes, at most 32760"},
    {"ten digits", AR_GNU, {(const uint8_t *)"a.o", 3}, 10000000000,
     "member \"a.o\": 10000000000 bytes, but an archive member holds at most 9999999999"},
};

START_TEST(refuses)
{
    struct arena arena = {0};
    struct error error = {0};
    struct ar_layout layout;
    memset(long_name, 'n', sizeof long_name);
    struct ar_item item = {.name = refusals[_i].member,
                           .data = {(const uint8_t *)"", refusals[_i].size}};
    bool done = ar_layout(refusals[_i].flavour, &item, 1, &ar_limits, &arena, &layout, &error);
    if (done) {
        struct span written = flatten(&layout);
        done = ar_layout_verify(written, refusals[_i].flavour, &item, 1, &layout, &arena, &error);
        unbuild(written);
    }
    ck_assert_msg(done == !refusals[_i].error, "%s: %s", refusals[_i].name, error.text);
    ck_assert_str_eq(error.text, done ? "" : refusals[_i].error);
    arena_free(&arena);
}
END_TEST

/** Many equal members; their layout, which is refused past the number that COFF can name. */
static bool lay_out_many(enum ar_flavour flavour, size_t count, struct arena *arena,
                         struct error *error)
{
    struct ar_layout layout;
    struct items items = {ARENA_ARRAY(arena, struct ar_item, count), count};
    struct span *names = ARENA_ARRAY(arena, struct span, 2 * count);
    ck_assert(items.list && names);
    for (size_t i = 0; i < count; i++) {
        names[2 * i] = span_of(arena_printf(arena, "a-name-past-sixteen-%zu.o", i));
        names[2 * i + 1] = span_of(arena_printf(arena, "symbol_%zu", i));
        items.list[i] = (struct ar_item){.name = names[2 * i], .data = span_of("AAA"),
                                         .symbols = &names[2 * i + 1], .symbol_count = 1,
                                         .object = true};
    }
    if (!ar_layout(flavour, items.list, count, &ar_limits, arena, &layout, error)) {
        return false;
    }
    struct span written = flatten(&layout);
    bool done = verify(written, flavour, &items, &layout, arena, error);
    unbuild(written);
    return done;
}

static double time_layout(int row, size_t count)
{
    static const enum ar_flavour flavours[] = {AR_GNU, AR_DARWIN, AR_COFF};
    struct arena arena = {0};
    struct error error = {0};
    double start = processor_seconds();
    ck_assert_msg(lay_out_many(flavours[row], count, &arena, &error), "%s", error.text);
    double seconds = processor_seconds() - start;
    arena_free(&arena);
    return seconds;
}

START_TEST(many_members)
{
    static const size_t most[] = {100000, 100000, 65530};
    check_growth(time_layout, _i, most[_i]);
}
END_TEST

/** The index of a COFF archive numbers members in 16 bits. */
START_TEST(members_of_coff)
{
    struct arena arena = {0};
    struct error error = {0};
    ck_assert_msg(lay_out_many(AR_COFF, 65534, &arena, &error), "%s", error.text);
    ck_assert(!lay_out_many(AR_COFF, 65535, &arena, &error));
    ck_assert_str_eq(error.text, "65535 members, but a COFF archive's index can name 65534");
    arena_free(&arena);
}
END_TEST

/* ---- 4 GiB ------------------------------------------------------------------------------- */

/** The first header that the limit reaches makes the offsets wide, and no header before it. */
START_TEST(wide_at_the_limit)
{
    static const enum ar_flavour flavours[] = {AR_GNU, AR_DARWIN};
    struct arena arena = {0};
    struct error error = {0};
    struct ar_layout layout;
    struct items items = items_of(&arena, "a.o=AAAAAAAA:f b.o=BBBBBBBB:g");
    ck_assert(ar_layout(flavours[_i], items.list, 2, &ar_limits, &arena, &layout, &error));
    uint64_t last = layout.offsets[1];
    for (uint64_t above = 0; above < 2; above++) {
        struct archive archive;
        struct ar_limits limits = {.wide_from = last + above};
        ck_assert(ar_layout(flavours[_i], items.list, 2, &limits, &arena, &layout, &error));
        struct span written = flatten(&layout);
        ck_assert_msg(verify(written, flavours[_i], &items, &layout, &arena, &error), "%s",
                      error.text);
        ck_assert(archive_read(written, &arena, &archive, &error));
        ck_assert_int_eq(archive.wide_index, !above);
        unbuild(written);
    }
    arena_free(&arena);
}
END_TEST

START_TEST(coff_past_the_limit)
{
    struct arena arena = {0};
    struct error error = {0};
    struct ar_layout layout;
    struct items items = items_of(&arena, "a.o=AA:f b.o=BB:g");
    ck_assert(ar_layout(AR_COFF, items.list, 2, &ar_limits, &arena, &layout, &error));
    struct ar_limits limits = {.wide_from = layout.offsets[1]};
    ck_assert(!ar_layout(AR_COFF, items.list, 2, &limits, &arena, &layout, &error));
    ck_assert_str_eq(error.text, "292 bytes, but a COFF archive's index reaches only 230");
    arena_free(&arena);
}
END_TEST

/** Real sizes: a layout never looks at contents, so they need not be there. */
START_TEST(four_gigabytes)
{
    static const struct {
        enum ar_flavour flavour;
        const char *head; /* in the first bytes, or the error */
    } rows[] = {
        {AR_GNU, "!<arch>\n/SYM64/ "},
        {AR_DARWIN, "__.SYMDEF_64"},
        {AR_COFF, "4294967594 bytes, but a COFF archive's index reaches only 4294967296"},
    };
    struct arena arena = {0};
    struct error error = {0};
    struct ar_layout layout;
    struct items items = items_of(&arena, "a.o=:f b.o=:g c.o=:h");
    items.list[0].data.size = (size_t)1 << 31;
    items.list[1].data.size = ((size_t)1 << 31) - 64;
    if (ar_layout(rows[_i].flavour, items.list, 3, &ar_limits, &arena, &layout, &error)) {
        const char *head = (const char *)layout.pieces[0].data;
        ck_assert_uint_gt(layout.offsets[2], UINT32_MAX);
        ck_assert(strstr(arena_printf(&arena, "%.16s%.12s", head, head + 68), rows[_i].head));
    } else {
        ck_assert_str_eq(error.text, rows[_i].head);
    }
    arena_free(&arena);
}
END_TEST

/* ---- verify ------------------------------------------------------------------------------ */

static const struct {
    enum ar_flavour flavour;
    bool wide;
    const char *items;
} verified[] = {
    {AR_GNU, false, "a.o=AAA:f,g long-name-of-b.o=BB:h c.o=C"},
    {AR_GNU, true, "a.o=AAA:f,g long-name-of-b.o=BB:h c.o=C"},
    {AR_DARWIN, false, "a.o=AAA:f,g long-name-of-b.o=BB:h c.o=C"},
    {AR_DARWIN, true, "a.o=AAA:f,g long-name-of-b.o=BB:h c.o=C"},
    {AR_COFF, false, "a.o=AAA:f,g long-name-of-b.o=BB:h c.o=C"},
    {AR_COFF, false, "n!a.o=AAA:f,g e!long-name-of-b.o=BB:h,g x!c.o=C:__NULL_IMPORT_DESCRIPTOR"},
    {AR_DARWIN, false, ""},
    {AR_GNU, false, ""},
};

/** One bit changed anywhere but in the contents is found. */
START_TEST(finds_every_flip)
{
    struct arena arena = {0};
    struct error error = {0};
    struct ar_layout layout;
    enum ar_flavour flavour = verified[_i].flavour;
    struct items items = items_of(&arena, verified[_i].items);
    ck_assert(ar_layout(flavour, items.list, items.count,
                        verified[_i].wide ? &always_wide : &ar_limits, &arena, &layout, &error));
    struct span written = flatten(&layout);
    uint8_t *bytes = (uint8_t *)(uintptr_t)written.data;
    ck_assert(verify(written, flavour, &items, &layout, &arena, &error));
    size_t at = 0;
    uint64_t tried = 0;
    for (size_t piece = 0; piece < layout.piece_count; at += layout.pieces[piece++].size) {
        for (size_t i = 0; piece % 2 == 0 && i < layout.pieces[piece].size; i++, tried++) {
            for (unsigned bit = 0; bit < 8; bit++) {
                struct arena scratch = {0};
                struct error found = {0};
                bytes[at + i] ^= (uint8_t)(1u << bit);
                ck_assert_msg(!verify(written, flavour, &items, &layout, &scratch, &found),
                              "offset %zu, bit %u", at + i, bit);
                bytes[at + i] ^= (uint8_t)(1u << bit);
                ck_assert_str_ne(found.text, "");
                arena_free(&scratch);
            }
        }
    }
    ck_assert_uint_eq(tried, layout.overhead);
    unbuild(written);
    arena_free(&arena);
}
END_TEST

START_TEST(finds_other_sizes_and_members)
{
    struct arena arena = {0};
    struct error error = {0};
    struct ar_layout layout;
    struct items items = items_of(&arena, "a.o=AA:f b.o=BB:g");
    struct items others = items_of(&arena, "a.o=AA:f c.o=BB:g");
    ck_assert(ar_layout(AR_GNU, items.list, 2, &ar_limits, &arena, &layout, &error));
    struct span written = flatten(&layout);
    struct span shorter = {written.data, written.size - 1};
    ck_assert(!verify(shorter, AR_GNU, &items, &layout, &arena, &error));
    ck_assert_str_eq(error.text, "207 bytes written instead of 208");
    error = (struct error){0};
    ck_assert(!verify(written, AR_GNU, &others, &layout, &arena, &error));
    ck_assert_str_eq(error.text, "member 1 written differs from what was meant");
    unbuild(written);
    arena_free(&arena);
}
END_TEST

static void add_loop(Suite *suite, const char *name, const TTest *test, size_t rows)
{
    TCase *tcase = tcase_create(name);
    tcase_add_loop_test(tcase, test, 0, (int)rows);
    suite_add_tcase(suite, tcase);
}

Suite *ar_write_suite(void)
{
    Suite *suite = suite_create("ar-write");
    add_loop(suite, "bytes", to_the_byte, sizeof layouts / sizeof *layouts);
    add_loop(suite, "fields", keeps_header_fields, 3);
    add_loop(suite, "mark", marks, 3);
    add_loop(suite, "refuses", refuses, sizeof refusals / sizeof *refusals);
    add_loop(suite, "many", many_members, 3);
    add_loop(suite, "members of COFF", members_of_coff, 1);
    add_loop(suite, "wide", wide_at_the_limit, 2);
    add_loop(suite, "coff-limit", coff_past_the_limit, 1);
    add_loop(suite, "four-gigabytes", four_gigabytes, 3);
    add_loop(suite, "flips", finds_every_flip, sizeof verified / sizeof *verified);
    add_loop(suite, "sizes", finds_other_sizes_and_members, 1);
    return suite;
}
