/* SPDX-License-Identifier: MIT */
/** What the archive reader takes, refuses and passes over: a row for each decision in read.c. */
#include <stdio.h>
#include <stdlib.h>

#include "ar/archive.h"
#include "ar/builder.h"
#include "ar/second.h"
#include "suites.h"
#include "support/growth.h"

/* ---- refused ----------------------------------------------------------------------------- */

static const struct {
    const char *name;
    const char *script;
    const char *error;
} refused[] = {
    /* no archive at all */
    {"empty file", "", "empty file: an archive begins with \"!<arch>\" and a newline"},
    {"short", "'!<ar'", "4 bytes: too short for an archive, which begins with 8"},
    {"text", "'hello, world'",
     "not a static archive: begins with 68 65 6c 6c, not \"!<arch>\" and a newline"},
    {"magic without newline", "'!<arch> '",
     "not a static archive: begins with 21 3c 61 72, not \"!<arch>\" and a newline"},
    {"thin", "'!<thin>\n' {a.o/|AAAA}",
     "a thin archive: it only names other files; make a full one of it "
     "(ar rcs NEW.a $(ar t THIN.a))"},
    {"AIX big", "'<bigaf>\n' fill=120", "an AIX big archive: no flavour of it is supported"},
    {"universal", "be32=0xcafebabe be32=2",
     "a universal (fat) Mach-O file: take its slices apart first (lipo -thin ARCH), meld each "
     "set, and join them again"},
    {"universal 64", "be32=0xcafebabf be32=2",
     "a universal (fat) Mach-O file: take its slices apart first (lipo -thin ARCH), meld each "
     "set, and join them again"},
    {"ELF", "'\x7f' 'ELF' fill=60", "an ELF file, not a static archive"},
    {"PE", "'MZ' fill=60", "a Windows program or DLL, not a static library"},
    {"Mach-O", "le32=0xfeedfacf fill=60", "a Mach-O file, not a static archive"},
    {"bitcode", "'BC' be32=0xc0de3514", "LLVM bitcode, not a static archive"},

    /* cut short, or too long */
    {"half a header", "! {a.o/|AAAA} {b.o/|BBB} cut=34",
     "offset 0x48: 30 bytes left, but a member header takes 60"},
    {"nothing but half a header", "! [a.o/|0] cut=1",
     "offset 0x8: 59 bytes left, but a member header takes 60"},
    {"half the contents", "! {a.o/|AAAA} {b.o/|BBB} cut=3",
     "offset 0x48: member of 3 bytes, but the file has 1 more"},
    {"half the contents of an index", "! [/|14] be32=1",
     "offset 0x8: member of 14 bytes, but the file has 4 more"},
    {"one byte of junk", "! {a.o/|AAAA} '\n'",
     "offset 0x48: 1 bytes left, but a member header takes 60"},
    {"four bytes of junk", "! {a.o/|AAAA} 'junk'",
     "offset 0x48: 4 bytes left, but a member header takes 60"},
    {"a header's worth of junk", "! {a.o/|AAAA} fill=60",
     "offset 0x48: member header ends in 78 78, not 60 0a"},
    {"junk behind a missing pad byte", "! {a.o/|AAA} cut=1 'x' '\n'",
     "offset 0x48: 1 bytes left, but a member header takes 60"},

    /* headers */
    {"terminator", "! [a.o/|4] cut=2 'xx' 'AAAA'",
     "offset 0x8: member header ends in 78 78, not 60 0a"},
    {"no pad byte between members", "! [a.o/|3] 'AAA' {b.o/|BBBB}",
     "offset 0x48: member header ends in 0a 42, not 60 0a"},
    {"size with a letter", "! [a.o/|4x] 'AAAA'",
     "offset 0x8: size field \"4x        \" is no decimal number"},
    {"size negative", "! [a.o/|-4] 'AAAA'",
     "offset 0x8: size field \"-4        \" is no decimal number"},
    {"size hexadecimal", "! [a.o/|0x4] 'AAAA'",
     "offset 0x8: size field \"0x4       \" is no decimal number"},
    {"size in two parts", "! [a.o/|4 4] 'AAAA'",
     "offset 0x8: size field \"4 4       \" is no decimal number"},
    {"size on the right", "! [a.o/| 4] 'AAAA'",
     "offset 0x8: size field \" 4        \" is no decimal number"},
    {"size blank", "! [a.o/|]", "offset 0x8: size field \"          \" is no decimal number"},
    {"size of ten digits", "! [a.o/|9999999999] 'AAAA'",
     "offset 0x8: member of 9999999999 bytes, but the file has 4 more"},

    /* inline names */
    {"#1/N longer than its member", "! [#1/9999|4] 'AAAA'",
     "offset 0x8: name of 9999 bytes in a member of 4"},
    {"#1/N longer by one", "! [#1/5|4] 'AAAA' [b.o/|0]",
     "offset 0x8: name of 5 bytes in a member of 4"},
    {"#1/N too long for a name", "! [#1/32769|32770] fill=32770",
     "offset 0x8: name of 32769 bytes in a member of 32770"},
    {"#1/ without number", "! [#1/|4] 'AAAA'",
     "offset 0x8: member name \"#1/             \" is of no known form"},
    {"#1/ with a letter", "! [#1/2x|4] 'AAAA'",
     "offset 0x8: member name \"#1/2x           \" is of no known form"},
    {"newline in an inline name", "! {#1/4|a\nb.AAAA}",
     "offset 0x8: the member name holds a NUL or a newline"},

    /* names in the header */
    {"newline in a short name", "! {a\nb/|AAAA}",
     "offset 0x8: the member name holds a NUL or a newline"},
    {"NUL in a short name", "! 'a' nul=15 '0           0     0     644     0         `\n'",
     "offset 0x8: the member name holds a NUL or a newline"},
    {"slash and no number", "! {/x|AAAA}",
     "offset 0x8: member name \"/x              \" is of no known form"},
    {"nested thin name", "! {//|x/\n.} {/0:62|AAAA}",
     "offset 0x48: member name \"/0:62           \" is of no known form"},

    /* the long-name table */
    {"long name without table", "! {/0|AAAA}",
     "offset 0x8: name at 0 of the long-name table, which has 0"},
    {"long name before its table", "! {/0|AAAA} {//|long.o/\n}",
     "offset 0x8: name at 0 of the long-name table, which has 0"},
    {"long name outside its table", "! {//|long.o/\n} {/8|AAAA}",
     "offset 0x4c: name at 8 of the long-name table, which has 8"},
    {"long name far outside", "! {//|long.o/\n} {/999999999999999|AAAA}",
     "offset 0x4c: name at 999999999999999 of the long-name table, which has 8"},
    {"long name without end", "! {//|long.o} {/0|AAAA}",
     "offset 0x4a: the name at 0 of the long-name table does not end in \"/\" and a newline, nor "
     "in NUL, within 6 bytes"},
    {"long name that ends in a slash alone", "! {//|long.o/.} {/2|AAAA}",
     "offset 0x4c: the name at 2 of the long-name table does not end in \"/\" and a newline, nor "
     "in NUL, within 6 bytes"},
    {"long name that ends in a newline alone", "! {//|long.o\n.} {/0|AAAA}",
     "offset 0x4c: the name at 0 of the long-name table does not end in \"/\" and a newline, nor "
     "in NUL, within 8 bytes"},
    {"long name over 32 KiB", "! [//|40000] fill=39998 '/\n' {/0|AAAA}",
     "offset 0x9c84: the name at 0 of the long-name table does not end in \"/\" and a newline, "
     "nor in NUL, within 32768 bytes"},
    {"two long-name tables", "! {//|a/\n.} {//|a/\n.}", "offset 0x48: another long-name table"},
    {"two empty long-name tables", "! {//|} {//|}", "offset 0x44: another long-name table"},
    {"long-name table in the middle", "! {a.o/|AAAA} {//|long.o/\n} {/0|BB}",
     "offset 0x48: long-name table behind the first member: archives that were joined byte by "
     "byte?"},

    /* indexes */
    {"three indexes", "! {/|....} {/|....} {/|....}", "offset 0x88: another index"},
    {"wide index, then an index", "! {/SYM64/|........} {/|....}", "offset 0x4c: another index"},
    {"index, then a wide one", "! {/|....} {/SYM64/|........}", "offset 0x48: another index"},
    {"two wide indexes", "! {/SYM64/|........} {/SYM64/|........}",
     "offset 0x4c: another index"},
    {"two Darwin indexes",
     "! [#1/12|20] '__.SYMDEF' nul=3 fill=8 [#1/20|28] '__.SYMDEF SORTED' nul=4 fill=8",
     "offset 0x58: another index"},
    {"two short Darwin indexes", "! {__.SYMDEF|........} {__.SYMDEF SORTED|........}",
     "offset 0x4c: another index"},
    {"GNU index, then Darwin's", "! {/|....} {__.SYMDEF|........}",
     "offset 0x48: another index"},
    {"Darwin index, then GNU's", "! {__.SYMDEF|........} {/|....}",
     "offset 0x4c: another index"},
    {"index in the middle", "! {a.o/|AAAA} {/|....} {b.o/|BBBB}",
     "offset 0x48: index behind the first member: archives that were joined byte by byte?"},
    {"second index in the middle", "! {/|....} {a.o/|AAAA} {/|....} {b.o/|BBBB}",
     "offset 0x88: second linker member behind the first member: archives that were joined byte by "
     "byte?"},
    {"Darwin index in the middle", "! {#1/4|a.o.AAAA} {__.SYMDEF|........}",
     "offset 0x4c: index behind the first member: archives that were joined byte by byte?"},
    {"two ECSYMBOLS", "! {/<ECSYMBOLS>/|....} {/<ECSYMBOLS>/|....}",
     "offset 0x48: another /<ECSYMBOLS>/ table"},
    {"ECSYMBOLS in the middle", "! {a.o/|AAAA} {/<ECSYMBOLS>/|....}",
     "offset 0x48: /<ECSYMBOLS>/ table behind the first member: archives that were joined byte "
     "by byte?"},
};

