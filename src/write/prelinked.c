/* SPDX-License-Identifier: MIT */
#include "write/prelinked.h"

#include "base/path.h"
#include "obj/rcgu.h"
#include "shrink/prelink.h"
#include "write/prelinked_names.h"

struct prelink_work {
    struct outputs *outputs;
    struct shrunk *shrunk;
    const struct prelink_output_rules *rules;
    struct error *error;
    struct prelink_unit *units;
    size_t unit_count;
    struct prelink_names names;
    struct table personalities; /* of those that shrunk lists */
    size_t personality_capacity;
    bool mixed; /* objects stay apart beside the joined one */
    struct arena arena;   /* units */
    struct arena scratch; /* for one unit */
};

/* ---- units ------------------------------------------------------------------------------- */

/** Sort a workspace's items by sharer set, in the order in which the sets first occur. */
static bool gather_sharer_sets(struct prelink_work *p, struct output *output)
{
    size_t count = output->item_count;
    uint32_t most = 0;
    for (size_t i = 0; i < count; i++) {
        most = output->sharer_sets[i] > most ? output->sharer_sets[i] : most;
    }
    size_t *sizes = ARENA_ARRAY(&p->arena, size_t, (size_t)most + 1);
    size_t *places = ARENA_ARRAY(&p->arena, size_t, (size_t)most + 1);
    struct ar_item *items = ARENA_ARRAY(&p->outputs->arena, struct ar_item, count + 1);
    uint32_t *sharer_sets = ARENA_ARRAY(&p->outputs->arena, uint32_t, count + 1);
    bool *apart = ARENA_ARRAY(&p->outputs->arena, bool, count + 1);
    if (!sizes || !places || !items || !sharer_sets || !apart) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        sizes[output->sharer_sets[i]]++;
    }
    size_t end = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t sharer_set = output->sharer_sets[i];
        if (sizes[sharer_set]) {
            places[sharer_set] = end;
            end += sizes[sharer_set];
            sizes[sharer_set] = 0;
        }
        sharer_sets[places[sharer_set]] = sharer_set;
        apart[places[sharer_set]] = output->apart[i];
        items[places[sharer_set]++] = output->items[i];
    }
    output->items = items;
    output->sharer_sets = sharer_sets;
    output->apart = apart;
    return true;
}

/** The number of the item behind those that become one object with item @first. */
static size_t unit_end(const struct output *output, size_t first)
{
    size_t end = first + 1;
    while (end < output->item_count &&
           (!output->sharer_sets || output->sharer_sets[end] == output->sharer_sets[first])) {
        end++;
    }
    return end;
}

/**
 * An object for each library. What a program takes of the workspace must not need what only other
 * programs have: there each sharer set has one object.
 */
static bool list_units(struct prelink_work *p)
{
    size_t most = 0;
    for (size_t i = 0; i < p->outputs->count; i++) {
        most += p->outputs->list[i].sharer_sets ? p->outputs->list[i].item_count + 1 : 1;
    }
    p->units = ARENA_ARRAY(&p->arena, struct prelink_unit, most);
    for (size_t i = 0; p->units && i < p->outputs->count; i++) {
        struct output *output = &p->outputs->list[i];
        size_t first = 0;
        if (output->sharer_sets && !gather_sharer_sets(p, output)) {
            return false;
        }
        while (first < output->item_count && !output->left_out) {
            size_t end = unit_end(output, first);
            p->units[p->unit_count++] = (struct prelink_unit){output, first, end - first};
            first = end;
        }
    }
    return p->units != NULL;
}

/* ---- one unit ---------------------------------------------------------------------------- */

/** "libx.o" for "libx.a", "x.obj" for "x.lib", and from the second one on "libx.2.o". */
static struct span object_name(struct prelink_work *p, const struct output *output, size_t number)
{
    const char *base = path_base(output->path);
    int length = (int)path_stem_size(base);
    const char *suffix = strcmp(path_suffix(base), ".lib") == 0 ? "obj" : "o";
    const char *name =
        number > 1 ? arena_printf(&p->outputs->arena, "%.*s.%zu.%s", length, base, number, suffix)
                   : arena_printf(&p->outputs->arena, "%.*s.%s", length, base, suffix);
    return name ? span_of(name) : span_make(NULL, 0);
}

bool prelink_loses_debug(const struct object *object)
{
    for (size_t s = 0; s < object->section_count; s++) {
        const struct obj_section *section = &object->sections[s];
        if (section->kind == SECTION_DEBUG &&
            (object->format == OBJ_MACHO || span_starts(section->name, ".debug$"))) {
            return true;
        }
    }
    return false;
}

