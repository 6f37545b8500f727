/* SPDX-License-Identifier: MIT */
/**
 * GCC's code for LTO: the table of symbols that its linker plug-in reads.
 *
 * GCC puts its code into sections .gnu.lto_NAME.ID, where ID differs from one file to the other
 * unless -frandom-seed is given (gcc/lto-section-names.h, gcc/lto-streamer.cc). Among them are:
 *
 *   .gnu.lto_.symtab.ID      entries without padding or count (gcc/lto-streamer-out.cc,
 *                            write_symbol; lto-plugin/lto-plugin.c, parse_table_entry): the name
 *                            and a NUL; the comdat's name and a NUL; a byte, the kind: definition,
 *                            weak, undefined, undefined and weak, common; a byte, the visibility:
 *                            default, protected, internal, hidden; u64 size; u32 slot
 *   .gnu.lto_.ext_symtab.ID  a byte, the version; two bytes a symbol: function or variable, in .bss
 *                            or not. Linkers decide nothing by it, so it is not read
 *   .gnu.lto_.lto.ID         from GCC 10 on (gcc/lto-streamer.h, struct lto_section): u16 major and
 *                            u16 minor version, a byte that is 1 in an object without machine code
 *   .gnu.debuglto_NAME       debug info that goes with the code
 *
 * Names are as in C: the plug-in puts '_' before them where the format does, but on Windows not
 * before '@' (option -sym-style of the plug-in).
 *
 * Slim objects define the common symbol __gnu_lto_slim; before GCC 10, all define __gnu_lto_v1.
 *
 * In Mach-O, sections have short names. GCC puts all of these into one, __GNU_LTO,__wrapper_sects,
 * their names into __wrapper_names, and four u32 in the file's byte order for each into
 * __wrapper_index: offset and size of the section, offset and size of its name
 * (libiberty/simple-object-mach-o.c).
 */
#include "obj/lto.h"

enum { KIND_DEFINED, KIND_WEAK, KIND_UNDEFINED, KIND_UNDEFINED_WEAK, KIND_COMMON, KINDS };
enum { ENTRY_TAIL = 14, SLIM_AT = 4, WRAPPED = 16 };

/** The name as linkers see it. */
static struct span linker_name(struct lto_reading *r, struct span name)
{
    const struct object *object = r->object;
    bool windows = object->format == OBJ_COFF && object->machine == MACHINE_X86;
    if (!(object->format == OBJ_MACHO || (windows && !span_starts(name, "@")))) {
        return name;
    }
    uint8_t *text = arena_alloc(r->arena, name.size + 1);
    if (!text) {
        r->no_memory = true;
        return name;
    }
    text[0] = '_';
    memcpy(text + 1, name.data, name.size);
    return span_make(text, name.size + 1);
}

const char *gcc_lto_symbols(struct lto_reading *r, struct span table)
{
    static const enum obj_visibility visibilities[] = {VISIBILITY_DEFAULT, VISIBILITY_PROTECTED,
                                                       VISIBILITY_INTERNAL, VISIBILITY_HIDDEN};
    static const enum obj_lto_role roles[KINDS] = {LTO_STRONG, LTO_WEAK, LTO_NEEDS,
                                                   LTO_NEEDS_WEAK, LTO_COMMON};
    for (size_t at = 0; at < table.size;) {
        struct span name, comdat, tail;
        if (!span_cstr(table, at, &name) || !span_cstr(table, at + name.size + 1, &comdat) ||
            !span_sub(table, at + name.size + comdat.size + 2, ENTRY_TAIL, &tail)) {
            return "its symbol table ends within an entry";
        }
        at += name.size + comdat.size + 2 + ENTRY_TAIL;
        if (!name.size || tail.data[0] >= KINDS || tail.data[1] > 3) {
            return "its symbol table has an entry that is not understood";
        }
        struct obj_lto_symbol symbol = {.name = linker_name(r, name),
                                        .role = roles[tail.data[0]],
                                        .visibility = visibilities[tail.data[1]]};
        if (comdat.size && symbol.role <= LTO_WEAK) {
            symbol.role = LTO_COMDAT;
        }
        const char *why = lto_add(r, symbol);
        if (why) {
            return why;
        }
    }
    return NULL;
}

bool gcc_lto_is_slim(struct span header)
{
    return header.size > SLIM_AT && header.data[SLIM_AT] == 1;
}

const char *gcc_lto_unpack(const struct span parts[3], bool big_endian, size_t at,
                           struct lto_section *out)
{
    struct span entry;
    *out = (struct lto_section){.name = {NULL, 0}};
    if (at >= parts[2].size / WRAPPED) {
        return parts[2].size % WRAPPED ? "the index of its LTO sections is cut short" : NULL;
    }
    entry = span_from(parts[2], at * WRAPPED);
    if (!span_sub(parts[0], get_32(entry.data, big_endian), get_32(entry.data + 4, big_endian),
                  &out->data) ||
        !span_sub(parts[1], get_32(entry.data + 8, big_endian), get_32(entry.data + 12, big_endian),
                  &out->name) || !out->name.data) {
        return "the index of its LTO sections exceeds them";
    }
    if (out->name.data[out->name.size ? out->name.size - 1 : 0] == 0 && out->name.size) {
        out->name.size--; /* some count the NUL */
    }
    return NULL;
}
