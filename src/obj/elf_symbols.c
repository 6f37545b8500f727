/* SPDX-License-Identifier: MIT */
/** Reads the symbols and groups of an ELF object. elf.c describes the format. */
#include "obj/elf.h"

#include "base/table.h"

/** Section numbers of common symbols for which linkers allocate space outside .bss. */
enum { SHN_X86_64_LCOMMON = 0xff02, SHN_MIPS_SCOMMON = 0xff03 };

enum { STT_SECTION = 3, STT_FILE = 4 };
enum { GRP_COMDAT = 1 };

/** The state of reading the symbol table. */
struct symtab {
    struct span records, strings;
    struct span extended; /* the SHT_SYMTAB_SHNDX section: one word for each symbol; or empty */
    uint64_t offset;      /* of the records, in the member */
    uint32_t count;       /* of symbols, including number 0 */
    uint32_t local_count; /* sh_info */
};

#define FAIL_SYMBOL(r, table, raw, format, ...)                                                   \
    error_set((r)->error, "offset %#" PRIx64 ": symbol %" PRIu32 ": " format,                     \
              (table)->offset + (uint64_t)(raw) * elf_symbol_size((r)->object), (raw), __VA_ARGS__)

/** Some machines mark some common symbols with other section numbers than SHN_COMMON. */
bool elf_is_machine_common(uint32_t machine, uint32_t number)
{
    return (machine == EM_X86_64 && number == SHN_X86_64_LCOMMON) ||
           (machine == EM_MIPS && number == SHN_MIPS_SCOMMON);
}

/** Put a symbol into section @number, or make it undefined if @number is 0. */
static bool place_in_section(const struct elf_reading *r, const struct symtab *table, uint32_t raw,
                             uint32_t number, struct obj_symbol *symbol)
{
    if (number >= r->header_count) {
        return FAIL_SYMBOL(r, table, raw, "section %" PRIu32 ", but there are %" PRIu32, number,
                           r->header_count);
    }
    symbol->place = number == SHN_UNDEF ? PLACE_UNDEFINED : PLACE_SECTION;
    symbol->section = number == SHN_UNDEF ? OBJ_NONE : number - 1;
    return true;
}

/** Set the place of a symbol by its st_shndx, which is @number. */
static bool place_symbol(const struct elf_reading *r, const struct symtab *table, uint32_t raw,
                         uint32_t number, struct obj_symbol *symbol)
{
    symbol->section = OBJ_NONE;
    if (number < SHN_LORESERVE) {
        return place_in_section(r, table, raw, number, symbol);
    }
    if (number == SHN_XINDEX) {
        if (!table->extended.size) {
            return FAIL_SYMBOL(r, table, raw, "section %#" PRIx32 ", but no SHT_SYMTAB_SHNDX",
                               number);
        }
        const uint8_t *word = table->extended.data + (size_t)raw * 4;
        return place_in_section(r, table, raw, get_32(word, r->object->big_endian), symbol);
    }
    if (number == SHN_ABS) {
        symbol->place = PLACE_ABSOLUTE;
        return true;
    }
    if (number != SHN_COMMON && !elf_is_machine_common(r->object->raw_machine, number)) {
        return FAIL_SYMBOL(r, table, raw, "section %#" PRIx32 " is reserved, neither 0xfff1 "
                           "(absolute) nor 0xfff2 (common)", number);
    }
    symbol->place = PLACE_COMMON;
    symbol->detail |= number == SHN_COMMON ? 0 : number << 16; /* for the writer */
    return true;
}

static bool bind_symbol(const struct elf_reading *r, const struct symtab *table, uint32_t raw,
                        unsigned binding, struct obj_symbol *symbol)
{
    switch (binding) {
    case STB_LOCAL: symbol->binding = BINDING_LOCAL; break;
    case STB_GLOBAL: symbol->binding = BINDING_GLOBAL; break;
    case STB_WEAK: symbol->binding = BINDING_WEAK; break;
    case STB_GNU_UNIQUE: symbol->binding = BINDING_UNIQUE; break;
    default: return FAIL_SYMBOL(r, table, raw, "binding %u, not 0, 1, 2 or 10", binding);
    }
    if ((binding == STB_LOCAL) != (raw < table->local_count)) {
        return FAIL_SYMBOL(r, table, raw, "binding %u, but the local symbols are those below %"
                           PRIu32, binding, table->local_count);
    }
    return true;
}

/** Whether the indexes of LLVM, and of rustc, leave a symbol out: a label of the assembler for code
    or data [LLVM ELFObjectFile.h, getSymbolFlags]. */
