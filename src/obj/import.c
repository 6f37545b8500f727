/* SPDX-License-Identifier: MIT */
/**
 * COFF short imports: a stub that a linker turns into an import of one symbol from one DLL.
 *
 * Sources: Microsoft, "PE Format", Import Library Format; LLVM (COFFImportFile.cpp, lld
 * COFF/InputFiles.cpp, Mangler.cpp). Header, 20 bytes, little-endian: u16 0, u16 0xffff, u16
 * Version (0), u16 Machine, u32 TimeDateStamp, u32 SizeOfData, u16 ordinal or hint, u16 Type. Then
 * SizeOfData bytes: the symbol's name, the DLL's name and, with name type EXPORTAS, the name that
 * the DLL exports, each with its NUL. lld refuses a member that is longer or shorter.
 * - Type: bits 0-1 CODE, DATA or CONST; bits 2-4 how the exported name comes from the symbol's
 *   (ORDINAL, NAME, NOPREFIX, UNDECORATE, EXPORTAS), which changes no symbol; the rest is 0.
 * - Symbols: "__imp_N", the address in the import table, and, not for DATA, "N", a jump to it.
 * - arm64ec: N in the file is mangled, "#n" or, in C++, with "$$h" inside. The symbols are
 *   "__imp_n", "n", "__imp_aux_n" and the mangled name; for DATA the first alone. LLVM lists "n"
 *   twice where N is not mangled (CONST); here it is one symbol.
 * - link.exe pulls "__IMPORT_DESCRIPTOR_<DLL's name without extension>" along, the object that
 *   holds the DLL's entry in the import directory; no index lists that reference.
 */
#include "obj/coff.h"

#include <inttypes.h>

enum {
    IMPORT_HEADER_SIZE = 20,
    MAX_SYMBOLS = 5,
};

enum import_type {
    IMPORT_DATA = 1,
    IMPORT_CONST = 2, /* the last one */
    IMPORT_TYPE_MASK = 3,
};

enum import_name_type {
    IMPORT_NAME_EXPORTAS = 4, /* the last one */
    IMPORT_NAME_SHIFT = 2,
    IMPORT_NAME_MASK = 7,
    IMPORT_RESERVED_SHIFT = 5,
};

static bool import_probe(struct span data)
{
    return coff_anonymous(data) == COFF_SHORT_IMPORT;
}

/** Take the next string of @names off its front. */
static enum obj_result take_name(const struct object *object, struct span *names,
                                 const char *what, struct span *name, struct error *error)
{
    if (!span_cstr(*names, 0, name)) {
        return OBJ_FAIL(error, "offset %#zx: %s: no NUL before the end of the member (%#zx)",
                        object->data.size - names->size, what, object->data.size);
    }
    *names = span_from(*names, name->size + 1);
    return OBJ_OK;
}

/** Join up to three pieces in the arena; data is NULL when memory is short. */
static struct span join(struct arena *arena, const char *prefix, struct span a, struct span b)
{
    size_t length = strlen(prefix);
    uint8_t *text = arena_alloc(arena, length + a.size + b.size);
    if (!text) {
        return (struct span){NULL, 0};
    }
    memcpy(text, prefix, length);
    if (a.size) {
        memcpy(text + length, a.data, a.size);
    }
    if (b.size) {
        memcpy(text + length + a.size, b.data, b.size);
    }
    return span_make(text, length + a.size + b.size);
}

/** Split @name at its arm64ec mark into the parts before and after the mark. */
static void demangle_arm64ec(struct span name, struct span *before, struct span *after)
{
    static const char mark[] = "$$h";
    *before = name;
    *after = (struct span){NULL, 0};
    if (span_starts(name, "#")) {
        *before = span_from(name, 1);
        return;
    }
    if (span_starts(name, "??@") && span_ends(name, "@$$h@")) { /* an MD5 name */
        before->size -= 4;
        return;
    }
    for (size_t i = 0; span_starts(name, "?") && i + sizeof mark - 1 < name.size; i++) {
        if (span_starts(span_from(name, i), mark)) {
            before->size = i;
            *after = span_from(name, i + sizeof mark - 1);
            return;
        }
    }
}

static bool add_symbol(struct object *object, struct span name, enum obj_place place)
{
    object->symbols[object->symbol_count++] = (struct obj_symbol){
        .name = name,
        .section = OBJ_NONE,
        .alias = OBJ_NONE,
        .type = (uint32_t)IMAGE_SYM_CLASS_EXTERNAL << 16,
        .binding = BINDING_GLOBAL,
        .place = place,
        .indexed = place != PLACE_UNDEFINED,
    };
    return name.data != NULL;
}