START_TEST(refuses)
{
    struct arena arena = {0};
    struct error error = {0};
    struct archive archive;
    struct span file = build(refused[_i].script);
    bool read = archive_read(file, &arena, &archive, &error);
    ck_assert_msg(!read, "%s: accepted", refused[_i].name);
    ck_assert_msg(strcmp(error.text, refused[_i].error) == 0,
                  "%s:\n  found    %s\n  expected %s", refused[_i].name, error.text,
                  refused[_i].error);
    ck_assert_int_eq(error.kind, ERROR_INPUT);
    arena_free(&arena);
    unbuild(file);
}
END_TEST

/* ---- accepted ---------------------------------------------------------------------------- */

/* In the column of libarchive: it reads the file, but gives other members than we do. */
static const char OTHERWISE[] = "reads it otherwise";

static const struct {
    const char *name;
    const char *script;
    const char *seen;
    const char *libarchive; /* what it complains of, NULL when it agrees with us */
} accepted[] = {
    {"empty archive", "!", "unknown:", NULL},
    {"two members", "! {a.o/|AAAA} {b.o/|BBB}", "gnu: a.o@8+4 b.o@72+3", NULL},
    {"no pad byte at the end", "! {a.o/|AAAA} {b.o/|BBB} cut=1",
     "gnu nopad: a.o@8+4 b.o@72+3", "Truncated input file"},
    {"a pad byte that is no newline", "! [a.o/|3] 'AAA' nul=1 {b.o/|BB}",
     "gnu: a.o@8+3 b.o@72+2", NULL},
    {"no contents", "! {a.o/|} {b.o/|}", "gnu: a.o@8+0 b.o@68+0", NULL},
    {"equal names", "! {a.o/|A} {a.o/|B} {a.o/|A}", "gnu: a.o@8+1 a.o@70+1 a.o@132+1", NULL},
    {"name of 15", "! {fifteen-chars.o/|AA}", "gnu: fifteen-chars.o@8+2", NULL},
    {"name of 16 without slash", "! {sixteen-chars.oo|AA}", "gnu: sixteen-chars.oo@8+2", NULL},
    {"names without slash", "! {a.o|A} {b.o|B}", "gnu: a.o@8+1 b.o@70+1", NULL},
    {"name with blanks", "! {a b.o/|A}", "gnu: a b.o@8+1", NULL},
    {"name of a slash inside", "! {d/a.o/|AA}", "gnu: d/a.o@8+2", NULL},

    {"long names", "! [//|24] 'long-name-of-a.o/\n' 'b.o/\n' '\n' {/0|AA} {/18|BB} {c.o/|CC}",
     "gnu names: long-name-of-a.o@92+2 b.o@154+2 c.o@216+2", NULL},
    {"one place for two names", "! {//|long.o/\n} {/0|AA} {/0|BB}",
     "gnu names: long.o@76+2 long.o@138+2", NULL},
    {"long name with slashes", "! {//|d/e/f.o/\n} {/0|AA}", "gnu names: d/e/f.o@78+2",
     "Invalid string table"},
    {"long name with a slash at its end", "! [//|4] 'd//\n' {/0|AA}", "gnu names: d/@72+2",
     "Invalid string table"},
    {"long name without a letter", "! [//|2] '/\n' {/0|AA}", "gnu names: @70+2", NULL},
    {"empty long-name table", "! {//|} {a.o/|AA}", "gnu: a.o@68+2", "Invalid string table"},
    {"long-name table alone", "! {//|a/\n.}", "gnu names:", "Invalid string table"},

    {"GNU index", "! {/|....} {a.o/|AA}", "gnu index: a.o@72+2", NULL},
    {"index of no size", "! {/|} {a.o/|AA}", "gnu index: a.o@68+2", NULL},
    {"wide GNU index", "! {/SYM64/|........} {a.o/|AA}", "gnu index wide: a.o@76+2", NULL},
    {"GNU index, inline names", "! {/|....} {#1/8|long.o..AA}", "gnu index: long.o..@72+2", NULL},
    {"long names before the index", "! {//|long.o/\n} {/|....} {/0|AA}",
     "gnu index names: long.o@140+2", NULL},

    {"COFF", "! {/|....} {/|........} [//|10] 'long-a.o' nul=1 '\n' {/0|AA}",
     "coff index second names: long-a.o@210+2", NULL},
    {"COFF, table ending in NUL", "! {/|....} {/|........} [//|8] 'long.o' nul=2 {/0|AA}",
     "coff index second names: long.o@208+2", "Invalid string table"},
    {"COFF, slash in a long name", "! {/|....} {/|........} [//|8] 'd/a.o' nul=1 'x\n' {/0|AA}",
     "coff index second names: d/a.o@208+2", "Invalid string table"},
    {"COFF without long names", "! {/|....} {/|........} {a.o/|AA}",
     "coff index second: a.o@140+2", NULL},
    {"COFF names ending like GNU's", "! {/|....} {/|........} {//|long.o/\n} {/0|AA}",
     "coff index second names: long.o@208+2", NULL},
    {"one linker member, names with NUL", "! {/|....} [//|8] 'long.o' nul=2 {/0|AA}",
     "coff index names: long.o@140+2", "Invalid string table"},
    {"no index, names with NUL", "! [//|8] 'long.o' nul=2 {/0|AA}", "coff names: long.o@76+2",
     "Invalid string table"},
    {"GNU names, table padded with NUL", "! {/|....} [//|8] 'lon.o/\n' nul=1 {/0|AA}",
     "gnu index names: lon.o@140+2", "Invalid string table"},
    {"wide index, names with NUL", "! {/SYM64/|........} [//|8] 'long.o' nul=2 {/0|AA}",
     "gnu index wide names: long.o@144+2", "Invalid string table"},
    {"EC index", "! {/|....} {/|........} {/<ECSYMBOLS>/|......} {a.o/|AA}",
     "coff index second ec: a.o@206+2", NULL},
    {"other special members",
     "! {/|....} {/|........} {/<ECSYMBOLS>/|......} {/<XFGHASHMAP>/|..} {/<HYBRIDMAP>/|...} "
     "{a.o/|AA}",
     "coff index second ec special=2: a.o@332+2", NULL},
    {"special member between others", "! {a.o/|AA} {/<XFGHASHMAP>/|..} {b.o/|BB}",
     "gnu special=1: a.o@8+2 b.o@132+2", NULL},

    {"Darwin", "! [#1/12|28] '__.SYMDEF' nul=3 fill=16 [#1/4|12] 'a.o' nul=1 'AAAAAAAA'",
     "darwin index: a.o@96+8", NULL},
    {"Darwin, sorted", "! [#1/20|36] '__.SYMDEF SORTED' nul=4 fill=16 [#1/4|12] 'a.o' nul=1 "
     "'AAAAAAAA'", "darwin index: a.o@104+8", NULL},
    {"Darwin, wide", "! [#1/12|28] '__.SYMDEF_64' fill=16 [#1/4|12] 'a.o' nul=1 'AAAAAAAA'",
     "darwin index wide: a.o@96+8", NULL},
    {"Darwin, wide and sorted", "! [#1/20|36] '__.SYMDEF_64 SORTED' nul=1 fill=16 {#1/2|b.AA}",
     "darwin index wide: b.@104+2", NULL},
    {"Darwin, short form", "! {__.SYMDEF|........} {a.o|AA}", "darwin index: a.o@76+2", NULL},
    {"Darwin, short and sorted", "! {__.SYMDEF SORTED|........} {a.o|AA}",
     "darwin index: a.o@76+2", NULL},
    {"Darwin, short and wide", "! {__.SYMDEF_64|........} {a.o|AA}",
     "darwin index wide: a.o@76+2", NULL},
    {"Darwin without index", "! [#1/8|12] 'long.o' nul=2 'AAAA'", "darwin: long.o@8+4", NULL},
    {"Darwin, index alone", "! {__.SYMDEF|........}", "darwin index:", NULL},
    {"Darwin, name without NUL", "! {#1/6|long.oAA}", "darwin: long.o@8+2", NULL},
    {"Darwin, name of no bytes", "! {#1/0|AA}", "darwin: @8+2", NULL},
    {"Darwin, odd", "! {#1/4|a.oxA} {#1/3|b.oA}", "darwin: a.ox@8+1 b.o@74+1", NULL},
    {"Darwin, nothing but its name", "! {#1/4|a.ox} {#1/3|b.o}", "darwin: a.ox@8+0 b.o@72+0",
     NULL},
    {"Darwin's index with a slash, as old Linux had it", "! {__.SYMDEF/|........} {a.o/|AA}",
     "darwin index: a.o@76+2", NULL},
    {"a long name like an index", "! {//|__.SYMDEF/\n\n} {/0|AA}", "gnu names: __.SYMDEF@80+2",
     OTHERWISE},
    {"as a Debian package has them", "! {debian-binary|2.0\n} {control.tar.xz|AA}",
     "gnu: debian-binary@8+4 control.tar.xz@72+2", NULL},
};