static bool is_mapping_symbol(uint32_t machine, struct span name)
{
    switch (machine) {
    case EM_ARM:
        return name.size == 0 || span_starts(name, "$a") || span_starts(name, "$d") ||
               span_starts(name, "$t");
    case EM_AARCH64:
    case EM_RISCV:
        return span_starts(name, "$d") || span_starts(name, "$x");
    case EM_CSKY:
        return span_starts(name, "$d") || span_starts(name, "$t");
    default:
        return false;
    }
}

static bool read_symbol(struct elf_reading *r, const struct symtab *table, uint32_t raw)
{
    const struct object *object = r->object;
    bool wide = elf_is_wide(object);
    bool big = object->big_endian;
    const uint8_t *p = table->records.data + (size_t)raw * elf_symbol_size(object);
    const uint8_t *info = p + (wide ? 4 : 12); /* st_info, st_other, st_shndx */
    struct obj_symbol *symbol = &object->symbols[raw - 1];
    symbol->value = elf_word(object, p + (wide ? 8 : 4));
    symbol->size = elf_word(object, p + (wide ? 16 : 8));
    symbol->alias = OBJ_NONE;
    symbol->type = info[0] & 0xf;
    symbol->detail = info[1] & 0xfc;
    symbol->visibility = (enum obj_visibility)(info[1] & 3); /* in the order of STV_* */
    symbol->label = symbol->type == STT_FILE;
    symbol->is_section = symbol->type == STT_SECTION;
    uint32_t name = get_32(p, big);
    const char *problem = elf_take_name(r, table->strings, name, &symbol->name);
    if (problem) {
        return FAIL_SYMBOL(r, table, raw, "name at %#" PRIx32 " in a string table of %#zx bytes %s",
                           name, table->strings.size, problem);
    }
    if (!bind_symbol(r, table, raw, info[0] >> 4, symbol) ||
        !place_symbol(r, table, raw, get_16(info + 2, big), symbol)) {
        return false;
    }
    symbol->indexed = obj_symbol_defines(symbol) && !symbol->label && !symbol->is_section &&
                      !is_mapping_symbol(object->raw_machine, symbol->name);
    return true;
}

/** Find the section numbers that do not fit into 16 bits. */
static bool read_extended(const struct elf_reading *r, struct symtab *table)
{
    uint32_t raw = r->shndx_number;
    struct elf_header h = elf_get_header(r, raw);
    if (!elf_check_link(r, raw, &h)) {
        return false;
    }
    if (h.size != (uint64_t)table->count * 4) {
        return ELF_FAIL_SECTION(r, raw, "size %#" PRIx64 ", not a word for each of %" PRIu32
                                " symbols", h.size, table->count);
    }
    table->extended = r->object->sections[raw - 1].data;
    return true;
}

static bool read_table(const struct elf_reading *r, struct symtab *table)
{
    uint32_t raw = r->symtab_number;
    struct elf_header h = elf_get_header(r, raw);
    table->records = r->object->sections[raw - 1].data;
    table->offset = h.offset;
    table->local_count = h.info;
    if (!elf_count_entries(r, raw, &h, elf_symbol_size(r->object), &table->count) ||
        !elf_take_strings(r, raw, h.link, &table->strings)) {
        return false;
    }
    if (h.info > table->count) {
        return ELF_FAIL_SECTION(r, raw, "%" PRIu32 " local symbols, but there are %" PRIu32,
                                h.info, table->count);
    }
    return r->shndx_number == 0 || read_extended(r, table);
}

/* ---- default versions -------------------------------------------------------------------- */

/** Whether a symbol defines NAME@@VERSION, the version of NAME that linkers take by default. */
static bool has_default_version(const struct obj_symbol *symbol)
{
    struct span name = symbol->name;
    const uint8_t *at = name.size > 1 ? memchr(name.data + 1, '@', name.size - 1) : NULL;
    return at && at + 1 < name.data + name.size && at[1] == '@' &&
           symbol->binding != BINDING_LOCAL && obj_symbol_defines(symbol);
}

static bool same_symbol_name(const void *context, uint32_t number, const void *key)
{
    return span_equal(((const struct obj_symbol *)context)[number].name,
                      *(const struct span *)key);
}

