/* SPDX-License-Identifier: MIT */
#include "write/prelinked_names.h"

#include "obj/directives.h"
#include "obj/obj_edit.h"
#include "shrink/prelink.h"

/** Linkers bind a reference to __imp_NAME to a global NAME of another object. */
static const char IMPORT_PREFIX[] = "__imp_";

/** An item that defines a name strongly: one of a list, the last one first. */
struct definer {
    uint32_t unit;
    uint32_t item;
    const struct definer *next;
};

/** A global name of the objects that are written. */
struct known {
    const struct definer *definers;
    uint32_t first; /* the first unit that defines it in any way, + 1 */
    uint32_t last;  /* the last one, + 1 */
    uint32_t apart; /* the last unit with a member that has it and stays apart, + 1 */
    bool alone;     /* a member that stays apart defines it */
    bool wanted;    /* some unit needs it that does not define it */
    bool weak;      /* some unit defines it, but not strongly */
    bool spelled;   /* a directive or a reference to __imp_NAME needs it global */
    bool pair;      /* two that define it strongly may be in one program */
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
    n->known[n->count] = (struct known){.first = 0};
    return n->names[n->count].data && table_add(&n->table, table_hash(name, 0), (uint32_t)n->count)
               ? &n->known[n->count++]
               : NULL;
}

/* ---- learning ---------------------------------------------------------------------------- */

