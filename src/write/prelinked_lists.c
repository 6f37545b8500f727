/* SPDX-License-Identifier: MIT */
/**
 * ELF: what linkers always keep and what leads to the bounds of a list is not joined with others.
 *
 * Constructors, destructors and retained sections come into every program that loads the one
 * object. If one leads to code that asks for __start_NAME and __stop_NAME, the program needs the
 * list as well, which lld drops when it collects garbage and nothing else refers to an element: it
 * says then that the bounds are not defined [LLD, "-z start-stop-gc"]. A program that did not load
 * the member before must not need them now.
 */
#include "obj/elf.h"
#include "obj/linked.h"
#include "obj/obj_edit.h"
#include "shrink/elf_kinds.h"
#include "write/prelinked_names.h"

/** An object of a unit. */
struct walked {
    struct obj_edit edit;
    const struct prelink_unit *unit;
    size_t item;
    bool *leads; /* by section: it leads to bounds */
};

/** A list of one unit, of which linkers keep an element; or a symbol, whose unit is NULL. */
struct named {
    struct span name;
    const struct prelink_unit *unit;
};

struct walk {
    struct prelink_names *names;
    struct walked *list; /* the objects that can be joined */
    size_t count;
    struct named *named; /* lists that are kept, and symbols of sections that lead to bounds */
    size_t named_count;
    size_t named_capacity;
    struct table table;
    struct arena arena;
};

static bool is_named(const void *context, uint32_t number, const void *key)
{
    const struct named *one = &((const struct named *)context)[number];
    const struct named *other = key;
    return one->unit == other->unit && span_equal(one->name, other->name);
}

static bool has_name(const struct walk *w, struct span name, const struct prelink_unit *unit)
{
    struct named named = {name, unit};
    return table_find(&w->table, table_hash(name, 0), is_named, w->named, &named) != TABLE_NONE;
}

static bool add_name(struct walk *w, struct span name, const struct prelink_unit *unit)
{
    if (has_name(w, name, unit)) {
        return true;
    }
    struct named *grown = arena_grow(&w->arena, w->named, w->named_count, &w->named_capacity, 64,
                                     sizeof *grown);
    if (!grown) {
        return false;
    }
    w->named = grown;
    grown[w->named_count] = (struct named){name, unit};
    return table_add(&w->table, table_hash(name, 0), (uint32_t)w->named_count++);
}

/* ---- objects ----------------------------------------------------------------------------- */

/** Whether linkers keep a section whatever the program needs. */
static bool is_kept(const struct obj_section *section)
{
    const struct elf_kind *kind = elf_kind_of(section);
    return section->flags & SHF_ALLOC && section->size && kind && kind->prune == PRUNE_NEVER;
}

/** Whether an object needs bounds of any list. A weak need is met by nothing as well. */
static bool needs_bounds(const struct object *object)
{
    for (size_t i = 0; i < object->symbol_count; i++) {
        const struct obj_symbol *symbol = &object->symbols[i];
        if (symbol->binding == BINDING_GLOBAL && obj_bounded_list(symbol).size) {
            return true;
        }
    }
    return false;
}

/** Whether any object of the outputs needs bounds. False also when memory is short: see @done. */
static bool any_needs_bounds(struct prelink_names *n, bool *done)
{
    bool any = false;
    for (size_t u = 0; *done && !any && u < n->unit_count; u++) {
        const struct prelink_unit *unit = &n->units[u];
        for (size_t i = 0; *done && !any && i < unit->count; i++) {
            struct object object;
            struct error unread = {0};
            struct span data = unit->output->items[unit->first + i].data;
            if (object_probe(data) == OBJ_ELF) {
                enum obj_result result = object_read(data, &n->scratch, &object, &unread);
                *done = result != OBJ_NO_MEMORY;
                any = result == OBJ_OK && needs_bounds(&object);
            }
            arena_reset(&n->scratch);
        }
    }
    return any;
}

/** Read an item, if it is an object that can be joined; note the lists that it makes kept. */
static bool add_item(struct walk *w, const struct prelink_unit *unit, size_t item)
{
    struct walked *walked = &w->list[w->count];
    struct error unread = {0};
    struct span data = unit->output->items[unit->first + item].data;
    if (object_probe(data) != OBJ_ELF) {
        return true;
    }
    enum obj_result result = obj_edit_read(data, &w->arena, &walked->edit, &unread);
    const struct object *object = &walked->edit.object;
    if (result != OBJ_OK || prelink_is_apart(w->names, unit, item, result, object)) {
        return result != OBJ_NO_MEMORY;
    }
    walked->unit = unit;
    walked->item = item;
    walked->leads = ARENA_ARRAY(&w->arena, bool, object->section_count + 1);
    bool done = walked->leads != NULL;
    for (size_t i = 0; done && i < object->section_count; i++) {
        const struct obj_section *section = &object->sections[i];
        done = !is_kept(section) || !obj_has_bounds(section->name) ||
               add_name(w, section->name, unit);
    }
    w->count++;
    return done;
}

