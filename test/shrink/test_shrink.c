/* SPDX-License-Identifier: MIT */
/** Shrinking single objects, and putting several together; make shrink links the results. */
#include <check.h>

#include "shrink/graph.h"
#include "shrink/prelink.h"
#include "shrink/shrink.h"
#include "suites.h"
#include "support/objects.h"

static struct arena arena;
static struct arena scratch;

static void forget(void)
{
    arena_free(&arena);
    arena_free(&scratch);
}

static bool is_export(const void *context, struct span name)
{
    (void)context;
    return span_starts(name, "api") || span_starts(name, "_api");
}

static bool is_renamed(const void *context, struct span name)
{
    (void)context;
    return span_is(name, "own") || span_is(name, "_rust_eh_personality") ||
           span_is(name, "__llvm_profile_filename");
}

static bool is_renamed_or_underscored(const void *context, struct span name)
{
    return is_renamed(context, name) || span_is(name, "_own");
}

/** "SECTION ... | SYMBOL ..."; marks: '-' local, '~' hidden, '?' undefined,
    '!' weak, '=' unique. */
static const char *describe(struct span data)
{
    struct obj_edit edit;
    struct error error = {0};
    char *text = arena_printf(&arena, "%s", "");
    ck_assert_msg(obj_edit_read(data, &scratch, &edit, &error) == OBJ_OK, "%s", error.text);
    for (size_t i = 0; i < edit.object.section_count; i++) {
        const struct obj_section *section = &edit.object.sections[i];
        text = arena_printf(&arena, "%s%.*s:%zu ", text, (int)section->name.size,
                            (const char *)section->name.data, (size_t)section->size);
    }
    text = arena_printf(&arena, "%s|", text);
    for (size_t i = 0; i < edit.object.symbol_count; i++) {
        const struct obj_symbol *symbol = &edit.object.symbols[i];
        if (!symbol->is_section) {
            text = arena_printf(&arena, "%s %s%s%s%s%s%.*s", text,
                                symbol->binding == BINDING_LOCAL ? "-" : "",
                                symbol->visibility == VISIBILITY_HIDDEN ? "~" : "",
                                symbol->place == PLACE_UNDEFINED ? "?" : "",
                                symbol->binding == BINDING_WEAK ? "!" : "",
                                symbol->binding == BINDING_UNIQUE ? "=" : "",
                                (int)symbol->name.size, (const char *)symbol->name.data);
        }
    }
    return text;
}

static const char code[] =
    "elf\nsection .text data=c3c3c3c3 flags=6\nsection .debug_info data=00000000\n"
    "section .llvmbc data=4243c0de flags=0x80000000\nsection .comment data=78 flags=0x30\n"
    "file x.c\nsymbol used in=.text bind=0\nsymbol idle in=.text bind=0\nsymbol api in=.text\n"
    "symbol own in=.text\nsymbol extern\nreloc .text at=0 to=used kind=2\n"
    "reloc .debug_info at=0 to=api kind=10\n";

/** GCC's code for LTO beside machine code, and what its header looks like. */
#define FAT                                                                                        \
    "elf\nsection .text data=c3c3c3c3 flags=6\nsymbol api in=.text\n"                              \
    "section .gnu.lto_.lto.1 data=0c00000000000100 flags=0x80000000\n"                             \
    "section .gnu.debuglto_.debug_info data=00000000 flags=0x80000000\n"

