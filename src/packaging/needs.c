/* SPDX-License-Identifier: MIT */
#include "packaging/needs.h"

#include "obj/directives.h"
#include "obj/object.h"

static bool ends_in_lib(struct span name)
{
    return name.size > 4 && (span_ends(name, ".lib") || span_ends(name, ".LIB"));
}

/** "ws2_32.lib" and "ws2_32" are -lws2_32; a path stays one. */
static bool add_default_library(struct span name, struct words *flags, struct arena *arena)
{
    bool path =
        name.size && (memchr(name.data, '/', name.size) || memchr(name.data, '\\', name.size));
    size_t size = ends_in_lib(name) && !path ? name.size - 4 : name.size;
    return name.size == 0 ||
           words_add_once(flags, arena_printf(arena, "%s%.*s", path ? "" : "-l", (int)size,
                                              (const char *)name.data),
                          arena);
}

static bool add_directives(const struct object *object, struct words *flags, struct arena *arena)
{
    struct obj_directive directive;
    for (struct span rest = object->directives; obj_next_directive(&rest, &directive);) {
        if (directive.kind == DIRECTIVE_DEFAULTLIB &&
            !add_default_library(directive.value, flags, arena)) {
            return false;
        }
    }
    return true;
}

/** A payload is a count of strings, each with a NUL behind it. [loader.h, linker_option_command] */
static bool add_option(const struct object *object, struct span payload, struct words *flags,
                       struct arena *arena)
{
    uint32_t count = payload.size >= 4 ? get_32(payload.data, object->big_endian) : 0;
    struct words words = {0};
    struct span word;
    uint64_t at = 4;
    for (uint32_t i = 0; i < count && span_cstr(payload, at, &word); i++) {
        const char *text = arena_printf(arena, "%.*s", SPAN_ARGS(word));
        if (!words_add(&words, text, arena)) {
            return false;
        }
        at += word.size + 1;
    }
    return words_pair_flags(&words, flags, arena);
}

bool needs_add(struct span member, struct words *flags, struct arena *arena)
{
    struct object object;
    struct error unread = {0};
    struct arena scratch = {0};
    bool done = true;
    enum obj_format format = object_probe(member);
    enum obj_result result = format == OBJ_COFF || format == OBJ_MACHO
                                 ? object_read(member, &scratch, &object, &unread)
                                 : OBJ_BROKEN;
    if (result == OBJ_NO_MEMORY) {
        done = false;
    } else if (result == OBJ_OK) {
        done = add_directives(&object, flags, arena);
        for (size_t i = 0; done && i < object.linker_option_count; i++) {
            done = add_option(&object, object.linker_options[i], flags, arena);
        }
    }
    arena_free(&scratch);
    return done;
}
