/* SPDX-License-Identifier: MIT */
/** Finds code for LTO in an object, whoever put it there. */
#include "obj/lto.h"

#include "base/table.h"
#include "obj/reader.h"

const char *lto_add(struct lto_reading *r, struct obj_lto_symbol symbol)
{
    struct object *object = r->object;
    if (symbol.name.size > r->names_left) {
        return "its names are too large";
    }
    r->names_left -= symbol.name.size;
    struct obj_lto_symbol *list = arena_grow(r->arena, object->lto_symbols,
                                             object->lto_symbol_count, &r->capacity, 16,
                                             sizeof *list);
    if (!list || r->no_memory) {
        r->no_memory = true;
        return "memory is short";
    }
    object->lto_symbols = list;
    list[object->lto_symbol_count++] = symbol;
    return NULL;
}

bool obj_section_is_lto(const struct obj_section *section)
{
    return span_starts(section->name, ".gnu.lto_") || span_is(section->name, ".llvm.lto") ||
           span_starts(section->name, ".gnu.debuglto_") || span_is(section->segment, "__GNU_LTO");
}

static bool is_mark(struct span name)
{
    struct span rest = span_starts(name, "___") ? span_from(name, 1) : name;
    return span_is(rest, "__gnu_lto_slim") || span_is(rest, "__gnu_lto_v1");
}

bool obj_symbol_is_of_lto(const struct object *object, const struct obj_symbol *symbol)
{
    return object->lto && symbol->binding != BINDING_LOCAL &&
           (is_mark(symbol->name) || (symbol->section != OBJ_NONE &&
                                      obj_section_is_lto(&object->sections[symbol->section])));
}

/** Whether @name is @stem, as it is or for float or long double. */
static bool is_function(struct span name, const char *stem)
{
    size_t size = strlen(stem);
    bool suffix = name.size == size + 1 && (name.data[size] == 'f' || name.data[size] == 'l');
    return span_starts(name, stem) && (name.size == size || suffix);
}

/** Whether a name is one of compilers' own, in small letters: __divti3, __aeabi_uldivmod. */
static bool is_runtime(struct span name)
{
    for (size_t i = 2; i < name.size; i++) {
        uint8_t c = name.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) {
            return false;
        }
    }
    return name.size > 3 && span_starts(name, "__") && name.data[2] >= 'a' && name.data[2] <= 'z';
}

bool obj_name_is_libcall(struct span name)
{
    static const char *const stems[] = {
        "memcpy", "memmove", "memset", "memcmp", "bcmp", "bzero", "strlen", "abort", "acos", "asin",
        "atan", "atan2", "cbrt", "ceil", "copysign", "cos", "cosh", "exp", "exp10", "exp2", "floor",
        "fma", "fmax", "fmin", "fmod", "frexp", "ldexp", "llrint", "llround", "log", "log10",
        "log2", "lrint", "lround", "nearbyint", "pow", "rint", "round", "roundeven", "sin",
        "sincos", "sinh", "sqrt", "tan", "tanh", "trunc"};
    struct span bare = span_starts(name, "_") ? span_from(name, 1) : name; /* Mach-O, x86 COFF */
    bool is = is_runtime(name) || is_runtime(bare) || span_is(name, "_Unwind_Resume");
    for (size_t i = 0; !is && i < sizeof stems / sizeof *stems; i++) {
        is = is_function(name, stems[i]) || is_function(bare, stems[i]);
    }
    return is;
}

/* ---- where it is ------------------------------------------------------------------------- */

/** Read one section of an object, or one out of GCC's wrapper. */
static const char *read_section(struct lto_reading *r, struct span name, struct span data,
                                bool *slim)
{
    if (span_is(name, ".llvm.lto")) {
        return bitcode_symbols(r, data);
    }
    if (span_starts(name, ".gnu.lto_.symtab.") || span_is(name, ".gnu.lto_.symtab")) {
        return gcc_lto_symbols(r, data);
    }
    *slim |= span_starts(name, ".gnu.lto_.lto.") && gcc_lto_is_slim(data);
    return NULL;
}

static const char *read_wrapper(struct lto_reading *r, const struct span parts[3], bool *slim)
{
    struct lto_section section;
    const char *why = NULL;
    for (size_t i = 0; !why; i++) {
        why = gcc_lto_unpack(parts, r->object->big_endian, i, &section);
        if (why || !section.name.data) {
            break;
        }
        why = read_section(r, section.name, section.data, slim);
    }
    return why;
}

