/* SPDX-License-Identifier: MIT */
/**
 * The table of ELF sections. The first row that fits counts, so names stand before types, and both
 * before flags. Sources: gABI; LSB 5.0; binutils 2.40, include/elf; LLVM 19, ELFRelocs and
 * docs/Extensions.rst; the processor supplements of ARM, MIPS, RISC-V and PowerPC.
 */
#include "shrink/elf_kinds.h"

#include "obj/elf.h"

enum {
    SHT_PROGBITS = 1,
    SHT_INIT_ARRAY = 14,
    SHT_FINI_ARRAY = 15,
    SHT_PREINIT_ARRAY = 16,
    SHT_LLVM_LINKER_OPTIONS = 0x6fff4c01,
    SHT_LLVM_DEPENDENT_LIBRARIES = 0x6fff4c04,
    SHT_LLVM_SYMPART = 0x6fff4c05,
    SHT_LLVM_BB_ADDR_MAP = 0x6fff4c0a,
    SHT_LLVM_LTO = 0x6fff4c0c,
    SHT_GNU_SFRAME = 0x6ffffff4,
    SHT_GNU_ATTRIBUTES = 0x6ffffff5,
    SHT_X86_64_UNWIND = 0x70000001, /* also SHT_ARM_EXIDX */
    SHT_PROC_ATTRIBUTES = 0x70000003, /* SHT_ARM_ATTRIBUTES, SHT_RISCV_ATTRIBUTES */
    SHT_MIPS_REGINFO = 0x70000006,
    SHT_MIPS_OPTIONS = 0x7000000d,
    SHT_MIPS_DWARF = 0x7000001e,
    SHT_MIPS_ABIFLAGS = 0x7000002a,
};

#define SHF_GNU_RETAIN 0x200000u
#define SHF_EXCLUDE 0x80000000u

