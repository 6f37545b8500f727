/* SPDX-License-Identifier: MIT */
/** An object with nothing in it, which tells what an archive is for. */
#include "obj/macho.h"
#include "obj/obj_edit.h"

/** Keep the commands that name a platform. */
static void keep_versions(struct obj_edit *edit)
{
    size_t kept = 0;
    for (size_t i = 0; i < edit->command_count; i++) {
        if (macho_command_platform(&edit->object, edit->commands[i].bytes)) {
            edit->commands[kept++] = edit->commands[i];
        }
    }
    edit->command_count = kept;
}

enum obj_result macho_make_empty(struct span like, struct arena *arena, struct span *empty,
                                 struct error *error)
{
    struct obj_edit edit;
    enum obj_result result = obj_edit_read(like, arena, &edit, error);
    if (result != OBJ_OK) {
        return result;
    }
    bool *sections = ARENA_ARRAY(arena, bool, edit.object.section_count);
    bool *symbols = ARENA_ARRAY(arena, bool, edit.object.symbol_count);
    if (!sections || !symbols) {
        error_memory(error);
        return OBJ_BROKEN;
    }
    memset(sections, true, edit.object.section_count);
    memset(symbols, true, edit.object.symbol_count);
    keep_versions(&edit);
    edit.object.flags = MH_SUBSECTIONS_VIA_SYMBOLS;
    result = obj_edit_drop(&edit, sections, symbols, arena, error);
    return result == OBJ_OK ? obj_edit_write(&edit, arena, empty, error) : result;
}
