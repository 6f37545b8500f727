/* SPDX-License-Identifier: MIT */
#include "write/prelinked_names.h"

#include "obj/directives.h"
#include "obj/obj_edit.h"
#include "shrink/prelink.h"

/** Linkers bind a reference to __imp_NAME to a global NAME of another object. */
static const char IMPORT_PREFIX[] = "__imp_";

/** A unit that defines a name strongly: one of a list, the last one first. */
struct definer {
    uint32_t unit;
    const struct definer *next;
};

/** A global name of the objects that are written. */
struct known {
    const struct definer *definers;
    uint32_t last;  /* the last unit that defines it in any way, + 1 */
    uint32_t apart; /* the last unit with a member that has it and stays apart, + 1 */
    bool wanted;    /* some unit needs it that does not define it */
    bool code;      /* all strong definitions are code of ELF or Mach-O */
    bool collides;  /* several define it, and others need it: the first one counts */
    bool spelled;   /* a directive or a reference to __imp_NAME needs it global */
};

static struct known *find_name(const struct prelink_names *n, struct span name)
{
    uint32_t found = table_find(&n->table, table_hash(name, 0), table_equal_span, n->names, &name);
    return found == TABLE_NONE ? NULL : &n->known[found];
}

/** Make room for one more name. */
static bool grow(struct prelink_names *n)
{
    size_t capacity = n->capacity;
    struct span *names = arena_grow(&n->arena, n->names, n->count, &capacity, 1024, sizeof *names);
    if (!names) {
        return false;
    }
    capacity = n->capacity; /* both lists grow alike */
    struct known *known = arena_grow(&n->arena, n->known, n->count, &capacity, 1024, sizeof *known);
    if (!known) {
        return false;
    }
    n->names = names;
    n->known = known;
    n->capacity = capacity;
    return true;
}

/** The name, which is added if it is new; NULL when memory is short. */
static struct known *get_name(struct prelink_names *n, struct span name)
{
    struct known *found = find_name(n, name);
    if (found || !grow(n)) {
        return found;
    }
    n->names[n->count] = arena_copy(&n->arena, name);
    n->known[n->count] = (struct known){.code = true};
    return n->names[n->count].data && table_add(&n->table, table_hash(name, 0), (uint32_t)n->count)
               ? &n->known[n->count++]
               : NULL;
}

/* ---- learning ---------------------------------------------------------------------------- */

static bool add_definer(struct prelink_names *n, const struct object *object,
                        const struct obj_symbol *symbol, struct known *known)
{
    known->code &= object->format != OBJ_COFF && symbol->place == PLACE_SECTION &&
                   object->sections[symbol->section].kind == SECTION_CODE;
    struct definer *definer = ARENA_NEW(&n->arena, struct definer);
    if (definer) {
        *definer = (struct definer){n->at, known->definers};
        known->definers = definer;
    }
    return definer != NULL;
}

static bool learn_spelled(struct prelink_names *n, struct span name)
{
    struct known *known = get_name(n, name);
    if (known) {
        known->spelled = true;
    }
    return known != NULL;
}

/** Learn what a symbol defines, or with @needs what it needs. False when memory is short. */
static bool learn_symbol(struct prelink_names *n, const struct object *object,
                         const struct obj_symbol *symbol, bool needs, bool apart)
{
    /* a weak external stands for its default, if that is a definition */
    bool undefined = symbol->place == PLACE_UNDEFINED &&
                     (symbol->alias == OBJ_NONE || obj_symbol_is_reference(object, symbol));
    if (symbol->binding == BINDING_LOCAL || symbol->label || undefined != needs) {
        return true;
    }
    struct known *known = get_name(n, symbol->name);
    if (!known) {
        return false;
    }
    if (needs) {
        if (object->format == OBJ_COFF && span_starts(symbol->name, IMPORT_PREFIX) &&
            !learn_spelled(n, span_from(symbol->name, strlen(IMPORT_PREFIX)))) {
            return false;
        }
        known = find_name(n, symbol->name); /* the list may have moved */
        known->wanted |= known->last != n->at + 1;
        known->apart = apart ? n->at + 1 : known->apart;
        return true;
    }
    known->last = n->at + 1;
    if (!apart && obj_symbol_is_strong(object, symbol)) {
        return add_definer(n, object, symbol, known);
    }
    known->apart = apart ? n->at + 1 : known->apart; /* linkers go on taking one of them */
    return true;
}

/** The same for a symbol of code for LTO, whose object stays apart. */
static bool learn_lto_symbol(struct prelink_names *n, const struct obj_lto_symbol *symbol,
                             bool needs)
{
    if ((symbol->role >= LTO_NEEDS) != needs) {
        return true;
    }
    struct known *known = get_name(n, symbol->name);
    if (!known) {
        return false;
    }
    if (needs) {
        known->wanted |= known->last != n->at + 1;
    } else {
        known->last = n->at + 1;
        known->code = false;
    }
    known->apart = n->at + 1;
    return true;
}

/**
 * Learn the symbols that directives name; on x86 they can have an underscore more. What
 * -exclude-symbols names may be local: nobody exports it then.
 */
