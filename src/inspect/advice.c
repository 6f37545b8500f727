/* SPDX-License-Identifier: MIT */
#include "inspect/advice.h"

#include <stdio.h>

#include "base/text.h"
#include "obj/rcgu.h"

enum build_kind build_kind_of(const struct set *set, uint32_t number)
{
    const struct archive *archive = &set->libraries[number].archive;
    bool builtins = false;
    bool core = false;
    for (size_t i = 0; i < archive->member_count; i++) {
        struct rcgu_name name;
        rcgu_parse(archive->members[i].name, &name);
        if (span_ends(archive->members[i].name, ".rcgu.o.rcgu.o")) {
            return BUILD_THIN_LTO;
        }
        builtins |= span_is(name.crate, "compiler_builtins");
        core |= span_is(name.crate, "core");
    }
    return builtins && !core ? BUILD_FAT_LTO : BUILD_PLAIN;
}

/** Libraries of one kind, and the bytes of Rust objects that stay in them. */
struct builds {
    size_t count;
    uint32_t first;
    uint64_t bytes;
};

static void add_build(struct builds *builds, const struct census *census, const struct plan *plan,
                      uint32_t number)
{
    const struct library *library = &census->set->libraries[number];
    builds->first = builds->count++ ? builds->first : number;
    for (uint32_t i = 0; i < library->archive.member_count; i++) {
        const struct ar_member *member = &library->archive.members[i];
        if (span_ends(member->name, ".rcgu.o") && plan_stays(plan, census, library->first + i)) {
            builds->bytes += member->data.size;
        }
    }
}

static const char *builds_note(const struct builds *builds, const struct set *set, const char *lto,
                               const char *why, struct arena *arena)
{
    char bytes[TEXT_BYTES_SIZE];
    char others[64] = "";
    if (builds->count > 1) {
        snprintf(others, sizeof others, " and %zu other%s", builds->count - 1,
                 builds->count == 2 ? "" : "s");
    }
    text_bytes(builds->bytes, bytes);
    return arena_printf(arena,
                        "%s%s: built with lto = \"%s\": %s; %s of Rust objects stay. Without "
                        "LTO most would be shared.",
                        set->libraries[builds->first].path, others, lto, why, bytes);
}

bool advice_fill(const struct census *census, const struct plan *plan, struct arena *arena,
                 struct armeld_report *report)
{
    static const struct {
        const char *lto;
        const char *why;
    } kinds[] = {
        [BUILD_THIN_LTO] = {"thin", "what was optimised for one library differs from the others'"},
        [BUILD_FAT_LTO] = {"fat", "crates and std are one object, another in each library"},
    };
    struct builds builds[BUILD_FAT_LTO + 1] = {0};
    const char **notes = ARENA_ARRAY(arena, const char *, BUILD_FAT_LTO);
    for (uint32_t i = 0; notes && i < census->set->library_count; i++) {
        add_build(&builds[build_kind_of(census->set, i)], census, plan, i);
    }
    report->notes = notes;
    for (int kind = BUILD_THIN_LTO; notes && kind <= BUILD_FAT_LTO; kind++) {
        if (builds[kind].count && builds[kind].bytes * 10 > report->bytes_before) {
            const char *note =
                builds_note(&builds[kind], census->set, kinds[kind].lto, kinds[kind].why, arena);
            notes[report->note_count++] = note;
            notes = note ? notes : NULL;
        }
    }
    return notes != NULL;
}
