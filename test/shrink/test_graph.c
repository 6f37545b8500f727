/* SPDX-License-Identifier: MIT */
/** What needs what within an object: the edges that pruning follows, by format and kind. */
#include <check.h>

#include "shrink/graph.h"
#include "suites.h"
#include "support/edits.h"
#include "support/objects.h"

static struct arena arena;
static struct arena scratch;

static void forget(void)
{
    arena_free(&arena);
    arena_free(&scratch);
}

/* Nodes are called by their sections; '*' is the object itself, @NAME a symbol. */

static uint32_t node_named(const struct obj_edit *edit, const char *name)
{
    return strcmp(name, "*") == 0 ? (uint32_t)edit->object.section_count
                                  : section_number(edit, name, 0);
}

static bool leads(const struct obj_edit *edit, const struct graph *graph, const char *from,
                  const char *to)
{
    uint32_t node = node_named(edit, from);
    for (uint32_t e = graph->first[node]; e < graph->first[node + 1]; e++) {
        uint32_t edge = graph->edges[e];
        if (edge & EDGE_SYMBOL ? *to == '@' && span_is(graph->symbols[edge & ~EDGE_SYMBOL], to + 1)
                               : *to != '@' && edge == node_named(edit, to)) {
            return true;
        }
    }
    return false;
}

/** Look at each "FROM>TO" of @list. */
static void check_edges(const struct obj_edit *edit, const struct graph *graph, const char *list,
                        bool expected)
{
    char *copy = arena_printf(&arena, "%s", list);
    char *state;
    for (char *edge = strtok_r(copy, " ", &state); edge; edge = strtok_r(NULL, " ", &state)) {
        char *to = strchr(edge, '>');
        ck_assert_ptr_nonnull(to);
        *to++ = '\0';
        ck_assert_msg(leads(edit, graph, edge, to) == expected, "%s %s %s", edge,
                      expected ? "does not lead to" : "leads to", to);
    }
}

static const char *removable(const struct obj_edit *edit, const struct graph *graph)
{
    const char *text = "";
    for (size_t i = 0; i < graph->section_count; i++) {
        struct span name = edit->object.sections[i].name;
        if (graph->removable[i]) {
            text = arena_printf(&arena, "%s%s%.*s", text, *text ? " " : "", (int)name.size,
                                (const char *)name.data);
        }
    }
    return text;
}

/** .drectve with these words, as the assembler takes it. */
static const char *directives_of(const char *words)
{
    const char *text = "section .drectve flags=0x100a00 data=";
    for (; *words; words++) {
        text = arena_printf(&arena, "%s%02x", text, (unsigned)*words);
    }
    return text;
}

#define CIE "0c000000" "00000000" "017a5200" "01781001"
#define FDE "10000000" "14000000" "00000000" "01000000" "00000000"
#define TWO "elf\nsection .text.a data=00000000 flags=6\nsection .text.b data=c3 flags=6\n"
#define PE "coff machine=0x8664\nsection .text$a data=00000000 flags=0x60500020\n"                 \
           "section .text$b data=c3 flags=0x60500020\n"
#define POINTER "data=0000000000000000"