START_TEST(accepts)
{
    struct arena arena = {0};
    struct error error = {0};
    struct archive archive;
    struct span file = build(accepted[_i].script);
    ck_assert_msg(archive_read(file, &arena, &archive, &error), "%s: %s", accepted[_i].name,
                  error.text);
    ck_assert_msg(strcmp(describe(&arena, &archive), accepted[_i].seen) == 0,
                  "%s:\n  found    %s\n  expected %s", accepted[_i].name,
                  describe(&arena, &archive), accepted[_i].seen);
    arena_free(&arena);
    unbuild(file);
}
END_TEST

/** libarchive's members, one after the other, against ours. */
struct comparison {
    const struct archive *archive;
    size_t next;
    bool same;
};

static void compare_entry(void *context, const char *name, struct span data)
{
    struct comparison *comparison = context;
    if (comparison->next >= comparison->archive->member_count) {
        comparison->same = false;
        return;
    }
    const struct ar_member *member = &comparison->archive->members[comparison->next++];
    comparison->same = comparison->same && span_is(member->name, name) &&
                       span_equal(member->data, data);
}

START_TEST(agrees_with_libarchive)
{
    struct arena arena = {0};
    struct error error = {0};
    struct archive archive;
    struct span file = build(accepted[_i].script);
    const char *expected = accepted[_i].libarchive;
    ck_assert(archive_read(file, &arena, &archive, &error));
    struct comparison comparison = {.archive = &archive, .same = true};
    const char *complaint = second_read(file, compare_entry, &comparison);
    if (!complaint && !(comparison.same && comparison.next == archive.member_count)) {
        complaint = OTHERWISE;
    }
    ck_assert_msg(expected ? complaint && strstr(complaint, expected) : !complaint,
                  "%s: libarchive: %s", accepted[_i].name, complaint ? complaint : "agrees");
    arena_free(&arena);
    unbuild(file);
}
END_TEST

