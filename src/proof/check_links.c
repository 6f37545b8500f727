/* SPDX-License-Identifier: MIT */
/** The check: simulated links, before and after, and their differences. */
#include "obj/linked.h"
#include "proof/check_internal.h"

/* ---- findings ---------------------------------------------------------------------------- */

static void add_finding(struct check_worker *self, struct check_finding finding)
{
    bool clash = finding.fault == CHECK_CLASH;
    struct findings *findings = clash ? &self->clashes : &self->differences;
    size_t *told = self->told[clash];
    if (findings->count == MOST_FINDINGS ||
        (finding.symbol != NO_CLASS && told[finding.symbol] == self->link_number + 1)) {
        return;
    }
    if (finding.symbol != NO_CLASS) {
        told[finding.symbol] = self->link_number + 1;
        finding.name = self->before.census->symbols[finding.symbol];
    }
    finding.link_number = self->link_number;
    findings->list[findings->count++] = finding;
}

static void tell(void *context, struct need need, uint32_t was, uint32_t is)
{
    struct check_worker *self = context;
    /* that a one-pass linker finds in the workspace what it missed in an earlier library is well */
    bool more = was == NO_CLASS && is != NO_CLASS && model_is_one_pass(self->model) &&
                self->order.count != 1;
    if (!more) {
        enum check_fault fault = need.kind == NEED_STATED            ? CHECK_STATED
                                 : was == NO_CLASS && is == NO_CLASS ? CHECK_NEEDED
                                 : is == NO_CLASS                  ? CHECK_UNDEFINED
                                 : was == NO_CLASS                 ? CHECK_DEFINED
                                                                   : CHECK_OTHER;
        add_finding(self, (struct check_finding){.fault = fault,
                                                 .symbol = need.symbol,
                                                 .needer = need.needer,
                                                 .was = was,
                                                 .is = is});
    }
}

/* ---- links ------------------------------------------------------------------------------- */

/** Link the originals, or what became of them. */
static bool link_line(const struct checking *c, struct check_worker *self, bool melded,
                      const uint32_t *roots, size_t count)
{
    struct link *link = melded ? &self->after : &self->before;
    uint32_t side = self->order.by_use ? orders_side(self->sides, roots, count) : SIDES_SEVERAL;
    bool one = side != SIDES_SEVERAL;
    if (one && !check_fill_side(c, self, side)) {
        return false;
    }
    const struct line *before = one ? &self->one_before : &self->line_before;
    const struct line *after = one ? &self->one_after : &self->line_after;
    bool done = link_run(link, self->model, melded ? after : before, roots, count);
    self->steps += link->need_count + link->line->archive_count;
    return done;
}

/**
 * Mark what the originals need. A joined object needs what all roots together need, so its marks
 * last as long as the libraries do.
 */
static void mark_needed(const struct checking *c, struct check_worker *self)
{
    self->needed_stamp += !c->rules->joined;
    for (size_t i = 0; i < self->before.need_count; i++) {
        self->needed[self->before.needs[i].symbol] = self->needed_stamp;
    }
}

/** COFF: linkers meet a need of __imp_NAME by NAME, if an object defines it. */
static bool is_met_by_object(const struct checking *c, const struct check_worker *self,
                             uint32_t symbol)
{
    uint32_t name = c->census->imported[symbol];
    return name != TABLE_NONE && link_definer(&self->after, name) != NO_CLASS;
}

/** Whether the originals' link at hand needs a symbol. */
static bool is_needed_now(const struct check_worker *self, uint32_t symbol)
{
    for (size_t i = 0; i < self->before.need_count; i++) {
        if (self->before.needs[i].symbol == symbol) {
            return true;
        }
    }
    return false;
}

/**
 * Whether the originals needed a symbol, or the list of which it is a bound with another name. What
 * another library of the set defines must have been needed by the same program.
 */
static bool was_needed(const struct checking *c, const struct check_worker *self, uint32_t symbol)
{
    struct span name = c->census->symbols[symbol];
    if (self->needed[symbol] == self->needed_stamp) {
        return !c->rules->joined || !c->definers[symbol] || is_needed_now(self, symbol);
    }
    if (obj_is_linkers(name)) {
        return true;
    }
    bool bound = span_starts(name, "__start_") || span_starts(name, "__stop_");
    for (uint32_t i = 0; bound && i < c->census->symbol_count; i++) {
        if (self->needed[i] == self->needed_stamp &&
            obj_is_marked_bound(c->census->symbols[i], name)) {
            return true;
        }
    }
    return false;
}

