/* SPDX-License-Identifier: MIT */
/** Reading each flavour's index: what it lists, and every way in which it can lie. */
#include <stdio.h>

#include "ar/archive.h"
#include "ar/builder.h"
#include "suites.h"

/* The members that the rows below stand before: 62 bytes each. */
#define MEMBERS " {a.o/|AA} {b.o/|BB} {c.o/|CC}"

static const struct {
    const char *name;
    enum ar_table table;
    const char *script; /* MEMBERS follow */
    const char *symbols; /* what the table lists, or */
    const char *error;
} rows[] = {
    /* GNU: the table's contents begin at 68 */
    {"no index", AR_TABLE_MAIN, "!", "", NULL},
    {"GNU", AR_TABLE_MAIN,
     "! [/|24] be32=3 be32=92 be32=154 be32=92 'f' nul=1 'gh' nul=1 'i' nul=2", "f>0 gh>1 i>0",
     NULL},
    {"GNU, equal names", AR_TABLE_MAIN, "! [/|16] be32=2 be32=84 be32=146 'f' nul=1 'f' nul=1",
     "f>0 f>1", NULL},
    {"GNU, no symbols", AR_TABLE_MAIN, "! [/|8] be32=0 nul=4", "", NULL},
    {"GNU, a count alone", AR_TABLE_MAIN, "! [/|4] be32=0", "", NULL},
    {"GNU, empty name", AR_TABLE_MAIN, "! [/|10] be32=1 be32=78 nul=2", ">0", NULL},
    {"GNU, no size at all", AR_TABLE_MAIN, "! [/|0]", NULL,
     "index: 0 bytes, but its count takes 4"},
    {"GNU, too many", AR_TABLE_MAIN, "! [/|12] be32=3 be32=80 be32=142", NULL,
     "index: 3 symbols exceed its 12 bytes"},
    {"GNU, far too many", AR_TABLE_MAIN, "! [/|8] be32=0xffffffff nul=4", NULL,
     "index: 4294967295 symbols exceed its 8 bytes"},
    {"GNU, name without end", AR_TABLE_MAIN, "! [/|10] be32=1 be32=78 'ff'", NULL,
     "index: the name of symbol 0 of 1 is not terminated"},
    {"GNU, names run out", AR_TABLE_MAIN, "! [/|14] be32=2 be32=82 be32=82 'f' nul=1", NULL,
     "index: the name of symbol 1 of 2 is not terminated"},
    {"GNU, offset of no member", AR_TABLE_MAIN, "! [/|10] be32=1 be32=79 'f' nul=1", NULL,
     "index entry 0: no member begins at offset 0x4f"},
    {"GNU, offset of the index itself", AR_TABLE_MAIN, "! [/|10] be32=1 be32=8 'f' nul=1", NULL,
     "index entry 0: no member begins at offset 0x8"},
    {"GNU, offset past the end", AR_TABLE_MAIN, "! [/|10] be32=1 be32=0xfffffffe 'f' nul=1", NULL,
     "index entry 0: no member begins at offset 0xfffffffe"},

    {"GNU 64", AR_TABLE_MAIN, "! [/SYM64/|28] be64=2 be64=158 be64=96 'f' nul=1 'g' nul=1",
     "f>1 g>0", NULL},
    {"GNU 64, no symbols", AR_TABLE_MAIN, "! [/SYM64/|12] be64=0 nul=4", "", NULL},
    {"GNU 64, short", AR_TABLE_MAIN, "! [/SYM64/|4] be32=0", NULL,
     "index: 4 bytes, but its count takes 8"},
    {"GNU 64, count overflows", AR_TABLE_MAIN, "! [/SYM64/|16] be64=0x2000000000000001 nul=8", NULL,
     "index: 2305843009213693953 symbols exceed its 16 bytes"},
    {"GNU 64, offset overflows", AR_TABLE_MAIN,
     "! [/SYM64/|18] be64=1 be64=0xffffffffffffffff 'f' nul=1", NULL,
     "index entry 0: no member begins at offset 0xffffffffffffffff"},

    /* Darwin: short-form headers keep the rows short */
    {"Darwin", AR_TABLE_MAIN,
     "! [__.SYMDEF|28] le32=16 le32=2 le32=96 le32=0 le32=158 le32=4 'f' nul=1 'g' nul=1",
     "g>0 f>1", NULL},
    {"Darwin, shared name", AR_TABLE_MAIN,
     "! [__.SYMDEF SORTED|28] le32=16 le32=1 le32=96 le32=0 le32=158 le32=4 'ff' nul=2",
     "f>0 ff>1", NULL},
    {"Darwin, padded names", AR_TABLE_MAIN,
     "! [__.SYMDEF SORTED|24] le32=8 le32=0 le32=92 le32=8 'f' nul=7", "f>0", NULL},
    {"Darwin, padding behind the names", AR_TABLE_MAIN,
     "! [__.SYMDEF|24] le32=8 le32=0 le32=92 le32=2 'f' nul=7", "f>0", NULL},
    {"Darwin, no symbols", AR_TABLE_MAIN, "! [__.SYMDEF|8] le32=0 le32=0", "", NULL},
    {"Darwin, no symbols, three NULs", AR_TABLE_MAIN, "! [__.SYMDEF|16] le32=0 le32=3 nul=8", "",
     NULL},
    {"Darwin, no size at all", AR_TABLE_MAIN, "! [__.SYMDEF|0]", NULL,
     "index: 0 bytes, but its first field takes 4"},
    {"Darwin, entries past the end", AR_TABLE_MAIN, "! [__.SYMDEF|8] le32=8 le32=0", NULL,
     "index: 8 bytes of entries do not fit its 8 bytes"},
    {"Darwin, no room for the second size", AR_TABLE_MAIN, "! [__.SYMDEF|12] le32=8 nul=8", NULL,
     "index: 8 bytes of entries do not fit its 12 bytes"},
    {"Darwin, half an entry", AR_TABLE_MAIN, "! [__.SYMDEF|12] le32=4 nul=8", NULL,
     "index: 4 bytes of entries do not fit its 12 bytes"},
    {"Darwin, entries overflow", AR_TABLE_MAIN, "! [__.SYMDEF|8] le32=0xfffffff8 le32=0", NULL,
     "index: 4294967288 bytes of entries do not fit its 8 bytes"},
    {"Darwin, names past the end", AR_TABLE_MAIN, "! [__.SYMDEF|10] le32=0 le32=3 nul=2", NULL,
     "index: 3 bytes of names exceed its 10 bytes"},
    {"Darwin, name outside", AR_TABLE_MAIN,
     "! [__.SYMDEF|18] le32=8 le32=2 le32=86 le32=2 'f' nul=1", NULL,
     "index entry 0: no name at 0x2 in 2 bytes of names"},
    {"Darwin, name without end", AR_TABLE_MAIN,
     "! [__.SYMDEF|18] le32=8 le32=0 le32=86 le32=2 'ff'", NULL,
     "index entry 0: no name at 0x0 in 2 bytes of names"},
    {"Darwin, offset of no member", AR_TABLE_MAIN,
     "! [__.SYMDEF|18] le32=8 le32=0 le32=87 le32=2 'f' nul=1", NULL,
     "index entry 0: no member begins at offset 0x57"},
    {"Darwin 64", AR_TABLE_MAIN,
     "! [__.SYMDEF_64|34] le64=16 le64=0 le64=164 le64=2 'f' nul=1", "f>1", NULL},
    {"Darwin 64, entries overflow", AR_TABLE_MAIN,
     "! [__.SYMDEF_64|24] le64=0xfffffffffffffff0 nul=16", NULL,
     "index: 18446744073709551600 bytes of entries do not fit its 24 bytes"},
    {"Darwin 64, names overflow", AR_TABLE_MAIN,
     "! [__.SYMDEF_64|24] le64=0 le64=0xffffffffffffffff nul=8", NULL,
     "index: 18446744073709551615 bytes of names exceed its 24 bytes"},

    /* COFF: members begin at 8 + 64 + 60 + size of the second table */
    {"COFF, first table", AR_TABLE_MAIN,
     "! [/|10] be32=1 be32=146 'f' nul=1 [/|8] le32=0 le32=0", "f>0", NULL},
    {"COFF", AR_TABLE_SECOND,
     "! {/|....} [/|28] le32=2 le32=160 le32=222 le32=2 le16=2 le16=1 'f' nul=1 'gggg' nul=1 nul=1",
     "f>1 gggg>0", NULL},
    {"COFF, member that lists nothing", AR_TABLE_SECOND, "! {/|....} [/|8] le32=0 le32=0", "",
     NULL},
    {"COFF without it", AR_TABLE_SECOND, "! {/|....}", "", NULL},
    {"COFF, short", AR_TABLE_SECOND, "! {/|....} [/|2] nul=2", NULL,
     "second index: 2 bytes, but its count takes 4"},
    {"COFF, too many members", AR_TABLE_SECOND, "! {/|....} [/|8] le32=2 nul=4", NULL,
     "second index: 2 members exceed its 8 bytes"},
    {"COFF, members overflow", AR_TABLE_SECOND, "! {/|....} [/|8] le32=0xffffffff nul=4", NULL,
     "second index: 4294967295 members exceed its 8 bytes"},
    {"COFF, no symbol count", AR_TABLE_SECOND, "! {/|....} [/|4] le32=0", NULL,
     "second index: 0 bytes left for the symbol count"},
    {"COFF, too many symbols", AR_TABLE_SECOND, "! {/|....} [/|10] le32=0 le32=2 le16=1", NULL,
     "second index: 2 symbols exceed its 10 bytes"},
    {"COFF, symbols overflow", AR_TABLE_SECOND, "! {/|....} [/|8] le32=0 le32=0xffffffff", NULL,
     "second index: 4294967295 symbols exceed its 8 bytes"},
    {"COFF, member 0", AR_TABLE_SECOND,
     "! {/|....} [/|16] le32=1 le32=148 le32=1 le16=0 'f' nul=1", NULL,
     "second index: symbol 0 is in member 0 of 1"},
    {"COFF, member past the last", AR_TABLE_SECOND,
     "! {/|....} [/|16] le32=1 le32=148 le32=1 le16=2 'f' nul=1", NULL,
     "second index: symbol 0 is in member 2 of 1"},
    {"COFF, name without end", AR_TABLE_SECOND,
     "! {/|....} [/|16] le32=1 le32=148 le32=1 le16=1 'ff'", NULL,
     "second index: the name of symbol 0 is not terminated"},
    {"COFF, offset of no member", AR_TABLE_SECOND,
     "! {/|....} [/|16] le32=1 le32=149 le32=1 le16=1 'f' nul=1", NULL,
     "index entry 0: no member begins at offset 0x95"},

    {"EC", AR_TABLE_EC,
     "! {/|....} [/|12] le32=1 le32=212 le32=0 [/<ECSYMBOLS>/|8] le32=1 le16=1 'f' nul=1", "f>0",
     NULL},
    {"EC without it", AR_TABLE_EC, "! {/|....} [/|8] le32=0 le32=0", "", NULL},
    {"EC without a second index", AR_TABLE_EC, "! [/<ECSYMBOLS>/|8] le32=1 le16=1 'f' nul=1", NULL,
     "second index: 0 bytes, but its count takes 4"},
    {"EC, short", AR_TABLE_EC, "! {/|....} [/|8] le32=0 le32=0 [/<ECSYMBOLS>/|2] nul=2", NULL,
     "/<ECSYMBOLS>/: 2 bytes left for the symbol count"},
    {"EC, too many symbols", AR_TABLE_EC,
     "! {/|....} [/|8] le32=0 le32=0 [/<ECSYMBOLS>/|6] le32=2 le16=1", NULL,
     "/<ECSYMBOLS>/: 2 symbols exceed its 6 bytes"},
    {"EC, member past the last", AR_TABLE_EC,
     "! {/|....} [/|12] le32=1 le32=212 le32=0 [/<ECSYMBOLS>/|8] le32=1 le16=2 'f' nul=1", NULL,
     "/<ECSYMBOLS>/: symbol 0 is in member 2 of 1"},
    {"EC, name without end", AR_TABLE_EC,
     "! {/|....} [/|12] le32=1 le32=212 le32=0 [/<ECSYMBOLS>/|8] le32=1 le16=1 'ff'", NULL,
     "/<ECSYMBOLS>/: the name of symbol 0 is not terminated"},
};