/** The DLL's name up to its last dot. */
static struct span stem(struct span dll)
{
    for (size_t i = dll.size; i-- > 0;) {
        if (dll.data[i] == '.') {
            dll.size = i;
            break;
        }
    }
    return dll;
}

static enum obj_result make_symbols(struct object *object, struct span name, struct arena *arena)
{
    bool ec = object->machine == MACHINE_ARM64EC;
    struct span none = {NULL, 0};
    struct span before = name;
    struct span after = none;
    if (ec) {
        demangle_arm64ec(name, &before, &after);
    }
    object->symbols = ARENA_ARRAY(arena, struct obj_symbol, MAX_SYMBOLS);
    bool ok = object->symbols &&
              add_symbol(object, join(arena, "__imp_", before, after), PLACE_ABSOLUTE);
    if (ok && (object->flags & IMPORT_TYPE_MASK) != IMPORT_DATA) {
        ok = add_symbol(object, ec ? join(arena, "", before, after) : name, PLACE_ABSOLUTE);
        if (ok && ec) {
            ok = add_symbol(object, join(arena, "__imp_aux_", before, after), PLACE_ABSOLUTE);
        }
        if (ok && before.size != name.size) { /* only a mangled name is one more */
            ok = add_symbol(object, name, PLACE_ABSOLUTE);
        }
    }
    ok = ok && add_symbol(object, join(arena, "__IMPORT_DESCRIPTOR_", stem(object->dll), none),
                          PLACE_UNDEFINED);
    return ok ? OBJ_OK : OBJ_NO_MEMORY;
}

static enum obj_result read_header(struct object *object, struct error *error)
{
    const uint8_t *header = object->data.data;
    if (object->data.size < IMPORT_HEADER_SIZE) {
        return OBJ_FAIL(error, "import header: size %#zx, %#x needed", object->data.size,
                        IMPORT_HEADER_SIZE);
    }
    if (get_le16(header + 4) != 0) {
        return OBJ_FAIL(error, "offset 0x4: import header: version %u, 0 expected",
                        get_le16(header + 4));
    }
    object->raw_machine = get_le16(header + 6);
    object->machine = coff_machine(object->raw_machine);
    object->bits = coff_bits(object->raw_machine);
    uint32_t size = get_le32(header + 12);
    if (size != object->data.size - IMPORT_HEADER_SIZE) {
        return OBJ_FAIL(error,
                        "offset 0xc: import header: size of data %#" PRIx32
                        ", but the member has %#zx",
                        size, object->data.size - IMPORT_HEADER_SIZE);
    }
    object->raw_subtype = get_le16(header + 16);
    object->flags = get_le16(header + 18);
    if ((object->flags & IMPORT_TYPE_MASK) > IMPORT_CONST ||
        (object->flags >> IMPORT_NAME_SHIFT & IMPORT_NAME_MASK) > IMPORT_NAME_EXPORTAS ||
        object->flags >> IMPORT_RESERVED_SHIFT) {
        return OBJ_FAIL(error,
                        "offset 0x12: import header: type %#" PRIx32
                        ", allowed are kinds 0 to %d, name types 0 to %d, no other bits",
                        object->flags, IMPORT_CONST, IMPORT_NAME_EXPORTAS);
    }
    return OBJ_OK;
}

static enum obj_result import_read(struct arena *arena, struct object *object,
                                   struct error *error)
{
    enum obj_result result = read_header(object, error);
    if (result != OBJ_OK) {
        return result;
    }
    struct span names = span_from(object->data, IMPORT_HEADER_SIZE);
    struct span name;
    struct span export_as;
    result = take_name(object, &names, "symbol name", &name, error);
    if (result == OBJ_OK) {
        result = take_name(object, &names, "DLL name", &object->dll, error);
    }
    if (result == OBJ_OK && object->flags >> IMPORT_NAME_SHIFT == IMPORT_NAME_EXPORTAS) {
        result = take_name(object, &names, "export name", &export_as, error);
    }
    if (result != OBJ_OK) {
        return result;
    }
    if (name.size == 0 || object->dll.size == 0) {
        return OBJ_FAIL(error, "offset %#x: the name of the %s is empty", IMPORT_HEADER_SIZE,
                        name.size ? "DLL" : "symbol");
    }
    for (size_t i = 0; i < names.size; i++) { /* other tools may pad, but with nothing else */
        if (names.data[i] != 0) {
            return OBJ_FAIL(error, "offset %#zx: %#zx bytes after the names",
                            object->data.size - names.size, names.size);
        }
    }
    object->import_stub = true;
    return make_symbols(object, name, arena);
}

const struct obj_reader import_reader = {
    .format = OBJ_IMPORT,
    .name = "COFF import",
    .probe = import_probe,
    .machine = coff_header_machine,
    .read = import_read,
};