/** Whether what the shrunk members need is found, as far as it was, and was needed before. */
static void compare_needs(const struct checking *c, struct check_worker *self)
{
    mark_needed(c, self);
    for (size_t i = 0; i < self->after.need_count; i++) {
        struct need need = self->after.needs[i];
        uint32_t was = link_definer(&self->before, need.symbol);
        uint32_t trips = link_trips_now(&self->before, &self->after, need);
        if (link_definer(&self->after, need.symbol) != NO_CLASS) {
            continue;
        }
        if (trips != NO_CLASS) {
            tell(self, need, was, trips);
        }
        if (was != NO_CLASS) {
            tell(self, need, was, NO_CLASS);
        } else if (need.kind != NEED_WEAK && !was_needed(c, self, need.symbol) &&
                   !is_met_by_object(c, self, need.symbol)) {
            add_finding(self, (struct check_finding){.fault = CHECK_NEEDED,
                                                     .symbol = need.symbol,
                                                     .needer = need.needer,
                                                     .was = NO_CLASS,
                                                     .is = NO_CLASS});
        }
    }
}

/**
 * A number that two pairs of links share, if all their needs are met alike, and if they load the
 * same members with lists; all in the same order, where that decides where symbols lead.
 *
 * Lemma: then their images differ alike. Proof: what is followed from the roots is what loaded
 * members need, and where that leads is what meets the needs; a strong definition that is no need
 * of its member leads to itself. Lists are those of what is loaded.
 */
static uint64_t signature(const struct link *before, const struct link *after)
{
    uint64_t sum = 1;
    for (int second = 0; second <= 1; second++) {
        const struct link *link = second ? after : before;
        for (size_t i = 0; i < link->need_count; i++) {
            uint64_t symbol = link->needs[i].symbol;
            uint32_t definer = link_definer(link, (uint32_t)symbol);
            uint64_t met = symbol << 33 ^ (uint64_t)second << 32 ^ definer;
            bool alias = definer != NO_CLASS && link->definition[symbol] &&
                         link->definition[symbol]->stands_in;
            met ^= alias ? (uint64_t)(link->model + 1) << 56 : 0; /* GNU ld reads it otherwise */
            met = (met ^ met >> 31) * 0x9e3779b97f4a7c15u;
            sum += met ^ met >> 29;
        }
        bool ordered = link_loads_twins(link);
        for (uint32_t i = 0; i < link->census->count; i++) {
            if ((ordered || link->census->list[i].has_lists) && link_has_loaded(link, i)) {
                uint64_t order = ordered ? link->order[i] : 0;
                uint64_t loaded = order << 34 | (uint64_t)i << 2 | 2 | (unsigned)second;
                loaded *= 0x9e3779b97f4a7c15u;
                sum += loaded ^ loaded >> 31;
            }
        }
    }
    return sum;
}

static bool same_number(const void *context, uint32_t number, const void *key)
{
    return ((const uint64_t *)context)[number] == *(const uint64_t *)key;
}

/** Remember that links with this signature have the same images. */
static bool remember(struct check_worker *self, uint64_t links, uint64_t hash)
{
    uint64_t *list = heap_grow(self->compared, self->compared_count, &self->compared_capacity, 64,
                               sizeof *list);
    if (!list) {
        return false;
    }
    self->compared = list;
    list[self->compared_count] = links;
    return table_add(&self->seen, hash, (uint32_t)self->compared_count++);
}

/**
 * Compare the images of both links, unless another model or another order has given the same.
 * @lists what is demanded of lists
 */
