/* SPDX-License-Identifier: MIT */
#include "meld/prelinking.h"

#include "base/path.h"
#include "base/table.h"
#include "shrink/prelink.h"

/** Names with the number of an output; -1 when several have it. */
struct names {
    struct span *list;
    uint32_t *output;
    size_t count;
    size_t capacity;
    struct table table;
};

#define SEVERAL UINT32_MAX

struct prelinking {
    struct outputs *outputs;
    struct shrunk *shrunk;
    const struct prelinking_rules *rules;
    struct error *error;
    struct names needed;  /* which outputs need a name that they do not define */
    struct names defined; /* which define it strongly */
    struct names apart;   /* needed by members that stay apart, of the output at work */
    uint32_t at;          /* the output at work */
    struct arena arena;   /* names */
    struct arena scratch;
};

static bool same_name(const void *context, uint32_t number, const void *key)
{
    return span_equal(((const struct span *)context)[number], *(const struct span *)key);
}

static uint32_t find_name(const struct names *names, struct span name)
{
    return table_find(&names->table, table_hash(name, 0), same_name, names->list, &name);
}

static bool add_name(struct prelinking *p, struct names *names, struct span name, uint32_t output)
{
    uint32_t found = find_name(names, name);
    if (found != TABLE_NONE) {
        names->output[found] = names->output[found] == output ? output : SEVERAL;
        return true;
    }
    if (names->count == names->capacity) {
        size_t capacity = names->capacity ? 2 * names->capacity : 1024;
        struct span *list = ARENA_ARRAY(&p->arena, struct span, capacity);
        uint32_t *outputs = ARENA_ARRAY(&p->arena, uint32_t, capacity);
        if (!list || !outputs) {
            return false;
        }
        if (names->count) {
            memcpy(list, names->list, names->count * sizeof *list);
            memcpy(outputs, names->output, names->count * sizeof *outputs);
        }
        names->list = list;
        names->output = outputs;
        names->capacity = capacity;
    }
    names->list[names->count] = arena_copy(&p->arena, name);
    names->output[names->count] = output;
    return names->list[names->count].data &&
           table_add(&names->table, table_hash(name, 0), (uint32_t)names->count++);
}

/** Whether an item is an object that is put together with others. */
static bool is_part(const struct ar_item *item, struct arena *arena)
{
    struct image image;
    struct error unread = {0};
    return image_read(item->data, arena, &image, &unread) == OBJ_READ;
}

/** Learn what an item defines and needs. */
static bool learn_item(struct prelinking *p, const struct ar_item *item, uint32_t output)
{
    struct object object;
    struct error unread = {0};
    bool done = true;
    if (object_read(item->data, &p->scratch, &object, &unread) != OBJ_READ) {
        return true; /* what is broken was said before */
    }
    for (size_t i = 0; done && i < object.symbol_count && !object.import_stub; i++) {
        const struct obj_symbol *symbol = &object.symbols[i];
        if (symbol->binding == BINDING_LOCAL || symbol->label) {
            continue;
        }
        if (symbol->place == PLACE_UNDEFINED) {
            done = add_name(p, &p->needed, symbol->name, output);
        } else if (obj_symbol_is_strong(&object, symbol)) {
            done = add_name(p, &p->defined, symbol->name, output);
        }
    }
    arena_reset(&p->scratch);
    return done;
}

static bool learn_all(struct prelinking *p)
{
    for (uint32_t i = 0; i < p->outputs->count; i++) {
        const struct output *output = &p->outputs->list[i];
        for (size_t j = 0; j < output->item_count; j++) {
            if (!learn_item(p, &output->items[j], i)) {
                return error_memory(p->error);
            }
        }
    }
    return true;
}

/** What members that stay apart need of the one object. */
static bool learn_apart(struct prelinking *p, const struct output *output)
{
    bool done = true;
    p->apart = (struct names){0};
    for (size_t i = 0; done && i < output->item_count; i++) {
        struct object object;
        struct error unread = {0};
        const struct ar_item *item = &output->items[i];
        if (!is_part(item, &p->scratch) &&
            object_read(item->data, &p->scratch, &object, &unread) == OBJ_READ) {
            for (size_t s = 0; done && s < object.symbol_count; s++) {
                bool needs = object.symbols[s].place == PLACE_UNDEFINED &&
                             object.symbols[s].binding != BINDING_LOCAL;
                done = !needs || add_name(p, &p->apart, object.symbols[s].name, p->at);
            }
        }
        arena_reset(&p->scratch);
    }
    return done;
}

/** Whether somebody beside the object itself needs a name. */
static bool stays_global(const void *context, struct span name)
{
    const struct prelinking *p = context;
    uint32_t needed = find_name(&p->needed, name);
    return exports_has(&p->shrunk->exports, name) ||
           find_name(&p->apart, name) != TABLE_NONE ||
           (needed != TABLE_NONE && p->needed.output[needed] != p->at);
}

/**
 * One object is linked as a whole: what it defines must be defined nowhere else among what is
 * linked with it.
 */
static bool check_workspace(const struct prelinking *p)
{
    for (size_t i = 0; !p->outputs->alone && i < p->defined.count; i++) {
        struct span name = p->defined.list[i];
        uint32_t needed = find_name(&p->needed, name);
        if (p->defined.output[i] == SEVERAL && needed != TABLE_NONE) {
            return error_set(p->error, "%.*s is defined in several of the melded archives: they "
                                       "cannot be prelinked",
                             (int)name.size, (const char *)name.data);
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
    bool done = learn_all(&p) && check_workspace(&p);
    shrunk->prelinked = true;
    for (p.at = 0; done && p.at < outputs->count; p.at++) {
        done = (learn_apart(&p, &outputs->list[p.at]) || error_memory(error)) &&
               prelink_output(&p, &outputs->list[p.at]);
        table_free(&p.apart.table);
        arena_reset(&p.scratch);
    }
    table_free(&p.needed.table);
    table_free(&p.defined.table);
    arena_free(&p.arena);
    arena_free(&p.scratch);
    return done;
}
