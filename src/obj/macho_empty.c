/* SPDX-License-Identifier: MIT */
/** An object with nothing in it, which tells what an archive is for. */
#include "obj/macho.h"
#include "obj/obj_edit.h"
#include "obj/writer.h"

/** Keep the commands that name a platform. */
static void keep_versions(struct obj_edit *edit)
{
    const struct macho *macho = edit->object.reader;
    edit->commands = macho->commands;
    for (size_t i = 0; i < macho->command_count; i++) {
        if (macho_command_platform(&edit->object, macho->commands[i].bytes)) {
            edit->commands[edit->command_count++] = macho->commands[i];
        }
    }
}

/** What bitcode would become, without anything in it: a header, a command for its platform. */
static enum obj_result compile_nothing(struct span bitcode, struct arena *arena, struct span *out,
                                       struct error *error)
{
    enum { HEADER = 28, HEADER_64 = 32, COMMAND = 24, WIDE = 1 << 24 };
    struct macho_target target;
    struct span triple;
    if (!object_bitcode_triple(bitcode, &triple) || !macho_triple_target(triple, &target)) {
        return OBJ_REFUSE(error, "its target triple is none of Apple's");
    }
    bool wide = target.machine & WIDE;
    size_t header = wide ? HEADER_64 : HEADER;
    size_t size = header + (target.platform ? COMMAND : 0);
    uint8_t *bytes = ARENA_ARRAY(arena, uint8_t, size);
    if (!bytes) {
        return OBJ_NO_MEMORY;
    }
    put_le32(bytes, wide ? MH_MAGIC_64 : MH_MAGIC);
    put_le32(bytes + 4, target.machine);
    put_le32(bytes + 8, target.subtype);
    put_le32(bytes + 12, MH_OBJECT);
    if (target.platform) {
        put_le32(bytes + 16, 1);
        put_le32(bytes + 20, COMMAND);
        put_le32(bytes + header, LC_BUILD_VERSION);
        put_le32(bytes + header + 4, COMMAND);
        put_le32(bytes + header + 8, target.platform);
        put_le32(bytes + header + 12, target.system);
    }
    *out = span_make(bytes, size);
    return OBJ_OK;
}

enum obj_result macho_make_empty(struct span like, struct arena *arena, struct span *empty,
                                 struct error *error)
{
    struct obj_edit edit = {.timestamp = 0};
    /* also of machines whose code is not written: an object without any has no relocations */
    enum obj_result result = object_probe(like) == OBJ_BITCODE
                                 ? compile_nothing(like, arena, &like, error)
                                 : OBJ_OK;
    result = result == OBJ_OK ? object_read(like, arena, &edit.object, error) : result;
    if (result != OBJ_OK) {
        return result;
    }
    if (edit.object.format != OBJ_MACHO) {
        return OBJ_REFUSE(error, "%s is no Mach-O", object_format_name(edit.object.format));
    }
    keep_versions(&edit);
    edit.object.section_count = edit.object.symbol_count = edit.object.group_count = 0;
    edit.object.flags = MH_SUBSECTIONS_VIA_SYMBOLS;
    return obj_edit_write(&edit, arena, empty, error);
}