static bool add_items(struct walk *w)
{
    const struct prelink_names *n = w->names;
    size_t most = 0;
    for (size_t u = 0; u < n->unit_count; u++) {
        most += n->units[u].count;
    }
    w->list = ARENA_ARRAY(&w->arena, struct walked, most + 1);
    bool done = w->list != NULL;
    for (size_t u = 0; done && u < n->unit_count; u++) {
        for (size_t i = 0; done && i < n->units[u].count; i++) {
            done = add_item(w, &n->units[u], i);
        }
    }
    return done;
}

/* ---- what leads to bounds ---------------------------------------------------------------- */

/** Whether a symbol is a bound that a program may lack, or leads to one. */
static bool leads_there(const struct walk *w, const struct walked *walked, uint32_t number)
{
    const struct obj_symbol *symbol = &walked->edit.object.symbols[number];
    struct span list = obj_bounded_list(symbol);
    if (list.size) {
        return symbol->binding == BINDING_GLOBAL && !obj_is_runtimes_list(list) &&
               !has_name(w, list, walked->unit);
    }
    return (symbol->place == PLACE_SECTION && walked->leads[symbol->section]) ||
           (symbol->binding != BINDING_LOCAL && has_name(w, symbol->name, NULL));
}

/** Whether a section leads to bounds; debug and unwind information does not keep anything. */
static bool section_leads(const struct walk *w, const struct walked *walked, size_t section)
{
    const struct obj_section *s = &walked->edit.object.sections[section];
    const struct elf_kind *kind = elf_kind_of(s);
    const struct edit_relocs *relocs = &walked->edit.relocs[section];
    bool follows = s->flags & SHF_ALLOC &&
                   (!kind || kind->prune == PRUNE_UNUSED || kind->prune == PRUNE_NEVER);
    bool leads = false;
    for (size_t r = 0; follows && !leads && r < relocs->count; r++) {
        uint32_t symbol = relocs->list[r].symbol;
        leads = symbol != OBJ_NONE && leads_there(w, walked, symbol);
    }
    return leads;
}

/** Mark the sections of an object that lead to bounds, and their symbols. */
static bool follow(struct walk *w, struct walked *walked, bool *more)
{
    const struct object *object = &walked->edit.object;
    bool marked = false;
    for (bool again = true; again;) {
        again = false;
        for (size_t i = 0; i < object->section_count; i++) {
            if (!walked->leads[i] && section_leads(w, walked, i)) {
                walked->leads[i] = again = marked = true;
            }
        }
    }
    bool done = true;
    for (size_t i = 0; marked && done && i < object->symbol_count; i++) {
        const struct obj_symbol *symbol = &object->symbols[i];
        if (symbol->place == PLACE_SECTION && symbol->binding != BINDING_LOCAL &&
            walked->leads[symbol->section]) {
            done = add_name(w, symbol->name, NULL);
        }
    }
    *more |= marked;
    return done;
}

/** Set an object apart if linkers always keep a section of it that leads to bounds. */
static bool set_apart(struct walk *w, const struct walked *walked)
{
    struct prelink_names *n = w->names;
    const struct object *object = &walked->edit.object;
    for (size_t i = 0; walked->unit->count > 1 && i < object->section_count; i++) {
        if (walked->leads[i] && is_kept(&object->sections[i])) {
            if (n->bounds_count++ == 0) {
                n->bounds_unit = walked->unit;
                n->bounds_item = walked->item;
            }
            size_t item = walked->unit->first + walked->item;
            return prelink_names_set_apart(n, walked->unit->output->items[item].data.data);
        }
    }
    return true;
}

bool prelink_set_bounds_apart(struct prelink_names *n)
{
    bool done = true;
    if (!any_needs_bounds(n, &done)) {
        return done;
    }
    struct walk w = {.names = n};
    done = add_items(&w);
    for (bool more = true; done && more;) {
        more = false;
        for (size_t i = 0; done && i < w.count; i++) {
            done = follow(&w, &w.list[i], &more);
        }
    }
    for (size_t i = 0; done && i < w.count; i++) {
        done = set_apart(&w, &w.list[i]);
    }
    table_free(&w.table);
    arena_free(&w.arena);
    return done;
}