static bool learn_directives(struct prelink_names *n, const struct object *object)
{
    struct obj_directive directive;
    struct span name;
    for (struct span rest = object->directives; obj_next_directive(&rest, &directive);) {
        bool excluded = directive.kind == DIRECTIVE_EXCLUDE;
        while (!excluded && obj_directive_symbol(&directive, &name)) {
            char *text = arena_printf(&n->scratch, "_%.*s", SPAN_ARGS(name));
            if (!text || !learn_spelled(n, name) ||
                (object->machine == MACHINE_X86 && !learn_spelled(n, span_of(text)))) {
                return false;
            }
        }
    }
    return true;
}

/** Whether the proof asks that the item stays a member of its own. */
static bool is_listed_apart(const struct prelink_names *n, const struct ar_item *item)
{
    for (size_t i = 0; i < n->apart_count; i++) {
        if (n->apart[i] == item->data.data) {
            return true;
        }
    }
    return false;
}

bool prelink_is_apart(const struct prelink_names *n, const struct prelink_unit *unit, size_t item,
                      enum obj_result result, const struct object *object)
{
    const bool *apart = unit->output->apart;
    return result != OBJ_OK || (apart && apart[unit->first + item]) ||
           (unit->count > 1 && !prelink_joins(object)) ||
           is_listed_apart(n, &unit->output->items[unit->first + item]);
}

/** Learn of all members of the unit at work. */
static bool learn_items(struct prelink_names *n, bool needs)
{
    const struct prelink_unit *unit = &n->units[n->at];
    bool done = true;
    for (size_t i = 0; done && i < unit->count; i++) {
        struct obj_edit edit;
        struct error unread = {0};
        const struct ar_item *item = &unit->output->items[unit->first + i];
        enum obj_result result = obj_edit_read(item->data, &n->scratch, &edit, &unread);
        const struct object *object = &edit.object;
        bool apart = prelink_is_apart(n, unit, i, result, object);
        bool silent = !needs && object->import_stub; /* any stub is as good as another */
        done = result != OBJ_NO_MEMORY;
        for (size_t s = 0; done && result != OBJ_BROKEN && !silent && s < object->symbol_count;
             s++) {
            done = learn_symbol(n, object, &object->symbols[s], needs, apart);
        }
        for (size_t s = 0; done && result != OBJ_BROKEN && s < object->lto_symbol_count; s++) {
            done = learn_lto_symbol(n, &object->lto_symbols[s], needs);
        }
        done = done && (needs || result == OBJ_BROKEN || learn_directives(n, object));
        arena_reset(&n->scratch);
    }
    return done;
}

bool prelink_names_learn(struct prelink_names *n)
{
    bool done = true;
    for (n->at = 0; done && n->at < n->unit_count; n->at++) {
        done = learn_items(n, false) && learn_items(n, true);
    }
    return done;
}

/* ---- several definitions ----------------------------------------------------------------- */

/** Whether the originals of two units could not be in one program before. */
static bool clashed(const struct prelink_names *n, uint32_t a, uint32_t b)
{
    size_t one = (size_t)(n->units[a].output - n->outputs->list);
    size_t other = (size_t)(n->units[b].output - n->outputs->list);
    if (one == 0 || other == 0) {
        return false; /* the workspace may be with all */
    }
    size_t first = (one < other ? one : other) - 1;
    size_t second = (one < other ? other : one) - 1;
    for (size_t low = 0, high = n->plan->clash_count; low < high;) {
        size_t middle = low + (high - low) / 2;
        const struct clash *clash = &n->plan->clashes[middle];
        if (clash->first == first && clash->second == second) {
            return true;
        }
        bool before = clash->first < first || (clash->first == first && clash->second < second);
        *(before ? &low : &high) = before ? middle + 1 : middle;
    }
    return false;
}

/** Two that define a name and may be in one program; NULL: there are none. */
static const struct definer *find_pair(const struct prelink_names *n, const struct known *known,
                                       uint32_t *other)
{
    for (const struct definer *a = known->definers; a; a = a->next) {
        for (const struct definer *b = a->next; b; b = b->next) {
            if (!clashed(n, a->unit, b->unit)) {
                *other = b->unit;
                return a;
            }
        }
    }
    return NULL;
}

bool prelink_names_settle(struct prelink_names *n, struct error *error)
{
    for (size_t i = 0; i < n->count; i++) {
        struct known *known = &n->known[i];
        uint32_t other;
        const struct definer *one = find_pair(n, known, &other);
        known->collides =
            one && (known->wanted || known->apart || known->spelled ||
                    exports_has(n->exports, n->names[i]));
        if (known->collides && !known->code) {
            return error_set(error,
                             "%.*s is defined in %s and in %s: prelinked, the definitions "
                             "would collide; prelink each library by itself, or meld without "
                             "--prelink",
                             SPAN_ARGS(n->names[i]),
                             n->units[other].output->path, n->units[one->unit].output->path);
        }
        if (one && !known->collides && n->own_count++ == 0) {
            n->own_name = n->names[i];
        }
    }
    return true;
}

/* ---- answers ----------------------------------------------------------------------------- */

bool prelink_names_stay(const void *context, struct span name)
{
    const struct prelink_names *n = context;
    const struct known *known = find_name(n, name);
    return exports_has(n->exports, name) ||
           (known && (known->wanted || known->spelled || known->apart == n->at + 1));
}

bool prelink_names_collide(const struct prelink_names *n, struct span name)
{
    const struct known *known = find_name(n, name);
    return known && known->collides;
}

void prelink_names_free(struct prelink_names *n)
{
    table_free(&n->table);
    arena_free(&n->arena);
    arena_free(&n->scratch);
}