/** Mark the symbols NAME@@VERSION whose NAME the object does not define by itself as well. */
static bool mark_versioned(struct elf_reading *r)
{
    struct object *object = r->object;
    struct table plain = {.count = 0};
    bool done = true;
    bool any = false;
    for (size_t i = 0; i < object->symbol_count; i++) {
        struct obj_symbol *symbol = &object->symbols[i];
        symbol->versioned = has_default_version(symbol);
        any |= symbol->versioned;
    }
    for (uint32_t i = 0; any && done && i < object->symbol_count; i++) {
        const struct obj_symbol *symbol = &object->symbols[i];
        done = symbol->versioned || symbol->binding == BINDING_LOCAL ||
               !obj_symbol_defines(symbol) ||
               table_add(&plain, table_hash(symbol->name, 0), i);
    }
    for (size_t i = 0; any && done && i < object->symbol_count; i++) {
        struct obj_symbol *symbol = &object->symbols[i];
        struct span name = obj_symbol_link_name(symbol);
        symbol->versioned =
            symbol->versioned && table_find(&plain, table_hash(name, 0), same_symbol_name,
                                            object->symbols, &name) == TABLE_NONE;
    }
    table_free(&plain);
    return elf_got(r, done ? object : NULL);
}

bool elf_read_symbols(struct elf_reading *r)
{
    struct object *object = r->object;
    struct symtab table = {.count = 0};
    if (r->symtab_number && !read_table(r, &table)) {
        return false;
    }
    if (table.count < 2) {
        return true;
    }
    object->symbol_count = table.count - 1;
    object->symbols = ARENA_ARRAY(r->arena, struct obj_symbol, object->symbol_count);
    if (!elf_got(r, object->symbols)) {
        return false;
    }
    for (uint32_t raw = 1; raw < table.count; raw++) {
        if (!read_symbol(r, &table, raw)) {
            return false;
        }
    }
    return mark_versioned(r);
}

/** Read the signature symbol. A section symbol without a name gives the name of its section. */
static bool read_signature(const struct elf_reading *r, uint32_t raw, struct obj_group *group)
{
    const struct object *object = r->object;
    struct elf_header h = elf_get_header(r, raw);
    if (!elf_check_link(r, raw, &h)) {
        return false;
    }
    if (h.info == 0 || h.info > object->symbol_count) {
        return ELF_FAIL_SECTION(r, raw, "signature is symbol %" PRIu32 ", but there are %zu",
                                h.info, object->symbol_count + 1);
    }
    const struct obj_symbol *symbol = &object->symbols[h.info - 1];
    group->symbol = h.info - 1;
    group->name = symbol->name;
    if (symbol->is_section && symbol->name.size == 0 && symbol->section != OBJ_NONE) {
        group->name = object->sections[symbol->section].name;
    }
    return true;
}

/** Read one group. Its section numbers are stored in @pool, which has room for them. */
static bool read_group(const struct elf_reading *r, uint32_t raw, uint32_t index, uint32_t *pool)
{
    const struct object *object = r->object;
    struct obj_group *group = &object->groups[index];
    struct span words = object->sections[raw - 1].data;
    if (!read_signature(r, raw, group)) {
        return false;
    }
    if (words.size < 4 || words.size % 4) {
        return ELF_FAIL_SECTION(r, raw, "size %#zx of a group, not a number of words", words.size);
    }
    group->selection = get_32(words.data, object->big_endian);
    group->comdat = group->selection & GRP_COMDAT;
    group->sections = pool;
    for (size_t at = 4; at < words.size; at += 4) {
        uint32_t number = get_32(words.data + at, object->big_endian);
        if (number == 0 || number >= r->header_count) {
            return ELF_FAIL_SECTION(r, raw, "lists section %" PRIu32 ", but there are %" PRIu32,
                                    number, r->header_count);
        }
        struct obj_section *s = &object->sections[number - 1];
        if (s->group != OBJ_NONE) {
            return ELF_FAIL_SECTION(r, raw, "lists section %" PRIu32 ", which is in group %" PRIu32
                                    " already", number, s->group);
        }
        s->group = index;
        if (s->kind != SECTION_TABLE) {
            group->sections[group->section_count++] = number - 1;
        }
    }
    return true;
}

bool elf_read_groups(struct elf_reading *r)
{
    struct object *object = r->object;
    if (r->group_count == 0) {
        return true;
    }
    object->group_count = r->group_count;
    object->groups = ARENA_ARRAY(r->arena, struct obj_group, object->group_count);
    uint32_t *pool = ARENA_ARRAY(r->arena, uint32_t, (size_t)r->group_words);
    if (!elf_got(r, object->groups) || !elf_got(r, pool)) {
        return false;
    }
    uint32_t index = 0;
    for (size_t i = 0; i < object->section_count; i++) {
        if (object->sections[i].type != SHT_GROUP) {
            continue;
        }
        if (!read_group(r, (uint32_t)i + 1, index, pool)) {
            return false;
        }
        pool += object->groups[index++].section_count;
    }
    return true;
}
