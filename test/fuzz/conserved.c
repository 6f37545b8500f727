/* SPDX-License-Identifier: MIT */
#include "conserved.h"

#include "census/canonical.h"
#include "fuzz.h"

static struct span content(struct span data, bool padded)
{
    while (padded && data.size && data.data[data.size - 1] == '\n') {
        data.size--;
    }
    return data;
}

/** Whether a linker cannot tell them apart. */
static bool same_form(struct span a, struct span b, struct arena *arena)
{
    struct object first;
    struct object second;
    struct canonical form;
    struct canonical other;
    struct error error = {0};
    return object_read(a, arena, &first, &error) == OBJ_OK &&
           object_read(b, arena, &second, &error) == OBJ_OK && first.section_count &&
           canonical_form(&first, arena, &form, &error) == OBJ_OK &&
           canonical_form(&second, arena, &other, &error) == OBJ_OK &&
           canonical_equal(&form, &other);
}

static bool is_in(const struct archive *workspace, struct span data, bool padded, bool link,
                  struct arena *arena)
{
    for (size_t i = 0; i < workspace->member_count; i++) {
        if (span_equal(content(workspace->members[i].data, padded), content(data, padded))) {
            return true;
        }
    }
    bool found = false;
    for (size_t i = 0; link && !found && i < workspace->member_count; i++) {
        found = same_form(content(data, padded), content(workspace->members[i].data, padded),
                          arena);
        arena_reset(arena);
    }
    return found;
}

/** Whether it must stay: no object, broken, or part of an import library. */
static bool must_stay(struct span data, struct arena *arena)
{
    struct object object;
    struct error error = {0};
    enum obj_result result = object_read(data, arena, &object, &error);
    bool stay = result != OBJ_OK || object.format == OBJ_OTHER || object.import_stub;
    arena_reset(arena);
    return stay;
}

/** Whether an archive's only member is an object without sections and symbols, in place of none. */
static bool is_empty(const struct archive *archive, struct arena *arena)
{
    struct object object;
    struct error error = {0};
    return archive->flavour == AR_DARWIN && archive->member_count == 1 &&
           object_read(ar_member_content(archive, archive->members), arena, &object, &error) ==
               OBJ_OK &&
           object.format == OBJ_MACHO && !object.section_count && !object.symbol_count;
}

void check_conservation(const struct archive *original, const struct archive *melded,
                        const struct archive *workspace, bool link, size_t moved)
{
    struct arena arena = {0};
    bool padded = original->flavour == AR_DARWIN || melded->flavour == AR_DARWIN ||
                  workspace->flavour == AR_DARWIN;
    size_t next = 0;
    size_t gone = 0;
    for (size_t i = 0; i < original->member_count; i++) {
        const struct ar_member *member = &original->members[i];
        const struct ar_member *kept = &melded->members[next];
        size_t left = melded->member_count - next;
        /* a member equal to the next one kept may have moved as well as that: it is the same */
        if (left && span_equal(kept->name, member->name) &&
            span_equal(content(kept->data, padded), content(member->data, padded)) &&
            memcmp(ar_member_fields(melded, kept), ar_member_fields(original, member),
                   AR_FIELDS_SIZE) == 0) {
            next++;
            continue;
        }
        struct span data = content(member->data, original->flavour == AR_DARWIN);
        gone++;
        CHECK(!must_stay(data, &arena), "member %zu, %zu bytes, is gone", i, data.size);
        CHECK(is_in(workspace, member->data, padded, link, &arena),
              "member %zu, %zu bytes, is lost", i, data.size);
    }
    CHECK(next == melded->member_count || (next == 0 && is_empty(melded, &arena)),
          "%zu members more", melded->member_count - next);
    CHECK(gone == moved, "%zu members gone, %zu moved", gone, moved);
    arena_free(&arena);
}

static bool is_stub(struct span data, struct arena *arena)
{
    struct object object;
    struct error error = {0};
    bool stub = object_read(data, arena, &object, &error) == OBJ_OK && object.import_stub;
    arena_reset(arena);
    return stub;
}

void check_names(const struct archive *workspace)
{
    struct arena arena = {0};
    for (size_t i = 0; i < workspace->member_count && i < 64; i++) {
        for (size_t j = 0; j < i; j++) {
            CHECK(!span_equal(workspace->members[i].name, workspace->members[j].name) ||
                      is_stub(workspace->members[i].data, &arena),
                  "members %zu and %zu have one name", j, i);
        }
    }
    arena_free(&arena);
}
