/* SPDX-License-Identifier: MIT */
/** What must hold of any object that was read: every index and every span lies where it may. */
#include "census/canonical.h"
#include "fuzz.h"
#include "obj/byte_map.h"
#include "obj/obj_edit.h"
#include "shrink/graph.h"
#include "shrink/prelink.h"
#include "shrink/shrink.h"

/*
 * Heap for a byte of input, at the worst: four sections of COFF over the same list of symbol
 * numbers, one byte each, which become relocations (32 bytes) and six numbers in the form; of an
 * image being shrunk there are some more: what was read, what is meant, what was written and read
 * again, and the edges between all that. Several arenas are at work then, each with a first chunk.
 */
enum { OBJECT_TIMES = 2048, OBJECT_FIXED = 2 << 20 };

static bool is_index(uint32_t index, size_t count)
{
    return index == OBJ_NONE || index < count;
}

/** Touch the bytes, so that the sanitizer sees whether they are there. */
static void touch(struct span bytes)
{
    if (bytes.size) {
        const volatile uint8_t *at = bytes.data;
        (void)at[0];
        (void)at[bytes.size / 2];
        (void)at[bytes.size - 1];
    }
}

static void check_inside(const struct object *object, struct span part)
{
    uintptr_t start = (uintptr_t)object->data.data;
    uintptr_t at = (uintptr_t)part.data;
    CHECK(part.size == 0 || (at >= start && at - start <= object->data.size &&
                             part.size <= object->data.size - (at - start)),
          "%zu bytes at %p, object of %zu at %p", part.size, (const void *)part.data,
          object->data.size, (const void *)object->data.data);
}

static void check_sections(const struct object *object)
{
    for (size_t i = 0; i < object->section_count; i++) {
        const struct obj_section *section = &object->sections[i];
        check_inside(object, section->name);
        check_inside(object, section->segment);
        check_inside(object, section->data);
        CHECK(is_index(section->link, object->section_count), "section %zu", i);
        CHECK(is_index(section->group, object->group_count), "section %zu", i);
        CHECK(section->align && !(section->align & (section->align - 1)), "section %zu", i);
        CHECK(section->kind == SECTION_ZERO || section->data.size == section->size ||
                  section->kind == SECTION_TABLE, "section %zu", i);
        CHECK(!section->numbered || section->kind != SECTION_TABLE, "section %zu", i);
    }
    for (size_t i = 0; i < object->group_count; i++) {
        const struct obj_group *group = &object->groups[i];
        touch(group->name);
        CHECK(is_index(group->symbol, object->symbol_count), "group %zu", i);
        for (size_t j = 0; j < group->section_count; j++) {
            CHECK(group->sections[j] < object->section_count, "group %zu", i);
            CHECK(object->sections[group->sections[j]].group == i, "group %zu", i);
        }
    }
}

static void check_symbols(const struct object *object)
{
    for (size_t i = 0; i < object->lto_symbol_count; i++) {
        touch(object->lto_symbols[i].name);
        CHECK(object->lto && !object->lto_unread, "symbol %zu for LTO", i);
        CHECK(object->lto_symbols[i].name.size, "symbol %zu for LTO", i);
    }
    for (size_t i = 0; i < object->symbol_count; i++) {
        const struct obj_symbol *symbol = &object->symbols[i];
        touch(symbol->name);
        CHECK((symbol->place == PLACE_SECTION) == (symbol->section != OBJ_NONE), "symbol %zu", i);
        CHECK(is_index(symbol->section, object->section_count), "symbol %zu", i);
        CHECK(is_index(symbol->alias, object->symbol_count), "symbol %zu", i);
        CHECK(!obj_symbol_is_strong(object, symbol) || obj_symbol_defines(symbol), "symbol %zu",
              i);
        if (object->format != OBJ_IMPORT) {
            check_inside(object, symbol->name);
        }
    }
}

