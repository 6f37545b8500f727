/* SPDX-License-Identifier: MIT */
/** Making the graph of an object: its nodes, its edges, and which sections can be removed. */
#include "shrink/graph.h"

#include <stdlib.h>

#include "obj/directives.h"
#include "shrink/coff_kinds.h"
#include "shrink/elf_kinds.h"
#include "shrink/macho_kinds.h"

/** The default of a weak external can be a weak external; in hostile files they form cycles. */
enum { MOST_ALIASES = 8 };

/** An edge while edges are collected. */
struct pair {
    uint32_t from, to;
};

struct graph_build {
    const struct obj_edit *edit;
    const struct object *object;
    bool keeps_debug, keeps_lto;
    struct arena *keep;
    struct arena *scratch;
    struct graph *graph;
    uint32_t *numbers; /* by symbol: index into graph.symbols, or OBJ_NONE */
    struct pair *pairs;
    size_t count, capacity;
    bool no_memory;
    struct error why;
};

static void add_edge(struct graph_build *m, uint32_t from, uint32_t to)
{
    struct pair *pairs =
        arena_grow(m->scratch, m->pairs, m->count, &m->capacity, 1024, sizeof *pairs);
    if (!pairs) {
        m->no_memory = true;
        return;
    }
    m->pairs = pairs;
    m->pairs[m->count++] = (struct pair){from, to};
}

/* ---- retained sections ------------------------------------------------------------------- */

/** Whether an ELF section can be removed if no edge leads to it; elf_kinds.c says so. */
static bool is_removable_elf(const struct obj_section *section)
{
    const struct elf_kind *kind = elf_kind_of(section);
    bool alone = section->link == OBJ_NONE && section->group == OBJ_NONE;
    if (!kind || section->kind == SECTION_DEBUG || elf_has_bounds(section->name)) {
        return false;
    }
    switch (kind->prune) {
    case PRUNE_UNUSED:
        return !section->numbered;
    case PRUNE_TIED:
        return !alone;
    case PRUNE_RECORDS:
        return true;
    case PRUNE_NEVER:
        break;
    }
    return false;
}

/** Whether a section can be removed if no edge leads to it. */
static bool is_removable(const struct object *object, const struct obj_section *section)
{
    if (object->format == OBJ_ELF) {
        return is_removable_elf(section);
    }
    switch (section->kind) {
    case SECTION_CODE:
    case SECTION_RODATA:
    case SECTION_DATA:
    case SECTION_ZERO:
    case SECTION_UNWIND:
        return !section->numbered && !coff_kind_of(section)->retained;
    default: /* together with its COMDAT */
        return section->link != OBJ_NONE || section->group != OBJ_NONE;
    }
}

/* ---- edges ------------------------------------------------------------------------------- */

/** Add the edges of a relocation: to its symbol, a weak external's defaults, its section. */
static void follow(struct graph_build *m, uint32_t from, const struct obj_reloc *reloc)
{
    uint32_t number = reloc->symbol;
    if (reloc->section != OBJ_NONE) {
        add_edge(m, from, reloc->section);
    }
    for (int step = 0; number != OBJ_NONE && step < MOST_ALIASES; step++) {
        const struct obj_symbol *symbol = &m->object->symbols[number];
        if (m->numbers[number] != OBJ_NONE) {
            add_edge(m, from, m->numbers[number] | EDGE_SYMBOL);
        }
        if (symbol->section != OBJ_NONE) {
            add_edge(m, from, symbol->section);
        }
        number = symbol->alias;
    }
}

static void follow_all(struct graph_build *m, uint32_t from, uint32_t section)
{
    const struct edit_relocs *relocs = &m->edit->relocs[section];
    for (size_t i = 0; i < relocs->count; i++) {
        follow(m, from, &relocs->list[i]);
    }
}

/** Add edges from each function to what its FDE and its CIE refer to. False with m->why. */
static bool follow_frames(struct graph_build *m, uint32_t section)
{
    const struct edit_relocs *relocs = &m->edit->relocs[section];
    struct frame *frames;
    size_t count;
    enum obj_result result = frames_read(m->edit, section, m->scratch, &frames, &count, &m->why);
    m->no_memory |= result == OBJ_NO_MEMORY;
    for (size_t i = 0; result == OBJ_OK && i < count; i++) {
        if (frames[i].is_cie) {
            continue;
        }
        const struct frame *cie = &frames[frames[i].cie];
        for (uint32_t r = 1; r < frames[i].reloc_count; r++) {
            follow(m, frames[i].function, &relocs->list[frames[i].first_reloc + r]);
        }
        for (uint32_t r = 0; r < cie->reloc_count; r++) {
            follow(m, frames[i].function, &relocs->list[cie->first_reloc + r]);
        }
        add_edge(m, frames[i].function, section);
    }
    return result == OBJ_OK;
}

