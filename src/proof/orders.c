/* SPDX-License-Identifier: MIT */
#include "proof/orders.h"

#include "census/runtime_names.h"

static bool is_left_out(const struct orders *orders, uint32_t library)
{
    return orders->left_out && orders->left_out[library];
}

/** Fill a line with the libraries that are left out, or with the others. Returns its length. */
static uint32_t add_libraries(const struct orders *orders, bool left_out, uint32_t *line,
                              uint32_t length)
{
    for (uint32_t i = 0; i < orders->count; i++) {
        if (is_left_out(orders, i) == left_out) {
            line[length++] = i;
        }
    }
    return length;
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

bool orders_make(struct orders *orders, const struct census *census, uint32_t count,
                 const bool *left_out, enum orders_proven proven, struct arena *arena)
{
    *orders = (struct orders){.count = count, .left_out = left_out, .proven = proven};
    for (size_t i = 0; i < 3; i++) {
        orders->lines[i] = ARENA_ARRAY(arena, uint32_t, count);
        if (!orders->lines[i]) {
            return false;
        }
    }
    add_libraries(orders, true, orders->lines[0],
                  add_libraries(orders, false, orders->lines[0], 0));
    add_libraries(orders, false, orders->lines[1],
                  add_libraries(orders, true, orders->lines[1], 0));
    for (uint32_t i = 0; i < count; i++) {
        orders->lines[2][i] = i;
    }
    return !left_out || proven != ORDERS_USED || find_compiler_rt(orders, census, arena);
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
    list[length++] = line;
    bool more = orders->proven != ORDERS_OUTSIDE && line.melded && line.melded < line.count;
    for (size_t i = 0; more && i < (all ? 3 : 1); i++) {
        line.libraries = all ? orders->lines[i] : pair;
        line.melded = line.count;
        line.by_use = orders->proven == ORDERS_USED;
        list[length++] = line;
    }
    return length;
}

void orders_add_sides(const struct orders *orders, uint32_t library, const uint32_t *symbols,
                      size_t count, uint8_t *sides)
{
    for (size_t i = 0; i < count; i++) {
        if (!orders->is_reserved[symbols[i]]) {
            sides[symbols[i]] |= is_left_out(orders, library) ? SIDE_LEFT_OUT : SIDE_MELDED;
        }
    }
}

bool orders_use_both(const uint8_t *sides, const uint32_t *symbols, size_t count)
{
    bool melded = false;
    bool left_out = false;
    for (size_t i = 0; i < count; i++) {
        melded |= sides[symbols[i]] == SIDE_MELDED;
        left_out |= sides[symbols[i]] == SIDE_LEFT_OUT;
    }
    return melded && left_out;
}
