/* SPDX-License-Identifier: MIT */
#include "census/target.h"

#include <stdio.h>

#include "ar/universal.h"

/** How much of an error's text a list of libraries may fill. */
enum { LIST_SIZE = 700, MOST_KINDS = 8 };

/** Short imports are COFF, too. */
static enum obj_format family(enum obj_format format)
{
    return format == OBJ_IMPORT ? OBJ_COFF : format;
}

static enum obj_machine machine_of(const struct class *class)
{
    return class->format == OBJ_BITCODE ? class->bitcode_machine : class->machine;
}

static bool tells_kind(const struct class *class)
{
    return machine_of(class) != MACHINE_UNKNOWN || class->platforms;
}

static bool is_arm64e(const struct class *class)
{
    return object_is_arm64e(class->format, class->raw_machine, class->raw_subtype);
}

static bool names_no_platform(const struct class *class)
{
    return class->format == OBJ_MACHO && !class->platforms;
}

static bool is_ec_company(const struct class *class)
{
    enum obj_machine machine = machine_of(class);
    return machine == MACHINE_X86_64 || machine == MACHINE_ARM64 || machine == MACHINE_ARM64EC;
}

/** Apple's name of a machine that has no other: "arm64_32", "armv7k"; NULL: memory, or none. */
static const char *apple_name(const struct class *class, struct span member, struct arena *arena)
{
    struct universal_machine machine = {class->raw_machine, class->raw_subtype};
    struct macho_target target;
    struct span triple;
    bool is = class->format == OBJ_MACHO;
    if (class->format == OBJ_BITCODE && object_bitcode_triple(member, &triple)) {
        is = macho_triple_target(triple, &target);
        machine = (struct universal_machine){target.machine, target.subtype};
    }
    return is ? universal_machine_name(machine, arena) : NULL;
}

/** The machine for messages; arm64 has a variant that does not link with it. */
static const char *machine_name(const struct class *class, struct span member, struct arena *arena)
{
    enum obj_machine machine = machine_of(class);
    bool unknown = machine == MACHINE_UNKNOWN || machine == MACHINE_OTHER;
    const char *name = unknown ? apple_name(class, member, arena) : NULL;
    return is_arm64e(class) ? "arm64e" : name ? name : object_machine_name(machine);
}

bool target_same_machine(const struct class *a, const struct class *b, bool ec)
{
    bool bitcode = a->format == OBJ_BITCODE || b->format == OBJ_BITCODE;
    enum obj_format first = family(a->format == OBJ_BITCODE ? a->compiles_to : a->format);
    enum obj_format second = family(b->format == OBJ_BITCODE ? b->compiles_to : b->format);
    if (first != second && !(bitcode && (first == OBJ_OTHER || second == OBJ_OTHER))) {
        return false;
    }
    if (bitcode && (!ec || !is_ec_company(a) || !is_ec_company(b))) {
        return machine_of(a) == machine_of(b) || machine_of(a) == MACHINE_UNKNOWN ||
               machine_of(b) == MACHINE_UNKNOWN;
    }
    if (ec && is_ec_company(a) && is_ec_company(b)) {
        return true;
    }
    return a->machine == b->machine && a->raw_machine == b->raw_machine && a->bits == b->bits &&
           a->big_endian == b->big_endian && is_arm64e(a) == is_arm64e(b);
}

/** Whether both can stand in one link. @ec: some object of the set is ARM64EC. */
static bool go_together(const struct class *a, const struct class *b, bool ec)
{
    return target_same_machine(a, b, ec) &&
           (!a->platforms || !b->platforms || a->platforms & b->platforms);
}

/** Whether a list that has @a need not have @b: they go together, and are for one platform. */
static bool is_one_kind(const struct class *a, const struct class *b, bool ec)
{
    return go_together(a, b, ec) && (!b->platforms || a->platforms == b->platforms);
}

/** The library that has a class first. */
static const struct library *library_of(const struct census *census, const struct class *class)
{
    return set_library_of(census->set, class_member(census, (size_t)(class - census->list)));
}