/** All relocations; false if those of a section that identity looks at do not hold together. */
static bool check_relocs(const struct object *object, struct arena *arena)
{
    bool whole = true;
    for (uint32_t i = 0; i < object->section_count; i++) {
        const struct obj_section *section = &object->sections[i];
        struct error error = {0};
        struct obj_reloc *relocs;
        size_t count;
        enum obj_result result = object_relocs(object, i, arena, &relocs, &count, &error);
        CHECK(result == OBJ_OK || result == OBJ_BROKEN, "%d", (int)result);
        CHECK_ERROR(result == OBJ_OK, error);
        if (result == OBJ_BROKEN) {
            whole &= section->kind == SECTION_DEBUG || section->kind == SECTION_TABLE;
            continue;
        }
        CHECK(count == section->reloc_count, "section %u: %zu relocations, not %u", i, count,
              section->reloc_count);
        for (size_t j = 0; j < count; j++) {
            CHECK(is_index(relocs[j].symbol, object->symbol_count), "section %u", i);
            CHECK(is_index(relocs[j].section, object->section_count), "section %u", i);
        }
        arena_reset(arena);
    }
    return whole;
}

/** The form must be the same for the same bytes, wherever they lie. */
static void check_canonical(const struct object *object, bool whole, struct arena *arena)
{
    struct error error = {0};
    struct canonical form;
    struct canonical again;
    struct object other;
    enum obj_result result = canonical_form(object, arena, &form, &error);
    CHECK_ERROR(result == OBJ_OK, error);
    CHECK((result == OBJ_OK) == whole, "%d: %s", (int)result, error.text);
    if (!whole) {
        return;
    }
    uint8_t *copy = malloc(object->data.size + 1); /* odd: members are 2-byte aligned at best */
    memcpy(copy + 1, object->data.data, object->data.size);
    result = object_read(span_make(copy + 1, object->data.size), arena, &other, &error);
    CHECK(result == OBJ_OK, "%s", error.text);
    result = canonical_form(&other, arena, &again, &error);
    CHECK(result == OBJ_OK, "%s", error.text);
    CHECK(canonical_equal(&form, &again), "unequal");
    struct digest first = canonical_digest(&form);
    struct digest second = canonical_digest(&again);
    CHECK(first.low == second.low && first.high == second.high, "other digest");
    CHECK(canonical_fingerprint(object) == canonical_fingerprint(&other), "other fingerprint");
    free(copy);
}

/** Every byte is in one region. */
static void check_ranges(struct span data, struct arena *arena)
{
    struct byte_range *ranges;
    size_t count;
    uint64_t all = 0;
    CHECK(byte_map_make(data, arena, &ranges, &count), "no memory");
    for (size_t i = 0; i < count; i++) {
        touch(ranges[i].name);
        touch(byte_range_base_name(&ranges[i]));
        CHECK(ranges[i].size && ranges[i].kind < BYTES_KINDS, "region %zu", i);
        all += ranges[i].size;
    }
    CHECK(all == data.size, "%llu of %zu bytes", (unsigned long long)all, data.size);
    arena_reset(arena);
}

static bool is_export(const void *context, struct span name)
{
    (void)context;
    return name.size && name.data[0] == 'e';
}

/** What was shrunk can be read: shrink_finish() has compared it with what was meant. */
static void check_shrunk(struct span data, const struct shrink_object_rules *rules,
                         const bool *drop, struct arena *arena)
{
    struct arena keep = {0};
    struct shrunk_object result;
    CHECK(shrink_object(data, rules, drop, &keep, arena, &result), "no memory");
    CHECK(!result.why || strncmp(result.why, "reading back: ", 14) != 0, "%s", result.why);
    arena_free(&keep);
    arena_reset(arena);
}

