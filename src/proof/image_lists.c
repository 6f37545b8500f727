/* SPDX-License-Identifier: MIT */
/** Lists in an image that programs find by a section's name, such as constructors. */
#include <stdlib.h>

#include "obj/directives.h"
#include "proof/image_internal.h"

/** Names, each with the class where it was first. */
struct names {
    struct span *names;
    uint32_t *classes;
    size_t count, capacity, class_capacity;
    struct table table;
    struct arena arena;
};

static uint32_t find_name(const struct names *seen, struct span name)
{
    return table_find(&seen->table, table_hash(name, 0), table_equal_span, seen->names, &name);
}

/** The class where a name was first, which is @class if it is new; NO_CLASS: no memory. */
static uint32_t first_of(struct names *seen, struct span name, uint32_t class)
{
    uint64_t hash = table_hash(name, 0);
    uint32_t found = find_name(seen, name);
    if (found != TABLE_NONE) {
        return seen->classes[found];
    }
    struct span *names = arena_grow(&seen->arena, seen->names, seen->count, &seen->capacity, 64,
                                    sizeof *names);
    seen->names = names ? names : seen->names;
    uint32_t *classes = arena_grow(&seen->arena, seen->classes, seen->count,
                                   &seen->class_capacity, 64, sizeof *classes);
    seen->classes = classes ? classes : seen->classes;
    if (!names || !classes || !table_add(&seen->table, hash, (uint32_t)seen->count)) {
        return NO_CLASS;
    }
    names[seen->count] = name;
    classes[seen->count++] = class;
    return class;
}

bool image_is_discarded(struct images *images, const struct image_object *in,
                        const struct link *link, uint32_t class,
                        const struct obj_section *section)
{
    if (section->group == OBJ_NONE || !in->object.groups[section->group].comdat) {
        return false;
    }
    uint32_t symbol = in->object.groups[section->group].symbol;
    uint32_t number = symbol == OBJ_NONE ? NO_CLASS : in->number_of[symbol];
    if (number == NO_CLASS) {
        return false;
    }
    image_ask(images, number);
    return link_definer(link, number) != class;
}

/** image_is_discarded(), for groups whose signature is no global symbol, too. */
static bool is_discarded(struct images *images, const struct link *link, uint32_t class,
                         const struct obj_section *section, struct names *seen)
{
    const struct image_object *in = images->objects[class];
    if (section->group == OBJ_NONE || !in->object.groups[section->group].comdat) {
        return false;
    }
    uint32_t symbol = in->object.groups[section->group].symbol;
    uint32_t number = symbol == OBJ_NONE ? NO_CLASS : in->number_of[symbol];
    if (number == NO_CLASS && in->object.format == OBJ_ELF) {
        return first_of(seen, in->object.groups[section->group].name, class) != class;
    }
    return image_is_discarded(images, in, link, class, section);
}

/** How many symbols a COFF object makes programs export. */
static uint64_t count_exports(const struct object *object)
{
    struct obj_directive directive;
    uint64_t count = 0;
    for (struct span rest = object->directives; obj_next_directive(&rest, &directive);) {
        count += directive.kind == DIRECTIVE_EXPORT;
    }
    return count;
}

/** The name of a list, without the mark of a library that has it for itself. */
static struct span list_name(struct span name)
{
    if (name.size <= OBJ_LIST_MARK || name.data[name.size - OBJ_LIST_MARK] != '_') {
        return name;
    }
    for (size_t i = name.size - OBJ_LIST_MARK + 1; i < name.size; i++) {
        uint8_t c = name.data[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
            return name;
        }
    }
    return span_make(name.data, name.size - OBJ_LIST_MARK);
}

/** What an element of a list leads to. */
struct element {
    struct target to;
    struct span group; /* the COMDAT that it is in, if any such one will do; or empty */
    bool taken;
};

/** Elements of lists. */
struct elements {
    struct element *list;
    size_t count, capacity;
};

/** The lists of a link. */
struct lists {
    struct names signatures; /* of COMDATs that are no global symbols, such as asan.module_ctor */
    struct names bounded; /* ELF: what linkers put bounds around, also if it has no elements */
    struct elements elements;
    struct elements others; /* in COMDATs of which another one counts */
    uint64_t size; /* of all lists, and the number of exports */
    uint64_t sum;  /* of the sizes, each times a number that the list's name gives */
    uint32_t last; /* the last class that has any, or NO_CLASS */
};

