/* SPDX-License-Identifier: MIT */
/** The writer: what each flavour looks like to the byte, what it refuses, and that it reads back. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "ar/builder.h"
#include "ar/items.h"
#include "ar/second.h"
#include "suites.h"

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
    {"empty Darwin", AR_DARWIN, false, "", "! [#1/12|20] '__.SYMDEF' nul=3 le32=0 le32=0"},

    {"GNU", AR_GNU, false, "a.o=AAAA:f,gh b.o=BBB:i",
     "! <//|24> cut=60 </|24> be32=3 be32=92 be32=92 be32=156 'f' nul=1 'gh' nul=1 'i' nul=2 "
     "{a.o/|AAAA} {b.o/|BBB}"},
    {"GNU, equal names and symbols", AR_GNU, false, "a.o=A:f a.o=B:f",
     "! </|16> be32=2 be32=84 be32=146 'f' nul=1 'f' nul=1 {a.o/|A} {a.o/|B}"},
    {"GNU, object without symbols", AR_GNU, false, "a.o=AA", "! </|8> be32=0 nul=4 {a.o/|AA}"},
    {"GNU, no object", AR_GNU, false, "*a.txt=AA", "! </|8> be32=0 nul=4 {a.txt/|AA}"},
    {"GNU, no contents", AR_GNU, false, "a.o= b.o=", "! </|8> be32=0 nul=4 {a.o/|} {b.o/|}"},
    {"GNU, names of 15 and 16", AR_GNU, false, "fifteen-chars.o=A sixteen-chars.oo=B",
     "! </|8> be32=0 nul=4 <//|18> 'sixteen-chars.oo/\n' {fifteen-chars.o/|A} {/0|B}"},
    {"GNU, shared long name", AR_GNU, false, "sixteen-chars.oo=A long-name-of-b.o=B "
     "sixteen-chars.oo=C",
     "! </|8> be32=0 nul=4 <//|36> 'sixteen-chars.oo/\nlong-name-of-b.o/\n' {/0|A} {/18|B} {/0|C}"},
    {"GNU, odd table of names", AR_GNU, false, "seventeen-chars.o=A",
     "! </|8> be32=0 nul=4 <//|20> 'seventeen-chars.o/\n' cut=20 'seventeen-chars.o/\n' '\n' "
     "{/0|A}"},
    {"GNU, slashes in names", AR_GNU, false, "d/a.o=A d/=B / =C",
     "! </|8> be32=0 nul=4 <//|14> 'd/a.o/\nd//\n//\n' {/0|A} {/7|B} {/11|} "},
    {"GNU, name without a letter", AR_GNU, false, "=A",
     "! </|8> be32=0 nul=4 <//|2> '/\n' {/0|A}"},
    {"GNU 64", AR_GNU, true, "a.o=AAAA:f,gh b.o=BBB:i",
     "! </SYM64/|40> be64=3 be64=108 be64=108 be64=172 'f' nul=1 'gh' nul=1 'i' nul=2 "
     "{a.o/|AAAA} {b.o/|BBB}"},
    {"GNU 64, object without symbols", AR_GNU, true, "a.o=AA",
     "! </SYM64/|12> be64=0 nul=4 {a.o/|AA}"},

    {"COFF", AR_COFF, false, "a.o=AAAA:f,b b.o=BBB:__imp_z",
     "! </|28> be32=3 be32=204 be32=204 be32=268 'f' nul=1 'b' nul=1 '__imp_z' nul=1 "
     "</|48> cut=88 </|28> be32=3 be32=222 be32=222 be32=286 'f' nul=1 'b' nul=1 '__imp_z' nul=1 "
     "</|34> le32=2 le32=222 le32=286 le32=3 le16=2 le16=1 le16=1 "
     "'__imp_z' nul=1 'b' nul=1 'f' nul=1 {a.o/|AAAA} {b.o/|BBB}"},
};

START_TEST(bytes)
{
    struct arena arena = {0};
    struct error error = {0};
    struct ar_layout layout;
    struct items items = items_of(&arena, layouts[_i].items);
    ck_assert_msg(ar_layout(layouts[_i].flavour, items.list, items.count,
                            layouts[_i].wide ? &always_wide : &ar_limits, &arena, &layout, &error),
                  "%s: %s", layouts[_i].name, error.text);
    struct span written = flatten(&layout);
    struct span meant = build(layouts[_i].script);
    ck_assert(written.size == meant.size && meant.size);
    unbuild(written);
    unbuild(meant);
    arena_free(&arena);
}
END_TEST