/** One object alone, prelinked. */
static void check_prelink(struct span data, bool all, struct arena *arena)
{
    struct prelink_part part = {.name = {(const uint8_t *)"part", 4}};
    struct prelink_object_rules rules = {.stays_global = is_export};
    const struct shrink_object_rules locals = {.strip = ARMELD_STRIP_LOCALS};
    struct arena keep = {0};
    struct error error = {0};
    struct obj_edit edit;
    struct shrunk_object result;
    if (obj_edit_read(data, arena, &part.edit, &error) == OBJ_OK &&
        prelink_objects(&part, 1, &rules, arena, &edit, &error) == OBJ_OK &&
        prelink_prune(&edit, &rules, true, arena, &error) == OBJ_OK &&
        join_sections(&edit, all, arena, &error) == OBJ_OK &&
        (!all || resolve_object(&edit, &locals, arena, &error) == OBJ_OK)) {
        /* what a hostile object says of itself may not survive: then that is found out here */
        enum obj_result done = shrink_finish(&edit, &keep, arena, &result, &error);
        CHECK_ERROR(done == OBJ_OK, error);
    }
    arena_free(&keep);
    arena_reset(arena);
}

/** Written again it is what it was; whatever is taken out, the rest is. */
static void check_edit(struct span data, struct arena *arena)
{
    static const struct shrink_object_rules strip = {
        .strip = 15, .hide = true, .is_export = is_export};
    static const struct shrink_object_rules nothing = {.is_export = is_export};
    struct error error = {0};
    struct obj_edit edit;
    struct obj_edit again;
    struct span written;
    enum obj_result result = obj_edit_read(data, arena, &edit, &error);
    CHECK_ERROR(result == OBJ_OK, error);
    if (result == OBJ_OK && obj_edit_write(&edit, arena, &written, &error) == OBJ_OK) {
        result = obj_edit_read(written, arena, &again, &error);
        CHECK(result == OBJ_OK, "%s", error.text);
        CHECK(obj_edit_equal(&edit, &again, arena, &error), "%s", error.text);
    }
    size_t sections = result == OBJ_OK ? edit.object.section_count : 0;
    arena_reset(arena);
    check_shrunk(data, &strip, NULL, arena);
    struct arena keep = {0};
    struct graph graph;
    CHECK(graph_make(data, true, &keep, arena, &graph), "no memory");
    arena_reset(arena);
    if (graph.section_count && graph.section_count == sections) {
        bool *drop = arena_array(&keep, sections + 1, sizeof *drop);
        for (size_t i = 0; i < sections; i++) {
            drop[i] = graph.removable[i] && data.data[i % data.size] & 1;
        }
        check_shrunk(data, &nothing, drop, arena);
    }
    arena_free(&keep);
    check_prelink(data, false, arena);
    check_prelink(data, true, arena);
}

int fuzz_object(struct span data, enum obj_format format)
{
    struct arena arena = {0};
    struct arena scratch = {0};
    struct object object;
    struct error error = {0};
    if (object_probe(data) != format) {
        return -1;
    }
    heap_watch();
    enum obj_result result = object_read(data, &arena, &object, &error);
    CHECK(result == OBJ_OK || result == OBJ_BROKEN, "%d", (int)result);
    CHECK_ERROR(result == OBJ_OK, error);
    CHECK(object.format == format, "%d", (int)object.format);
    if (result == OBJ_OK) {
        CHECK(object.extent <= data.size, "%zu", (size_t)object.extent);
        CHECK(format == OBJ_BITCODE || object.machine == object_machine(data), "%d",
              (int)object.machine);
        check_sections(&object);
        check_symbols(&object);
        bool whole = check_relocs(&object, &scratch);
        check_canonical(&object, whole, &scratch);
    }
    arena_reset(&scratch);
    check_edit(data, &scratch);
    check_ranges(data, &scratch);
    arena_free(&arena);
    arena_free(&scratch);
    heap_check(data.size, OBJECT_TIMES, HEAP_FIXED + OBJECT_FIXED);
    return 0;
}
