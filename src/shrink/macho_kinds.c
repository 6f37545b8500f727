/* SPDX-License-Identifier: MIT */
/**
 * The kinds of Mach-O sections, and what joining and dropping them means.
 *
 * Localising: no kind depends on global names. Lists of Objective-C and Swift name classes by
 * relocations, and the runtimes find the lists by the names of their sections.
 *
 * Sources: mach-o/loader.h; ld64 (macho_relocatable_file.cpp, Resolver.cpp); lld 19 (ObjC.cpp,
 * Driver.cpp: -ObjC loads members with __objc_catlist, __objc_classlist or __swift sections);
 * LLVM 19 (InstrProfData.inc, TargetLoweringObjectFileImpl.cpp).
 */
#include "shrink/macho_kinds.h"

#include "obj/macho.h"

enum {
    ANY_TYPE = -1, S_MOD_INIT_FUNC_POINTERS = 0x9, S_MOD_TERM_FUNC_POINTERS = 0xa,
    S_INTERPOSING = 0xd, S_THREAD_LOCAL_INIT_FUNCTION_POINTERS = 0x15, S_INIT_FUNC_OFFSETS = 0x16,
};

/* The first row that fits counts. */
static const struct macho_kind kinds[] = {
    /* one record for each object: its Objective-C flags and its Swift version */
    {NULL, "__objc_imageinfo", ANY_TYPE, MACHO_SINGLE, false},
    /* lists of Objective-C, which the runtime walks */
    {NULL, "__objc_catlist*", ANY_TYPE, MACHO_APPEND, true},
    {NULL, "__objc_nlcatlist", ANY_TYPE, MACHO_APPEND, true},
    {NULL, "__objc_classlist", ANY_TYPE, MACHO_APPEND, true},
    {NULL, "__objc_nlclslist", ANY_TYPE, MACHO_APPEND, true},
    {NULL, "__objc_protolist", ANY_TYPE, MACHO_APPEND, true},
    /* what code of Objective-C refers to: __objc_const, __objc_selrefs, __objc_data, ... */
    {NULL, "__objc_*", ANY_TYPE, MACHO_APPEND, false},
    /* Swift's metadata: types, protocols and conformances, found by section */
    {NULL, "__swift5_*", ANY_TYPE, MACHO_APPEND, true},
    {NULL, "__swift_*", ANY_TYPE, MACHO_APPEND, true},
    /* constructors, destructors, functions that replace others */
    {NULL, NULL, S_MOD_INIT_FUNC_POINTERS, MACHO_APPEND, true},
    {NULL, NULL, S_MOD_TERM_FUNC_POINTERS, MACHO_APPEND, true},
    {NULL, NULL, S_INIT_FUNC_OFFSETS, MACHO_APPEND, true},
    {NULL, NULL, S_THREAD_LOCAL_INIT_FUNCTION_POINTERS, MACHO_APPEND, true},
    {NULL, NULL, S_INTERPOSING, MACHO_APPEND, true},
    /* profiles: counters, data and names, which the profile's runtime walks; coverage maps */
    {NULL, "__llvm_prf_*", ANY_TYPE, MACHO_APPEND, false},
    {NULL, "__llvm_cov*", ANY_TYPE, MACHO_APPEND, false},
    /* bitcode and command lines; hints, by symbol number; debug info */
    {"__LLVM", NULL, ANY_TYPE, MACHO_OMIT, false},
    {NULL, "__llvm_addrsig", ANY_TYPE, MACHO_OMIT, false},
    {"__DWARF", NULL, ANY_TYPE, MACHO_OMIT, false},
    /* all others: code, data, literals, thread-local data, unwind information */
    {NULL, NULL, ANY_TYPE, MACHO_APPEND, false},
};

static bool matches(const char *pattern, struct span text)
{
    size_t size = strlen(pattern);
    if (pattern[size - 1] != '*') {
        return span_is(text, pattern);
    }
    return text.size >= size - 1 && memcmp(text.data, pattern, size - 1) == 0;
}

const struct macho_kind *macho_kind_of(const struct obj_section *section)
{
    const struct macho_kind *kind = kinds;
    while ((kind->segment && !matches(kind->segment, section->segment)) ||
           (kind->name && !matches(kind->name, section->name)) ||
           (kind->type != ANY_TYPE && kind->type != (int)(section->flags & SECTION_TYPE))) {
        kind++;
    }
    return kind;
}

/** Whether a section of no special kind says that linkers must keep it. */
static bool is_kept(const struct obj_section *section)
{
    return section->flags & S_ATTR_NO_DEAD_STRIP && !span_starts(section->name, "__objc_");
}

bool macho_is_loaded(const struct object *object)
{
    if (object->format == OBJ_BITCODE) {
        return object->compiles_to == OBJ_MACHO; /* its sections are not known yet */
    }
    for (size_t i = 0; object->format == OBJ_MACHO && i < object->section_count; i++) {
        const struct obj_section *section = &object->sections[i];
        if (section->size && (macho_kind_of(section)->loaded || is_kept(section))) {
            return true;
        }
    }
    for (size_t i = 0; object->format == OBJ_MACHO && i < object->symbol_count; i++) {
        if (macho_is_used(&object->symbols[i])) {
            return true;
        }
    }
    return false;
}

bool macho_is_used(const struct obj_symbol *symbol)
{
    return symbol->place == PLACE_SECTION && symbol->detail & N_NO_DEAD_STRIP;
}