static const struct {
    const char *what;
    const char *text;
    const char *directives;
    const char *edges;  /* that there are */
    const char *others; /* that there are not */
    const char *removable;
} rows[] = {
    {"a relocation to a local symbol leads one way; all belong to the object",
     TWO "symbol b in=.text.b bind=0\nreloc .text.a at=0 to=b kind=2\n", NULL,
     ".text.a>.text.b .text.a>* .text.b>*", ".text.b>.text.a *>.text.a *>.text.b",
     ".text.a .text.b"},
    {"a relocation to a section's symbol does as well",
     TWO "reloc .text.a at=0 to=.text.b kind=2\n", NULL, ".text.a>.text.b", ".text.b>.text.a",
     ".text.a .text.b"},
    {"a relocation to a global symbol leads to its name, whoever defines it",
     TWO "symbol b in=.text.b\nsymbol far\nreloc .text.a at=0 to=b kind=2\n"
         "reloc .text.b at=0 to=far kind=2\n", NULL,
     ".text.a>@b .text.b>@far", ".text.a>@far *>@far *>@b", ".text.a .text.b"},
    {"an undefined symbol that nothing refers to is there to be linked",
     TWO "symbol forced\n", NULL, "*>@forced", "", ".text.a .text.b"},
    {"constructors and destructors run though nothing refers to them",
     "elf\nsection .init_array " POINTER " flags=3 type=14\n"
     "section .fini_array " POINTER " flags=3 type=15\n"
     "section .preinit_array " POINTER " flags=3 type=16\nsection .ctors " POINTER " flags=3\n"
     "section .dtors.1 " POINTER " flags=3\nsection .init data=c3 flags=6\n"
     "section .fini data=c3 flags=6\nsection .data.x " POINTER " flags=3\n"
     "section .text.c data=c3 flags=6\nreloc .ctors at=0 to=.text.c kind=1\n", NULL,
     "*>.init_array *>.fini_array *>.preinit_array *>.ctors *>.dtors.1 *>.init *>.fini "
     ".ctors>.text.c", "*>.data.x *>.text.c", ".data.x .text.c"},
    {"SHF_GNU_RETAIN and __start_NAME keep a section; a name that C cannot have does not",
     "elf\nsection .data.kept data=00 flags=0x200003\nsection my_list2 data=00 flags=2\n"
     "section 2list data=00 flags=2\nsection .my_list data=00 flags=2\n", NULL,
     "*>.data.kept *>my_list2", "*>2list *>.my_list", "2list .my_list"},
    {"SHF_LINK_ORDER ties a section to its function, both ways",
     TWO "section .meta data=00 flags=0x82 link=.text.b\n", NULL,
     ".meta>.text.b .text.b>.meta", ".text.a>.meta *>.meta", ".text.a .text.b .meta"},
    {"a group stays or goes as a whole",
     "elf\ngroup g flags=1\nsection .text.g data=c3 flags=0x206 group=g\n"
     "section .rodata.g data=00 flags=0x202 group=g\nsection .data.g data=00 flags=0x203 group=g\n"
     "section .data.x data=00 flags=3\nsymbol g in=.text.g bind=2\n", NULL,
     ".text.g>.rodata.g .rodata.g>.text.g .text.g>.data.g .data.g>.text.g",
     ".text.g>.data.x .data.x>.text.g", ".text.g .rodata.g .data.g .data.x"},
    {"a function needs what its frame needs: its exception table, the personality routine",
     TWO "section .table data=00 flags=2\nsection .eh_frame flags=2 data=" CIE FDE "\n"
         "symbol personality\nreloc .eh_frame at=12 to=personality kind=2\n"
         "reloc .eh_frame at=24 to=.text.a kind=2\nreloc .eh_frame at=32 to=.table kind=2\n", NULL,
     ".text.a>.table .text.a>@personality .text.a>.eh_frame",
     ".eh_frame>.text.a .eh_frame>.table .eh_frame>@personality .text.b>.table .text.b>.eh_frame",
     ".text.a .text.b .table .eh_frame"},
    {"a list of symbols leads nowhere",
     TWO "symbol b in=.text.b\nsection .addrsig numbers=b flags=0x80000000\n"
         "reloc .text.a at=0 to=b kind=2\n", NULL,
     ".text.a>@b", ".addrsig>@b .addrsig>.text.b *>.addrsig", ".text.a .text.b"},
    {"debug info leads nowhere and stays",
     TWO "section .debug_info " POINTER "\nreloc .debug_info at=0 to=.text.b kind=1\n", NULL,
     ".debug_info>*", ".debug_info>.text.b *>.text.b", ".text.a .text.b"},
    {"a note that is not loaded stays, and keeps what it refers to",
     TWO "section .note.x " POINTER " type=7\nreloc .note.x at=0 to=.text.b kind=1\n", NULL,
     "*>.note.x .note.x>.text.b", "*>.text.a", ".text.a .text.b"},
    {"COFF: unwind information of several functions stays with each of them",
     PE "section .pdata data=000000000000000000000000 flags=0x40300040\n"
        "reloc .pdata at=0 to=a kind=3\nsymbol a in=.text$a bind=2\nsymbol b in=.text$b bind=2\n",
     NULL, ".text$a>.pdata .pdata>.text$a", ".text$b>.pdata", ".text$a .text$b .pdata"},
    {"COFF: what hangs on a COMDAT goes and stays with it",
     "coff machine=0x8664\nsection .text data=c3 flags=0x60501020\nmark .text select=2\n"
     "symbol api in=.text bind=2\nsection .xdata data=00 flags=0x40301040\n"
     "mark .xdata select=5 link=.text\n", NULL,
     ".text>.xdata .xdata>.text", "*>.text *>.xdata", ".text .xdata"},
    {"COFF: the C runtime's lists of constructors stay",
     PE "section .CRT$XCU " POINTER " flags=0x40400040\nsymbol b in=.text$b bind=3\n"
        "reloc .CRT$XCU at=0 to=b kind=1\n", NULL,
     "*>.CRT$XCU .CRT$XCU>.text$b", "*>.text$b", ".text$a .text$b"},
    {"COFF: what compilers do not write for code and its data is used by its name",
     PE "section .list$b " POINTER " flags=0xc0400040\nsection .rsrc$01 " POINTER
        " flags=0x40400040\nsection named " POINTER " flags=0xc0400040\nsection .rdata$zzz "
        POINTER " flags=0x40400040\nsection .tls$x " POINTER " flags=0xc0400040\n"
        "section .data.rel " POINTER " flags=0xc0400040\nsymbol b in=.text$b bind=3\n"
        "reloc .list$b at=0 to=b kind=1\n", NULL,
     "*>.list$b .list$b>.text$b *>.rsrc$01 *>named", "*>.text$b *>.rdata$zzz *>.tls$x *>.data.rel",
     ".text$a .text$b .rdata$zzz .tls$x .data.rel"},
    {"COFF: a reference to a weak external is one to its default too",
     PE "symbol b in=.text$b bind=3\nweak maybe to=b search=3\n"
        "reloc .text$a at=0 to=maybe kind=4\n",
     NULL, ".text$a>@maybe .text$a>.text$b", "*>.text$b", ".text$a .text$b"},
    {"COFF: weak externals whose defaults run in a circle come to an end",
     PE "weak one to=two search=3\nweak two to=one search=3\nreloc .text$a at=0 to=one kind=4\n",
     NULL, ".text$a>@one .text$a>@two", "", ".text$a .text$b"},
    {"COFF: __imp_NAME may be met by NAME",
     PE "symbol __imp_sys bind=2\nreloc .text$a at=0 to=__imp_sys kind=4\n", NULL,
     ".text$a>@__imp_sys *>@sys", "*>@__imp_sys", ".text$a .text$b"},
    {"COFF: what directives name is linked",
     PE, "/include:inc -export:exp /EXPORT:out=in,DATA /alternatename:old=new",
     "*>@inc *>@exp *>@in *>@new", "*>@out *>@old *>@_exp", ".text$a .text$b"},
    {"COFF: a directive can name other things than symbols that are linked",
     PE,
     "/defaultlib:lib /merge:.a=.b -exclude-symbols:x -aligncomm:y,2 /entry:begin /export:f=d.g",
     "*>@begin", "*>@lib *>@lib.lib *>@x *>@y *>@d.g *>@f", ".text$a .text$b"},
    {"COFF: exports of C names have an underscore more on x86",
     "coff machine=0x14c\nsection .text data=c3 flags=0x60500020\n", "/export:exp",
     "*>@exp *>@_exp", "", ".text"},
};

