/* SPDX-License-Identifier: MIT */
/** What must hold of any object that was read: every index and every span lies where it may. */
#include "fuzz.h"
#include "meld/canonical.h"
#include "obj/regions.h"

/*
 * Heap for a byte of input, at the worst: four sections of COFF over the same list of symbol
 * numbers, one byte each, which become relocations (32 bytes) and six numbers in the form.
 */
enum { OBJECT_TIMES = 512 };

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
        CHECK(result == OBJ_READ || result == OBJ_BROKEN, "%d", (int)result);
        CHECK_ERROR(result == OBJ_READ, error);
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
    CHECK_ERROR(result == OBJ_READ, error);
    CHECK((result == OBJ_READ) == whole, "%d: %s", (int)result, error.text);
    if (!whole) {
        return;
    }
    uint8_t *copy = malloc(object->data.size + 1); /* odd: members are 2-byte aligned at best */
    memcpy(copy + 1, object->data.data, object->data.size);
    result = object_read(span_make(copy + 1, object->data.size), arena, &other, &error);
    CHECK(result == OBJ_READ, "%s", error.text);
    result = canonical_form(&other, arena, &again, &error);
    CHECK(result == OBJ_READ, "%s", error.text);
    CHECK(canonical_equal(&form, &again), "unequal");
    struct digest first = canonical_digest(&form);
    struct digest second = canonical_digest(&again);
    CHECK(first.low == second.low && first.high == second.high, "other digest");
    CHECK(canonical_fingerprint(object) == canonical_fingerprint(&other), "other fingerprint");
    free(copy);
}

/** Every byte is in one region. */
static void check_regions(struct span data, struct arena *arena)
{
    struct region *regions;
    size_t count;
    uint64_t all = 0;
    CHECK(object_regions(data, arena, &regions, &count), "no memory");
    for (size_t i = 0; i < count; i++) {
        touch(regions[i].name);
        touch(region_base_name(&regions[i]));
        CHECK(regions[i].size && regions[i].kind < REGION_KINDS, "region %zu", i);
        all += regions[i].size;
    }
    CHECK(all == data.size, "%llu of %zu bytes", (unsigned long long)all, data.size);
    arena_reset(arena);
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
    CHECK(result == OBJ_READ || result == OBJ_BROKEN, "%d", (int)result);
    CHECK_ERROR(result == OBJ_READ, error);
    CHECK(object.format == format, "%d", (int)object.format);
    if (result == OBJ_READ) {
        CHECK(object.extent <= data.size, "%zu", (size_t)object.extent);
        CHECK(object.machine == object_machine(data), "%d", (int)object.machine);
        check_sections(&object);
        check_symbols(&object);
        bool whole = check_relocs(&object, &scratch);
        check_canonical(&object, whole, &scratch);
    }
    arena_reset(&scratch);
    check_regions(data, &scratch);
    arena_free(&arena);
    arena_free(&scratch);
    heap_check(data.size, OBJECT_TIMES, HEAP_FIXED);
    return 0;
}
