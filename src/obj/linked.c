/* SPDX-License-Identifier: MIT */
#include "obj/linked.h"

#include "base/span.h"

enum { /* Mach-O section types: the low byte of the flags [mach-o/loader.h] */
    TYPE_CSTRINGS = 0x2, TYPE_LITERALS_4 = 0x3, TYPE_LITERALS_8 = 0x4, TYPE_INIT_FUNCTIONS = 0x9,
    TYPE_TERM_FUNCTIONS = 0xa, TYPE_INTERPOSING = 0xd, TYPE_LITERALS_16 = 0xe,
    TYPE_THREAD_LOCAL_INITS = 0x15, TYPE_INIT_OFFSETS = 0x16,
};

enum {
    SUBSECTIONS_VIA_SYMBOLS = 0x2000, /* header flag */
    ALT_ENTRY = 0x200,                /* n_desc: the symbol belongs to the piece before it */
    TYPE_SUBTRACTOR_X86_64 = 5,
    TYPE_SUBTRACTOR_ARM64 = 1,
    TYPE_SCATTERED = 1 << 11,
    TYPE_INDIRECT = 1 << 12,
};

#define SHF_ALLOC 0x2u    /* [gABI, "Section Attribute Flags"] */
#define SHF_MERGE 0x10u   /* [gABI, "Section Attribute Flags"] */
#define SHF_STRINGS 0x20u /* the same */

/** On x86_64, a field that is followed by an immediate of 1, 2 or 4 bytes has a type of its own. */
static unsigned bytes_behind(unsigned type)
{
    return type >= 6 && type <= 8 ? 1u << (type - 6) : 0;
}

/** ELF's own lists, with or without a priority behind the name. */
static bool is_elf_list(struct span name)
{
    static const char *const names[] = {".init_array", ".fini_array", ".preinit_array",
                                        ".ctors", ".dtors"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t size = strlen(names[i]);
        if (span_starts(name, names[i]) && (name.size == size || name.data[size] == '.')) {
            return true;
        }
    }
    return false;
}

/**
 * Whether COFF programs may find the section between others of its name: NAME$ORDER, where NAME is
 * none that compilers order by themselves [Microsoft, "PE Format", grouped sections].
 */
static bool is_coff_list(const struct obj_section *section)
{
    static const char *const others[] = {".text$", ".data$", ".rdata$", ".bss$", ".pdata$",
                                         ".xdata$", ".tls$", ".debug$", ".idata$", ".rsrc$",
                                         ".gfids$", ".giats$", ".gljmp$", ".gehcont$", ".edata$",
                                         ".reloc$", ".eh_frame$", ".voltbl$"};
    const uint8_t *dollar =
        section->name.size ? memchr(section->name.data, '$', section->name.size) : NULL;
    for (size_t i = 0; dollar && i < sizeof others / sizeof *others; i++) {
        if (span_starts(section->name, others[i])) {
            return false;
        }
    }
    return dollar || span_starts(section->name, ".ctors") || span_starts(section->name, ".dtors");
}

bool obj_has_bounds(struct span name)
{
    for (size_t i = 0; i < name.size; i++) {
        uint8_t c = name.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && !(i && c >= '0' && c <= '9')) {
            return false;
        }
    }
    return name.size != 0;
}

struct span obj_bounded_list(const struct obj_symbol *symbol)
{
    static const char *const bounds[] = {"__start_", "__stop_"};
    for (size_t i = 0; symbol->place == PLACE_UNDEFINED && symbol->binding != BINDING_LOCAL &&
                       i < sizeof bounds / sizeof *bounds; i++) {
        struct span name = span_from(symbol->name, strlen(bounds[i]));
        if (span_starts(symbol->name, bounds[i]) && obj_has_bounds(name)) {
            return name;
        }
    }
    return span_make(NULL, 0);
}

bool obj_is_programs_list(struct span name)
{
    return span_starts(name, "__llvm_prf_") || span_starts(name, "__llvm_cov");
}

bool obj_is_runtimes_list(struct span name)
{
    return span_is(name, "minfo") || span_is(name, "__minfo") || obj_is_programs_list(name);
}

/** Whether programs may find an element between bounds: none that only belongs to a function. */
static bool is_bounded(const struct obj_section *section)
{
    return section->flags & SHF_ALLOC && section->link == OBJ_NONE &&
           obj_has_bounds(section->name) && !obj_is_programs_list(section->name);
}

/** Whether section$start$SEGMENT$NAME may lead to the section: it is none of compilers' own. */
static bool is_macho_list(const struct obj_section *section)
{
    static const char *const others[] = {
        "__text", "__const", "__data", "__bss", "__common", "__cstring", "__literal", "__ustring",
        "__eh_frame", "__compact_unwind", "__gcc_except_tab", "__thread_", "__cfstring", "__objc_",
        "__swift", "__static", "__StaticInit", "__llvm_", "__sancov", "__asan", "__picsymbol",
        "__dyld", "__nl_symbol", "__la_symbol", "__symbol_stub", "__jump_table", "__got"};
    if (section->kind != SECTION_DATA && section->kind != SECTION_RODATA) {
        return false;
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (span_starts(section->name, others[i])) {
            return false;
        }
    }
    return true;
}

/**
 * The lists that the runtimes of Objective-C and Swift walk: shrink/macho_kinds.c has the same as
 * loaded.
 */