START_TEST(tables)
{
    struct arena arena = {0};
    struct error error = {0};
    struct archive archive;
    struct ar_symbols symbols;
    struct builder builder = {0};
    builder_script(&builder, rows[_i].script);
    builder_script(&builder, MEMBERS);
    struct span file = exact_copy(builder_span(&builder));
    ck_assert_msg(archive_read(file, &arena, &archive, &error), "%s: %s", rows[_i].name,
                  error.text);
    bool read = archive_index(&archive, rows[_i].table, &arena, &symbols, &error);
    const char *found = read ? describe_symbols(&arena, &symbols) : error.text;
    const char *expected = rows[_i].symbols ? rows[_i].symbols : rows[_i].error;
    ck_assert_msg(read == (rows[_i].symbols != NULL) && strcmp(found, expected) == 0,
                  "%s:\n  found    %s\n  expected %s", rows[_i].name, found, expected);
    builder_free(&builder);
    unbuild(file);
    arena_free(&arena);
}
END_TEST

/** Entries that all point at one long name would make reading it quadratic. */
START_TEST(overlapping_names)
{
    enum { COUNT = 20000, LENGTH = 100000 };
    struct arena arena = {0};
    struct error error = {0};
    struct archive archive;
    struct ar_symbols symbols;
    struct builder builder = {0};
    char header[64];
    snprintf(header, sizeof header, "! [__.SYMDEF|%d] le32=%d", 8 + 8 * COUNT + LENGTH, 8 * COUNT);
    builder_script(&builder, header);
    for (size_t i = 0; i < COUNT; i++) {
        builder_script(&builder, "le32=0 le32=260076");
    }
    builder_script(&builder, "le32=100000 fill=99999 nul=1 {a.o|AA}");
    ck_assert_msg(archive_read(builder_span(&builder), &arena, &archive, &error), "%s", error.text);
    ck_assert_uint_eq(archive.members[0].offset, 260076);
    ck_assert(!archive_index(&archive, AR_TABLE_MAIN, &arena, &symbols, &error));
    ck_assert_str_eq(error.text,
                     "index entry 41: the names overlap too often in 100000 bytes");
    builder_free(&builder);
    arena_free(&arena);
}
END_TEST

Suite *ar_index_suite(void)
{
    Suite *suite = suite_create("ar-index");
    TCase *tcase = tcase_create("index");
    tcase_add_loop_test(tcase, tables, 0, sizeof rows / sizeof *rows);
    tcase_add_test(tcase, overlapping_names);
    suite_add_tcase(suite, tcase);
    return suite;
}
