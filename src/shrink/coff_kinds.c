/* SPDX-License-Identifier: MIT */
/**
 * The kinds of COFF sections, and what joining and dropping them means.
 *
 * Linkers sort sections by the text behind '$'. Programs put pointers into NAME$b and walk them
 * between markers in NAME$a and NAME$c: constructors in .CRT, registrations of linkme, profiles.
 * Nothing refers to such pointers, and linkers keep them as soon as they load the object, so only
 * sections that compilers write for code and its data are removed.
 *
 * Localising: no kind depends on global names. Lists of symbols (.gfids, .sxdata, ...) name symbols
 * by number, and lose those that are removed.
 *
 * Sources: PE Format, "Special Sections"; LLVM 19 (lld/COFF/Driver.cpp, Writer.cpp, Chunks.cpp;
 * TargetLoweringObjectFileImpl.cpp, InstrProfData.inc); binutils 2.40 (ld/scripttempl/pe.sc).
 */
#include "shrink/coff_kinds.h"

/* The first row that fits counts. */
static const struct coff_kind kinds[] = {
    /* code, data, thread-local data, exception tables */
    {".text", COFF_APPEND, false},
    {".rdata", COFF_APPEND, false},
    {".rodata", COFF_APPEND, false},
    {".data", COFF_APPEND, false},
    {".bss", COFF_APPEND, false},
    {".tls", COFF_APPEND, false},
    {".xdata", COFF_APPEND, false},
    {".pdata", COFF_APPEND, false},
    {".eh_frame", COFF_APPEND, false},
    {".gcc_except_table", COFF_APPEND, false},
    /* CodeView, one for each object; DWARF */
    {".debug$*", COFF_OMIT, false},
    {".debug_*", COFF_APPEND, false},
    {".zdebug_*", COFF_APPEND, false},
    /* checksums of an object's sections; hints for its layout, by symbol number */
    {".chks64", COFF_OMIT, false},
    {".llvm_addrsig", COFF_OMIT, false},
    {".llvm.call-graph-profile", COFF_OMIT, false},
    /* options for the linker */
    {".drectve", COFF_ONCE, false},
    /* lists for control flow guard and safe exception handlers, which lose what is removed */
    {".gfids", COFF_APPEND, false},
    {".giats", COFF_APPEND, false},
    {".gljmp", COFF_APPEND, false},
    {".gehcont", COFF_APPEND, false},
    {".sxdata", COFF_APPEND, false},
    {".hybmp", COFF_APPEND, false},
    /* all others, such as .CRT$XCU, .ctors, .rsrc$01, .lprfd$M, .idata$5: used by their names */
    {NULL, COFF_APPEND, true},
};

static bool matches(const char *pattern, struct span name)
{
    size_t size = strlen(pattern);
    if (pattern[size - 1] == '*') {
        return name.size >= size - 1 && memcmp(name.data, pattern, size - 1) == 0;
    }
    return name.size >= size && memcmp(name.data, pattern, size) == 0 &&
           (name.size == size || name.data[size] == '$' || name.data[size] == '.');
}

const struct coff_kind *coff_kind_of(const struct obj_section *section)
{
    const struct coff_kind *kind = kinds;
    while (kind->name && !matches(kind->name, section->name)) {
        kind++;
    }
    return kind;
}