static bool loses_debug(const struct prelink_part *parts, size_t count)
{
    bool loses = false;
    for (size_t i = 0; !loses && i < count; i++) {
        loses = prelink_loses_debug(&parts[i].edit.object);
    }
    return loses;
}

/** Whether there is bitcode of Mach-O, which counts on being the only one in an object. */
static bool loses_bitcode(const struct prelink_part *parts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct object *object = &parts[i].edit.object;
        for (size_t s = 0; object->format == OBJ_MACHO && s < object->section_count; s++) {
            if (object->sections[s].kind == SECTION_BITCODE) {
                return true;
            }
        }
    }
    return false;
}

/** Note the sections whose kind nobody knows. False when memory is short. */
static bool note_unknown(struct prelink_work *p, const struct prelink_part *parts, size_t count)
{
    struct apart *unknown = &p->shrunk->unknown;
    for (size_t i = 0; i < count; i++) {
        const struct object *object = &parts[i].edit.object;
        if (prelink_unknown_section(object) && unknown->count++ == 0) {
            unknown->first = prelink_unknown(object, parts[i].name, &p->shrunk->arena);
        }
    }
    return !unknown->count || unknown->first;
}

/** List a personality routine, if it is new. */
static bool add_personality(void *context, struct span name)
{
    struct prelink_work *p = context;
    struct shrunk *shrunk = p->shrunk;
    uint64_t hash = table_hash(name, 0);
    size_t count = shrunk->personality_count;
    if (table_find(&p->personalities, hash, table_equal_text, shrunk->personalities, &name) !=
        TABLE_NONE) {
        return true;
    }
    const char **list = arena_grow(&shrunk->arena, shrunk->personalities, count,
                                   &p->personality_capacity, 8, sizeof *list);
    if (!list) {
        return false;
    }
    shrunk->personalities = list;
    shrunk->personalities[count] = (const char *)arena_copy(&shrunk->arena, name).data;
    shrunk->personality_count++;
    return shrunk->personalities[count] && table_add(&p->personalities, hash, (uint32_t)count);
}

/**
 * Give a single library lists of its own where everything else is its own, too: where exports are
 * named, and in libraries of Rust, of which only C names stay global. False: no memory.
 */
static bool own_lists(struct prelink_work *p, struct obj_edit *edit)
{
    const struct exports *exports = &p->shrunk->exports;
    struct rcgu_name name;
    bool own = exports->glob_count != 0;
    uint64_t mark = 0;
    if (!p->outputs->single || p->mixed) {
        return true;
    }
    for (size_t i = 0; i < p->outputs->list[0].item_count; i++) {
        const struct ar_item *item = &p->outputs->list[0].items[i];
        rcgu_parse(item->name, &name);
        own |= name.rust;
        mark = table_hash(item->data, mark);
    }
    mark = table_hash(span_of(path_base(p->outputs->list[0].path)), mark);
    return !own || prelink_own_lists(edit, mark, &p->scratch);
}

/** What a unit's items are. */
struct taken {
    struct prelink_part *parts;
    size_t count;
    const struct ar_item *first; /* the first part's */
    struct ar_item *apart;       /* import stubs, and what is no object */
    size_t apart_count;
    size_t before;               /* so many of these stand before the first part */
    enum armeld_compression compression; /* of debug info, in any of the parts */
};