/** The name of the COMDAT that a section is in, if any one of that name will do; or empty. */
static struct span any_group(const struct image_object *in, const struct link *link,
                             const struct obj_section *section)
{
    const struct obj_group *group =
        section->group == OBJ_NONE ? NULL : &in->object.groups[section->group];
    if (!group || !group->comdat) {
        return span_make(NULL, 0);
    }
    uint32_t number = group->symbol == OBJ_NONE ? NO_CLASS : in->number_of[group->symbol];
    const struct global *kept =
        number == NO_CLASS || link_definer(link, number) == NO_CLASS ? NULL
                                                                     : link->definition[number];
    bool any = in->object.format == OBJ_ELF || (kept && link_takes_any(kept));
    return any ? group->name : span_make(NULL, 0);
}

/** Add the elements of a section. False when memory is short. */
static bool add_elements(struct images *images, const struct link *link, uint32_t class,
                         uint32_t number, struct elements *elements)
{
    struct image_object *in = images->objects[class];
    const struct image_relocs *relocs = image_relocs(images, in, number);
    struct span group = any_group(in, link, &in->object.sections[number]);
    for (size_t i = 0; relocs && i < relocs->count; i++) {
        struct element *list = heap_grow(elements->list, elements->count, &elements->capacity, 64,
                                         sizeof *list);
        if (!list) {
            return false;
        }
        elements->list = list;
        list[elements->count] = (struct element){.group = group};
        if (!image_reloc_target(images, link, class, number, &relocs->list[i],
                                &list[elements->count++].to)) {
            return false;
        }
    }
    return relocs != NULL;
}

/** Add a section. False when memory is short. */
static bool add_section(struct images *images, const struct link *link, uint32_t class,
                        uint32_t number, struct lists *lists)
{
    struct image_object *in = images->objects[class];
    const struct obj_section *section = &in->object.sections[number];
    struct span name = list_name(section->name);
    if (in->object.format == OBJ_ELF && obj_has_bounds(name) &&
        first_of(&lists->bounded, name, class) == NO_CLASS) {
        return false;
    }
    uint64_t align = section->align ? section->align : 1;
    uint64_t size = (section->size + align - 1) / align * align;
    lists->size += size;
    lists->sum += size * (table_hash(name, 0) | 1);
    lists->last = class;
    return add_elements(images, link, class, number, &lists->elements);
}

/** Collect the lists of all members that a link has loaded. False when memory is short. */
static bool collect(struct images *images, const struct link *link, struct lists *lists)
{
    const struct census *census = images->census;
    lists->last = NO_CLASS;
    for (uint32_t i = 0; i < census->count; i++) {
        if (!census->list[i].has_lists || !link_has_loaded(link, i) ||
            census->list[i].import_stub) {
            continue;
        }
        struct image_object *in = image_object(images, i);
        if (!in) {
            return false;
        }
        uint64_t exports = in->broken ? 0 : count_exports(&in->object);
        lists->size += exports;
        lists->last = exports ? i : lists->last;
        for (uint32_t s = 0; !in->broken && s < in->object.section_count; s++) {
            const struct obj_section *section = &in->object.sections[s];
            if (!obj_section_is_gathered(&in->object, section)) {
                continue;
            }
            if (is_discarded(images, link, i, section, &lists->signatures)
                    ? !add_elements(images, link, i, s, &lists->others)
                    : !add_section(images, link, i, s, lists)) {
                return false;
            }
        }
    }
    return true;
}

/** So deep, and over so many relocations, elements of lists are told from each other. */
enum { MOST_DEPTH = 6, MOST_LOOKS = 4096 };

/** How much of that is left for an element. */
struct look {
    unsigned depth;
    unsigned *left;
};

static bool same_names(struct comparing *c, const struct side *a, const struct side *b,
                       struct look look);

/** Whether two places without a name, to which elements of lists lead, hold the same. */
// NOLINTNEXTLINE(misc-no-recursion): bounded by MOST_DEPTH
static bool holds_the_same(struct comparing *c, const struct target *was, const struct target *is,
                           struct look look)
{
    struct side a, b;
    bool same;
    if (was->kind != TARGET_SECTION || is->kind != TARGET_SECTION || was->symbol != NO_CLASS) {
        return true;
    }
    if (image_same_merged(c->images, was, is)) {
        return true;
    }
    struct image_part part = image_pair(c, was, is);
    if (image_is_known(c->images, part.was, part.is, &same)) {
        return same;
    }
    struct look deeper = {look.depth - 1, look.left};
    return image_open_side(c, part.was, part.size, &a) &&
           image_open_side(c, part.is, part.size, &b) && image_same_relocs(c, &a, &b) &&
           image_same_contents(c, &a, &b, part.size) &&
           (!deeper.depth || same_names(c, &a, &b, deeper));
}

