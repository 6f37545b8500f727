/* SPDX-License-Identifier: MIT */
#include "proof/orders.h"

#include "census/runtime_names.h"

static bool is_left_out(const struct orders *orders, uint32_t library)
{
    return orders->left_out && orders->left_out[library];
}

/** The part of a library that is melded. */
static uint32_t part_of(const struct orders *orders, uint32_t library)
{
    return orders->part_of ? orders->part_of[library] : 0;
}

/** Append the libraries of a part to a line. Returns its length. */
static uint32_t add_part(const struct orders *orders, uint32_t part, uint32_t *line,
                         uint32_t length)
{
    for (uint32_t i = 0; i < orders->count; i++) {
        if (!is_left_out(orders, i) && part_of(orders, i) == part) {
            line[length++] = i;
        }
    }
    return length;
}

/** Append the libraries that are left out. Returns the line's length. */
static uint32_t add_left_out(const struct orders *orders, uint32_t *line, uint32_t length)
{
    for (uint32_t i = 0; i < orders->count; i++) {
        if (is_left_out(orders, i)) {
            line[length++] = i;
        }
    }
    return length;
}

/** Several libraries define a symbol. */
static const uint32_t SEVERAL = UINT32_MAX;

/**
 * Note for each symbol which library defines it, plus one, or SEVERAL; or find out whether such
 * symbols are among those that the library defines.
 */
static bool see_definitions(const struct census *census, uint32_t library, uint32_t *definer,
                            bool note)
{
    const struct library *in = &census->set->libraries[library];
    bool meets = false;
    for (size_t i = 0; i < in->archive.member_count; i++) {
        const struct class *class = &census->list[census->class_of[in->first + i]];
        for (size_t j = 0; j < class->global_count; j++) {
            uint32_t *seen = &definer[class->globals[j].symbol];
            bool gives = global_gives(&class->globals[j]);
            if (note && gives) {
                *seen = *seen && *seen != library + 1 ? SEVERAL : library + 1;
            }
            meets |= gives && *seen == SEVERAL;
        }
    }
    return meets;
}

/** Find out which of what is left out has no symbol in common with any library. */
static bool find_neutral(struct orders *orders, const struct census *census, uint32_t first,
                         struct arena *arena)
{
    struct arena scratch = {0};
    uint32_t *definer = ARENA_ARRAY(&scratch, uint32_t, census->symbol_count);
    orders->neutral = ARENA_ARRAY(arena, bool, orders->count);
    bool done = definer && orders->neutral;
    for (uint32_t i = 0; done && i < orders->count; i++) {
        see_definitions(census, first + i, definer, true);
    }
    for (uint32_t i = 0; done && i < orders->count; i++) {
        orders->neutral[i] =
            is_left_out(orders, i) && !see_definitions(census, first + i, definer, false);
    }
    arena_free(&scratch);
    return done;
}

/** Find out which names are those of compilers. */
static bool find_compiler_rt(struct orders *orders, const struct census *census,
                             struct arena *arena)
{
    bool underscore = false;
    orders->is_compiler_rt = ARENA_ARRAY(arena, bool, census->symbol_count);
    orders->is_reserved = ARENA_ARRAY(arena, bool, census->symbol_count);
    if (!orders->is_compiler_rt || !orders->is_reserved) {
        return false;
    }
    for (uint32_t i = 0; i < census->count; i++) {
        underscore |= census->list[i].format == OBJ_MACHO;
    }
    for (uint32_t i = 0; i < census->symbol_count; i++) {
        orders->is_compiler_rt[i] = is_compiler_rt_name(census->symbols[i], underscore);
        orders->is_reserved[i] = orders->is_compiler_rt[i] ||
                                 span_starts(census->symbols[i], underscore ? "___" : "__");
    }
    return true;
}

bool orders_make(struct orders *orders, const struct census *census,
                 const struct orders_rules *rules, struct arena *arena)
{
    uint32_t parts = rules->part_of ? rules->part_count : 1;
    uint32_t length[4] = {0};
    *orders = (struct orders){.count = rules->count,
                              .left_out = rules->left_out,
                              .part_of = parts > 1 ? rules->part_of : NULL,
                              .proven = rules->proven};
    for (size_t i = 0; i < 4; i++) {
        orders->lines[i] = ARENA_ARRAY(arena, uint32_t, rules->count);
        if (!orders->lines[i]) {
            return false;
        }
    }
    length[1] = add_left_out(orders, orders->lines[1], 0);
    for (uint32_t p = 0; p < parts; p++) {
        length[0] = add_part(orders, p, orders->lines[0], length[0]);
        length[1] = add_part(orders, p, orders->lines[1], length[1]);
        length[3] = add_part(orders, parts - 1 - p, orders->lines[3], length[3]);
    }
    add_left_out(orders, orders->lines[0], length[0]);
    add_left_out(orders, orders->lines[3], length[3]);
    for (uint32_t i = 0; i < rules->count; i++) {
        orders->lines[2][i] = i;
    }
    bool by_use = (rules->left_out || orders->part_of) && rules->proven == ORDERS_USED;
    return !by_use || (find_compiler_rt(orders, census, arena) &&
                       find_neutral(orders, census, rules->first, arena));
}

