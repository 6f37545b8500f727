/* SPDX-License-Identifier: MIT */
/** Prelinking Mach-O: load commands, and sections that are left out. */
#include "obj/macho.h"
#include "obj/writer.h"
#include "shrink/macho_kinds.h"
#include "shrink/prelink_internal.h"

/* ---- sections ---------------------------------------------------------------------------- */

/** The section of a kind of which an object may have one only (MACHO_SINGLE), or NULL. */
static struct obj_section *find_single(const struct object *object, const struct macho_kind *kind)
{
    for (size_t i = 0; i < object->section_count; i++) {
        if (macho_kind_of(&object->sections[i]) == kind) {
            return &object->sections[i];
        }
    }
    return NULL;
}

/** The first part that has a section of a kind, or @part. */
static size_t first_with(const struct prelink_part *parts, size_t part,
                         const struct macho_kind *kind)
{
    size_t first = 0;
    while (first < part && !find_single(&parts[first].edit.object, kind)) {
        first++;
    }
    return first;
}

bool macho_omits(const struct prelink_part *parts, size_t part, const struct obj_section *section)
{
    const struct macho_kind *kind = macho_kind_of(section);
    return kind->joining == MACHO_OMIT || section->kind == SECTION_DEBUG ||
           (kind->joining == MACHO_SINGLE && first_with(parts, part, kind) < part);
}

/**
 * Join two records of __objc_imageinfo, u32 version and u32 flags, as linkers do: categories have
 * class properties (0x40) only if they have in all objects, and objects without Swift, whose
 * version is 0, say nothing of its version (bits 8 to 31). NULL data if they contradict each other
 * or memory is short [lld, ObjC.cpp, ObjCImageInfoSection].
 */
static struct span join_infos(struct span one, struct span more, bool big, struct arena *arena)
{
    enum { SIZE = 8, CLASS_PROPERTIES = 0x40, SWIFT = 8 };
    struct cursor c = {NULL, 0, big};
    if (one.size != SIZE || more.size != SIZE) {
        return span_make(NULL, 0);
    }
    uint32_t version = get_32(one.data, big);
    uint32_t a = get_32(one.data + 4, big), b = get_32(more.data + 4, big);
    uint32_t differ = a ^ b;
    bool swift = a >> SWIFT && b >> SWIFT && differ >> SWIFT;
    bool flags = differ & 0xff & ~(uint32_t)CLASS_PROPERTIES;
    if (swift || flags || version != get_32(more.data, big) ||
        !(c.bytes = arena_alloc(arena, SIZE))) {
        return span_make(NULL, 0);
    }
    put_32(&c, version);
    put_32(&c, (a | b) & ~(differ & CLASS_PROPERTIES));
    return span_make(c.bytes, c.at);
}

/** Of the sections of which one is kept, join what they say in the first one. */
static enum obj_result join_singles(struct linking *l)
{
    for (size_t i = 0; i < l->part_count; i++) {
        const struct object *object = object_of(l, i);
        for (size_t s = 0; s < object->section_count; s++) {
            const struct obj_section *section = &object->sections[s];
            const struct macho_kind *kind = macho_kind_of(section);
            size_t first = kind->joining == MACHO_SINGLE ? first_with(l->parts, i, kind) : i;
            struct obj_section *single =
                first < i ? find_single(&l->parts[first].edit.object, kind) : NULL;
            if (!single || span_equal(single->data, section->data)) {
                continue;
            }
            struct span all = join_infos(single->data, section->data, object->big_endian, l->arena);
            if (!all.data) {
                return PART_FAIL(l, i, "%.*s differs from that of %.*s (other flags, or another "
                                 "Swift version): they cannot be one object",
                                 SPAN_BRIEF(section->name), SPAN_BRIEF(l->parts[first].name));
            }
            single->data = all;
        }
    }
    return OBJ_OK;
}

/* ---- versions ---------------------------------------------------------------------------- */

/**
 * Where the versions lie in LC_BUILD_VERSION (after the platform) and in LC_VERSION_MIN_*: first
 * the lowest version of the system that can run the object, then that of the SDK.
 */
static size_t versions_at(uint32_t type)
{
    return type == LC_BUILD_VERSION ? 12 : 8;
}