static const struct elf_kind kinds[] = {
    /* statements about a whole object */
    {".note.GNU-stack", '=', 0, 0, WHOLE_ALL, JOIN_NEVER, PRUNE_NEVER},
    {".note.gnu.property", '=', 0, 0, WHOLE_RULES, JOIN_NEVER, PRUNE_NEVER},
    {".comment", '=', 0, 0, WHOLE_LISTED, JOIN_PIECES, PRUNE_NEVER},
    {".attributes", '$', 0, 0, WHOLE_ONCE, JOIN_NEVER, PRUNE_NEVER},
    {NULL, '=', SHT_GNU_ATTRIBUTES, 0, WHOLE_ONCE, JOIN_NEVER, PRUNE_NEVER},
    {".MIPS.abiflags", '=', 0, 0, WHOLE_ONCE, JOIN_NEVER, PRUNE_NEVER},
    {".reginfo", '=', SHT_MIPS_REGINFO, 0, WHOLE_MASKS, JOIN_NEVER, PRUNE_NEVER},
    {".MIPS.options", '=', SHT_MIPS_OPTIONS, 0, WHOLE_MASKS, JOIN_NEVER, PRUNE_NEVER},
    {".note.GNU-split-stack", '=', 0, 0, WHOLE_NEVER, JOIN_NEVER, PRUNE_NEVER},
    {".note.GNU-no-split-stack", '=', 0, 0, WHOLE_NEVER, JOIN_NEVER, PRUNE_NEVER},
    {".note", '*', 0, 0, WHOLE_EACH, JOIN_NEVER, PRUNE_TIED},
    {NULL, '=', SHT_NOTE, 0, WHOLE_EACH, JOIN_NEVER, PRUNE_TIED},
    /* hints for linkers, of which several in one object contradict each other */
    {".llvm_addrsig", '=', 0, 0, WHOLE_GONE, JOIN_NEVER, PRUNE_TIED},
    {NULL, '=', SHT_LLVM_ADDRSIG, 0, WHOLE_GONE, JOIN_NEVER, PRUNE_TIED},
    {NULL, '=', SHT_LLVM_CALL_GRAPH_PROFILE, 0, WHOLE_GONE, JOIN_NEVER, PRUNE_TIED},
    /* hints that linkers read from each section */
    {NULL, '=', SHT_LLVM_LINKER_OPTIONS, 0, WHOLE_EACH, JOIN_NEVER, PRUNE_NEVER},
    {NULL, '=', SHT_LLVM_DEPENDENT_LIBRARIES, 0, WHOLE_LISTED, JOIN_NEVER, PRUNE_NEVER},
    {".gnu.warning", '.', 0, 0, WHOLE_EACH, JOIN_NEVER, PRUNE_NEVER},
    /* 32-bit PowerPC: addends of calls count from the one such section of an object */
    {".got2", '=', 0, 0, WHOLE_NEVER, JOIN_NEVER, PRUNE_UNUSED},
    /* symbol partitions and old COMDATs: linkers tell them apart by what an object is */
    {NULL, '=', SHT_LLVM_SYMPART, 0, WHOLE_NEVER, JOIN_NEVER, PRUNE_NEVER},
    {".gnu.linkonce.", '*', 0, 0, WHOLE_NEVER, JOIN_NEVER, PRUNE_UNUSED},
    /* the code once more, for link-time optimisation */
    {".gnu.lto_", '*', 0, 0, WHOLE_LTO, JOIN_NEVER, PRUNE_NEVER},
    {".gnu.debuglto_", '*', 0, 0, WHOLE_LTO, JOIN_NEVER, PRUNE_NEVER},
    {".llvm.lto", '=', 0, 0, WHOLE_LTO, JOIN_NEVER, PRUNE_NEVER},
    {NULL, '=', SHT_LLVM_LTO, 0, WHOLE_LTO, JOIN_NEVER, PRUNE_NEVER},
    {".llvmbc", '=', 0, 0, WHOLE_EACH, JOIN_NEVER, PRUNE_NEVER},
    {".llvmcmd", '=', 0, 0, WHOLE_EACH, JOIN_NEVER, PRUNE_NEVER},
    /* unwind information */
    {".eh_frame", '=', 0, 0, WHOLE_EACH, JOIN_RECORDS, PRUNE_RECORDS},
    {".sframe", '=', 0, 0, WHOLE_EACH, JOIN_NEVER, PRUNE_RECORDS},
    {NULL, '=', SHT_GNU_SFRAME, 0, WHOLE_EACH, JOIN_NEVER, PRUNE_RECORDS},
    {".gcc_except_table", '.', 0, 0, WHOLE_EACH, JOIN_PIECES, PRUNE_UNUSED},
    {".ARM.exidx", '.', 0, 0, WHOLE_EACH, JOIN_NEVER, PRUNE_TIED},
    {".ARM.extab", '.', 0, 0, WHOLE_EACH, JOIN_PIECES, PRUNE_UNUSED},
    /* lists that programs run through; a priority is part of the name */
    {NULL, '=', SHT_INIT_ARRAY, 0, WHOLE_EACH, JOIN_PIECES, PRUNE_NEVER},
    {NULL, '=', SHT_FINI_ARRAY, 0, WHOLE_EACH, JOIN_PIECES, PRUNE_NEVER},
    {NULL, '=', SHT_PREINIT_ARRAY, 0, WHOLE_EACH, JOIN_PIECES, PRUNE_NEVER},
    {".init_array", '.', 0, 0, WHOLE_EACH, JOIN_PIECES, PRUNE_NEVER},
    {".fini_array", '.', 0, 0, WHOLE_EACH, JOIN_PIECES, PRUNE_NEVER},
    {".preinit_array", '.', 0, 0, WHOLE_EACH, JOIN_PIECES, PRUNE_NEVER},
    {".ctors", '.', 0, 0, WHOLE_EACH, JOIN_PIECES, PRUNE_NEVER},
    {".dtors", '.', 0, 0, WHOLE_EACH, JOIN_PIECES, PRUNE_NEVER},
    {".jcr", '.', 0, 0, WHOLE_EACH, JOIN_PIECES, PRUNE_NEVER},
    /* code that runs from one object's piece into the next: no gaps */
    {".init", '=', 0, 0, WHOLE_EACH, JOIN_NEVER, PRUNE_NEVER},
    {".fini", '=', 0, 0, WHOLE_EACH, JOIN_NEVER, PRUNE_NEVER},
    /* function descriptors of 64-bit PowerPC, one for each function; linkers read one section */
    {".opd", '=', 0, 0, WHOLE_EACH, JOIN_RECORDS, PRUNE_UNUSED},
    /* flags */
    {NULL, '=', 0, SHF_EXCLUDE, WHOLE_EACH, JOIN_NEVER, PRUNE_NEVER},
    {NULL, '=', 0, SHF_GNU_RETAIN, WHOLE_EACH, JOIN_NEVER, PRUNE_NEVER},
    {NULL, '=', 0, SHF_LINK_ORDER, WHOLE_EACH, JOIN_NEVER, PRUNE_TIED},
    {NULL, '=', 0, SHF_COMPRESSED, WHOLE_EACH, JOIN_NEVER, PRUNE_TIED},
    /* code and data */
    {NULL, '=', SHT_PROGBITS, SHF_ALLOC, WHOLE_EACH, JOIN_PIECES, PRUNE_UNUSED},
    {NULL, '=', SHT_NOBITS, SHF_ALLOC, WHOLE_EACH, JOIN_PIECES, PRUNE_UNUSED},
    {NULL, '=', SHT_X86_64_UNWIND, SHF_ALLOC, WHOLE_EACH, JOIN_PIECES, PRUNE_UNUSED},
    /* what is not loaded; debug info is told by section.kind, and its records are cut */
    {NULL, '=', SHT_MIPS_DWARF, 0, WHOLE_EACH, JOIN_RECORDS, PRUNE_TIED},
    {NULL, '=', SHT_LLVM_BB_ADDR_MAP, 0, WHOLE_EACH, JOIN_NEVER, PRUNE_TIED},
    {NULL, '=', SHT_PROGBITS, 0, WHOLE_EACH, JOIN_PIECES, PRUNE_TIED},
};

static bool fits(const struct elf_kind *kind, const struct obj_section *section)
{
    if ((kind->type && kind->type != section->type) ||
        (section->flags & kind->flags) != kind->flags) {
        return false;
    }
    if (!kind->name) {
        return true;
    }
    size_t length = strlen(kind->name);
    switch (kind->match) {
    case '*': return span_starts(section->name, kind->name);
    case '$': return span_ends(section->name, kind->name);
    case '.':
        return span_starts(section->name, kind->name) &&
               (section->name.size == length || section->name.data[length] == '.');
    default: return span_is(section->name, kind->name);
    }
}

const struct elf_kind *elf_kind_of(const struct obj_section *section)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (fits(&kinds[i], section)) {
            return &kinds[i];
        }
    }
    return NULL;
}