/**
 * Whether relocations of two sides lead to the same names; what has none must hold the same: two
 * constructors can differ by a string only, which another variable of theirs leads to.
 */
// NOLINTNEXTLINE(misc-no-recursion): bounded by MOST_DEPTH
static bool same_names(struct comparing *c, const struct side *a, const struct side *b,
                       struct look look)
{
    for (struct reloc_pair i = {0}; *look.left && image_pair_relocs(c, a, b, &i);
         image_next_pair(&i)) {
        struct target was, is;
        --*look.left;
        if (!image_pair_targets(c, a, b, &i, &was, &is)) {
            return false;
        }
        bool named = was.symbol != NO_CLASS && is.symbol != NO_CLASS && was.symbol != is.symbol;
        if (named && link_definer(c->after, was.symbol) != NO_CLASS) { /* else it was renamed */
            return false;
        }
        if (!holds_the_same(c, &was, &is, look)) {
            return false;
        }
    }
    return true;
}

/** How much is demanded of the counterpart of an element; less, where there is no such one. */
enum demand {
    DEMAND_NAME, /* it leads into a member of the same name, besides */
    DEMAND_SIZE, /* to a part of the same size, besides */
    DEMAND_FREE, /* that is no counterpart yet */
    DEMAND_LEAST,
};

/** Whether the section where a part is has its size, too. */
static bool is_as_large(const struct images *images, const struct image_part *part)
{
    uint64_t end;
    uint64_t begin = image_piece(images->objects[part->is.class], part->is.section,
                                 part->is.offset, &end);
    return begin == part->is.offset && end - begin == part->size;
}

/** Whether one element can be the counterpart of another. */
static bool fits(struct comparing *c, const struct target *was, const struct target *is,
                 enum demand demand)
{
    struct side a, b;
    bool same;
    unsigned left = MOST_LOOKS;
    const struct look look = {MOST_DEPTH, &left};
    if (was->kind != TARGET_SECTION || is->kind != TARGET_SECTION) {
        return was->symbol == is->symbol;
    }
    struct image_part part = image_pair(c, was, is);
    if (image_is_known(c->images, part.was, part.is, &same)) {
        return same;
    }
    if ((demand < DEMAND_LEAST && !image_is_free(c->images, part.is)) ||
        (demand < DEMAND_FREE && !is_as_large(c->images, &part))) {
        return false;
    }
    return image_open_side(c, part.was, part.size, &a) &&
           image_open_side(c, part.is, part.size, &b) && image_same_relocs(c, &a, &b) &&
           image_same_contents(c, &a, &b, part.size) && same_names(c, &a, &b, look);
}

/** Whether two elements lead into members of one name. */
static bool same_member(const struct census *census, const struct target *was,
                        const struct target *is)
{
    return was->class != NO_CLASS && is->class != NO_CLASS &&
           span_equal(set_member(census->set, class_member(census, was->class))->name,
                      set_member(census->set, class_member(census, is->class))->name);
}

/**
 * The counterpart of an element in a COMDAT: that of the COMDAT of this name, which another object
 * may have compiled otherwise. Then it is like one that was not taken. The count if there is none.
 * @exchanged[out] whether another one will do
 */
static size_t find_in_group(struct comparing *c, const struct lists *before,
                            const struct lists *after, size_t open, const struct element *element,
                            bool *exchanged)
{
    const struct elements *from = &after->elements;
    const struct elements *others = &before->others;
    size_t j = element->group.size ? open : from->count;
    while (j < from->count &&
           (from->list[j].taken || !span_equal(from->list[j].group, element->group))) {
        j++;
    }
    *exchanged = j < from->count && !fits(c, &element->to, &from->list[j].to, DEMAND_FREE);
    if (!*exchanged) {
        return j;
    }
    for (size_t i = 0; i < others->count; i++) {
        if (span_equal(others->list[i].group, element->group) &&
            fits(c, &others->list[i].to, &from->list[j].to, DEMAND_SIZE)) {
            return j;
        }
    }
    *exchanged = false;
    return from->count;
}

/**
 * The first element that is free and can be the counterpart of one, from number @open on; the count
 * if there is none. Constructors of several members can be alike but for the variable that each
 * has for itself, and what one element leads to can begin as what another one does, so what is
 * most alike comes first.
 */
