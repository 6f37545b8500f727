/* SPDX-License-Identifier: MIT */
/** Choosing the reader of a member, and code that several formats share. */
#include "obj/object.h"

#include "obj/lto.h"
#include "obj/reader.h"

static const struct obj_reader *const readers[] = {
    &elf_reader, &opaque_reader, &import_reader, &macho_reader, &bitcode_reader,
    &coff_reader, /* last: a COFF header has no magic number but its machine */
};

enum { READER_COUNT = sizeof readers / sizeof *readers };

static const struct obj_reader *find_reader(struct span data)
{
    for (size_t i = 0; i < READER_COUNT; i++) {
        if (readers[i]->probe(data)) {
            return readers[i];
        }
    }
    return NULL;
}

static const struct obj_reader *reader_of(enum obj_format format, bool can_relocate)
{
    for (size_t i = 0; i < READER_COUNT; i++) {
        if (readers[i]->format == format && (!can_relocate || readers[i]->relocs)) {
            return readers[i];
        }
    }
    return NULL;
}

enum obj_format object_probe(struct span data)
{
    const struct obj_reader *reader = find_reader(data);
    return reader ? reader->format : OBJ_OTHER;
}

const char *object_format_name(enum obj_format format)
{
    const struct obj_reader *reader = reader_of(format, false);
    return reader ? reader->name : "other";
}

const char *object_machine_name(enum obj_machine machine)
{
    static const char *const names[] = {
        [MACHINE_UNKNOWN] = "unknown",     [MACHINE_X86] = "i686",
        [MACHINE_X86_64] = "x86_64",       [MACHINE_ARM] = "arm",
        [MACHINE_ARM64] = "aarch64",       [MACHINE_ARM64EC] = "arm64ec",
        [MACHINE_RISCV] = "riscv",         [MACHINE_PPC] = "powerpc",
        [MACHINE_S390X] = "s390x",         [MACHINE_MIPS] = "mips",
        [MACHINE_LOONGARCH] = "loongarch", [MACHINE_OTHER] = "other",
    };
    return names[machine];
}

enum obj_machine object_machine(struct span data)
{
    const struct obj_reader *reader = find_reader(data);
    return reader && reader->machine ? reader->machine(data) : MACHINE_UNKNOWN;
}

enum obj_result object_read(struct span data, struct arena *arena, struct object *object,
                            struct error *error)
{
    const struct obj_reader *reader = find_reader(data);
    *object = (struct object){
        .format = reader ? reader->format : OBJ_OTHER,
        .data = data,
        .extent = data.size,
    };
    enum obj_result result =
        reader && reader->read ? reader->read(arena, object, error) : OBJ_OK;
    return result == OBJ_OK && reader ? lto_read(arena, object) : result;
}

enum obj_result object_relocs(const struct object *object, uint32_t section, struct arena *arena,
                              struct obj_reloc **relocs, size_t *count, struct error *error)
{
    const struct obj_reader *reader = reader_of(object->format, true);
    *relocs = NULL;
    *count = 0;
    return reader ? reader->relocs(object, section, arena, relocs, count, error) : OBJ_OK;
}

bool obj_list_index(const struct object *object, struct arena *arena, struct span **names,
                    size_t *count)
{
    *names = ARENA_ARRAY(arena, struct span, object->symbol_count + object->lto_symbol_count + 1);
    *count = 0;
    for (size_t i = 0; *names && i < object->symbol_count; i++) {
        if (object->symbols[i].indexed) {
            (*names)[(*count)++] = object->symbols[i].name;
        }
    }
    for (size_t i = 0; *names && i < object->lto_symbol_count; i++) {
        if (object->lto_symbols[i].role < LTO_NEEDS) {
            (*names)[(*count)++] = object->lto_symbols[i].name;
        }
    }
    return *names != NULL;
}

bool obj_symbol_is_strong(const struct object *object, const struct obj_symbol *symbol)
{
    if (symbol->binding != BINDING_GLOBAL || symbol->place == PLACE_UNDEFINED ||
        symbol->place == PLACE_COMMON) {
        return false;
    }
    if (symbol->place != PLACE_SECTION) {
        return true;
    }
    uint32_t group = object->sections[symbol->section].group;
    return group == OBJ_NONE || !object->groups[group].comdat;
}

bool obj_symbol_is_reference(const struct object *object, const struct obj_symbol *symbol)
{
    enum { MOST_STEPS = 8 }; /* a default can be a weak external; in hostile files in a circle */
    uint32_t alias = symbol->alias;
    for (int step = 0; alias != OBJ_NONE && step < MOST_STEPS; step++) {
        const struct obj_symbol *target = &object->symbols[alias];
        if (target->place == PLACE_SECTION || target->place == PLACE_COMMON) {
            return false;
        }
        alias = target->alias;
    }
    return true;
}

bool obj_symbol_is_function(const struct object *object, const struct obj_symbol *symbol)
{
    enum { TYPE_FUNC = 2, TYPE_GNU_IFUNC = 10 }; /* System V ABI, STT_* */
    return object->format == OBJ_ELF &&
           (symbol->type == TYPE_FUNC || symbol->type == TYPE_GNU_IFUNC);
}

bool obj_name_is_bitcode(struct span name)
{
    return span_is(name, ".llvmbc") || span_is(name, ".llvmcmd") || span_is(name, ".llvm.lto") ||
           span_starts(name, ".gnu.lto_") || span_starts(name, ".gnu.debuglto_");
}

/** Read one ULEB128 number at *@at; false when it is cut short or exceeds 32 bits. */
static bool read_leb128(struct span list, size_t *at, uint32_t *value)
{
    uint64_t result = 0;
    for (unsigned shift = 0; shift < 35 && *at < list.size; shift += 7) {
        uint8_t byte = list.data[(*at)++];
        result |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) {
            *value = (uint32_t)result;
            return result <= UINT32_MAX;
        }
    }
    return false;
}

enum obj_result obj_numbered_relocs(struct span list, bool leb128, const uint32_t *number,
                                    size_t number_count, struct arena *arena,
                                    struct obj_reloc **relocs, size_t *count, struct error *error)
{
    struct obj_reloc *out =
        ARENA_ARRAY(arena, struct obj_reloc, leb128 ? list.size : list.size / 4);
    if (!out) {
        return OBJ_NO_MEMORY;
    }
    size_t found = 0;
    for (size_t at = 0; at < list.size; found++) {
        uint32_t raw = 0;
        size_t start = at;
        if (leb128 && !read_leb128(list, &at, &raw)) {
            return OBJ_FAIL(error, "symbol list: bad ULEB128 number at %#zx", start);
        }
        if (!leb128) {
            if (list.size - at < 4) {
                return OBJ_FAIL(error, "symbol list: %zu bytes left over at %#zx", list.size - at,
                                start);
            }
            raw = get_le32(list.data + at);
            at += 4;
        }
        if (raw >= number_count || number[raw] == OBJ_NONE) {
            return OBJ_FAIL(error, "symbol list: symbol %u at %#zx, but there are %zu", raw, start,
                            number_count);
        }
        out[found] = (struct obj_reloc){
            .offset = found, .symbol = number[raw], .section = OBJ_NONE};
    }
    *relocs = out;
    *count = found;
    return OBJ_OK;
}