/** Add edges from functions to .sframe, which has a record for each. False with m->why. */
static bool follow_sframe(struct graph_build *m, uint32_t section)
{
    uint32_t *functions;
    size_t count;
    enum obj_result result =
        sframe_functions(m->edit, section, m->scratch, &functions, &count, &m->why);
    m->no_memory |= result == OBJ_NO_MEMORY;
    for (size_t i = 0; result == OBJ_OK && i < count; i++) {
        add_edge(m, functions[i], section);
    }
    return result == OBJ_OK;
}

/** Add edges from functions to an unwind table that describes several of them: COFF's .pdata. */
static void tie_unwind(struct graph_build *m, uint32_t section)
{
    const struct edit_relocs *relocs = &m->edit->relocs[section];
    for (size_t i = 0; i < relocs->count; i++) {
        uint32_t symbol = relocs->list[i].symbol;
        uint32_t in = symbol == OBJ_NONE ? OBJ_NONE : m->object->symbols[symbol].section;
        if (in != OBJ_NONE && m->object->sections[in].kind == SECTION_CODE) {
            add_edge(m, in, section);
        }
    }
}

/** Add edges both ways between sections that are removed or kept together. */
static void tie_sections(struct graph_build *m, uint32_t i)
{
    const struct obj_section *section = &m->object->sections[i];
    if (section->link != OBJ_NONE) {
        add_edge(m, i, section->link);
        add_edge(m, section->link, i);
    }
    if (section->group != OBJ_NONE && m->object->format == OBJ_ELF) {
        const struct obj_group *group = &m->object->groups[section->group];
        add_edge(m, i, group->sections[0]);
        add_edge(m, group->sections[0], i);
    }
}

/** Add the edges of one section; false with m->why if it is not understood. */
static bool add_section(struct graph_build *m, uint32_t i)
{
    const struct obj_section *section = &m->object->sections[i];
    uint32_t object = m->graph->section_count;
    /* names gdb's pretty-printers: loaded, though no relocation refers to the section */
    bool scripts = m->keeps_debug && span_is(section->name, ".debug_gdb_scripts");
    m->graph->removable[i] = !scripts && is_removable(m->object, section);
    add_edge(m, i, object);
    tie_sections(m, i);
    if (frames_are_in(m->edit, i)) {
        return follow_frames(m, i);
    }
    if (sframe_is_in(m->edit, i)) {
        return follow_sframe(m, i);
    }
    if (section->kind == SECTION_DEBUG) {
        return !m->keeps_debug || debug_tombstones_known(m->edit, i) ||
               error_set(&m->why, "%.*s has relocations that are not understood",
                         SPAN_ARGS(section->name));
    }
    if (section->numbered) {
        return true; /* a list does not keep its symbols */
    }
    if (!m->graph->removable[i]) {
        add_edge(m, object, i);
    }
    if (section->kind == SECTION_UNWIND && section->link == OBJ_NONE) {
        tie_unwind(m, i);
    }
    follow_all(m, i, i);
    return true;
}

/**
 * Add edges from the object to undefined symbols that no relocation refers to: such a symbol stands
 * there to make linkers link its definition. False when memory is short.
 */
static bool add_forced(struct graph_build *m)
{
    bool *used = ARENA_ARRAY(m->scratch, bool, m->object->symbol_count + 1);
    if (!used) {
        return false;
    }
    obj_edit_mark_used(m->edit, used);
    for (uint32_t i = 0; i < m->object->symbol_count; i++) {
        const struct obj_symbol *symbol = &m->object->symbols[i];
        if (!used[i] && symbol->place == PLACE_UNDEFINED && m->numbers[i] != OBJ_NONE) {
            add_edge(m, m->graph->section_count, m->numbers[i] | EDGE_SYMBOL);
        }
    }
    return true;
}

/** Add a name that no symbol of the object has. Returns its index in graph.symbols. */
static uint32_t add_name(struct graph_build *m, struct span name)
{
    struct span copy = arena_copy(m->keep, name);
    m->no_memory |= !copy.data;
    m->graph->symbols[m->graph->symbol_count] = copy;
    return (uint32_t)m->graph->symbol_count++;
}

static size_t count_directives(const struct object *object)
{
    struct obj_directive directive;
    size_t count = 0;
    for (struct span rest = object->directives; obj_next_directive(&rest, &directive);) {
        count++;
    }
    return count;
}

/** Whether a directive makes linkers link a symbol. */
static bool is_need(const struct obj_directive *directive)
{
    return directive->kind == DIRECTIVE_INCLUDE || directive->kind == DIRECTIVE_ENTRY ||
           directive->kind == DIRECTIVE_EXPORT || directive->kind == DIRECTIVE_ALTERNATE;
}

/**
 * Add edges from the object to symbols that directives name. On x86 the symbol can have an
 * underscore more.
 */
