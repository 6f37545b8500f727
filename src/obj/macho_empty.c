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

enum obj_result macho_make_empty(struct span like, struct arena *arena, struct span *empty,
                                 struct error *error)
{
    struct obj_edit edit = {.timestamp = 0};
    /* also of machines whose code is not written: an object without any has no relocations */
    enum obj_result result = object_read(like, arena, &edit.object, error);
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