START_TEST(edges)
{
    struct graph graph;
    const char *text =
        rows[_i].directives
            ? arena_printf(&arena, "%s%s", rows[_i].text, directives_of(rows[_i].directives))
            : rows[_i].text;
    struct obj_edit edit = edit_of(&arena, text);
    ck_assert(graph_make(assemble(&arena, text), true, &arena, &scratch, &graph));
    ck_assert_msg(!graph.why, "%s: %s", rows[_i].what, graph.why);
    ck_assert_uint_eq(graph.section_count, edit.object.section_count);
    arena_reset(&scratch); /* nothing of the graph lies there */
    check_edges(&edit, &graph, rows[_i].edges, true);
    check_edges(&edit, &graph, rows[_i].others, false);
    ck_assert_msg(strcmp(removable(&edit, &graph), rows[_i].removable) == 0, "%s: %s, not %s",
                  rows[_i].what, removable(&edit, &graph), rows[_i].removable);
}
END_TEST

/* ---- definitions ------------------------------------------------------------------------- */

/** The node that defines @name; the test ends if none does. */
static uint32_t definer(const struct graph *graph, const char *name)
{
    for (size_t i = 0; i < graph->definition_count; i++) {
        if (span_is(graph->symbols[graph->definitions[i].symbol], name)) {
            return graph->definitions[i].node;
        }
    }
    ck_abort_msg("nothing defines %s", name);
    return 0;
}

