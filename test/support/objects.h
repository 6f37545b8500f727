/* SPDX-License-Identifier: MIT */
/**
 * Objects from text: an assembler for what the tests of identity need, no more.
 *
 * A line is a verb, its subject and KEY=VALUE words; numbers as in C. The first line names the
 * format and sets fields of the header:
 *
 *   elf | coff | bigobj | macho [machine=N] [flags=N] [abi=N] [time=N] [rel=1] [junk=TEXT]
 *       rel: SHT_REL instead of SHT_RELA; junk: bytes at the beginning of the string table
 *   section NAME [data=HEX | zero=N] [flags=N] [type=N] [align=N] [entry=N] [link=SECTION]
 *                [group=NAME] [numbers=SYMBOL,SYMBOL]
 *       numbers: contents are the numbers of these symbols. Mach-O: NAME is SEGMENT,SECTION
 *   reloc SECTION at=N to=SYMBOL|SECTION kind=N [add=N]
 *   file NAME
 *   symbol NAME [in=SECTION|absolute|common] [at=N] [size=N] [bind=N] [kind=N] [other=N]
 *       without in= it is undefined. ELF: bind STB_*, kind STT_*; COFF: bind storage class, and
 *       [aux=HEX], the beginning of one auxiliary record;
 *       Mach-O: kind n_type without N_SECT, other n_desc, in=indirect target=NAME
 *   mark SECTION [select=N] [link=SECTION] [sum=N]       COFF: the section's symbol
 *   weak NAME to=SYMBOL search=N                         COFF: a weak external
 *   group NAME flags=N                                   ELF: a group, signed by symbol NAME
 *   option TEXT | build N [platform=N] | incode HEX       Mach-O load commands; N: lowest version
 *   Mach-O relocations take [pcrel=1] [length=N], the logarithm of their width (2: four bytes)
 *
 * Symbols come out in the order of their lines (ELF: local ones first), sections too.
 */
#ifndef ARMELD_TEST_SUPPORT_OBJECTS_H
#define ARMELD_TEST_SUPPORT_OBJECTS_H

#include "base/arena.h"

/** The object that @text describes, in @arena. Text that is wrong ends the test. */
struct span assemble(struct arena *arena, const char *text);

/** The same for "one small object that defines (and needs) symbols": "+main +helper -malloc". */
struct span assemble_elf(struct arena *arena, const char *symbols, const char *contents);

#endif