static const struct {
    struct shrink_object_rules rules;
    const char *text;
    const char *expected; /* NULL: it does not change */
} steps[] = {
    {{.strip = ARMELD_STRIP_DEBUG}, code,
     ".text:4 .llvmbc:4 .comment:1 | -x.c -used -idle api own ?extern"},
    {{.strip = ARMELD_STRIP_BITCODE}, code,
     ".text:4 .debug_info:4 .comment:1 | -x.c -used -idle api own ?extern"},
    {{.strip = ARMELD_STRIP_COMMENTS}, code,
     ".text:4 .debug_info:4 .llvmbc:4 | -x.c -used -idle api own ?extern"},
    {{.strip = ARMELD_STRIP_LOCALS}, code,
     ".text:4 .debug_info:4 .llvmbc:4 .comment:1 | -used api own ?extern"},
    {{.hide = true}, code,
     ".text:4 .debug_info:4 .llvmbc:4 .comment:1 | -x.c -used -idle api ~own ?extern"},
    {{.hide = true}, /* lld would refuse a strong one beside a weak one of the same group */
     "elf\nsection .bss.own type=8 zero=4 flags=0x203 group=own\nsymbol own in=.bss.own bind=10\n"
     "group own flags=1\nsymbol api in=.bss.own\n", ".bss.own:4 | ~=own api"},
    {{.rename = ".mine"}, code,
     ".text:4 .debug_info:4 .comment:1 | -x.c -used -idle api own.mine ?extern"},
    {{.rename = ".mine"}, "elf\nsection .data data=c3c3c3c3 flags=3\nsymbol own in=.data\n"
                          "symbol DW.ref.own in=.data\nsymbol DW.ref.extern in=.data\n",
     ".data:4 | own.mine DW.ref.own.mine DW.ref.extern"},
    {{.strip = ARMELD_STRIP_BITCODE}, FAT "symbol __gnu_lto_v1 in=.text\n", ".text:4 | api"},
    {{.strip = ARMELD_STRIP_DEBUG}, FAT "section .debug_info data=00\n",
     ".text:4 .gnu.lto_.lto.1:8 .gnu.debuglto_.debug_info:4 | api"},
    {{.hide = true}, FAT, ".text:4 | api"},
    {{.rename = ".mine"}, FAT, ".text:4 | api"},
    {{.joins = true}, FAT, ".text:4 | api"},
    {{.joins = true}, "elf\nsection .text data=c3c3c3c3 flags=6\nsection .llvmbc data=4243c0de\n",
     NULL},
    {{.strip = ARMELD_STRIP_DEBUG}, "elf\nsection .text data=c3 flags=6\nsymbol api in=.text\n",
     NULL},
    {{.rename = ".mine"}, "coff machine=0x14c\nsection .text data=c3 flags=0x60500020\n"
     "symbol @feat.00 in=absolute bind=2 at=1\nsymbol own in=.text bind=2\n",
     ".text:1 | @feat.00 own.mine"},
    {{.hide = true}, "coff machine=0x8664\nsection .text data=c3 flags=0x60500020\n"
                     "symbol own in=.text bind=2\n", NULL},
    {{.hide = true}, "macho\nsection __TEXT,__text data=c3 flags=0x80000400\n"
                     "symbol _api in=__TEXT,__text\nsymbol _own in=__TEXT,__text\n",
     "__text:1 | _api ~_own"},
    {{.strip = ARMELD_STRIP_LOCALS}, /* a mapping symbol means something */
     "elf machine=183\nsection .text data=c3c3c3c3 flags=6\nsymbol $x in=.text bind=0\n"
     "symbol idle in=.text bind=0\nsymbol api in=.text\n", ".text:4 | -$x api"},
    {{.rename = ".mine"}, /* the runtime of profiles finds its settings by name */
     "elf\nsection .text data=c3 flags=6\nsymbol own in=.text\n"
     "symbol __llvm_profile_filename in=.text bind=2\n",
     ".text:1 | own.mine !__llvm_profile_filename"},
    {{.rename = ".mine"}, /* all libraries have one personality routine */
     "macho\nsection __TEXT,__text data=c3 flags=0x80000400\n"
     "symbol own in=__TEXT,__text\nsymbol _rust_eh_personality in=__TEXT,__text\n",
     "__text:1 | own.mine ~!_rust_eh_personality"},
    {{.strip = ARMELD_STRIP_LOCALS}, /* what begins at 4 keeps a symbol, even without the flag */
     "macho flags=0\nsection __TEXT,__text data=c3c3c3c3c3c3c3c3 flags=0x80000400\n"
     "symbol idle in=__TEXT,__text kind=0\nsymbol _api in=__TEXT,__text\n"
     "symbol own in=__TEXT,__text kind=0 at=4\n", "__text:8 | -own _api"},
};