/** A global in its section; what has none, and what is local, is told apart. */
START_TEST(definitions)
{
    struct graph graph;
    struct obj_edit edit = edit_of(&arena,
        TWO "symbol hidden in=.text.a bind=0\nsymbol b in=.text.b\nsymbol weak in=.text.a bind=2\n"
            "symbol number in=absolute at=5\nsymbol buffer in=common at=8 size=8\nsymbol far\n");
    ck_assert(graph_of_object(&edit, true, &arena, &scratch, &graph));
    ck_assert_uint_eq(graph.definition_count, 4);
    ck_assert_uint_eq(definer(&graph, "b"), 1);
    ck_assert_uint_eq(definer(&graph, "weak"), 0);
    ck_assert_uint_eq(definer(&graph, "number"), 2); /* the object itself */
    ck_assert_uint_eq(definer(&graph, "buffer"), 2);
    ck_assert_uint_eq(graph.symbol_count, 5);
}
END_TEST

/** A weak external is defined where its default is. */
START_TEST(weak_external)
{
    struct graph graph;
    struct obj_edit edit =
        edit_of(&arena, PE "symbol b in=.text$b bind=3\nweak maybe to=b search=3\n");
    ck_assert(graph_of_object(&edit, true, &arena, &scratch, &graph));
    ck_assert_uint_eq(graph.definition_count, 1);
    ck_assert_uint_eq(definer(&graph, "maybe"), 1);
}
END_TEST

/* ---- what is one node -------------------------------------------------------------------- */

/** Symbols that a whole object's one node leads to, in order. */
static const char *needs_of_whole(const struct graph *graph)
{
    const char *text = "";
    ck_assert_uint_eq(graph->section_count, 0);
    for (uint32_t e = graph->first[0]; e < graph->first[1]; e++) {
        ck_assert(graph->edges[e] & EDGE_SYMBOL);
        struct span name = graph->symbols[graph->edges[e] & ~EDGE_SYMBOL];
        text = arena_printf(&arena, "%s%s%.*s", text, *text ? " " : "", (int)name.size,
                            (const char *)name.data);
    }
    for (size_t i = 0; i < graph->definition_count; i++) {
        ck_assert_uint_eq(graph->definitions[i].node, 0);
    }
    return text;
}

/** A Mach-O section is many functions, dead or not, marked N_NO_DEAD_STRIP or not. */
START_TEST(macho_is_whole)
{
    struct graph graph;
    ck_assert(graph_make(assemble(&arena,
        "macho\nsection __TEXT,__text data=c3c3c3c3 flags=0x80000400\n"
        "symbol _local in=__TEXT,__text kind=0\nsymbol _api in=__TEXT,__text\n"
        "symbol _kept in=__TEXT,__text other=0x20\nsymbol _far\n"),
        true, &arena, &scratch, &graph));
    ck_assert_ptr_null(graph.why);
    ck_assert_str_eq(needs_of_whole(&graph), "_api _kept _far");
    ck_assert_uint_eq(graph.definition_count, 2);
}
END_TEST

static const struct {
    const char *text;
    bool keeps_debug;
    const char *why; /* NULL: it can be taken apart */
} wholes[] = {
    {TWO "symbol api in=.text.a\nsymbol far\nsection .debug_info " POINTER "\n"
         "reloc .debug_info at=0 to=.text.b kind=99\n",
     true, ".debug_info has relocations that are not understood"},
    {TWO "symbol api in=.text.a\nsymbol far\nsection .debug_info " POINTER "\n"
         "reloc .debug_info at=0 to=.text.b kind=99\n",
     false, NULL},
    /* the field of a relocation would lie behind the end */
    {TWO "symbol api in=.text.a\nsymbol far\nsection .debug_info data=00000000\n"
         "reloc .debug_info at=0 to=.text.b kind=1\n",
     true, ".debug_info has relocations that are not understood"},
    {TWO "symbol api in=.text.a\nsymbol far\nsection .eh_frame data=" CIE FDE " flags=2\n", true,
     ".eh_frame: an FDE whose function has no relocation at 0x10"},
};

