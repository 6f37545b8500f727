/* SPDX-License-Identifier: MIT */
/** Joining sections: which sections are of one kind, and which are not joined. */
#include "obj/coff.h"
#include "obj/elf.h"
#include "obj/linked.h"
#include "obj/macho.h"
#include "shrink/elf_kinds.h"
#include "shrink/join_internal.h"

enum { SHF_MERGE = 0x10, MOST_ALIGN = 1 << 16 }; /* limits the padding between pieces */
enum { EF_RISCV_RVC = 1, R_RISCV_ALIGN = 43, R_LARCH_ALIGN = 102 };

/** A symbol's name as in C source: on x86, symbols have an underscore before the name. */
static struct span c_name(const struct object *object, struct span name)
{
    return object->machine == MACHINE_X86 && span_starts(name, "_") ? span_from(name, 1) : name;
}

static bool is_symbol(const void *context, uint32_t number, const void *key)
{
    const struct object *object = context;
    const struct span *name = key;
    struct span own = object->symbols[number].name;
    return span_equal(own, *name) || span_equal(c_name(object, own), *name);
}

/** COFF: whether a symbol of the object has the name. */
static bool is_symbols_name(const struct joining *j, struct span name)
{
    return table_find(&j->names, table_hash(name, 0), is_symbol, j->object, &name) != TABLE_NONE;
}

/** Fill in j->names. False when memory is short. */
static bool find_names(struct joining *j)
{
    const struct object *object = j->object;
    bool done = true;
    for (uint32_t i = 0; object->format == OBJ_COFF && done && i < object->symbol_count; i++) {
        struct span name = object->symbols[i].name;
        struct span other = c_name(object, name);
        if (!is_symbols_name(j, name)) {
            done = table_add(&j->names, table_hash(name, 0), i);
        }
        if (done && !is_symbols_name(j, other)) {
            done = table_add(&j->names, table_hash(other, 0), i);
        }
    }
    return done;
}

/** The name of a section without the part that a compiler adds for each function. */
static struct span base_name(const struct joining *j, const struct obj_section *section)
{
    const struct object *object = j->object;
    static const char *const names[] = {".text", ".rodata", ".data.rel.ro", ".data.rel", ".data",
                                        ".bss", ".tdata", ".tbss", ".gcc_except_table", ".rdata",
                                        ".xdata", ".pdata"};
    char mark = object->format == OBJ_COFF ? '$' : '.';
    if (object->format == OBJ_MACHO ||
        section->flags & (object->format == OBJ_ELF ? SHF_MERGE : 0)) {
        return section->name;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t length = strlen(names[i]);
        if (!span_starts(section->name, names[i]) || section->name.size == length ||
            section->name.data[length] != mark) {
            continue;
        }
        if (object->format != OBJ_COFF ||
            is_symbols_name(j, span_from(section->name, length + 1))) {
            return span_make(section->name.data, length);
        }
    }
    return section->name;
}

/** The flags that are the same in sections of one kind. */
static uint64_t kind_flags(const struct object *object, const struct obj_section *section)
{
    switch (object->format) {
    case OBJ_COFF:
        return section->flags &
               ~(uint64_t)(IMAGE_SCN_ALIGN_MASK | IMAGE_SCN_LNK_COMDAT | IMAGE_SCN_LNK_NRELOC_OVFL);
    case OBJ_MACHO: /* tools expect one section of unwind information, whatever its type */
        return section->kind == SECTION_UNWIND
                   ? 0
                   : section->flags & (SECTION_TYPE | S_ATTR_NO_DEAD_STRIP | S_ATTR_LIVE_SUPPORT);
    default:
        return section->flags;
    }
}

/** Whether a COFF section is a COMDAT that other objects may have as well. */
static bool is_shared(const struct object *object, const struct obj_section *section)
{
    return section->group != OBJ_NONE && object->groups[section->group].comdat;
}

/** Whether a section is a stream of records, of which tools expect one section in an object. */
static bool is_stream(const struct object *object, const struct obj_section *section)
{
    const struct elf_kind *kind = object->format == OBJ_ELF ? elf_kind_of(section) : NULL;
    return section->kind == SECTION_DEBUG || span_is(section->name, ".eh_frame") ||
           span_is(section->name, "__eh_frame") || (kind && kind->join == JOIN_RECORDS);
}