static uint32_t version_of(const struct obj_edit *edit, struct span command, size_t number)
{
    bool big = edit->object.big_endian;
    size_t at = versions_at(get_32(command.data, big)) + 4 * number;
    return at + 4 <= command.size ? get_32(command.data + at, big) : 0;
}

/** Raise the versions of a command of the output to those of another one. False: no memory. */
static bool raise_versions(const struct linking *l, struct span *command, struct span other)
{
    bool big = l->out->object.big_endian;
    uint8_t *bytes = arena_alloc(l->arena, command->size);
    size_t at = versions_at(get_32(command->data, big));
    if (!bytes) {
        return false;
    }
    memcpy(bytes, command->data, command->size);
    for (size_t number = 0; number < 2 && at + 4 * number + 4 <= command->size; number++) {
        struct cursor c = {bytes, at + 4 * number, big};
        uint32_t own = version_of(l->out, *command, number);
        uint32_t version = version_of(l->out, other, number);
        put_32(&c, version > own ? version : own);
    }
    *command = span_make(bytes, command->size);
    return true;
}

/** Add a command that names a platform, or raise the versions of the one for that platform. */
static enum obj_result add_version(struct linking *l, size_t part, struct span command,
                                   uint32_t platforms)
{
    const struct object *object = object_of(l, part);
    uint32_t platform = macho_command_platform(object, command);
    if (!(platform & platforms)) {
        return OBJ_OK; /* other parts are not for this platform */
    }
    for (size_t i = 0; i < l->out->command_count; i++) {
        struct span *known = &l->out->commands[i].bytes;
        if (macho_command_platform(object, *known) == platform) {
            return raise_versions(l, known, command) ? OBJ_OK : OBJ_NO_MEMORY;
        }
    }
    l->out->commands[l->out->command_count++] = (struct edit_command){command, {NULL, 0}};
    return OBJ_OK;
}

/**
 * Find the platforms that all parts are for; a part that names none is for any. Parts for one and
 * for two platforms stay apart: joined they would be for one.
 */
static enum obj_result common_platforms(const struct linking *l, uint32_t *platforms)
{
    *platforms = UINT32_MAX;
    for (size_t i = 0; i < l->part_count; i++) {
        uint32_t own = object_of(l, i)->platforms;
        if (own && *platforms != UINT32_MAX && own != *platforms) {
            return PART_FAIL(l, i, "is for %s, but members before it are for %s: they cannot be "
                             "one object", object_platform_name(own),
                             object_platform_name(*platforms));
        }
        *platforms &= own ? own : UINT32_MAX;
    }
    return OBJ_OK;
}

/* ---- load commands ----------------------------------------------------------------------- */

static bool has_command(const struct obj_edit *edit, struct span bytes)
{
    for (size_t i = 0; i < edit->command_count; i++) {
        if (span_equal(edit->commands[i].bytes, bytes)) {
            return true;
        }
    }
    return false;
}

/**
 * Take a command of a part: options for the linker once, versions as add_version() does. Data in
 * code comes back when the layout is known (macho_put_places()); hints for optimisation and notes,
 * which no linker needs, are left out.
 */
static enum obj_result add_command(struct linking *l, size_t part,
                                   const struct edit_command *command, uint32_t platforms)
{
    const struct object *object = object_of(l, part);
    if (macho_command_platform(object, command->bytes)) {
        return add_version(l, part, command->bytes, platforms);
    }
    if (get_32(command->bytes.data, object->big_endian) == LC_LINKER_OPTION &&
        !has_command(l->out, command->bytes)) {
        l->out->commands[l->out->command_count++] = *command;
    }
    return OBJ_OK;
}

enum obj_result macho_join_whole(struct linking *l)
{
    size_t most = 0;
    uint32_t platforms;
    for (size_t i = 0; i < l->part_count; i++) {
        most += l->parts[i].edit.command_count;
    }
    l->out->commands = ARENA_ARRAY(l->arena, struct edit_command, most + 1);
    l->out->command_count = 0;
    if (!l->out->commands) {
        return OBJ_NO_MEMORY;
    }
    enum obj_result result = common_platforms(l, &platforms);
    for (size_t i = 0; i < l->part_count; i++) {
        const struct obj_edit *edit = &l->parts[i].edit;
        for (size_t c = 0; result == OBJ_OK && c < edit->command_count; c++) {
            result = add_command(l, i, &edit->commands[c], platforms);
        }
    }
    return result == OBJ_OK ? join_singles(l) : result;
}