static const char *read_sections(struct lto_reading *r, bool *slim)
{
    static const char *const names[3] = {"__wrapper_sects", "__wrapper_names", "__wrapper_index"};
    struct object *object = r->object;
    struct span parts[3] = {{NULL, 0}};
    const char *why = NULL;
    for (size_t i = 0; !why && i < object->section_count; i++) {
        const struct obj_section *section = &object->sections[i];
        if (!obj_section_is_lto(section)) {
            continue;
        }
        object->lto = LTO_FAT;
        why = read_section(r, section->name, section->data, slim);
        for (size_t part = 0; part < 3 && section->segment.size; part++) {
            parts[part] = span_is(section->name, names[part]) ? section->data : parts[part];
        }
    }
    return why ? why : read_wrapper(r, parts, slim);
}

/** Leave the symbols out of indexes that belong to the code for LTO: plug-ins list none. */
static void find_marks(struct object *object, bool *slim)
{
    for (size_t i = 0; i < object->symbol_count; i++) {
        struct obj_symbol *symbol = &object->symbols[i];
        if (obj_symbol_is_of_lto(object, symbol)) {
            symbol->indexed = symbol->indexed && object->lto_unread;
            *slim |= span_ends(symbol->name, "__gnu_lto_slim");
        }
    }
}

/* ---- one of a name ----------------------------------------------------------------------- */

/** How the object itself uses the name of a symbol for LTO, which may be the same. */
struct names {
    struct table table;
    struct span *list;
    bool *defined;
    uint32_t count;
};

static bool add_name(struct names *n, struct span name, bool defines, bool *known)
{
    uint64_t hash = table_hash(name, 0);
    uint32_t at = table_find(&n->table, hash, table_equal_span, n->list, &name);
    *known = at != TABLE_NONE && (n->defined[at] || !defines);
    if (at != TABLE_NONE) {
        n->defined[at] |= defines;
        return true;
    }
    n->list[n->count] = name;
    n->defined[n->count] = defines;
    return table_add(&n->table, hash, n->count++);
}

/** Keep what is not known from machine code or from an earlier table. */
static bool keep_new(struct object *object, struct names *n, bool defines)
{
    size_t kept = 0;
    bool done = true;
    for (size_t i = 0; done && i < object->lto_symbol_count; i++) {
        bool known = false;
        if ((object->lto_symbols[i].role < LTO_NEEDS) == defines) {
            done = add_name(n, object->lto_symbols[i].name, defines, &known);
        }
        if (!known) {
            object->lto_symbols[kept++] = object->lto_symbols[i];
        }
    }
    object->lto_symbol_count = kept;
    return done;
}

/** Leave out what the object's other symbols say as well. False when memory is short. */
static bool leave_out_known(struct arena *arena, struct object *object)
{
    struct names n = {.count = 0};
    size_t most = object->symbol_count + object->lto_symbol_count;
    n.list = ARENA_ARRAY(arena, struct span, most + 1);
    n.defined = ARENA_ARRAY(arena, bool, most + 1);
    bool done = n.list && n.defined && most < TABLE_NONE;
    for (size_t i = 0; done && i < object->symbol_count; i++) {
        const struct obj_symbol *symbol = &object->symbols[i];
        bool known;
        if (symbol->binding != BINDING_LOCAL && !symbol->label) {
            done = add_name(&n, symbol->name, obj_symbol_defines(symbol), &known);
        }
    }
    done = done && keep_new(object, &n, true) && keep_new(object, &n, false);
    table_free(&n.table);
    return done;
}

enum obj_result lto_read(struct arena *arena, struct object *object)
{
    struct lto_reading r = {.object = object,
                            .arena = arena,
                            .names_left = (uint64_t)object->data.size * LTO_NAMES_LIMIT};
    bool slim = false;
    if (object->format == OBJ_BITCODE) {
        object->lto = LTO_SLIM;
        object->lto_unread = bitcode_symbols(&r, object->data);
    } else {
        object->lto_unread = read_sections(&r, &slim);
    }
    if (r.no_memory) {
        return OBJ_NO_MEMORY;
    }
    if (object->lto == LTO_NONE) {
        return OBJ_OK;
    }
    object->lto_symbol_count = object->lto_unread ? 0 : object->lto_symbol_count;
    find_marks(object, &slim);
    object->lto = slim ? LTO_SLIM : object->lto;
    return leave_out_known(arena, object) ? OBJ_OK : OBJ_NO_MEMORY;
}