static bool add_definer(struct prelink_names *n, struct known *known, uint32_t item)
{
    struct definer *definer = ARENA_NEW(&n->arena, struct definer);
    if (definer) {
        *definer = (struct definer){n->at, item, known->definers};
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

/** What learn_symbol() learns from. */
struct source {
    const struct object *object;
    uint32_t item; /* of the unit at work */
    bool needs;    /* what it needs, not what it defines */
    bool apart;    /* it is not joined with others */
};

/** NAME of NAME@VERSION and NAME@@VERSION; else the name itself. */
static struct span without_version(struct span name)
{
    const uint8_t *at = name.size > 1 ? memchr(name.data + 1, '@', name.size - 1) : NULL;
    return at ? span_make(name.data, (size_t)(at - name.data)) : name;
}

/** Note that another object than its definer's needs a name, which may have a version. */
static bool learn_wanted(struct prelink_names *n, const struct source *source, struct span name)
{
    struct known *known = get_name(n, name);
    if (known) {
        known->wanted |= known->last != n->at + 1;
        known->apart = source->apart ? n->at + 1 : known->apart;
    }
    return known != NULL;
}

/** Learn what a symbol defines or needs. False when memory is short. */
static bool learn_symbol(struct prelink_names *n, const struct source *source,
                         const struct obj_symbol *symbol)
{
    /* a weak external stands for its default, if that is a definition */
    bool undefined =
        symbol->place == PLACE_UNDEFINED &&
        (symbol->alias == OBJ_NONE || obj_symbol_is_reference(source->object, symbol));
    if (symbol->binding == BINDING_LOCAL || symbol->label || undefined != source->needs) {
        return true;
    }
    struct span name = obj_symbol_link_name(symbol);
    struct known *known = get_name(n, name);
    if (!known) {
        return false;
    }
    if (source->needs) {
        bool own = known->last == n->at + 1; /* the unit has the pointer, too: rustc's statics */
        if (source->object->format == OBJ_COFF && span_starts(symbol->name, IMPORT_PREFIX) &&
            !own && !learn_spelled(n, span_from(symbol->name, strlen(IMPORT_PREFIX)))) {
            return false;
        }
        struct span plain = source->object->format == OBJ_ELF ? without_version(symbol->name)
                                                              : symbol->name;
        own = find_name(n, symbol->name)->last == n->at + 1;
        return learn_wanted(n, source, symbol->name) &&
               (own || plain.size == symbol->name.size || learn_wanted(n, source, plain));
    }
    known->first = known->first ? known->first : n->at + 1;
    known->last = n->at + 1;
    known->alone |= source->apart;
    /* linkers go on taking one of them */
    known->apart = source->apart ? n->at + 1 : known->apart;
    if (source->object->format == OBJ_COFF && symbol->place == PLACE_ABSOLUTE) {
        return true; /* equal ones are no duplicates */
    }
    if (obj_symbol_is_strong(source->object, symbol)) {
        return add_definer(n, known, source->item);
    }
    known->weak = true;
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
        known->first = known->first ? known->first : n->at + 1;
        known->last = n->at + 1;
        known->weak = known->alone = true; /* linkers go on choosing */
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

/** Whether the contents of an item begin at a place in the list. */
static bool is_at(const void *context, uint32_t number, const void *key)
{
    return ((const uint8_t *const *)context)[number] == *(const uint8_t *const *)key;
}

static bool is_listed_apart(const struct prelink_names *n, const uint8_t *contents)
{
    uint64_t hash = table_hash(span_make((const uint8_t *)&contents, sizeof contents), 0);
    return table_find(&n->apart, hash, is_at, n->apart_list, &contents) != TABLE_NONE;
}

bool prelink_names_set_apart(struct prelink_names *n, const uint8_t *contents)
{
    if (is_listed_apart(n, contents)) {
        return true;
    }
    uint64_t hash = table_hash(span_make((const uint8_t *)&contents, sizeof contents), 0);
    const uint8_t **list = arena_grow(&n->list_arena, n->apart_list, n->apart_count,
                                      &n->apart_capacity, 64, sizeof *list);
    if (!list) {
        return false;
    }
    n->apart_list = list;
    list[n->apart_count] = contents;
    return table_add(&n->apart, hash, (uint32_t)n->apart_count++);
}

bool prelink_is_apart(const struct prelink_names *n, const struct prelink_unit *unit, size_t item,
                      enum obj_result result, const struct object *object)
{
    const bool *apart = unit->output->apart;
    const char *why;
    return result != OBJ_OK || (apart && apart[unit->first + item]) ||
           (unit->count > 1 && !prelink_joins(object, &why)) ||
           is_listed_apart(n, unit->output->items[unit->first + item].data.data);
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
        struct source source = {object, (uint32_t)i, needs,
                                prelink_is_apart(n, unit, i, result, object)};
        bool silent = !needs && object->import_stub; /* any stub is as good as another */
        done = result != OBJ_NO_MEMORY;
        for (size_t s = 0; done && result != OBJ_BROKEN && !silent && s < object->symbol_count;
             s++) {
            done = learn_symbol(n, &source, &object->symbols[s]);
        }
        for (size_t s = 0; done && result != OBJ_BROKEN && s < object->lto_symbol_count; s++) {
            done = learn_lto_symbol(n, &object->lto_symbols[s], needs);
        }
        done = done && (needs || result == OBJ_BROKEN || learn_directives(n, object));
        arena_reset(&n->scratch);
    }
    return done;
}

static bool learn_units(struct prelink_names *n)
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
    size_t workspaces = n->outputs->workspaces;
    if (one < workspaces || other < workspaces) {
        return false; /* a workspace may be with all */
    }
    size_t first = (one < other ? one : other) - workspaces;
    size_t second = (one < other ? other : one) - workspaces;
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

/** Whether two that define a name may be in one program. */
static bool has_pair(const struct prelink_names *n, const struct known *known)
{
    for (const struct definer *a = known->definers; a; a = a->next) {
        for (const struct definer *b = a->next; b; b = b->next) {
            if (!clashed(n, a->unit, b->unit)) {
                return true;
            }
        }
    }
    return false;
}

/** Do not join an item that defines @name. False when memory is short. */
static bool set_twice_apart(struct prelink_names *n, const struct definer *definer,
                            struct span name)
{
    const struct prelink_unit *unit = &n->units[definer->unit];
    const uint8_t *contents = unit->output->items[unit->first + definer->item].data.data;
    if (unit->count == 1 || is_listed_apart(n, contents)) {
        return true; /* it is alone already */
    }
    if (n->twice_count++ == 0) {
        n->twice_name = arena_copy(&n->list_arena, name);
        n->twice_unit = unit;
        n->twice_item = definer->item;
    }
    return prelink_names_set_apart(n, contents);
}

/** Do not join those that define what others define as well. False when memory is short. */
static bool set_all_apart(struct prelink_names *n)
{
    bool done = true;
    for (size_t i = 0; done && i < n->count; i++) {
        const struct definer *definer = n->known[i].definers;
        n->known[i].pair = definer && definer->next && has_pair(n, &n->known[i]);
        for (; done && n->known[i].pair && definer; definer = definer->next) {
            done = set_twice_apart(n, definer, n->names[i]);
        }
    }
    return done;
}

/** Forget the names. */
static void forget(struct prelink_names *n)
{
    table_free(&n->table);
    arena_free(&n->arena);
    n->table = (struct table){0};
    n->names = NULL;
    n->known = NULL;
    n->count = n->capacity = 0;
}

bool prelink_names_learn(struct prelink_names *n)
{
    bool done = learn_units(n);
    size_t before = n->apart_count;
    done = done && set_all_apart(n);
    if (done && n->apart_count != before) {
        forget(n);
        done = learn_units(n) && set_all_apart(n);
    }
    return done;
}

/* ---- answers ----------------------------------------------------------------------------- */

bool prelink_names_need(const void *context, struct span name)
{
    const struct prelink_names *n = context;
    const struct known *known = find_name(n, name);
    if (exports_has(n->exports, name) ||
        (known && (known->wanted || known->spelled || known->apart == n->at + 1))) {
        return true;
    }
    /* NAME@@VERSION defines NAME, too [binutils, "Symver"]; other formats know no such names */
    struct span plain = without_version(name);
    return plain.size != name.size && name.data[0] != '?' && prelink_names_need(context, plain);
}

bool prelink_names_stay(const void *context, struct span name)
{
    const struct prelink_names *n = context;
    const struct known *known = find_name(n, name);
    bool several = known && known->first != known->last && (known->weak || known->pair);
    return several || prelink_names_need(context, name);
}

bool prelink_names_load(const void *context, struct span name)
{
    const struct prelink_names *n = context;
    const struct known *known = find_name(n, name);
    uint32_t here = n->at + 1;
    bool elsewhere = known && known->first && (known->first != here || known->last != here);
    return known && (known->alone || elsewhere);
}

void prelink_names_free(struct prelink_names *n)
{
    forget(n);
    table_free(&n->apart);
    arena_free(&n->list_arena);
    arena_free(&n->scratch);
}