static bool compare_images(struct checking *c, struct check_worker *self, const uint32_t *roots,
                           size_t count, enum image_lists lists)
{
    struct images_memory *memory = &c->memory;
    struct image_difference difference;
    uint64_t links = 2 * signature(&self->before, &self->after) + lists;
    uint64_t hash = table_hash(span_make(&links, sizeof links), 0);
    if (table_find(&self->seen, hash, same_number, self->compared, &links) != TABLE_NONE) {
        return true;
    }
    uint64_t steps;
    if (c->rules->shortcuts != CHECK_NEVER_SHORT &&
        images_are_known(memory, &self->before, &self->after, roots, count, lists, &steps)) {
        self->steps += steps; /* as if they had been followed once more */
        return remember(self, links, hash);
    }
    self->images.steps = 0;
    if (!images_compare(&self->images, &self->before, &self->after, roots, count, lists,
                        &difference)) {
        return false;
    }
    self->steps += self->images.steps;
    if (difference.fault == IMAGE_SAME) {
        images_note_same(memory, &self->images, &self->before, &self->after, roots, count, lists);
        return remember(self, links, hash);
    }
    add_finding(self, (struct check_finding){.fault = CHECK_IMAGE,
                                             .image = difference.fault,
                                             .symbol = difference.symbol,
                                             .needer = difference.needer,
                                             .was = difference.was,
                                             .is = difference.is,
                                             .name = difference.name});
    return true;
}

/** Note that one of several definitions was taken for another that may be different. */
static void note_choice(void *context, struct need need, uint32_t was, uint32_t is)
{
    struct check_worker *self = context;
    const struct global *first = self->before.definition[need.symbol];
    const struct global *second = self->after.definition[need.symbol];
    self->chose |= was != NO_CLASS && is != NO_CLASS && first && second &&
                   !(first->any && second->any) &&
                   self->before.census->list[was].format == OBJ_MACHO;
}

/**
 * Compare which class meets each need. Where several definitions serve, any will do, unless the
 * member that is loaded for it brings constructors or other lists with it. Most weak definitions
 * of Mach-O are like that only if they are equal, so there the images are compared.
 */
static bool compare_classes(struct checking *c, struct check_worker *self, const uint32_t *roots,
                            size_t count)
{
    size_t found = self->differences.count;
    uint32_t other = NO_CLASS;
    link_compare(&self->before, &self->after, false, tell, self);
    if (self->differences.count > found) {
        return true;
    }
    self->chose = link_loads_twins(&self->before);
    link_compare(&self->before, &self->after, true, note_choice, self);
    if (self->chose && !compare_images(c, self, roots, count, LISTS_SAME)) {
        return false;
    }
    if (self->differences.count == found) {
        other = link_other_lists(&self->before, &self->after);
    }
    if (other == NO_CLASS) {
        return true;
    }
    link_compare(&self->before, &self->after, true, tell, self);
    if (self->differences.count == found) {
        add_finding(self, (struct check_finding){.fault = CHECK_IMAGE,
                                                 .image = IMAGE_GATHERED,
                                                 .symbol = NO_CLASS,
                                                 .needer = NO_CLASS,
                                                 .was = NO_CLASS,
                                                 .is = other});
    }
    return true;
}

/** What is demanded of lists: a library that is joined alone may bring all that it has. */
static enum image_lists lists_of(const struct checking *c, bool all)
{
    bool alone = c->rules->joined && c->rules->workspace == NO_CLASS;
    return all || !alone ? LISTS_SAME : LISTS_KEPT;
}

bool check_from(struct checking *c, struct check_worker *self, const uint32_t *roots, size_t count,
                bool all)
{
    if (!link_line(c, self, false, roots, count)) {
        return false;
    }
    if (self->before.clash != NO_CLASS) {
        mark_needed(c, self); /* a joined object may need it from another choice of roots */
        if (all) {
            add_finding(self, (struct check_finding){.fault = CHECK_CLASH,
                                                     .symbol = self->before.clash,
                                                     .was = NO_CLASS,
                                                     .is = NO_CLASS});
            mark_needed(c, self); /* a joined object may need all that for one root */
        }
        return true;
    }
    if (!link_line(c, self, true, roots, count)) {
        return false;
    }
    if (c->changed) {
        compare_needs(c, self);
    } else if (!compare_classes(c, self, roots, count)) {
        return false;
    }
    uint32_t twice = link_new_clash(&self->before, &self->after);
    if (twice != NO_CLASS) {
        add_finding(self, (struct check_finding){.fault = CHECK_TWICE,
                                                 .symbol = twice,
                                                 .needer = NO_CLASS,
                                                 .was = link_definer(&self->before, twice),
                                                 .is = self->after.clashing[0]});
    }
    return !c->changed || self->differences.count ||
           compare_images(c, self, roots, count, lists_of(c, all));
}