START_TEST(step)
{
    struct shrunk_object result;
    struct shrink_object_rules rules = steps[_i].rules;
    rules.is_export = is_export;
    rules.is_renamed = is_renamed;
    ck_assert(shrink_object(assemble(&arena, steps[_i].text), &rules, NULL, &arena, &scratch,
                            &result));
    ck_assert_ptr_null(result.why);
    ck_assert_int_eq(result.changed, steps[_i].expected != NULL);
    if (result.changed) {
        ck_assert_str_eq(describe(result.bytes), steps[_i].expected);
    }
}
END_TEST

/** An object that has code for LTO only keeps it, and says so where something was asked of it. */
START_TEST(slim_objects_stay)
{
    static const struct {
        struct shrink_object_rules rules;
        const char *why;
    } rows[] = {
        {{.strip = ARMELD_STRIP_BITCODE}, "it has no other code than that for LTO"},
        {{.strip = ARMELD_STRIP_DEBUG}, NULL},
        {{.hide = true}, "its symbols are in code for LTO, which is not written"},
        {{.rename = ".mine"}, "its symbols are in code for LTO, which is not written"},
        {{.joins = true}, NULL},
    };
    struct shrunk_object result;
    struct shrink_object_rules rules = rows[_i].rules;
    rules.is_export = is_export;
    rules.is_renamed = is_renamed;
    ck_assert(shrink_object(assemble(&arena, "elf\nsection .gnu.lto_.lto.1 data=0c00000001000100\n"
                                             "section .debug_info data=00\n"),
                            &rules, NULL, &arena, &scratch, &result));
    ck_assert(!result.changed);
    ck_assert(rows[_i].why ? result.why && strcmp(result.why, rows[_i].why) == 0 : !result.why);
}
END_TEST

