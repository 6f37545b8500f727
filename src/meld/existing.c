/* SPDX-License-Identifier: MIT */
#include "meld/existing.h"

#include "meld/recipe.h"
#include "obj/object.h"

/** Put every content of the inputs into the pantry. */
static bool gather(const struct set *set, struct pantry *pantry)
{
    for (uint32_t i = 0; i < set->member_count; i++) {
        struct span content =
            ar_member_content(&set_library_of(set, i)->archive, set_member(set, i));
        if (set->members[i].leader == i && !pantry_add(pantry, content)) {
            return false;
        }
    }
    return true;
}

bool existing_check(const char *path, const char *name, const struct set *set,
                    struct error *error)
{
    struct os_file file = {0};
    struct arena arena = {0};
    struct archive archive;
    struct error unread = {0};
    struct pantry inputs = {0};
    if (os_kind(path) != OS_FILE) {
        return true;
    }
    if (!os_map(path, &file, error)) {
        return false;
    }
    bool done = true;
    if (archive_read(file.bytes, &arena, &archive, &unread) && archive.member_count) {
        done = gather(set, &inputs) || error_memory(error);
        for (size_t i = 0; done && i < archive.member_count; i++) {
            const struct ar_member *member = &archive.members[i];
            /* only objects ever move */
            if (object_probe(member->data) != OBJ_OTHER &&
                !pantry_has(&inputs, ar_member_content(&archive, member))) {
                done = error_set(error,
                                 "%s: holds %.*s, which none of the libraries named has: what was "
                                 "melded into it before may need it; put the original libraries "
                                 "back first, or name another workspace",
                                 name, (int)member->name.size, (const char *)member->name.data);
            }
        }
    }
    pantry_free(&inputs);
    arena_free(&arena);
    os_unmap(&file);
    return done;
}
