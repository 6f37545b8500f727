/* SPDX-License-Identifier: MIT */
/** Making the graph of an object: its nodes, its edges, and which sections can be removed. */
#include "shrink/graph.h"

#include <stdlib.h>

#include "obj/linked.h"
#include "shrink/coff_kinds.h"
#include "shrink/elf_kinds.h"
#include "shrink/graph_internal.h"
#include "shrink/macho_kinds.h"
#include "shrink/shrink.h"

/** The default of a weak external can be a weak external; in hostile files they form cycles. */
enum { MOST_ALIASES = 8 };

void graph_add_edge(struct graph_build *m, uint32_t from, uint32_t to)
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
    if (!kind || section->kind == SECTION_DEBUG || obj_has_bounds(section->name)) {
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
        graph_add_edge(m, from, reloc->section);
    }
    for (int step = 0; number != OBJ_NONE && step < MOST_ALIASES; step++) {
        const struct obj_symbol *symbol = &m->object->symbols[number];
        if (m->numbers[number] != OBJ_NONE) {
            graph_add_edge(m, from, m->numbers[number] | EDGE_SYMBOL);
        }
        if (symbol->section != OBJ_NONE) {
            graph_add_edge(m, from, symbol->section);
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
        graph_add_edge(m, frames[i].function, section);
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
        graph_add_edge(m, functions[i], section);
    }
    return result == OBJ_OK;
}

/** Add edges from functions to an unwind table that describes several of them: COFF's .pdata. */
static void tie_unwind(struct graph_build *m, uint32_t section)
{
    const struct edit_relocs *relocs = &m->edit->relocs[section];
    for (size_t i = 0; i < relocs->count; i++) {
        uint32_t symbol = relocs->list[i].symbol;
        uint32_t alias = symbol == OBJ_NONE ? OBJ_NONE : m->object->symbols[symbol].alias;
        symbol = alias == OBJ_NONE ? symbol : alias; /* a weak function is its default */
        uint32_t in = symbol == OBJ_NONE ? OBJ_NONE : m->object->symbols[symbol].section;
        if (in != OBJ_NONE && m->object->sections[in].kind == SECTION_CODE) {
            graph_add_edge(m, in, section);
        }
    }
}