/** Renaming renames what directives say how to treat; on x86 they leave the underscore out. */
START_TEST(renamed_directives)
{
    static const struct {
        const char *text;
        const char *directives;
    } rows[] = {
        /* -exclude-symbols:x,own -aligncomm:"own",3 /include:own */
        {"coff machine=0x8664\nsection .drectve flags=0x100a00 data="
         "2d6578636c7564652d73796d626f6c733a782c6f776e202d616c69676e636f6d6d3a226f776e222c3320"
         "2f696e636c7564653a6f776e\nsymbol own in=common size=4 bind=2\n",
         "-exclude-symbols:x,own.1 -aligncomm:\"own.1\",3 /include:own"},
        /* -exclude-symbols:wn -aligncomm:wn,3 name another symbol */
        {"coff machine=0x14c\nsection .drectve flags=0x100a00 data="
         "2d6578636c7564652d73796d626f6c733a776e202d616c69676e636f6d6d3a776e2c33\n"
         "symbol own in=common size=4 bind=2\n",
         "-exclude-symbols:wn -aligncomm:wn,3"},
        /* -exclude-symbols:own -aligncomm:_own,3 */
        {"coff machine=0x14c\nsection .drectve flags=0x100a00 data="
         "2d6578636c7564652d73796d626f6c733a6f776e202d616c69676e636f6d6d3a5f6f776e2c33\n"
         "symbol _own in=common size=4 bind=2\n",
         "-exclude-symbols:own.1 -aligncomm:_own.1,3"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct shrink_object_rules rules = {.rename = ".1",
                                            .is_renamed = is_renamed_or_underscored};
        struct shrunk_object result;
        struct object object;
        struct error error;
        ck_assert(shrink_object(assemble(&arena, rows[i].text), &rules, NULL, &arena, &scratch,
                                &result));
        ck_assert(result.changed && !result.why);
        ck_assert(object_read(result.bytes, &arena, &object, &error) == OBJ_OK);
        ck_assert_str_eq((const char *)arena_copy(&arena, object.directives).data,
                         rows[i].directives);
    }
}
END_TEST

/** What cannot be done leaves the object as it is, and says why. */
START_TEST(refused)
{
    struct shrunk_object result;
    struct shrink_object_rules rules = {.strip = ARMELD_STRIP_DEBUG, .is_export = is_export};
    struct span data = assemble(&arena,
        "elf\nsection .text data=00000000 flags=6\nsection .debug_info data=00000000\n"
        "symbol d in=.debug_info\nsymbol api in=.text\nreloc .text at=0 to=d kind=10\n");
    ck_assert(shrink_object(data, &rules, NULL, &arena, &scratch, &result));
    ck_assert(!result.changed);
    ck_assert_str_eq(result.why, "section .text: relocation 0 refers to d, which is to be removed");
}
END_TEST

/* ---- graphs ------------------------------------------------------------------------------- */

/** Which sections are reached from @from on, by name. */
static const char *reached(struct span data, const char *from)
{
    struct graph graph;
    struct obj_edit edit;
    struct error error = {0};
    bool seen[16] = {false};
    uint32_t tasks[16];
    size_t count = 0;
    char *text = arena_printf(&arena, "%s", "");
    ck_assert(obj_edit_read(data, &scratch, &edit, &error) == OBJ_OK);
    ck_assert(graph_make(data, true, &arena, &scratch, &graph));
    ck_assert_ptr_null(graph.why);
    for (size_t d = 0; d < graph.definition_count; d++) {
        if (span_is(graph.symbols[graph.definitions[d].symbol], from)) {
            seen[graph.definitions[d].node] = true;
            tasks[count++] = graph.definitions[d].node;
        }
    }
    while (count) {
        uint32_t node = tasks[--count];
        for (uint32_t e = graph.first[node]; e < graph.first[node + 1]; e++) {
            uint32_t to = graph.edges[e];
            if (!(to & EDGE_SYMBOL) && !seen[to]) {
                seen[to] = true;
                tasks[count++] = to;
            }
        }
    }
    for (uint32_t i = 0; i < graph.section_count; i++) {
        if (seen[i] || !graph.removable[i]) {
            text = arena_printf(&arena, "%s%s%.*s", text, *text ? " " : "",
                                (int)edit.object.sections[i].name.size,
                                (const char *)edit.object.sections[i].name.data);
        }
    }
    return text;
}

static const struct {
    const char *text, *expected;
} graphs[] = {
    /* by relocations; constructors and retained sections with the object */
    {"elf\nsection .text.api data=c3c3c3c3 flags=6\nsection .text.help data=c3 flags=6\n"
     "section .text.idle data=c3 flags=6\nsection .init_array data=0000000000000000 flags=3 "
     "type=14\nsection .text.ctor data=c3 flags=6\nsection .data.kept data=00 flags=0x200003\n"
     "section named data=00 flags=2\nsymbol help in=.text.help bind=0\n"
     "symbol ctor in=.text.ctor bind=0\nsymbol api in=.text.api\nsymbol idle in=.text.idle\n"
     "reloc .text.api at=0 to=help kind=2\nreloc .init_array at=0 to=ctor kind=1\n",
     ".text.api .text.help .init_array .text.ctor .data.kept named"},
    /* a group goes or stays as a whole */
    {"elf\ngroup api flags=1\nsection .text.api data=c3 flags=0x206 group=api\n"
     "section .rodata.api data=00 flags=0x202 group=api\nsection .rodata.x data=00 flags=2\n"
     "symbol api in=.text.api bind=2\n", ".text.api .rodata.api"},
    /* so does what hangs on a COMDAT */
    {"coff machine=0x8664\nsection .text data=c3 flags=0x60501020\nmark .text select=2\n"
     "symbol api in=.text bind=2\nsection .pdata data=000000000000000000000000 flags=0x40301040\n"
     "mark .pdata select=5 link=.text\nreloc .pdata at=0 to=api kind=3\n"
     "section .text$x data=c3 flags=0x60501020\nmark .text$x select=2\n"
     "symbol idle in=.text$x bind=2\n", ".text .pdata"},
    /* debug info leads nowhere */
    {"elf\nsection .text.api data=c3 flags=6\nsection .text.idle data=c3 flags=6\n"
     "section .debug_info data=0000000000000000\nsymbol api in=.text.api\n"
     "symbol idle in=.text.idle\nreloc .debug_info at=0 to=idle kind=1\n",
     ".text.api .debug_info"},
    /* but names of gdb's scripts stay with it */
    {"elf\nsection .text.api data=c3 flags=6\n"
     "section .debug_gdb_scripts data=0100 flags=0x32 entry=1\n"
     "section .rodata.idle data=0100 flags=0x32 entry=1\nsymbol api in=.text.api\n"
     "symbol scripts in=.debug_gdb_scripts bind=2\n",
     ".text.api .debug_gdb_scripts"},
};

START_TEST(graph)
{
    ck_assert_str_eq(reached(assemble(&arena, graphs[_i].text), "api"), graphs[_i].expected);
}
END_TEST

/** A CIE and the frames of two functions, of which one goes with its function. */
START_TEST(frames)
{
    struct shrunk_object result;
    struct shrink_object_rules rules = {.is_export = is_export};
    bool drop[8] = {false, true};
    struct span data = assemble(&arena,
        "elf\nsection .text.api data=c3 flags=6\nsection .text.idle data=c3 flags=6\n"
        "section .eh_frame data=0c00000000000000017a52000178100c"
        "0c0000001400000000000000010000000c000000240000000000000001000000" "00000000 flags=2\n"
        "symbol api in=.text.api\nsymbol idle in=.text.idle\n"
        "reloc .eh_frame at=24 to=idle kind=2\nreloc .eh_frame at=40 to=api kind=2\n");
    ck_assert(shrink_object(data, &rules, drop, &arena, &scratch, &result));
    ck_assert_msg(result.changed, "%s", result.why);
    struct obj_edit edit;
    struct error error = {0};
    ck_assert(obj_edit_read(result.bytes, &arena, &edit, &error) == OBJ_OK);
    ck_assert_uint_eq(edit.object.section_count, 2);
    const struct obj_section *section = &edit.object.sections[1];
    ck_assert_uint_eq(section->size, 36); /* CIE, one FDE, the end */
    ck_assert_uint_eq(get_le32(section->data.data + 20), 20); /* the way back is shorter */
    ck_assert_uint_eq(edit.relocs[1].count, 1);
    ck_assert_uint_eq(edit.relocs[1].list[0].offset, 24);
    ck_assert(span_is(edit.object.symbols[edit.relocs[1].list[0].symbol].name, "api"));
}
END_TEST

/** Where debug info spoke of code that went, it speaks of nothing: 0, or 1 in a list. */
START_TEST(tombs)
{
    struct shrunk_object result;
    struct shrink_object_rules rules = {.is_export = is_export};
    bool drop[8] = {false, true};
    struct span data = assemble(&arena,
        "elf\nsection .text.api data=c3 flags=6\nsection .text.idle data=c3 flags=6\n"
        "section .debug_info data=7777777777777777\nsection .debug_ranges data=7777777777777777\n"
        "symbol api in=.text.api\nsymbol idle in=.text.idle\n"
        "reloc .debug_info at=0 to=idle kind=1\nreloc .debug_ranges at=0 to=idle kind=1\n");
    ck_assert(shrink_object(data, &rules, drop, &arena, &scratch, &result));
    ck_assert_msg(result.changed, "%s", result.why);
    struct obj_edit edit;
    struct error error = {0};
    ck_assert(obj_edit_read(result.bytes, &arena, &edit, &error) == OBJ_OK);
    ck_assert_uint_eq(get_le64(edit.object.sections[1].data.data), 0);
    ck_assert_uint_eq(get_le64(edit.object.sections[2].data.data), 1);
    ck_assert_uint_eq(edit.relocs[1].count + edit.relocs[2].count, 0);
}
END_TEST

/** On RISC-V a difference of two addresses is two relocations; without them it stays as it is. */
START_TEST(tombs_of_differences)
{
    struct shrunk_object result;
    struct shrink_object_rules rules = {.is_export = is_export};
    bool drop[8] = {false, true};
    struct span data = assemble(&arena,
        "elf machine=243\nsection .text.api data=c3 flags=6\nsection .text.idle data=c3 flags=6\n"
        "section .debug_frame data=777777770500000009000000\n"
        "symbol api in=.text.api\nsymbol idle in=.text.idle\nsymbol end in=.text.idle at=1\n"
        "reloc .debug_frame at=0 to=idle kind=1\nreloc .debug_frame at=4 to=end kind=35\n"
        "reloc .debug_frame at=4 to=idle kind=39\nreloc .debug_frame at=8 to=api kind=1\n");
    ck_assert(shrink_object(data, &rules, drop, &arena, &scratch, &result));
    ck_assert_msg(result.changed, "%s", result.why);
    struct obj_edit edit;
    struct error error = {0};
    ck_assert(obj_edit_read(result.bytes, &arena, &edit, &error) == OBJ_OK);
    ck_assert_uint_eq(get_le32(edit.object.sections[1].data.data), 0);
    ck_assert_uint_eq(get_le32(edit.object.sections[1].data.data + 4), 5);
    ck_assert_uint_eq(edit.relocs[1].count, 1);
    ck_assert_uint_eq(edit.relocs[1].list[0].offset, 8);
}
END_TEST

/* ---- prelinking ---------------------------------------------------------------------------- */

enum { MOST_PARTS = 3 };

static const struct {
    const char *parts[MOST_PARTS];
    bool all;
    const char *expected; /* or what is wrong */
} links[] = {
    {{"elf\nsection .text data=c3c3c3c3 flags=6\nsymbol api in=.text\nsymbol own\n"
      "reloc .text at=0 to=own kind=2\n",
      "elf\nsection .text data=c3c3 flags=6\nsymbol own in=.text\n"},
     false, ".text:4 .text:2 | -own api"},
    {{"elf\nsection .text data=c3c3c3c3 flags=6\nsymbol api in=.text\nsymbol own\n"
      "reloc .text at=0 to=own kind=2\n",
      "elf\nsection .text data=c3c3 flags=6\nsymbol own in=.text\n"},
     true, ".text:6 | -own api"},
    /* what nothing needs goes; what is missing stays missing */
    {{"elf\nsection .text.api data=c3c3c3c3 flags=6\nsection .text.idle data=c3 flags=6\n"
      "symbol api in=.text.api\nsymbol idle in=.text.idle\nsymbol libc\n"
      "reloc .text.api at=0 to=libc kind=2\n"},
     false, ".text.api:4 | api ?libc"},
    {{"elf\nsection .text data=c3 flags=6\nsymbol api in=.text\nsymbol own in=.text\n",
      "elf\nsection .text data=c3 flags=6\nsymbol own in=.text\n"},
     false, "1: defines own, which 0 defines as well: they cannot be one object"},
    /* the first COMDAT is taken, and is none any more */
    {{"elf\ngroup own flags=1\nsection .text.own data=c3c3 flags=0x206 group=own\n"
      "section .text data=c3c3c3c3 flags=6\nsymbol api in=.text\nsymbol own in=.text.own bind=2\n"
      "reloc .text at=0 to=own kind=2\n",
      "elf\ngroup own flags=1\nsection .text.own data=c3c3c3 flags=0x206 group=own\n"
      "section .text data=c3c3c3c3 flags=6\nsymbol api2 in=.text\nsymbol own in=.text.own bind=2\n"
      "reloc .text at=0 to=own kind=2\n"},
     false, ".text.own:2 .text:4 .text:4 | -own api api2"},
    /* a common symbol that is local is zeros */
    {{"elf\nsection .text data=c3c3c3c3 flags=6\nsymbol api in=.text\nsymbol own in=common at=4 "
      "size=4\nreloc .text at=0 to=own kind=2\n",
      "elf\nsection .text data=c3 flags=6\nsymbol api2 in=.text\n"
      "symbol own in=common at=8 size=16\n"},
     false, ".text:4 .text:1 .bss:16 | -own api api2"},
    {{"coff machine=0x8664\nsection .text data=c3c3c3c3 flags=0x60500020\nsymbol api in=.text "
      "bind=2\nsymbol own bind=2\nreloc .text at=0 to=own kind=4\n"
      "section .drectve data=202f61 flags=0x100a00\n",
      "coff machine=0x8664\nsection .text data=c3 flags=0x60500020\nsymbol own in=.text bind=2\n"
      "section .drectve data=202f61 flags=0x100a00\n"},
     false, ".text:4 .text:1 .drectve:4 | api -own"},
    {{"macho\nsection __TEXT,__text data=c3c3c3c3 flags=0x80000400\nsymbol _api "
      "in=__TEXT,__text\nsymbol _own\nreloc __TEXT,__text at=0 to=_own kind=2\n",
      "macho\nsection __TEXT,__text data=c3c3 flags=0x80000400\nsymbol _own in=__TEXT,__text\n"},
     true, "__text:10 | -_own _api"},
    {{"elf\nsection .text data=c3 flags=6\nsymbol api in=.text\n",
      "elf machine=183\nsection .text data=c3 flags=6\nsymbol own in=.text\n"},
     false, "1: ELF for aarch64, but 0 is ELF for x86_64"},
};

START_TEST(prelink)
{
    struct prelink_part parts[MOST_PARTS];
    struct prelink_object_rules rules = {.stays_global = is_export};
    struct error error = {0};
    struct obj_edit edit;
    struct shrunk_object result;
    size_t count = 0;
    for (; count < MOST_PARTS && links[_i].parts[count]; count++) {
        struct span data = assemble(&arena, links[_i].parts[count]);
        parts[count].name = span_of(arena_printf(&arena, "%zu", count));
        ck_assert(obj_edit_read(data, &arena, &parts[count].edit, &error) == OBJ_OK);
    }
    enum obj_result done = prelink_objects(parts, count, &rules, &arena, &edit, &error);
    done = done == OBJ_OK ? prelink_prune(&edit, &rules, true, &arena, &error) : done;
    done = done == OBJ_OK ? join_sections(&edit, links[_i].all, &arena, &error) : done;
    done = done == OBJ_OK ? shrink_finish(&edit, &arena, &scratch, &result, &error) : done;
    ck_assert_str_eq(done == OBJ_OK ? describe(result.bytes) : error.text, links[_i].expected);
}
END_TEST

Suite *shrink_suite(void)
{
    Suite *suite = suite_create("shrink");
    TCase *cases = tcase_create("shrink");
    tcase_add_checked_fixture(cases, NULL, forget);
    tcase_add_loop_test(cases, step, 0, (int)(sizeof steps / sizeof *steps));
    tcase_add_loop_test(cases, slim_objects_stay, 0, 5);
    tcase_add_test(cases, renamed_directives);
    tcase_add_test(cases, refused);
    tcase_add_loop_test(cases, graph, 0, (int)(sizeof graphs / sizeof *graphs));
    tcase_add_test(cases, frames);
    tcase_add_test(cases, tombs);
    tcase_add_test(cases, tombs_of_differences);
    tcase_add_loop_test(cases, prelink, 0, (int)(sizeof links / sizeof *links));
    suite_add_tcase(suite, cases);
    return suite;
}
