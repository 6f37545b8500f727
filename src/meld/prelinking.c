/* SPDX-License-Identifier: MIT */
#include "meld/prelinking.h"

#include "base/path.h"
#include "base/table.h"
#include "shrink/prelink.h"

/** A global name of the objects that are written. */
struct known {
    uint32_t definer; /* the output that defines it strongly, NOBODY or SEVERAL */
    uint32_t last;    /* the last output that defines it in any way, + 1 */
    uint32_t apart;   /* the last output with a member that needs it and stays apart, + 1 */
    bool wanted;      /* some output needs it that does not define it */
};

#define NOBODY UINT32_MAX
#define SEVERAL (UINT32_MAX - 1)

struct prelinking {
    struct outputs *outputs;
    struct shrunk *shrunk;
    const struct prelinking_rules *rules;
    struct error *error;
    struct span *names;
    struct known *known; /* by name */
    size_t count;
    size_t capacity;
    struct table table;  /* of names */
    uint32_t at;         /* the output at work */
    struct arena arena;  /* names */
    struct arena scratch;
};

static bool same_name(const void *context, uint32_t number, const void *key)
{
    return span_equal(((const struct span *)context)[number], *(const struct span *)key);
}

static struct known *find_name(const struct prelinking *p, struct span name)
{
    uint32_t found = table_find(&p->table, table_hash(name, 0), same_name, p->names, &name);
    return found == TABLE_NONE ? NULL : &p->known[found];
}

/** The name, which is added if it is new; NULL when memory is short. */
static struct known *get_name(struct prelinking *p, struct span name)
{
    struct known *found = find_name(p, name);
    if (found) {
        return found;
    }
    if (p->count == p->capacity) {
        size_t capacity = p->capacity ? 2 * p->capacity : 1024;
        struct span *names = ARENA_ARRAY(&p->arena, struct span, capacity);
        struct known *known = ARENA_ARRAY(&p->arena, struct known, capacity);
        if (!names || !known) {
            return NULL;
        }
        if (p->count) {
            memcpy(names, p->names, p->count * sizeof *names);
            memcpy(known, p->known, p->count * sizeof *known);
        }
        p->names = names;
        p->known = known;
        p->capacity = capacity;
    }
    p->names[p->count] = arena_copy(&p->arena, name);
    p->known[p->count] = (struct known){.definer = NOBODY};
    return p->names[p->count].data &&
                   table_add(&p->table, table_hash(name, 0), (uint32_t)p->count)
               ? &p->known[p->count++]
               : NULL;
}

/** Learn what a symbol defines, or with @needs what it needs. False when memory is short. */
static bool learn_symbol(struct prelinking *p, const struct object *object,
                         const struct obj_symbol *symbol, bool needs, bool apart)
{
    /* a weak external stands for its default */
    bool undefined = symbol->place == PLACE_UNDEFINED && symbol->alias == OBJ_NONE;
    if (symbol->binding == BINDING_LOCAL || symbol->label || undefined != needs) {
        return true;
    }
    struct known *known = get_name(p, symbol->name);
    if (!known) {
        return false;
    }
    if (needs) {
        known->wanted |= known->last != p->at + 1;
        known->apart = apart ? p->at + 1 : known->apart;
        return true;
    }
    known->last = p->at + 1;
    if (obj_symbol_is_strong(object, symbol)) {
        known->definer = known->definer == NOBODY ? p->at : SEVERAL;
    }
    return true;
}

/** Learn of all members of the output at work. */
static bool learn_items(struct prelinking *p, bool needs)
{
    const struct output *output = &p->outputs->list[p->at];
    bool done = true;
    for (size_t i = 0; done && i < output->item_count; i++) {
        struct image image;
        struct error unread = {0};
        enum obj_result result =
            image_read(output->items[i].data, &p->scratch, &image, &unread);
        const struct object *object = &image.object;
        bool silent = !needs && object->import_stub; /* any stub is as good as another */
        done = result != OBJ_NO_MEMORY;
        for (size_t s = 0; done && result != OBJ_BROKEN && !silent && s < object->symbol_count;
             s++) {
            done = learn_symbol(p, object, &object->symbols[s], needs, result != OBJ_READ);
        }
        arena_reset(&p->scratch);
    }
    return done;
}

static bool learn_all(struct prelinking *p)
{
    for (p->at = 0; p->at < p->outputs->count; p->at++) {
        if (!learn_items(p, false) || !learn_items(p, true)) {
            return error_memory(p->error);
        }
    }
    return true;
}

/** Whether somebody beside the object itself needs a name. */
static bool stays_global(const void *context, struct span name)
{
    const struct prelinking *p = context;
    const struct known *known = find_name(p, name);
    return exports_has(&p->shrunk->exports, name) ||
           (known && (known->wanted || known->apart == p->at + 1));
}

/**
 * Of several definitions the first that a linker meets is every library's; in objects of their own
 * each would have its own.
 */
static bool check_definers(const struct prelinking *p)
{
    for (size_t i = 0; i < p->count; i++) {
        if (p->known[i].definer == SEVERAL) {
            return error_set(p->error, "%.*s is defined in several of the melded archives, which "
                                       "would no longer share one when prelinked: prelink them "
                                       "alone, or leave it",
                             (int)p->names[i].size, (const char *)p->names[i].data);
        }
    }
    return true;
}