static void add_directives(struct graph_build *m)
{
    struct obj_directive directive;
    for (struct span rest = m->object->directives; obj_next_directive(&rest, &directive);) {
        struct span name =
            directive.kind == DIRECTIVE_ALTERNATE ? directive.instead : directive.value;
        if (!is_need(&directive) || !name.size) {
            continue;
        }
        if (directive.kind != DIRECTIVE_INCLUDE && m->object->machine == MACHINE_X86) {
            char *text = arena_printf(m->scratch, "_%.*s", SPAN_ARGS(name));
            m->no_memory |= !text;
            add_edge(m, m->graph->section_count,
                     add_name(m, text ? span_of(text) : name) | EDGE_SYMBOL);
        }
        add_edge(m, m->graph->section_count, add_name(m, name) | EDGE_SYMBOL);
    }
}

/* ---- symbols ----------------------------------------------------------------------------- */

/** The name itself if it lies in the member, else a copy in m->keep. */
static struct span keep_name(struct graph_build *m, struct span name)
{
    uintptr_t start = (uintptr_t)m->object->data.data;
    uintptr_t at = (uintptr_t)name.data;
    if (at >= start && at <= start + m->object->data.size) {
        return name;
    }
    struct span copy = arena_copy(m->keep, name);
    m->no_memory |= name.size && !copy.data;
    return copy;
}

/** Whether a COFF symbol is __imp_NAME: linkers let such a reference bind to an object's NAME. */
static bool is_import(const struct object *object, const struct obj_symbol *symbol)
{
    return object->format == OBJ_COFF && symbol->place == PLACE_UNDEFINED &&
           span_starts(symbol->name, "__imp_");
}

/** List a symbol of code for LTO, which belongs to the object as a whole. */
static void list_lto_symbol(struct graph_build *m, const struct obj_lto_symbol *symbol)
{
    struct graph *graph = m->graph;
    uint32_t number = (uint32_t)graph->symbol_count++;
    graph->symbols[number] = keep_name(m, symbol->name);
    if (symbol->role < LTO_NEEDS) {
        graph->definitions[graph->definition_count++] =
            (struct graph_definition){number, graph->section_count};
    }
}

/** List the global symbols and the nodes that define them. False when memory is short. */
static bool list_symbols(struct graph_build *m)
{
    const struct object *object = m->object;
    struct graph *graph = m->graph;
    size_t lto = m->keeps_lto ? object->lto_symbol_count : 0;
    size_t most = 2 * object->symbol_count + 2 * count_directives(object) + lto + 1;
    m->numbers = ARENA_ARRAY(m->scratch, uint32_t, object->symbol_count + 1);
    graph->symbols = ARENA_ARRAY(m->keep, struct span, most);
    graph->definitions =
        ARENA_ARRAY(m->keep, struct graph_definition, object->symbol_count + lto + 1);
    if (!m->numbers || !graph->symbols || !graph->definitions) {
        return false;
    }
    for (uint32_t i = 0; i < object->symbol_count; i++) {
        const struct obj_symbol *symbol = &object->symbols[i];
        m->numbers[i] = OBJ_NONE;
        if (symbol->binding == BINDING_LOCAL || symbol->label ||
            obj_symbol_is_of_lto(object, symbol)) {
            continue;
        }
        m->numbers[i] = (uint32_t)graph->symbol_count;
        graph->symbols[graph->symbol_count++] = keep_name(m, obj_symbol_link_name(symbol));
        if (symbol->place != PLACE_UNDEFINED || symbol->alias != OBJ_NONE) {
            uint32_t target = symbol->alias == OBJ_NONE ? symbol->section
                                                        : object->symbols[symbol->alias].section;
            uint32_t node = target == OBJ_NONE ? graph->section_count : target;
            graph->definitions[graph->definition_count++] =
                (struct graph_definition){m->numbers[i], node};
        }
    }
    for (size_t i = 0; i < lto; i++) {
        list_lto_symbol(m, &object->lto_symbols[i]);
    }
    return true;
}

/** Add edges from the object to NAME for each undefined __imp_NAME. */
static void add_imports(struct graph_build *m)
{
    for (uint32_t i = 0; i < m->object->symbol_count; i++) {
        const struct obj_symbol *symbol = &m->object->symbols[i];
        if (is_import(m->object, symbol)) {
            add_edge(m, m->graph->section_count,
                     add_name(m, span_from(symbol->name, strlen("__imp_"))) | EDGE_SYMBOL);
        }
    }
}