/** The alignment that a relocation asks for, of a linker that shortens code; 0: none. */
static uint64_t asked_align(const struct object *object, const struct obj_reloc *reloc)
{
    bool number = reloc->symbol != OBJ_NONE; /* LoongArch: the addend has it as a power of two */
    if (object->machine == MACHINE_RISCV && reloc->type == R_RISCV_ALIGN) {
        return (uint64_t)reloc->addend + 4; /* the addend has the bytes of padding */
    }
    if (object->machine == MACHINE_LOONGARCH && reloc->type == R_LARCH_ALIGN) {
        return number ? UINT64_C(1) << (reloc->addend & 31) : (uint64_t)reloc->addend + 4;
    }
    return 0;
}

/**
 * ELF: whether code loses its alignment behind other code. Linkers for RISC-V and LoongArch shorten
 * code and move what follows in the section; they align a place again only where a relocation asks
 * for it, which code that is not to be shortened lacks [RISC-V psABI, "Linker Relaxation";
 * LoongArch ELF psABI, R_LARCH_ALIGN]. What is done for machines without a name here is not known.
 */
static bool moves_with_code(const struct joining *j, size_t i)
{
    const struct object *object = j->object;
    const struct obj_section *section = &object->sections[i];
    const struct edit_relocs *relocs = &j->edit->relocs[i];
    bool riscv = object->machine == MACHINE_RISCV;
    uint64_t step = riscv && object->flags & EF_RISCV_RVC ? 2 : 4; /* what is removed */
    if (!(section->flags & SHF_EXECINSTR)) {
        return false;
    }
    if (!riscv && object->machine != MACHINE_LOONGARCH) {
        return object->machine == MACHINE_OTHER;
    }
    bool held = section->align <= step;
    for (size_t r = 0; !held && r < relocs->count; r++) {
        held = relocs->list[r].offset == 0 &&
               asked_align(object, &relocs->list[r]) >= section->align;
    }
    return !held;
}

bool join_stays_apart(const struct joining *j, size_t i)
{
    const struct obj_section *section = &j->object->sections[i];
    if (section->numbered || section->align > MOST_ALIGN ||
        (!j->all && !is_stream(j->object, section))) {
        return true;
    }
    if (j->object->format == OBJ_COFF) {
        return is_shared(j->object, section) || span_is(section->name, ".drectve");
    }
    if (j->object->format != OBJ_ELF) {
        return false;
    }
    const struct elf_kind *kind = elf_kind_of(section);
    return !kind || kind->join == JOIN_NEVER || section->group != OBJ_NONE || j->tied[i] ||
           j->bounded[i] || moves_with_code(j, i) || (j->in_place && section->flags & SHF_MERGE);
}

/** The type of a section, but 0 for .eh_frame: GCC and LLVM give it different types. */
static uint32_t type_of(const struct obj_section *section)
{
    return span_is(section->name, ".eh_frame") ? 0 : section->type;
}

static bool same_kind(const void *context, uint32_t number, const void *key)
{
    const struct joining *j = context;
    const struct obj_section *a = &j->list[number].section;
    const struct obj_section *b = key;
    return span_equal(a->name, base_name(j, b)) && span_equal(a->segment, b->segment) &&
           type_of(a) == type_of(b) && a->entry_size == b->entry_size &&
           kind_flags(j->object, a) == kind_flags(j->object, b) &&
           (a->kind == SECTION_ZERO) == (b->kind == SECTION_ZERO);
}

/** Begin a joined section with section @i. */
static void begin(struct joining *j, uint32_t i)
{
    const struct obj_section *section = &j->object->sections[i];
    struct joined *joined = &j->list[j->count];
    j->to[i] = (uint32_t)j->count++;
    j->base[i] = 0;
    joined->section = *section;
    joined->relocs = j->edit->relocs[i].count;
}