/** Name the kind of a class: its machine, format and platform, and where it is. @member too */
static int print_kind(const struct census *census, const struct class *class, bool more,
                      bool member, char *text, size_t size)
{
    uint32_t number = class_member(census, (size_t)(class - census->list));
    struct span name = member ? set_member(census->set, number)->name : (struct span){0};
    struct arena arena = {0};
    const char *machine = machine_name(class, member_content(census->set, number), &arena);
    int printed = snprintf(
        text, size, "%s%s %s%s%s in %s%s%.*s%s", more ? ", " : "", machine,
        object_format_name(family(class->format)), class->platforms ? " for " : "",
        class->platforms ? object_platform_name(class->platforms) : "",
        library_of(census, class)->path, member ? "(" : "", SPAN_ARGS(name), member ? ")" : "");
    arena_free(&arena);
    return printed;
}

/** A library that has objects of several kinds itself; NULL: none has. */
static const struct library *find_mixed(const struct census *census, bool ec)
{
    for (size_t i = 0; i < census->set->library_count; i++) {
        const struct library *library = &census->set->libraries[i];
        const struct class *first = NULL;
        for (size_t j = 0; j < library->archive.member_count; j++) {
            const struct class *class = &census->list[census->class_of[library->first + j]];
            bool tells = tells_kind(class) && !names_no_platform(class);
            if (tells && first && !go_together(first, class, ec)) {
                return library;
            }
            first = tells && !first ? class : first;
        }
    }
    return NULL;
}

/** Put kinds into words. @text of LIST_SIZE */
static void print_kinds(const struct census *census, const struct class *const *listed,
                        size_t count, bool members, char *text)
{
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        int size = print_kind(census, listed[i], i, members, text + used, LIST_SIZE - used);
        used += size < 0 ? 0 : (size_t)size;
        used = used < LIST_SIZE ? used : LIST_SIZE - 1;
    }
}

/** List one library for each kind of object. */
static bool refuse(const struct census *census, bool ec, struct error *error)
{
    char text[LIST_SIZE] = "";
    const struct class *listed[MOST_KINDS];
    size_t count = 0;
    /* objects that name no platform come last: they go with those that name one */
    for (size_t i = 0; i < 2 * census->count && count < MOST_KINDS; i++) {
        const struct class *class = &census->list[i % census->count];
        bool turn = tells_kind(class) && names_no_platform(class) == (i >= census->count);
        size_t known = turn ? 0 : count;
        while (known < count && !is_one_kind(listed[known], class, ec)) {
            known++;
        }
        if (known == count && turn) {
            listed[count++] = class;
        }
    }
    bool macho = count > 0;
    for (size_t i = 0; i < count; i++) {
        macho &= listed[i]->format == OBJ_MACHO;
    }
    const struct library *mixed = find_mixed(census, ec);
    print_kinds(census, listed, count, mixed, text);
    return error_set(error, "objects of different kinds in one run: %s%s%s%s", text,
                     mixed ? "; " : "", mixed ? mixed->path : "",
                     mixed                            ? " has several: make an archive for each"
                     : macho && census->set->may_part ? "; --workspaces=auto melds them apart"
                                                      : "");
}

static bool is_linked(struct span slice)
{
    return object_probe(slice) != OBJ_OTHER || archive_probe(slice);
}

/** Refuse universal files within archives: Apple's linkers reject such an archive. */
static bool check_not_nested(const struct census *census, struct error *error)
{
    for (size_t i = 0; i < census->count; i++) {
        uint32_t member = class_member(census, i);
        if (!class_is_object(&census->list[i]) &&
            !set_library_of(census->set, member)->is_image &&
            universal_has(member_content(census->set, member), is_linked)) {
            error_set(error, "a universal file within an archive, which linkers reject: make an "
                             "archive for each machine of such objects, and join these by lipo");
            return set_error_at(census->set, member, error);
        }
    }
    return true;
}

/** The platforms that all objects of a library are for; UINT32_MAX: none tells. */
static uint32_t platforms_of(const struct census *census, const struct library *library)
{
    uint32_t platforms = UINT32_MAX;
    for (size_t i = 0; i < library->archive.member_count; i++) {
        uint32_t own = census->list[census->class_of[library->first + i]].platforms;
        platforms &= own ? own : UINT32_MAX;
    }
    return platforms;
}

/**
 * Whether libraries are for the same platforms. One for two platforms shares nothing with one for
 * one of them: linkers reject an archive for the other one that has members for this one only.
 */