/** Add edges both ways between sections that are removed or kept together. */
static void tie_sections(struct graph_build *m, uint32_t i)
{
    const struct obj_section *section = &m->object->sections[i];
    if (section->link != OBJ_NONE) {
        graph_add_edge(m, i, section->link);
        graph_add_edge(m, section->link, i);
    }
    if (section->group != OBJ_NONE && m->object->format == OBJ_ELF) {
        const struct obj_group *group = &m->object->groups[section->group];
        graph_add_edge(m, i, group->sections[0]);
        graph_add_edge(m, group->sections[0], i);
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
    graph_add_edge(m, i, object);
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
        graph_add_edge(m, object, i);
    }
    if (section->kind == SECTION_UNWIND && section->link == OBJ_NONE) {
        tie_unwind(m, i);
    }
    follow_all(m, i, i);
    return true;
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

/** List a symbol of code for LTO, which belongs to the object as a whole. */
static void list_lto_symbol(struct graph_build *m, const struct obj_lto_symbol *symbol)
{
    struct graph *graph = m->graph;
    uint32_t number = (uint32_t)graph->symbol_count++;
    graph->symbols[number] = keep_name(m, symbol->name);
    graph->needs[number] = symbol->role == LTO_NEEDS        ? NEED_LOADS
                           : symbol->role == LTO_NEEDS_WEAK ? NEED_WEAK
                                                            : NEED_NONE;
    if (symbol->role < LTO_NEEDS) {
        graph->definitions[graph->definition_count++] =
            (struct graph_definition){number, graph->section_count,
                                      symbol->role == LTO_STRONG ? GRAPH_STRONG : GRAPH_ANY};
    }
}

/** What a symbol makes linkers do: Apple's load members for weak references, too. */
static enum graph_need need_of(const struct object *object, const struct obj_symbol *symbol)
{
    if (symbol->alias != OBJ_NONE && obj_symbol_is_reference(object, symbol)) {
        return NEED_WEAK;
    }
    if (symbol->place != PLACE_UNDEFINED || symbol->alias != OBJ_NONE) {
        return NEED_NONE;
    }
    return symbol->binding == BINDING_WEAK && object->format != OBJ_MACHO ? NEED_WEAK : NEED_LOADS;
}

static enum graph_strength strength_of(const struct object *object,
                                       const struct obj_symbol *symbol)
{
    if (symbol->alias == OBJ_NONE &&
        (symbol->place == PLACE_COMMON || obj_symbol_is_strong(object, symbol))) {
        return GRAPH_STRONG;
    }
    bool any = symbol->place == PLACE_SECTION &&
               object->sections[symbol->section].group != OBJ_NONE;
    return any ? GRAPH_ANY : GRAPH_WEAK;
}

/** Whether it has lists; one without elements may be all that gives a list its bounds. */
static bool has_lists(const struct object *object)
{
    for (size_t i = 0; i < object->section_count; i++) {
        const struct obj_section *section = &object->sections[i];
        if ((section->size || obj_has_bounds(section->name)) &&
            obj_section_is_gathered(object, section)) {
            return true;
        }
    }
    return false;
}

/** List the global symbols and the nodes that define them. False when memory is short. */
static bool list_symbols(struct graph_build *m)
{
    const struct object *object = m->object;
    struct graph *graph = m->graph;
    size_t lto = m->keeps_lto ? object->lto_symbol_count : 0;
    size_t most = object->symbol_count + graph_count_names(object) + lto + 1;
    m->numbers = ARENA_ARRAY(m->scratch, uint32_t, object->symbol_count + 1);
    graph->symbols = ARENA_ARRAY(m->keep, struct span, most);
    graph->needs = ARENA_ARRAY(m->keep, enum graph_need, most);
    graph->definitions =
        ARENA_ARRAY(m->keep, struct graph_definition, object->symbol_count + lto + 1);
    if (!m->numbers || !graph->symbols || !graph->needs || !graph->definitions) {
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
        graph->needs[graph->symbol_count] = need_of(object, symbol);
        graph->symbols[graph->symbol_count++] = keep_name(m, obj_symbol_link_name(symbol));
        if (graph->needs[m->numbers[i]] == NEED_NONE) {
            uint32_t target = symbol->alias == OBJ_NONE ? symbol->section
                                                        : object->symbols[symbol->alias].section;
            uint32_t node = target == OBJ_NONE ? graph->section_count : target;
            graph->definitions[graph->definition_count++] =
                (struct graph_definition){m->numbers[i], node, strength_of(object, symbol)};
        }
    }
    for (size_t i = 0; i < lto; i++) {
        list_lto_symbol(m, &object->lto_symbols[i]);
    }
    return true;
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
        graph_add_edge(m, 0, i | EDGE_SYMBOL);
    }
    graph_add_needs(m);
    return sort_edges(m);
}

/**
 * Keep what a runtime finds by its name though nothing leads to it: what kind of profile it is, and
 * where to write it.
 */
static void keep_programs(struct graph_build *m)
{
    struct graph *graph = m->graph;
    for (size_t i = 0; i < graph->definition_count; i++) {
        uint32_t node = graph->definitions[i].node;
        if (node < graph->section_count && graph->removable[node] &&
            m->object->sections[node].kind != SECTION_CODE &&
            is_programs_name(graph->symbols[graph->definitions[i].symbol])) {
            graph->removable[node] = false;
            graph_add_edge(m, graph->section_count, node);
        }
    }
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
    keep_programs(m);
    graph_add_needs(m);
    return graph_add_forced(m) && sort_edges(m);
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
    *graph = (struct graph){.lists = has_lists(&edit->object)};
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
