/* SPDX-License-Identifier: MIT */
/** What an object needs as a whole: its directives, and symbols that no relocation refers to. */
#include "obj/directives.h"
#include "shrink/graph_internal.h"

/**
 * Add edges from the object to undefined symbols that no relocation refers to: such a symbol stands
 * there to make linkers link its definition. False when memory is short.
 */
bool graph_add_forced(struct graph_build *m)
{
    bool *used = ARENA_ARRAY(m->scratch, bool, m->object->symbol_count + 1);
    if (!used) {
        return false;
    }
    obj_edit_mark_used(m->edit, used);
    for (uint32_t i = 0; i < m->object->symbol_count; i++) {
        const struct obj_symbol *symbol = &m->object->symbols[i];
        if (!used[i] && symbol->place == PLACE_UNDEFINED && m->numbers[i] != OBJ_NONE) {
            graph_add_edge(m, m->graph->section_count, m->numbers[i] | EDGE_SYMBOL);
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
    m->graph->needs[m->graph->symbol_count] = NEED_LOADS;
    return (uint32_t)m->graph->symbol_count++;
}

size_t graph_count_names(const struct object *object)
{
    struct obj_directive directive;
    size_t count = 0;
    for (struct span rest = object->directives; obj_next_directive(&rest, &directive);) {
        count++;
    }
    return object->symbol_count + 2 * count;
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
            graph_add_edge(m, m->graph->section_count,
                           add_name(m, text ? span_of(text) : name) | EDGE_SYMBOL);
        }
        graph_add_edge(m, m->graph->section_count, add_name(m, name) | EDGE_SYMBOL);
    }
}

/** Whether a COFF symbol is __imp_NAME: linkers let such a reference bind to an object's NAME. */
static bool is_import(const struct object *object, const struct obj_symbol *symbol)
{
    return object->format == OBJ_COFF && symbol->place == PLACE_UNDEFINED &&
           span_starts(symbol->name, "__imp_");
}

/** Add edges from the object to NAME for each undefined __imp_NAME. */
static void add_imports(struct graph_build *m)
{
    for (uint32_t i = 0; i < m->object->symbol_count; i++) {
        const struct obj_symbol *symbol = &m->object->symbols[i];
        if (is_import(m->object, symbol)) {
            graph_add_edge(m, m->graph->section_count,
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
            graph_add_edge(m, m->graph->section_count, add_name(m, plain) | EDGE_SYMBOL);
        }
    }
}

void graph_add_needs(struct graph_build *m)
{
    add_imports(m);
    add_versions(m);
    add_directives(m);
}
