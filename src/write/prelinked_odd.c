/* SPDX-License-Identifier: MIT */
/** Objects whose statements about themselves do not fit those of the others in their unit. */
#include "obj/object.h"
#include "shrink/prelink.h"
#include "write/prelinked_names.h"

/** A statement, and how many objects of a unit make it. */
struct vote {
    struct prelink_statement statement;
    size_t count;
};

static bool is_same(const struct prelink_statement *a, const struct prelink_statement *b)
{
    return a->flags == b->flags && a->hash == b->hash &&
           memcmp(a->alike, b->alike, sizeof a->alike) == 0;
}

/** Count a statement. Different ones are few; what comes after them is as odd as can be. */
static void count_vote(struct vote *votes, size_t most, const struct prelink_statement *statement)
{
    for (size_t i = 0; i < most; i++) {
        if (!votes[i].count || is_same(&votes[i].statement, statement)) {
            votes[i].statement = *statement;
            votes[i].count++;
            return;
        }
    }
}

/** The statement that most objects make; of those that say nothing about attributes, only if all
 * do. */
static const struct vote *find_most(const struct vote *votes, size_t most)
{
    const struct vote *best = &votes[0];
    for (size_t i = 1; i < most; i++) {
        bool says_more = votes[i].statement.hash && !best->statement.hash;
        bool says_less = !votes[i].statement.hash && best->statement.hash;
        if (votes[i].count && (says_more || (!says_less && votes[i].count > best->count))) {
            best = &votes[i];
        }
    }
    return best;
}

/** Read what the objects of a unit say. False when memory is short. */
static bool read_statements(struct prelink_names *n, const struct prelink_unit *unit,
                            struct prelink_statement *statements, bool *known)
{
    for (size_t i = 0; i < unit->count; i++) {
        struct object object;
        struct error unread = {0};
        struct span data = unit->output->items[unit->first + i].data;
        if (object_probe(data) != OBJ_ELF) {
            continue;
        }
        enum obj_result result = object_read(data, &n->scratch, &object, &unread);
        if (result == OBJ_NO_MEMORY) {
            return false;
        }
        known[i] = result == OBJ_OK;
        if (known[i]) {
            statements[i] = prelink_statement_of(&object);
        }
        arena_reset(&n->scratch);
    }
    return true;
}

/** Whether objects of a unit can say something that others do not: not so on x86 and arm64. */
static bool can_differ(const struct prelink_unit *unit)
{
    for (size_t i = 0; i < unit->count; i++) {
        struct span data = unit->output->items[unit->first + i].data;
        if (object_probe(data) == OBJ_ELF) {
            enum obj_machine machine = object_machine(data);
            return machine != MACHINE_X86_64 && machine != MACHINE_X86 && machine != MACHINE_ARM64;
        }
    }
    return false;
}

static bool set_unit_apart(struct prelink_names *n, const struct prelink_unit *unit)
{
    enum { MOST = 16 };
    struct vote votes[MOST] = {{.count = 0}};
    struct prelink_statement *statements =
        ARENA_ARRAY(&n->list_arena, struct prelink_statement, unit->count + 1);
    bool *known = ARENA_ARRAY(&n->list_arena, bool, unit->count + 1);
    if (!statements || !known || !read_statements(n, unit, statements, known)) {
        return false;
    }
    for (size_t i = 0; i < unit->count; i++) {
        if (known[i]) {
            count_vote(votes, MOST, &statements[i]);
        }
    }
    struct prelink_statement sum = find_most(votes, MOST)->statement;
    bool done = true;
    for (size_t i = 0; done && i < unit->count; i++) {
        if (known[i] && !prelink_agree(&sum, &statements[i])) {
            if (n->odd_count++ == 0) {
                n->odd_unit = unit;
                n->odd_item = i;
            }
            done = prelink_names_set_apart(n, unit->output->items[unit->first + i].data.data);
        }
    }
    return done;
}

bool prelink_set_odd_apart(struct prelink_names *n)
{
    bool done = true;
    for (size_t i = 0; done && i < n->unit_count; i++) {
        done = !can_differ(&n->units[i]) || set_unit_apart(n, &n->units[i]);
    }
    return done;
}