/* ---- the rest ---------------------------------------------------------------------------- */

/** Time to read an archive of @count members. */
static double time_members(int row, size_t count)
{
    (void)row;
    struct builder builder = {0};
    builder_script(&builder, "! [//|24] 'long-name-of-a.o/\n' 'b.o/\n' '\n'");
    for (size_t i = 0; i < count; i++) {
        builder_script(&builder, i % 2 ? "{/0|AAAA}" : "{c.o/|CCC}");
    }
    struct arena arena = {0};
    struct error error = {0};
    struct archive archive;
    double start = processor_seconds();
    ck_assert_msg(archive_read(builder_span(&builder), &arena, &archive, &error), "%s",
                  error.text);
    double seconds = processor_seconds() - start;
    ck_assert_uint_eq(archive.member_count, count);
    ck_assert(span_is(archive.members[count - 1].name, "long-name-of-a.o"));
    arena_free(&arena);
    builder_free(&builder);
    return seconds;
}

START_TEST(many_members)
{
    check_growth(time_members, 0, 100000);
}
END_TEST

/** Read an archive of @count empty members that share a name of nearly 32 KiB. */
static bool read_shared_name(size_t count, struct error *error)
{
    struct builder builder = {0};
    struct arena arena = {0};
    struct archive archive;
    builder_script(&builder, "! [//|32002] fill=32000 '/\n'");
    for (size_t i = 0; i < count; i++) {
        builder_script(&builder, "[/0|0]");
    }
    bool read = archive_read(builder_span(&builder), &arena, &archive, error);
    arena_free(&arena);
    builder_free(&builder);
    return read;
}