START_TEST(not_taken_apart)
{
    struct graph graph;
    ck_assert(graph_make(assemble(&arena, wholes[_i].text), wholes[_i].keeps_debug, &arena,
                         &scratch, &graph));
    if (wholes[_i].why) {
        ck_assert_ptr_nonnull(graph.why);
        ck_assert_str_eq(graph.why, wholes[_i].why);
        ck_assert_str_eq(needs_of_whole(&graph), "api far");
        ck_assert_uint_eq(graph.definition_count, 1);
    } else {
        ck_assert_ptr_null(graph.why);
        ck_assert_uint_eq(graph.section_count, 3);
    }
}
END_TEST

/** What no writer writes again keeps all its symbols; what is cut short has none that count. */
START_TEST(not_an_object)
{
    struct graph graph;
    struct span data = assemble(&arena, TWO "symbol api in=.text.a\n");
    ck_assert(graph_make(span_make(data.data, data.size / 2), true, &arena, &scratch, &graph));
    ck_assert_ptr_nonnull(graph.why);
    ck_assert_str_eq(needs_of_whole(&graph), "");
    ck_assert(graph_make(span_of("no object"), true, &arena, &scratch, &graph));
    ck_assert_ptr_nonnull(graph.why);
    ck_assert_str_eq(needs_of_whole(&graph), "");
}
END_TEST

/** gdb's scripts, which nothing refers to, stay as long as debug info does. */
/** Code for LTO has all functions: beside machine code, one node only, until it is stripped. */
START_TEST(code_for_lto)
{
    static const char *const text =
        "elf\nsection .text data=c3 flags=6\nsection .text.g data=c3 flags=6\n"
        "section .gnu.lto_.lto.1 data=0c000000%s000100 flags=0x80000000\n"
        "section .gnu.lto_.symtab.1 data="
        "6c746f5f6f6e6c7900" "00" "0200" "0000000000000000" "00000000\n" /* needs lto_only */
        "symbol f in=.text\nsymbol g in=.text.g\nsymbol __gnu_lto_%s in=common size=1\n";
    for (int slim = 0; slim < 2; slim++) {
        struct graph graph;
        struct span data = assemble(&arena, arena_printf(&arena, text, slim ? "01" : "00",
                                                           slim ? "slim" : "v1"));
        ck_assert(graph_make(data, GRAPH_LTO, &arena, &scratch, &graph));
        ck_assert_uint_eq(graph.section_count, 0);
        ck_assert_uint_eq(graph.symbol_count, 3); /* the mark, which all objects have, is none */
        ck_assert(span_is(graph.symbols[2], "lto_only"));
        ck_assert_uint_eq(graph.definition_count, 2);
        ck_assert_ptr_nonnull(graph.why);
        ck_assert(graph_make(data, 0, &arena, &scratch, &graph));
        ck_assert(slim || (graph.section_count && !graph.why && graph.symbol_count == 2));
        ck_assert(!slim || graph.why); /* it keeps its code for LTO */
    }
}
END_TEST

START_TEST(scripts)
{
    struct graph graph;
    for (unsigned keeps = 0; keeps < 2; keeps++) {
        struct obj_edit edit = edit_of(&arena,
            TWO "section .debug_gdb_scripts data=0100 flags=0x32 entry=1\n");
        ck_assert(graph_of_object(&edit, keeps, &arena, &scratch, &graph));
        ck_assert_int_eq(graph.removable[2], !keeps);
    }
}
END_TEST

Suite *graph_suite(void)
{
    Suite *suite = suite_create("graph");
    TCase *cases = tcase_create("graph");
    tcase_add_checked_fixture(cases, NULL, forget);
    tcase_add_loop_test(cases, edges, 0, (int)(sizeof rows / sizeof *rows));
    tcase_add_test(cases, definitions);
    tcase_add_test(cases, weak_external);
    tcase_add_test(cases, macho_is_whole);
    tcase_add_loop_test(cases, not_taken_apart, 0, (int)(sizeof wholes / sizeof *wholes));
    tcase_add_test(cases, not_an_object);
    tcase_add_test(cases, code_for_lto);
    tcase_add_test(cases, scripts);
    suite_add_tcase(suite, cases);
    return suite;
}