/** How many libraries there are up to the last one that is melded. */
static uint32_t count_melded(const struct orders *orders, const uint32_t *libraries,
                             uint32_t count)
{
    while (count && is_left_out(orders, libraries[count - 1])) {
        count--;
    }
    return count;
}

struct link_order order_alone(const struct orders *orders, const uint32_t *library)
{
    return (struct link_order){.libraries = library,
                               .count = 1,
                               .melded = count_melded(orders, library, 1),
                               .all = orders->count == 1};
}

/** Whether libraries of several parts stand on a line. */
static bool has_parts(const struct orders *orders, const struct link_order *line)
{
    uint32_t first = NO_CLASS;
    bool several = false;
    for (uint32_t i = 0; i < line->count; i++) {
        if (!is_left_out(orders, line->libraries[i])) {
            uint32_t part = part_of(orders, line->libraries[i]);
            first = first == NO_CLASS ? part : first;
            several |= part != first;
        }
    }
    return several;
}

size_t orders_list(const struct orders *orders, size_t number, uint32_t *pair,
                   struct link_order list[MOST_ORDERS])
{
    size_t others = orders->count - 1;
    size_t length = 0;
    bool all = number >= orders->count * others;
    struct link_order line = {.libraries = orders->lines[0], .count = orders->count, .all = true};
    if (!all) {
        uint32_t second = (uint32_t)(number % others);
        pair[0] = (uint32_t)(number / others);
        pair[1] = second + (second >= pair[0]);
        line = (struct link_order){.libraries = pair, .count = 2};
        if (!orders->changed && is_left_out(orders, pair[0]) && is_left_out(orders, pair[1])) {
            return 0;
        }
    }
    line.melded = count_melded(orders, line.libraries, line.count);
    line.each = has_parts(orders, &line);
    line.by_use = line.each && orders->proven == ORDERS_USED;
    bool parts = line.each;
    list[length++] = line;
    for (size_t i = 2; all && parts && i < 4; i++) {
        line.libraries = orders->lines[i];
        line.melded = count_melded(orders, line.libraries, line.count);
        list[length++] = line;
    }
    line.melded = count_melded(orders, all ? orders->lines[0] : pair, line.count);
    bool between = line.melded && line.melded < line.count;
    bool more = orders->proven != ORDERS_OUTSIDE && (between || parts);
    for (size_t i = 0; more && i < (all ? 3 : 1); i++) {
        if (i == 1 && !between) {
            continue; /* nothing is left out, so that is the same line */
        }
        line.libraries = all ? orders->lines[i] : pair;
        line.melded = line.count;
        line.each = false;
        line.by_use = orders->proven == ORDERS_USED;
        list[length++] = line;
    }
    return length;
}

/** The bit of what is left out, behind those of parts. */
static const uint32_t SIDE_LEFT_OUT = UINT32_C(1) << 31;

void orders_add_sides(const struct orders *orders, uint32_t library, const uint32_t *symbols,
                      size_t count, uint32_t *sides)
{
    uint32_t side = is_left_out(orders, library) ? SIDE_LEFT_OUT
                                                 : UINT32_C(1) << part_of(orders, library) % 31;
    for (size_t i = 0; !orders->neutral[library] && i < count; i++) {
        if (!orders->is_reserved[symbols[i]]) {
            sides[symbols[i]] |= side;
        }
    }
}

static bool is_one_bit(uint32_t bits)
{
    return bits && (bits & (bits - 1)) == 0;
}

uint32_t orders_side(const uint32_t *sides, const uint32_t *symbols, size_t count)
{
    uint32_t used = 0;
    uint32_t part = 0;
    for (size_t i = 0; i < count; i++) {
        used |= is_one_bit(sides[symbols[i]]) ? sides[symbols[i]] : 0;
    }
    if (!used || used == SIDE_LEFT_OUT) {
        return 0;
    }
    while (!(used & 1)) {
        used >>= 1;
        part++;
    }
    return used == 1 ? part : SIDES_SEVERAL;
}

bool orders_use_both(const uint32_t *sides, const uint32_t *symbols, size_t count)
{
    return orders_side(sides, symbols, count) == SIDES_SEVERAL;
}

bool orders_is_aside(const struct orders *orders, uint32_t library, uint32_t side)
{
    return !orders->neutral[library] &&
           (is_left_out(orders, library) || part_of(orders, library) != side);
}
