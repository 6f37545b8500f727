/* SPDX-License-Identifier: MIT */
#include "support/conserve.h"

#include "census/canonical.h"

bool is_import_stub(struct span data)
{
    struct object object;
    struct error error = {0};
    return object_read(data, &scratch_arena, &object, &error) == OBJ_OK && object.import_stub;
}

static struct span content_of(const struct archive *archive, size_t member)
{
    struct span data = archive->members[member].data;
    for (int i = 0; i < 7 && archive->flavour == AR_DARWIN && span_ends(data, "\n"); i++) {
        data.size--;
    }
    return data;
}

static bool form_of(struct span data, struct canonical *form)
{
    struct object object;
    struct error error = {0};
    return object_read(data, &scratch_arena, &object, &error) == OBJ_OK &&
           canonical_form(&object, &scratch_arena, form, &error) == OBJ_OK;
}

static bool same_to_linker(struct span a, struct span b)
{
    struct canonical first, second;
    return form_of(a, &first) && form_of(b, &second) && canonical_equal(&first, &second);
}

static bool holds(const struct archive *archive, struct span content, bool bytes)
{
    for (size_t i = 0; i < archive->member_count; i++) {
        if (span_equal(content_of(archive, i), content)) {
            return true;
        }
    }
    for (size_t i = 0; !bytes && i < archive->member_count; i++) {
        if (same_to_linker(content_of(archive, i), content)) {
            return true;
        }
    }
    return false;
}

/** Whether the next stub of @archive from *@at on is this member. */
static bool next_stub_is(const struct archive *archive, size_t *at, const struct ar_member *member,
                         struct span content)
{
    while (*at < archive->member_count && !is_import_stub(content_of(archive, *at))) {
        (*at)++;
    }
    size_t here = (*at)++;
    return here < archive->member_count && span_equal(archive->members[here].name, member->name) &&
           span_equal(content_of(archive, here), content);
}

static void library_conserved(const char *what, const struct archive *old,
                              const struct archive *new, const struct archive *workspace,
                              bool bytes)
{
    size_t stub = 0;
    size_t kept = 0;
    for (size_t i = 0; i < old->member_count; i++) {
        const struct ar_member *member = &old->members[i];
        struct span content = content_of(old, i);
        ck_assert_msg(holds(new, content, true) || holds(workspace, content, bytes),
                      "%s: member %zu is lost", what, i);
        ck_assert_msg(!is_import_stub(content) || next_stub_is(new, &stub, member, content),
                      "%s: import stub %zu is not as it was", what, i);
        if (kept < new->member_count && span_equal(content_of(new, kept), content) &&
            span_equal(new->members[kept].name, member->name)) {
            kept++;
        }
    }
    ck_assert_msg(kept == new->member_count, "%s: member %zu is new, or not in its order", what,
                  kept);
}

void conserved(const char *what, const struct snapshot *before, const char *folder,
               const char *workspace, bool bytes)
{
    struct archive shared = read_archive(workspace);
    ck_assert_uint_gt(before->count, 0);
    for (size_t i = 0; i < before->count; i++) {
        struct archive old;
        struct error error = {0};
        const char *path = arena_printf(&scratch_arena, "%s%s", folder, before->file[i].path);
        ck_assert(archive_read(before->file[i].bytes, &scratch_arena, &old, &error));
        struct archive new = read_archive(path);
        library_conserved(arena_printf(&scratch_arena, "%s: %s", what, path), &old, &new, &shared,
                          bytes);
    }
}
