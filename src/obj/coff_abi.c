/* SPDX-License-Identifier: MIT */
/**
 * Whose ABI a COFF object has: Microsoft's or that of MinGW. Their objects have one format, but no
 * linker takes both: link.exe finds no runtime for MinGW's, GNU ld none for Microsoft's.
 *
 * What says so, and who writes it. Facts that both sides write are no facts: @feat.00, CodeView,
 * .CRT$*, .weak.* names, import stubs of either form, the layout of the archive.
 *
 *   Microsoft's  "?..." names              C++ of cl and clang-cl, type descriptors of rustc
 *                @comp.id                  cl, ml
 *                needs of its runtime      __CxxFrameHandler3, _fltused, ...
 *                directives with a slash   /DEFAULTLIB:..., /alternatename:...
 *                .chks64, .voltbl          cl
 *                COMDATs, largest          cl and clang-cl: virtual tables with and without RTTI
 *   MinGW's      "_Z..." names, not Rust's C++ of GCC and clang
 *                needs of libgcc, libunwind, libstdc++
 *                .refptr.*, .rdata$zzz     GCC and clang; GCC
 *                .eh_frame, .ctors, ...    GCC and clang
 *                -exclude-symbols, -aligncomm
 *
 * Sources: LLVM 19 (WinCOFFObjectWriter, TargetLoweringObjectFileImpl, X86AsmPrinter,
 * Mangler.cpp); GCC 14 (config/i386/winnt.cc); mingw-w64 crt.
 */
#include "obj/coff.h"
#include "obj/directives.h"

/** What only the runtime of Microsoft's compiler defines. */
static const char *const msvc_needs[] = {
    "__CxxFrameHandler3", "__CxxFrameHandler4", "_CxxThrowException",
    "__security_check_cookie", "__GSHandlerCheck", "_fltused",
};

/** What only GCC's and LLVM's runtimes for MinGW define. */
static const char *const mingw_needs[] = {
    "_Unwind_Resume", "__gxx_personality_", "__gcc_personality_", "___chkstk_ms",
};

static bool starts_like(struct span name, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (span_starts(name, list[i])) {
            return true;
        }
    }
    return false;
}

/** Whether a name that begins with _Z is one that rustc made: _ZN...17h<16 hex digits>E... */
static bool is_of_rust(struct span name)
{
    for (size_t i = 0; i + 3 <= name.size; i++) {
        if (memcmp(name.data + i, "17h", 3) == 0) {
            return true;
        }
    }
    return false;
}

/** What one name says. On x86, names of C have an underscore more. */
static unsigned abi_of_name(const struct obj_symbol *symbol)
{
    struct span name = symbol->name;
    if (!name.size || (name.data[0] != '_' && name.data[0] != '?' && name.data[0] != '@' &&
                       name.data[0] != '.')) {
        return 0;
    }
    if (name.data[0] == '?' || span_is(name, "@comp.id")) {
        return COFF_ABI_MSVC;
    }
    if (span_starts(name, ".refptr.")) {
        return COFF_ABI_MINGW;
    }
    struct span inner = span_from(name, 1);
    if (span_starts(name, "_Z") || span_starts(inner, "_Z")) {
        return is_of_rust(name) ? 0 : COFF_ABI_MINGW;
    }
    if (symbol->place != PLACE_UNDEFINED) {
        return 0;
    }
    enum { MSVC = sizeof msvc_needs / sizeof *msvc_needs };
    enum { MINGW = sizeof mingw_needs / sizeof *mingw_needs };
    return starts_like(name, msvc_needs, MSVC) || starts_like(inner, msvc_needs, MSVC)
               ? COFF_ABI_MSVC
           : starts_like(name, mingw_needs, MINGW) || starts_like(inner, mingw_needs, MINGW)
               ? COFF_ABI_MINGW
               : 0;
}

static unsigned abi_of_section(struct span name)
{
    static const char *const msvc[] = {".chks64", ".voltbl"};
    static const char *const mingw[] = {".eh_frame", ".gcc_except_table", ".ctors", ".dtors",
                                        ".rdata$zzz", ".rdata$.refptr."};
    return starts_like(name, msvc, sizeof msvc / sizeof *msvc)      ? COFF_ABI_MSVC
           : starts_like(name, mingw, sizeof mingw / sizeof *mingw) ? COFF_ABI_MINGW
                                                                    : 0;
}

static unsigned abi_of_directive(const struct obj_directive *directive)
{
    bool quoted = span_starts(directive->word, "\"");
    return span_starts(span_from(directive->word, quoted), "/") ? COFF_ABI_MSVC
           : directive->kind == DIRECTIVE_EXCLUDE || directive->kind == DIRECTIVE_ALIGNCOMM
               ? COFF_ABI_MINGW
               : 0;
}

unsigned coff_abis(const struct object *object)
{
    struct obj_directive directive;
    unsigned abis = 0;
    if (object->import_stub) { /* linkers take those of the other side */
        return 0;
    }
    for (struct span rest = object->directives; obj_next_directive(&rest, &directive);) {
        abis |= abi_of_directive(&directive);
    }
    for (size_t i = 0; i < object->section_count; i++) {
        abis |= abi_of_section(object->sections[i].name);
    }
    for (size_t i = 0; i < object->group_count; i++) {
        bool largest = object->groups[i].selection == IMAGE_COMDAT_SELECT_LARGEST;
        abis |= largest ? COFF_ABI_MSVC : 0;
    }
    for (size_t i = 0; i < object->symbol_count; i++) {
        abis |= abi_of_name(&object->symbols[i]);
    }
    return abis;
}
