/* SPDX-License-Identifier: MIT */
#include "census/kinds.h"

#include "ar/universal.h"
#include "census/target.h"

/** What a library, or all libraries of a kind, are for. */
struct purpose {
    const struct class *class; /* of an object that tells the machine; NULL: none does */
    uint32_t platforms;        /* Mach-O: that all of it is for; 0: no object tells */
    const struct xcframework_library *entry; /* of the first one; NULL: in no xcframework */
    bool differ; /* their identifiers are several */
};

struct finding_kinds {
    const struct census *census;
    struct arena *arena;
    struct purpose *libraries; /* by library */
    struct purpose *kinds;     /* by kind */
    size_t count;
    uint32_t *of;
    bool ec;        /* some object is ARM64EC */
    bool macho;     /* all objects are Mach-O */
    bool platforms; /* kinds are for several platforms */
};

static struct universal_machine machine_number(const struct class *class)
{
    return (struct universal_machine){class->raw_machine, class->raw_subtype};
}

/** Find out what a library is for. False if its objects contradict each other. */
static bool find_purpose(struct finding_kinds *f, size_t number)
{
    const struct census *census = f->census;
    const struct library *library = &census->set->libraries[number];
    struct purpose *purpose = &f->libraries[number];
    purpose->entry = library->entry;
    for (size_t i = 0; i < library->archive.member_count; i++) {
        const struct class *class = &census->list[census->class_of[library->first + i]];
        if (class->machine == MACHINE_UNKNOWN) {
            continue;
        }
        f->macho &= class->format == OBJ_MACHO;
        purpose->class = purpose->class ? purpose->class : class;
        uint32_t both = purpose->platforms & class->platforms;
        if (!target_same_machine(purpose->class, class, f->ec) ||
            (purpose->platforms && class->platforms && !both)) {
            return false;
        }
        purpose->platforms = both ? both : purpose->platforms | class->platforms;
    }
    return true;
}

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/** Whether two objects are for one machine; of Mach-O, as universal files have machines. */
static bool same_machine(const struct finding_kinds *f, const struct class *a,
                         const struct class *b)
{
    return target_same_machine(a, b, f->ec) &&
           (a->format != OBJ_MACHO || universal_same_machine(machine_number(a), machine_number(b)));
}

/** Whether xcframeworks say the same platform of both, or both are in none. */
static bool same_entry(const struct purpose *a, const struct purpose *b)
{
    return a->entry && b->entry ? same_text(a->entry->platform, b->entry->platform) &&
                                      same_text(a->entry->variant, b->entry->variant)
                                : a->entry == b->entry;
}

static bool go_together(const struct finding_kinds *f, const struct purpose *a,
                        const struct purpose *b)
{
    return same_entry(a, b) &&
           (!a->class || !b->class || same_machine(f, a->class, b->class)) &&
           (!a->platforms || !b->platforms || a->platforms == b->platforms);
}

/** Put a library to the first kind that it goes with, which may be new. */
static void add_library(struct finding_kinds *f, size_t number)
{
    const struct purpose *own = &f->libraries[number];
    size_t at = 0;
    while (at < f->count && !go_together(f, &f->kinds[at], own)) {
        at++;
    }
    struct purpose *kind = &f->kinds[at];
    if (at == f->count) {
        *kind = *own;
        f->count++;
    }
    uint32_t both = kind->platforms & own->platforms;
    kind->class = kind->class ? kind->class : own->class;
    kind->platforms = both ? both : kind->platforms | own->platforms;
    kind->differ |= own->entry && strcmp(own->entry->identifier, kind->entry->identifier) != 0;
    f->platforms |= kind->platforms && f->kinds[0].platforms &&
                    kind->platforms != f->kinds[0].platforms;
    f->of[number] = (uint32_t)at;
}

/** How much a library tells: its machine and platform; its machine; nothing. */
static int tells(const struct purpose *purpose)
{
    bool all = purpose->platforms || (purpose->class && purpose->class->format != OBJ_MACHO);
    return all ? 2 : purpose->class ? 1 : 0;
}

/** What Apple's tools call the machine; of other formats, what armeld does. */
static const char *machine_of(const struct purpose *purpose, struct arena *arena)
{
    const struct class *class = purpose->class;
    if (!class) {
        return "no object";
    }
    return class->format == OBJ_MACHO
               ? universal_machine_name(machine_number(class), arena)
               : object_machine_name(class->machine);
}

/** Name a kind by what tells it from the others. NULL: memory is short. */
static const char *name_kind(const struct finding_kinds *f, const struct purpose *kind,
                             const char *machine)
{
    const char *platform = kind->platforms ? object_platform_name(kind->platforms) : "";
    const struct xcframework_library *entry = kind->entry;
    if (entry && !kind->differ) {
        return arena_printf(f->arena, "%s/%s", entry->identifier, machine);
    }
    if (entry) {
        return arena_printf(f->arena, "%s%s%s %s", entry->platform, entry->variant ? " " : "",
                            entry->variant ? entry->variant : "", machine);
    }
    if (!f->macho && kind->class) {
        enum obj_format format = kind->class->format;
        return arena_printf(f->arena, "%s %s%s%s", machine,
                            object_format_name(format == OBJ_IMPORT ? OBJ_COFF : format),
                            *platform ? " for " : "", platform);
    }
    return f->platforms && *platform ? arena_printf(f->arena, "%s %s", platform, machine) : machine;
}

/** Describe the kinds that were found. False when memory is short. */
static bool list_kinds(const struct finding_kinds *f, struct kinds *kinds)
{
    struct kind *list = ARENA_ARRAY(f->arena, struct kind, f->count);
    for (size_t i = 0; list && i < f->count; i++) {
        const char *machine = machine_of(&f->kinds[i], f->arena);
        list[i].machine = machine;
        list[i].name = machine ? name_kind(f, &f->kinds[i], machine) : NULL;
        if (!list[i].name) {
            return false;
        }
    }
    for (size_t i = 0; list && i < f->census->set->library_count; i++) {
        list[f->of[i]].libraries++;
    }
    *kinds = (struct kinds){list, f->count, f->of};
    return list;
}

bool kinds_find(const struct census *census, struct arena *arena, struct kinds *kinds,
                struct error *error)
{
    size_t count = census->set->library_count;
    struct finding_kinds f = {.census = census,
                              .arena = arena,
                              .libraries = ARENA_ARRAY(arena, struct purpose, count),
                              .kinds = ARENA_ARRAY(arena, struct purpose, count),
                              .of = ARENA_ARRAY(arena, uint32_t, count),
                              .macho = true};
    *kinds = (struct kinds){0};
    if (!f.libraries || !f.kinds || !f.of) {
        return error_memory(error);
    }
    for (size_t i = 0; i < census->count; i++) {
        f.ec |= census->list[i].machine == MACHINE_ARM64EC;
    }
    for (size_t i = 0; i < count; i++) {
        if (!find_purpose(&f, i)) {
            return true;
        }
    }
    for (int turn = 2; turn >= 0; turn--) {
        for (size_t i = 0; i < count; i++) {
            if (tells(&f.libraries[i]) == turn) {
                add_library(&f, i);
            }
        }
    }
    return list_kinds(&f, kinds) || error_memory(error);
}