START_TEST(names_do_not_multiply)
{
    struct error error = {0};
    ck_assert_msg(read_shared_name(64, &error), "%s", error.text);
    ck_assert(!read_shared_name(100, &error)); /* 64 times 38 KB are 76 of them */
    ck_assert_str_eq(error.text, "offset 0x8f16: with its name of 32000 bytes, all names exceed "
                                 "64 times the file");
}
END_TEST

START_TEST(fields_are_the_headers)
{
    struct arena arena = {0};
    struct error error = {0};
    struct archive archive;
    struct span file = build("! {a.o/|AAAA} 'b.o/            ' "
                             "'1234567890  1000  100   100755  2         `\n' 'BB'");
    ck_assert(archive_read(file, &arena, &archive, &error));
    ck_assert_mem_eq(ar_member_fields(&archive, &archive.members[0]),
                     "0           0     0     644     ", AR_FIELDS_SIZE);
    ck_assert_mem_eq(ar_member_fields(&archive, &archive.members[1]),
                     "1234567890  1000  100   100755  ", AR_FIELDS_SIZE);
    arena_free(&arena);
    unbuild(file);
}
END_TEST

START_TEST(probe)
{
    ck_assert(archive_probe(span_of("!<arch>\n")));
    ck_assert(archive_probe(span_of("!<arch>\nwhatever")));
    ck_assert(!archive_probe(span_of("!<arch>")));
    ck_assert(!archive_probe(span_of("!<thin>\n")));
    ck_assert(!archive_probe((struct span){0}));
}
END_TEST