/** Append section @i to the joined section @to. */
static void append(struct joining *j, uint32_t i, uint32_t to)
{
    const struct obj_section *section = &j->object->sections[i];
    struct obj_section *joined = &j->list[to].section;
    j->to[i] = to;
    /* padding in a stream would be read as its end */
    j->base[i] = is_stream(j->object, section) ? joined->size
                                               : round_up(joined->size, section->align);
    joined->size = j->base[i] + section->size;
    joined->align = section->align > joined->align ? section->align : joined->align;
    j->list[to].relocs += j->edit->relocs[i].count;
    if (j->object->format == OBJ_MACHO) {
        joined->flags |= section->flags;
    }
}

/** Sort all sections into joined ones. False when memory is short. */
static bool find_kinds(struct joining *j)
{
    for (uint32_t i = 0; i < j->object->section_count; i++) {
        const struct obj_section *section = &j->object->sections[i];
        if (join_stays_apart(j, i)) {
            begin(j, i);
            continue;
        }
        struct span name = base_name(j, section);
        uint64_t hash = table_hash(name, 0);
        uint32_t found = table_find(&j->table, hash, same_kind, j, section);
        if (found != TABLE_NONE) {
            append(j, i, found);
            continue;
        }
        found = (uint32_t)j->count;
        begin(j, i);
        j->list[found].section.name = name;
        j->list[found].section.group = j->list[found].section.link = OBJ_NONE;
        j->list[found].section.flags &=
            ~(uint64_t)(j->object->format == OBJ_COFF ? IMAGE_SCN_LNK_COMDAT : 0);
        if (!table_add(&j->table, hash, found)) {
            return false;
        }
    }
    return true;
}

/** Mark the sections at both ends of each link. */
static void find_ties(struct joining *j)
{
    for (size_t i = 0; i < j->object->section_count; i++) {
        uint32_t link = j->object->sections[i].link;
        if (link != OBJ_NONE) {
            j->tied[i] = j->tied[link] = true;
        }
    }
}

/** Whether a section leads to a bound, or to a section that does and is marked for that. */
static bool leads_to_bound(const struct joining *j, size_t i)
{
    const struct edit_relocs *relocs = &j->edit->relocs[i];
    for (size_t r = 0; r < relocs->count; r++) {
        if (relocs->list[r].symbol == OBJ_NONE) {
            continue;
        }
        const struct obj_symbol *symbol = &j->object->symbols[relocs->list[r].symbol];
        bool marked = symbol->place == PLACE_SECTION && j->bounded[symbol->section];
        if (marked || obj_bounded_list(symbol).size) {
            return true;
        }
    }
    return false;
}

/**
 * ELF: mark the sections that lead to the bounds of a list. lld drops lists of which nothing but
 * bounds refers to the elements, when it collects garbage; then what leads to the bounds must go as
 * well if the program does not use it, so it is not joined with what the program uses.
 */
static void find_bounded(struct joining *j)
{
    bool more = false;
    for (size_t i = 0; j->all && j->object->format == OBJ_ELF && i < j->object->symbol_count; i++) {
        more |= obj_bounded_list(&j->object->symbols[i]).size != 0;
    }
    while (more) {
        more = false;
        for (size_t i = 0; i < j->object->section_count; i++) {
            const struct obj_section *section = &j->object->sections[i];
            const struct elf_kind *kind = elf_kind_of(section);
            if (!j->bounded[i] && kind && kind->prune == PRUNE_UNUSED &&
                !is_stream(j->object, section) && leads_to_bound(j, i)) {
                j->bounded[i] = more = true;
            }
        }
    }
}

/** Find out whether addends are in the contents: ELF has them there or in relocations. */
static void find_addends(struct joining *j)
{
    for (size_t i = 0; i < j->object->section_count && !j->in_place; i++) {
        const struct edit_relocs *relocs = &j->edit->relocs[i];
        j->in_place = relocs->count && relocs->list[0].in_place;
    }
}

bool join_find_kinds(struct joining *j)
{
    find_ties(j);
    find_bounded(j);
    find_addends(j);
    bool found = find_names(j) && find_kinds(j);
    table_free(&j->table);
    table_free(&j->names);
    return found;
}