static bool same_platforms(const struct census *census)
{
    uint32_t all = UINT32_MAX;
    bool same = true;
    for (size_t i = 0; i < census->set->library_count; i++) {
        uint32_t own = platforms_of(census, &census->set->libraries[i]);
        same &= own && (own == UINT32_MAX || all == UINT32_MAX || own == all);
        all = all == UINT32_MAX ? own : all;
    }
    return same;
}

bool target_agree(const struct census *census, struct target *target, struct error *error)
{
    const struct class *first = NULL;
    const struct class *bitcode = NULL; /* its first, which tells a machine only */
    bool ec = false;
    unsigned abis = 0;
    *target = (struct target){OBJ_OTHER, MACHINE_UNKNOWN, 0};
    if (!check_not_nested(census, error)) {
        return false;
    }
    for (size_t i = 0; i < census->count; i++) {
        ec = ec || machine_of(&census->list[i]) == MACHINE_ARM64EC;
    }
    if (!same_platforms(census)) {
        return refuse(census, ec, error);
    }
    for (size_t i = 0; i < census->count; i++) {
        const struct class *class = &census->list[i];
        if (!tells_kind(class)) {
            continue;
        }
        abis |= class->abis;
        if ((first && !target_same_machine(first, class, ec)) ||
            (bitcode && !target_same_machine(bitcode, class, ec))) {
            return refuse(census, ec, error);
        }
        if (class->format == OBJ_BITCODE) {
            bitcode = bitcode ? bitcode : class;
        } else {
            first = first ? first : class;
        }
    }
    if (first) {
        enum obj_machine machine = ec ? MACHINE_ARM64EC : first->machine;
        *target = (struct target){family(first->format), machine, abis};
    } else if (bitcode) {
        *target = (struct target){bitcode->compiles_to, machine_of(bitcode), abis};
    }
    return true;
}

/** Whether a linker finds such objects in archives of that flavour. */
static bool holds(enum ar_flavour flavour, enum obj_format format)
{
    switch (format) {
    case OBJ_ELF:
        return flavour == AR_GNU;
    case OBJ_MACHO:
        return flavour == AR_DARWIN;
    case OBJ_COFF:
        return flavour == AR_GNU || flavour == AR_COFF;
    default:
        return true;
    }
}

/** The flavour for objects of a format that the inputs' flavours do not suit. */
static enum ar_flavour flavour_for(enum obj_format format)
{
    return format == OBJ_MACHO ? AR_DARWIN : AR_GNU;
}

/**
 * The inputs' flavour; archives without members have none. Of archives whose flavour does not suit
 * their objects (llvm-ar --format=bsd writes such ones), the flavour does not count.
 */
static bool common_flavour(const struct set *set, enum obj_format format, enum ar_flavour *flavour,
                           struct error *error)
{
    const struct library *first = NULL;
    *flavour = AR_UNKNOWN;
    for (size_t i = 0; i < set->library_count; i++) {
        const struct library *library = &set->libraries[i];
        if (library->archive.flavour == AR_UNKNOWN || !holds(library->archive.flavour, format)) {
            continue;
        }
        if (first && first->archive.flavour != library->archive.flavour) {
            return error_set(error,
                             "%s is a %s archive, %s a %s one: say with --flavour which to "
                             "write",
                             first->path, ar_flavour_name(first->archive.flavour), library->path,
                             ar_flavour_name(library->archive.flavour));
        }
        first = first ? first : library;
        *flavour = library->archive.flavour;
    }
    return true;
}

bool target_flavour(const struct set *set, const struct target *target, enum armeld_flavour asked,
                    enum ar_flavour *flavour, struct error *error)
{
    static const enum ar_flavour flavours[] = {
        [ARMELD_AUTO] = AR_UNKNOWN,
        [ARMELD_GNU] = AR_GNU,
        [ARMELD_DARWIN] = AR_DARWIN,
        [ARMELD_COFF] = AR_COFF,
    };
    *flavour = flavours[asked];
    if (*flavour == AR_UNKNOWN && !common_flavour(set, target->format, flavour, error)) {
        return false;
    }
    if (*flavour == AR_UNKNOWN) {
        *flavour = flavour_for(target->format);
    }
    return holds(*flavour, target->format) ||
           error_set(error, "%s archives cannot hold %s objects; %s ones can",
                     ar_flavour_name(*flavour), object_format_name(target->format),
                     ar_flavour_name(flavour_for(target->format)));
}