START_TEST(probe_unread)
{
    uint8_t fat[48] = "\xca\xfe\xba\xbe\0\0\0\1";
    struct span file = span_make(fat, sizeof fat);
    ck_assert(archive_probe_unread(span_of("!<thin>\n")));
    ck_assert(archive_probe_unread(span_of("<bigaf>\n")));
    ck_assert(!archive_probe_unread(span_of("!<arch>\n")));
    ck_assert(!archive_probe_unread(file));
    memcpy(fat + 40, "!<arch>\n", 8);
    put_be32(fat + 16, 40);
    ck_assert(archive_probe_unread(file));
    put_be32(fat + 16, 41); /* past the end */
    ck_assert(!archive_probe_unread(file));
    put_be32(fat + 16, 0);
    fat[3] = 0xbf; /* 64-bit offsets */
    put_be64(fat + 16, 40);
    ck_assert(archive_probe_unread(file));
    for (size_t size = 0; size < sizeof fat; size++) {
        ck_assert(!archive_probe_unread(span_make(fat, size)));
    }
    /* a class of Java 17 */
    ck_assert(!archive_probe_unread(
        span_make("\xca\xfe\xba\xbe\0\0\0\x3d\0\x0d\x0a\0\2\0\3\7\0\4\x0c\0\5\0\6\1", 24)));
}
END_TEST