/** Add edges from the object to NAME for each undefined NAME@VERSION, which NAME@@VERSION meets. */
static void add_versions(struct graph_build *m)
{
    for (uint32_t i = 0; m->object->format == OBJ_ELF && i < m->object->symbol_count; i++) {
        const struct obj_symbol *symbol = &m->object->symbols[i];
        struct span name = symbol->name;
        const uint8_t *at = symbol->place == PLACE_UNDEFINED && name.size > 1
                                ? memchr(name.data + 1, '@', name.size - 1)
                                : NULL;
        if (at) {
            struct span plain = span_make(name.data, (size_t)(at - name.data));
            add_edge(m, m->graph->section_count, add_name(m, plain) | EDGE_SYMBOL);
        }
    }
}

/* ---- the graph --------------------------------------------------------------------------- */

/** Sort the edges by the nodes from which they come. False when memory is short. */
static bool sort_edges(struct graph_build *m)
{
    struct graph *graph = m->graph;
    graph->first = ARENA_ARRAY(m->keep, uint32_t, (size_t)graph->section_count + 3);
    graph->edges = ARENA_ARRAY(m->keep, uint32_t, m->count + 1);
    if (!graph->first || !graph->edges || m->no_memory) {
        return false;
    }
    for (size_t i = 0; i < m->count; i++) {
        graph->first[m->pairs[i].from + 2]++;
    }
    for (size_t i = 0; i <= graph->section_count; i++) {
        graph->first[i + 2] += graph->first[i + 1];
    }
    for (size_t i = 0; i < m->count; i++) {
        graph->edges[graph->first[m->pairs[i].from + 1]++] = m->pairs[i].to;
    }
    return true;
}

/** Whether compilers put each function in a section. In Mach-O one section has all functions. */
static bool has_fine_sections(const struct object *object)
{
    return object->format == OBJ_ELF || object->format == OBJ_COFF;
}

/** Make a graph of one node, the object, which needs and defines all symbols of the object. */
static bool make_whole(struct graph_build *m)
{
    struct graph *graph = m->graph;
    m->count = 0;
    graph->section_count = 0;
    graph->loaded = macho_is_loaded(m->object);
    graph->symbol_count = graph->definition_count = 0;
    if (!list_symbols(m)) {
        return false;
    }
    for (size_t i = 0; i < graph->definition_count; i++) {
        graph->definitions[i].node = 0;
    }
    for (uint32_t i = 0; i < graph->symbol_count; i++) {
        add_edge(m, 0, i | EDGE_SYMBOL);
    }
    add_imports(m);
    add_versions(m);
    add_directives(m);
    return sort_edges(m);
}

/** Make a graph with a node for each section; of one node if a section is not understood. */
static bool make_fine(struct graph_build *m)
{
    struct graph *graph = m->graph;
    graph->section_count = (uint32_t)m->object->section_count;
    graph->removable = ARENA_ARRAY(m->keep, bool, (size_t)graph->section_count + 1);
    if (!graph->removable || !list_symbols(m)) {
        return false;
    }
    for (uint32_t i = 0; i < graph->section_count; i++) {
        if (!add_section(m, i)) {
            return !m->no_memory && (graph->why = arena_printf(m->keep, "%s", m->why.text)) &&
                   make_whole(m);
        }
    }
    add_imports(m);
    add_versions(m);
    add_directives(m);
    return add_forced(m) && sort_edges(m);
}

bool graph_of_object(const struct obj_edit *edit, unsigned keeps, struct arena *keep,
                     struct arena *scratch, struct graph *graph)
{
    struct graph_build m = {.edit = edit,
                            .object = &edit->object,
                            .keeps_debug = keeps & GRAPH_DEBUG,
                            .keeps_lto = edit->object.lto == LTO_SLIM || keeps & GRAPH_LTO,
                            .keep = keep,
                            .scratch = scratch,
                            .graph = graph};
    *graph = (struct graph){.section_count = 0};
    if (m.keeps_lto && edit->object.lto) {
        graph->why = "it has code for LTO, in which nothing is removed";
        return make_whole(&m);
    }
    return has_fine_sections(&edit->object) ? make_fine(&m) : make_whole(&m);
}

bool graph_make(struct span data, unsigned keeps, struct arena *keep, struct arena *scratch,
                struct graph *graph)
{
    struct obj_edit edit;
    struct error why = {0};
    enum obj_result result = obj_edit_read(data, scratch, &edit, &why);
    if (result == OBJ_NO_MEMORY) {
        return false;
    }
    if (result == OBJ_OK) {
        return graph_of_object(&edit, keeps, keep, scratch, graph);
    }
    struct graph_build m = {
        .edit = &edit, .object = &edit.object, .keep = keep, .scratch = scratch, .graph = graph,
        .keeps_lto = result != OBJ_BROKEN};
    *graph = (struct graph){.section_count = 0};
    if (result == OBJ_BROKEN) {
        edit.object.symbol_count = edit.object.section_count = 0;
        edit.object.directives = span_make(NULL, 0);
    }
    graph->why = arena_printf(keep, "%s", why.text);
    return graph->why && make_whole(&m);
}
