/* SPDX-License-Identifier: MIT */
#include "packaging/symbols.h"

static uint32_t find(const struct symbols *symbols, struct span name, uint64_t hash)
{
    return table_find(&symbols->table, hash, table_equal_span, symbols->names, &name);
}

static bool note(struct symbols *symbols, struct span name, bool needed)
{
    uint64_t hash = table_hash(name, 0);
    uint32_t number = find(symbols, name, hash);
    if (number == TABLE_NONE) {
        struct span *names = arena_grow(symbols->arena, symbols->names, symbols->count,
                                        &symbols->name_capacity, 1024, sizeof *names);
        struct known_symbol *list = arena_grow(symbols->arena, symbols->list, symbols->count,
                                               &symbols->capacity, 1024, sizeof *list);
        struct span copy = arena_copy(symbols->arena, name);
        if (!names || !list || !copy.data) {
            return false;
        }
        number = (uint32_t)symbols->count++;
        symbols->names = names;
        symbols->list = list;
        names[number] = copy;
        list[number] = (struct known_symbol){0};
        if (!table_add(&symbols->table, hash, number)) {
            return false;
        }
    }
    struct known_symbol *known = &symbols->list[number];
    symbols->open -= known->needed && !known->defined;
    known->needed |= needed;
    known->defined |= !needed;
    symbols->open += known->needed && !known->defined;
    return true;
}

static bool add_object(struct symbols *symbols, const struct object *object)
{
    bool done = true;
    if (!symbols->format) {
        symbols->format = object->format;
        symbols->machine = object->machine;
    }
    for (size_t i = 0; done && i < object->symbol_count; i++) {
        const struct obj_symbol *symbol = &object->symbols[i];
        if (symbol->binding != BINDING_LOCAL && !symbol->label && symbol->name.size) {
            bool reference = symbol->place == PLACE_UNDEFINED &&
                             (symbol->alias == OBJ_NONE || obj_symbol_is_reference(object, symbol));
            done = note(symbols, obj_symbol_link_name(symbol), reference);
        }
    }
    for (size_t i = 0; done && i < object->lto_symbol_count; i++) {
        const struct obj_lto_symbol *symbol = &object->lto_symbols[i];
        done = note(symbols, symbol->name, symbol->role >= LTO_NEEDS);
    }
    return done;
}

bool symbols_add(struct symbols *symbols, struct span member)
{
    struct object object;
    struct error unread = {0};
    struct arena scratch = {0};
    enum obj_format format = object_probe(member);
    bool done = true;
    if (format != OBJ_OTHER) {
        enum obj_result result = object_read(member, &scratch, &object, &unread);
        bool blind = result != OBJ_OK || format == OBJ_OPAQUE || object.lto_unread;
        done = result != OBJ_NO_MEMORY && (blind || add_object(symbols, &object));
        symbols->unread |= blind;
    }
    arena_free(&scratch);
    return done;
}

bool symbols_miss(const struct symbols *symbols, struct span name)
{
    uint32_t number = find(symbols, name, table_hash(name, 0));
    return number != TABLE_NONE && symbols->list[number].needed && !symbols->list[number].defined;
}

void symbols_free(struct symbols *symbols)
{
    table_free(&symbols->table);
}