/** Cut at every byte: never a crash, and only whole members or a missing pad byte pass. */
START_TEST(cut_anywhere)
{
    struct span whole = build("! {/|....} [//|8] 'long.o/\n' {/0|AAAA} [#1/4|7] 'b.o.BBB' nul=1 "
                              "{c.o/|C}");
    size_t passed = 0;
    for (size_t size = 0; size < whole.size; size++) {
        struct arena arena = {0};
        struct error error = {0};
        struct archive archive;
        struct span file = exact_copy(span_make(whole.data, size));
        passed += archive_read(file, &arena, &archive, &error);
        arena_free(&arena);
        unbuild(file);
    }
    /* behind the magic, "/", "//", the first member, the second with and without pad, the third */
    ck_assert_uint_eq(passed, 7);
    unbuild(whole);
}
END_TEST

Suite *ar_read_suite(void)
{
    Suite *suite = suite_create("ar-read");
    TCase *tcase = tcase_create("read");
    int rows = sizeof refused / sizeof *refused;
    tcase_add_loop_test(tcase, refuses, 0, rows);
    rows = sizeof accepted / sizeof *accepted;
    tcase_add_loop_test(tcase, accepts, 0, rows);
    tcase_add_loop_test(tcase, agrees_with_libarchive, 0, rows);
    tcase_add_test(tcase, names_do_not_multiply);
    tcase_add_test(tcase, fields_are_the_headers);
    tcase_add_test(tcase, probe);
    tcase_add_test(tcase, probe_unread);
    tcase_add_test(tcase, cut_anywhere);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("many");
    tcase_add_test(tcase, many_members);
    suite_add_tcase(suite, tcase);
    return suite;
}