/** Put the parts together, take out what is not needed, write the object. */
static enum obj_result link_parts(struct prelink_work *p, const struct taken *taken,
                                  struct shrunk_object *result)
{
    struct prelink_part *parts = taken->parts;
    size_t count = taken->count;
    enum armeld_compression how = p->rules->compress ? p->rules->compress : taken->compression;
    struct prelink_object_rules rules = {
        .stays_global = prelink_names_stay,
        .is_needed = prelink_names_need,
        .loads = prelink_names_load,
        .context = &p->names,
        .shares = !p->outputs->single || !p->shrunk->exports.glob_count,
    };
    struct shrink_object_rules steps = {.strip = p->rules->strip,
                                        .hide = p->rules->hide,
                                        .is_export = exports_has,
                                        .context = &p->shrunk->exports};
    struct arena *arena = &p->scratch;
    struct obj_edit edit;
    bool changed = false;
    bool debug = !(p->rules->strip & ARMELD_STRIP_DEBUG);
    p->shrunk->lost_debug |= debug && loses_debug(parts, count);
    p->shrunk->lost_bitcode |=
        !(p->rules->strip & ARMELD_STRIP_BITCODE) && loses_bitcode(parts, count);
    if (!note_unknown(p, parts, count)) {
        return OBJ_NO_MEMORY;
    }
    enum obj_result done = prelink_objects(parts, count, &rules, arena, &edit, p->error);
    if (done == OBJ_OK && !own_lists(p, &edit)) {
        done = OBJ_NO_MEMORY;
    }
    done = done == OBJ_OK ? prelink_prune(&edit, &rules, debug, arena, p->error) : done;
    done = done == OBJ_OK ? strip_object(&edit, &steps, arena, &changed, p->error) : done;
    if (done == OBJ_OK) {
        bool all = p->rules->merge || edit.object.format == OBJ_MACHO;
        done = join_sections(&edit, all, arena, p->error);
        done = done == OBJ_OK ? strip_object(&edit, &steps, arena, &changed, p->error) : done;
    }
    if (done == OBJ_OK && how && edit.object.format == OBJ_ELF) {
        done = compress_object(&edit, how, arena, &changed, p->error);
    }
    if (done == OBJ_OK && p->rules->hide) {
        hide_object(&edit, &steps, &changed);
    }
    if (done == OBJ_OK && p->rules->merge) {
        done = resolve_object(&edit, &steps, arena, p->error);
    }
    if (done == OBJ_OK) {
        done = prelink_personalities(&edit, add_personality, p) ? done : OBJ_NO_MEMORY;
    }
    if (done == OBJ_OK) {
        done = shrink_finish(&edit, &p->outputs->arena, arena, result, p->error);
    }
    return done;
}

/** Note an object that could be joined but stays apart. False when memory is short. */
static bool note_apart(struct prelink_work *p, const struct prelink_unit *unit, size_t item,
                       const struct object *object)
{
    const struct output *output = unit->output;
    bool loaded = output->apart[unit->first + item];
    const char *why;
    p->mixed = true;
    if (!loaded && prelink_joins(object, &why)) {
        return true; /* others tell of these */
    }
    struct apart *apart = object->lto == LTO_SLIM ? &p->shrunk->lto
                          : loaded                ? &p->shrunk->loaded
                                                  : &p->shrunk->whole;
    if (apart->count++ == 0) {
        apart->why = loaded ? NULL : why;
        apart->first = arena_printf(&p->shrunk->arena, "%s(%.*s)", output->path,
                                    SPAN_ARGS(output->items[unit->first + item].name));
    }
    return apart->first != NULL;
}

/** Uncompress the debug info of a part; note how the last one that has some compresses it. */
static bool uncompress(struct obj_edit *edit, struct arena *arena, enum armeld_compression *last)
{
    enum armeld_compression how;
    bool done = uncompress_debug(edit, arena, &how);
    *last = how != ARMELD_COMPRESS_NONE ? how : *last;
    return done;
}

/** Read the parts, and list what stays apart. */
static bool take_parts(struct prelink_work *p, const struct prelink_unit *unit, struct taken *taken)
{
    taken->parts = ARENA_ARRAY(&p->scratch, struct prelink_part, unit->count);
    taken->apart = ARENA_ARRAY(&p->scratch, struct ar_item, unit->count);
    bool done = taken->parts && taken->apart;
    for (size_t i = 0; done && i < unit->count; i++) {
        struct error unread = {0};
        const struct ar_item *item = &unit->output->items[unit->first + i];
        struct prelink_part *part = &taken->parts[taken->count];
        enum obj_result result = obj_edit_read(item->data, &p->scratch, &part->edit, &unread);
        done = result != OBJ_NO_MEMORY &&
               (result != OBJ_OK || uncompress(&part->edit, &p->scratch, &taken->compression));
        if (!prelink_is_apart(&p->names, unit, i, result, &part->edit.object)) {
            part->name = item->name;
            taken->before = taken->first ? taken->before : taken->apart_count;
            taken->first = taken->first ? taken->first : item;
            taken->count++;
        } else {
            taken->apart[taken->apart_count++] = *item;
            bool tells = result == OBJ_OK || part->edit.object.lto == LTO_SLIM;
            done = done && (!tells || note_apart(p, unit, i, &part->edit.object));
        }
    }
    return done;
}

/** The object that parts become; it is the @number th of its output. */
static bool make_object(struct prelink_work *p, const struct output *output, struct taken *taken,
                        size_t number, struct ar_item *item)
{
    struct shrunk_object result = {.changed = false};
    enum obj_result done = link_parts(p, taken, &result);
    if (done != OBJ_OK) {
        return done == OBJ_NO_MEMORY ? error_memory(p->error)
                                     : error_prefix(p->error, "%s: ", output->path);
    }
    *item = *taken->first;
    item->name = object_name(p, output, number);
    item->data = result.bytes;
    item->symbols = result.index;
    item->symbol_count = result.index_count;
    return item->name.data || error_memory(p->error);
}