/** "libx.o" for "libx.a", "x.obj" for "x.lib". */
static struct span object_name(struct prelinking *p, const struct output *output)
{
    const char *base = path_base(output->path);
    const char *dot = strrchr(base, '.');
    int length = dot && dot != base ? (int)(dot - base) : (int)strlen(base);
    const char *name = arena_printf(&p->outputs->arena, "%.*s.%s", length, base,
                                    dot && strcmp(dot, ".lib") == 0 ? "obj" : "o");
    return name ? span_of(name) : span_make(NULL, 0);
}

/** Whether there is debug info that counts on being the only one of its kind in an object. */
static bool loses_debug(const struct prelink_part *parts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct object *object = &parts[i].image.object;
        for (size_t s = 0; s < object->section_count; s++) {
            const struct obj_section *section = &object->sections[s];
            if (section->kind == SECTION_DEBUG &&
                (object->format == OBJ_MACHO || span_starts(section->name, ".debug$"))) {
                return true;
            }
        }
    }
    return false;
}

/** Put the parts together, take out what is not needed, write the object. */
static enum obj_result link_parts(struct prelinking *p, struct prelink_part *parts, size_t count,
                                  struct shrunk_object *result)
{
    struct prelink_rules rules = {stays_global, p};
    struct shrink_rules steps = {.strip = p->rules->strip, .hide = p->rules->hide,
                                 .is_export = exports_has, .context = &p->shrunk->exports};
    struct arena *arena = &p->scratch;
    struct image image;
    bool changed;
    bool debug = !(p->rules->strip & ARMELD_STRIP_DEBUG);
    p->shrunk->lost_debug |= debug && loses_debug(parts, count);
    enum obj_result done = prelink_images(parts, count, &rules, arena, &image, p->error);
    done = done == OBJ_READ ? prelink_prune(&image, debug, arena, p->error) : done;
    done = done == OBJ_READ ? strip_image(&image, &steps, arena, &changed, p->error) : done;
    if (done == OBJ_READ) {
        bool all = p->rules->merge || image.object.format == OBJ_MACHO;
        done = join_sections(&image, all, arena, p->error);
        done = done == OBJ_READ ? strip_image(&image, &steps, arena, &changed, p->error) : done;
    }
    if (done == OBJ_READ && p->rules->hide) {
        hide_image(&image, &steps, &changed);
    }
    if (done == OBJ_READ) {
        p->shrunk->personalities += prelink_personalities(&image, arena);
        done = shrink_finish(&image, &p->outputs->arena, arena, result, p->error);
    }
    return done;
}

/** Read the parts, and list what stays apart in their place. */
static bool take_parts(struct prelinking *p, struct output *output, struct prelink_part *parts,
                       size_t *count, struct ar_item *first)
{
    size_t kept = 0;
    *count = 0;
    for (size_t i = 0; i < output->item_count; i++) {
        struct error unread = {0};
        struct ar_item *item = &output->items[i];
        struct prelink_part *part = &parts[*count];
        enum obj_result result =
            image_read(item->data, &p->scratch, &part->image, &unread);
        if (result == OBJ_NO_MEMORY) {
            return false;
        }
        if (result == OBJ_READ) {
            part->name = item->name;
            *first = *count ? *first : *item;
            ++*count;
        } else {
            output->contents -= item->data.size;
            output->items[kept++] = *item;
            output->contents += item->data.size;
        }
    }
    output->item_count = kept;
    return true;
}

static bool prelink_output(struct prelinking *p, struct output *output)
{
    struct shrunk_object result = {.changed = false};
    struct ar_item item;
    size_t count;
    struct prelink_part *parts =
        ARENA_ARRAY(&p->scratch, struct prelink_part, output->item_count + 1);
    if (!parts || !take_parts(p, output, parts, &count, &item)) {
        return error_memory(p->error);
    }
    if (count == 0) {
        return true;
    }
    enum obj_result done = link_parts(p, parts, count, &result);
    if (done != OBJ_READ) {
        return done == OBJ_NO_MEMORY ? error_memory(p->error)
                                     : error_prefix(p->error, "%s: ", output->path);
    }
    item.name = object_name(p, output);
    item.data = result.bytes;
    item.symbols = result.index;
    item.symbol_count = result.index_count;
    memmove(output->items + 1, output->items, output->item_count * sizeof *output->items);
    output->items[0] = item;
    output->item_count++;
    output->contents = 0;
    for (size_t i = 0; i < output->item_count; i++) {
        output->contents += output->items[i].data.size;
    }
    output->verbatim = false;
    output->needed = true;
    return item.name.data || error_memory(p->error);
}

bool prelink_outputs(struct outputs *outputs, struct shrunk *shrunk,
                     const struct prelinking_rules *rules, struct error *error)
{
    struct prelinking p = {
        .outputs = outputs, .shrunk = shrunk, .rules = rules, .error = error};
    bool done = learn_all(&p) && (outputs->alone || check_definers(&p));
    shrunk->prelinked = true;
    for (p.at = 0; done && p.at < outputs->count; p.at++) {
        done = prelink_output(&p, &outputs->list[p.at]);
        arena_reset(&p.scratch);
    }
    table_free(&p.table);
    arena_free(&p.arena);
    arena_free(&p.scratch);
    return done;
}