static size_t find_counterpart(struct comparing *c, const struct elements *after, size_t open,
                               const struct target *to)
{
    for (enum demand demand = DEMAND_NAME; demand <= DEMAND_LEAST; demand++) {
        for (size_t j = open; j < after->count; j++) {
            const struct element *element = &after->list[j];
            bool named = demand > DEMAND_NAME ||
                         same_member(c->images->census, to, &element->to);
            if (!element->taken && named && fits(c, to, &element->to, demand)) {
                return j;
            }
        }
    }
    return after->count;
}

/** Whether a link has all lists with bounds that another one has. */
static bool has_bounded(const struct lists *before, const struct lists *after)
{
    for (size_t i = 0; i < before->bounded.count; i++) {
        if (find_name(&after->bounded, before->bounded.names[i]) == TABLE_NONE) {
            return false;
        }
    }
    return true;
}

/** Match the elements of two lists. @more the second one may have more */
static bool match_elements(struct comparing *c, struct lists *before, struct lists *after,
                           bool more)
{
    const struct target was = {.class = before->last, .symbol = NO_CLASS};
    const struct target is = {.class = after->last, .symbol = NO_CLASS};
    size_t open = 0; /* elements before are taken */
    c->needer = NO_CLASS;
    c->exchanged = false;
    struct elements *elements = &after->elements;
    bool fewer = before->size > after->size || before->elements.count > elements->count ||
                 !has_bounded(before, after);
    bool same = before->size == after->size && before->sum == after->sum &&
                before->elements.count == elements->count &&
                before->bounded.count == after->bounded.count;
    if (fewer || (!same && !more)) {
        return image_differ(c, IMAGE_GATHERED, &was, &is);
    }
    for (size_t i = 0; i < before->elements.count; i++) {
        const struct element *element = &before->elements.list[i];
        bool exchanged;
        size_t j = find_in_group(c, before, after, open, element, &exchanged);
        j = j < elements->count ? j : find_counterpart(c, elements, open, &element->to);
        if (j == elements->count || c->out_of_memory) {
            return image_differ(c, IMAGE_GATHERED, &was, &is);
        }
        elements->list[j].taken = true;
        while (open < elements->count && elements->list[open].taken) {
            open++;
        }
        c->exchanged = exchanged;
        if (!image_match(c, &element->to, &elements->list[j].to)) {
            return false;
        }
    }
    c->exchanged = false;
    return true;
}

static void free_lists(struct lists *lists)
{
    table_free(&lists->signatures.table);
    arena_free(&lists->signatures.arena);
    table_free(&lists->bounded.table);
    arena_free(&lists->bounded.arena);
    free(lists->elements.list);
    free(lists->others.list);
}

/** Whether a need of a class is that of an export: on x86, it has an underscore more for C. */
static bool is_of_export(const struct global *global, struct span name)
{
    struct span own = global->name;
    bool longer = own.size == name.size + 1 && own.data[0] == '_';
    return global->role == ROLE_NEEDS && span_equal(longer ? span_from(own, 1) : own, name);
}

/** Match what a symbol leads to that a class makes programs export. */
static bool match_export(struct comparing *c, uint32_t number, struct span name)
{
    const struct class *class = &c->images->census->list[number];
    for (size_t i = class->global_count; i-- > 0;) { /* those of directives come last */
        const struct global *global = &class->globals[i];
        if (!is_of_export(global, name)) {
            continue;
        }
        struct target was = {.class = NO_CLASS}, is = {.class = NO_CLASS};
        c->needer = number;
        if (!image_symbol_target(c->images, c->before, global->symbol, &was) ||
            !image_symbol_target(c->images, c->after, global->symbol, &is)) {
            return image_no_memory(c);
        }
        return image_match(c, &was, &is);
    }
    return true; /* it has no name */
}

/** Match what the symbols lead to that members of the first link make programs export. */
static bool match_exports(struct comparing *c)
{
    const struct census *census = c->images->census;
    for (uint32_t i = 0; i < census->count; i++) {
        const struct image_object *in = c->images->objects[i];
        if (!census->list[i].has_lists || !link_has_loaded(c->before, i) || !in || in->broken) {
            continue;
        }
        struct obj_directive directive;
        for (struct span rest = in->object.directives; obj_next_directive(&rest, &directive);) {
            if (directive.kind == DIRECTIVE_EXPORT && !match_export(c, i, directive.value)) {
                return false;
            }
        }
    }
    return true;
}

bool image_match_lists(struct comparing *c, bool more)
{
    struct lists before = {.size = 0}, after = {.size = 0};
    bool done = (collect(c->images, c->before, &before) && collect(c->images, c->after, &after)) ||
                image_no_memory(c);
    done = done && match_elements(c, &before, &after, more) && match_exports(c);
    free_lists(&before);
    free_lists(&after);
    return done;
}