/* ---- together ---------------------------------------------------------------------------- */

/** Prelink the units of one output, from number @at on, and go past them. */
static bool prelink_output(struct prelink_work *p, size_t *at)
{
    struct output *output = p->units[*at].output;
    size_t objects = 0;
    size_t count = 0;
    struct ar_item *items = ARENA_ARRAY(&p->outputs->arena, struct ar_item, output->item_count + 1);
    bool done = items || error_memory(p->error);
    for (; done && *at < p->unit_count && p->units[*at].output == output; ++*at) {
        struct taken taken = {.count = 0};
        p->names.at = (uint32_t)*at;
        done = take_parts(p, &p->units[*at], &taken) || error_memory(p->error);
        for (size_t i = 0; done && i < taken.apart_count; i++) {
            items[count + i + (taken.count && i >= taken.before)] = taken.apart[i];
        }
        done = done && (!taken.count ||
                        make_object(p, output, &taken, ++objects, &items[count + taken.before]));
        count += taken.apart_count + (taken.count != 0);
        arena_reset(&p->scratch);
    }
    if (!done || !objects) {
        return done;
    }
    output->items = items;
    output->item_count = count;
    output->contents = 0;
    for (size_t i = 0; i < count; i++) {
        output->contents += items[i].data.size;
    }
    output->verbatim = false;
    output->needed = true;
    return true;
}

/** List where the members lie that are not joined. */
static bool list_apart(struct prelink_work *p, const struct census *census)
{
    const struct set *set = census->set;
    bool done = true;
    for (uint32_t i = 0; p->rules->apart && done && i < set->member_count; i++) {
        const struct shrunk_object *object = shrunk_member(p->shrunk, census, i);
        if (p->rules->apart[census->class_of[i]]) {
            done = prelink_names_set_apart(&p->names, object ? object->bytes.data
                                                             : set_member(set, i)->data.data);
        }
    }
    return done;
}

/** What messages call a member of a unit; NULL when memory is short. */
static const char *item_text(struct prelink_work *p, const struct prelink_unit *unit, size_t item)
{
    return arena_printf(&p->shrunk->arena, "%s(%.*s)", unit->output->path,
                        SPAN_ARGS(unit->output->items[unit->first + item].name));
}

/** Note how many objects are not joined, and why. False when memory is short. */
static bool note_names(struct prelink_work *p)
{
    const struct prelink_names *n = &p->names;
    struct apart *twice = &p->shrunk->twice;
    struct apart *odd = &p->shrunk->odd;
    *twice = (struct apart){.count = n->twice_count};
    struct apart *bounds = &p->shrunk->bounds;
    *odd = (struct apart){.count = n->odd_count};
    *bounds = (struct apart){.count = n->bounds_count};
    if (n->twice_count) {
        twice->first = item_text(p, n->twice_unit, n->twice_item);
        twice->why = arena_printf(&p->shrunk->arena, "another object defines %.*s as well",
                                  SPAN_ARGS(n->twice_name));
    }
    odd->first = n->odd_count ? item_text(p, n->odd_unit, n->odd_item) : NULL;
    bounds->first = n->bounds_count ? item_text(p, n->bounds_unit, n->bounds_item) : NULL;
    return (!n->twice_count || (twice->first && twice->why)) && (!n->odd_count || odd->first) &&
           (!n->bounds_count || bounds->first);
}

bool prelink_outputs(const struct census *census, struct outputs *outputs,
                     const struct plan *plan, struct shrunk *shrunk,
                     const struct prelink_output_rules *rules, struct error *error)
{
    struct prelink_work p = {
        .outputs = outputs,
        .shrunk = shrunk,
        .rules = rules,
        .error = error,
        .names = {.outputs = outputs, .plan = plan, .exports = &shrunk->exports}};
    bool done = (list_units(&p) && list_apart(&p, census)) || error_memory(error);
    p.names.units = p.units;
    p.names.unit_count = p.unit_count;
    done = done && ((prelink_set_odd_apart(&p.names) && prelink_set_bounds_apart(&p.names) &&
                     prelink_names_learn(&p.names) && note_names(&p)) ||
                    error_memory(error));
    shrunk->prelinked = true;
    shrunk->loaded = shrunk->whole = shrunk->lto = shrunk->unknown = (struct apart){0};
    for (size_t at = 0; done && at < p.unit_count;) {
        done = prelink_output(&p, &at);
    }
    table_free(&p.personalities);
    prelink_names_free(&p.names);
    arena_free(&p.arena);
    arena_free(&p.scratch);
    return done;
}