static bool is_runtimes_list(struct span name)
{
    static const char *const names[] = {"__objc_catlist", "__objc_nlcatlist", "__objc_classlist",
                                        "__objc_nlclslist", "__objc_protolist", "__swift5_",
                                        "__swift_"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (span_starts(name, names[i])) {
            return true;
        }
    }
    return false;
}

bool obj_section_is_gathered(const struct object *object, const struct obj_section *section)
{
    uint8_t type = (uint8_t)section->flags;
    switch (object->format) {
    case OBJ_ELF:
        return is_elf_list(section->name) || is_bounded(section);
    case OBJ_COFF:
        return is_coff_list(section);
    case OBJ_MACHO:
        return type == TYPE_INIT_FUNCTIONS || type == TYPE_TERM_FUNCTIONS ||
               type == TYPE_INIT_OFFSETS || type == TYPE_THREAD_LOCAL_INITS ||
               type == TYPE_INTERPOSING || is_runtimes_list(section->name) ||
               is_macho_list(section);
    default:
        return false;
    }
}

bool obj_section_is_run(const struct object *object, const struct obj_section *section)
{
    return object->format == OBJ_ELF &&
           (span_is(section->name, ".init") || span_is(section->name, ".fini"));
}

bool obj_section_has_tables(const struct object *object, const struct obj_section *section)
{
    return object->format == OBJ_COFF && section->kind == SECTION_RODATA &&
           section->group == OBJ_NONE;
}

bool obj_section_is_merged(const struct object *object, const struct obj_section *section)
{
    uint8_t type = (uint8_t)section->flags;
    if (object->format == OBJ_ELF) {
        return section->flags & SHF_MERGE;
    }
    return object->format == OBJ_MACHO &&
           (type == TYPE_CSTRINGS || type == TYPE_LITERALS_4 || type == TYPE_LITERALS_8 ||
            type == TYPE_LITERALS_16);
}

/** The size of one character or element. */
static uint64_t merged_unit(const struct object *object, const struct obj_section *section)
{
    uint8_t type = (uint8_t)section->flags;
    if (object->format == OBJ_ELF) {
        return section->entry_size ? section->entry_size : 1;
    }
    return type == TYPE_LITERALS_4    ? 4
           : type == TYPE_LITERALS_8  ? 8
           : type == TYPE_LITERALS_16 ? 16
                                      : 1;
}

struct span obj_merged_piece(const struct object *object, const struct obj_section *section,
                             uint64_t offset)
{
    static const uint8_t zeros[16];
    bool strings = object->format == OBJ_ELF ? (section->flags & SHF_STRINGS) != 0
                                             : (uint8_t)section->flags == TYPE_CSTRINGS;
    uint64_t unit = merged_unit(object, section);
    uint64_t begin = strings ? offset : offset - offset % unit;
    uint64_t end = begin;
    if (begin > section->data.size || unit > sizeof zeros) {
        return span_make(NULL, 0);
    }
    do {
        if (section->data.size - end < unit) {
            return span_make(NULL, 0);
        }
        end += unit;
    } while (strings && memcmp(section->data.data + end - unit, zeros, (size_t)unit) != 0);
    return span_make(section->data.data + begin, (size_t)(end - begin));
}

bool obj_has_pieces(const struct object *object)
{
    return object->format == OBJ_MACHO && object->flags & SUBSECTIONS_VIA_SYMBOLS;
}

bool obj_symbol_begins_piece(const struct object *object, const struct obj_symbol *symbol)
{
    return obj_has_pieces(object) && symbol->place == PLACE_SECTION && !symbol->label &&
           !(symbol->detail & ALT_ENTRY);
}

bool obj_read_field(const struct object *object, const struct obj_section *from,
                    const struct obj_reloc *reloc, struct obj_field *field)
{
    unsigned type = reloc->type & 0xff;
    bool pcrel = reloc->type >> 8 & 1;
    bool arm64 = object->machine == MACHINE_ARM64;
    unsigned subtractor = arm64 ? TYPE_SUBTRACTOR_ARM64 : TYPE_SUBTRACTOR_X86_64;
    field->width = 1u << (reloc->type >> 9 & 3);
    field->plain = !(reloc->type & (TYPE_SCATTERED | TYPE_INDIRECT)) && type != subtractor &&
                   (field->width == 4 || field->width == 8) &&
                   (arm64 ? !pcrel && type == 0 : object->machine == MACHINE_X86_64);
    if (reloc->offset > from->data.size || from->data.size - reloc->offset < field->width) {
        return false;
    }
    if (field->plain) {
        const uint8_t *bytes = from->data.data + reloc->offset;
        int64_t value = field->width == 8 ? (int64_t)get_64(bytes, object->big_endian)
                                          : (int32_t)get_32(bytes, object->big_endian);
        uint64_t behind = pcrel ? reloc->offset + 4 + bytes_behind(type) : 0;
        field->target = (uint64_t)(value + reloc->addend) + behind;
    }
    return true;
}

bool obj_is_linkers(struct span name)
{
    return span_is(name, "_GLOBAL_OFFSET_TABLE_"); /* x86_64 psABI; compilers name it for a GOT */
}

bool obj_is_marked_bound(struct span was, struct span is)
{
    bool bound = span_starts(was, "__start_") || span_starts(was, "__stop_");
    if (!bound || is.size != was.size + OBJ_LIST_MARK ||
        !span_equal(span_make(is.data, was.size), was) || is.data[was.size] != '_') {
        return false;
    }
    for (size_t i = was.size + 1; i < is.size; i++) {
        uint8_t c = is.data[i];
        if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f')) {
            return false;
        }
    }
    return true;
}
