/* SPDX-License-Identifier: MIT */
/**
 * The index flavours, one file each: how large a table is, how it is written, how it is read.
 * Only for src/ar. Facts: the tables "Symbol tables" of the Microsoft PE/COFF specification,
 * System V ABI chapter 7, <mach-o/ranlib.h>, and LLVM's ArchiveWriter, which rustc follows.
 *
 * Offsets in every table are those of member headers, from the start of the file.
 */
#ifndef ARMELD_AR_INDEX_H
#define ARMELD_AR_INDEX_H

#include "ar/archive.h"

/**
 * "/" (@width 4) and "/SYM64/" (@width 8): big-endian count, one offset a symbol, names with NUL.
 * The table is padded with NULs to an even size.
 * @coff first linker member: without any symbol it is the count alone; else three NULs follow it
 *       then, as LLVM writes it for tools that want a string table
 */
uint64_t gnu_index_size(const struct ar_symbols *symbols, unsigned width, bool coff);
void gnu_index_write(uint8_t *at, const struct ar_symbols *symbols, const uint64_t *offsets,
                     unsigned width, bool coff);
bool gnu_index_read(struct span table, unsigned width, const struct archive *archive,
                    struct arena *arena, struct ar_symbols *symbols, struct error *error);

/**
 * "__.SYMDEF" (@width 4) and "__.SYMDEF_64" (@width 8): little-endian size of the ranlibs in
 * bytes, {name, header offset} each, size of the names in bytes (unpadded, as LLVM writes it; a
 * reader must take Apple's padded one as well), names with NUL, padding to 8.
 * @bare no member is an object: the names are empty then, else three NULs stand in for none
 */
uint64_t darwin_index_size(const struct ar_symbols *symbols, unsigned width, bool bare);
void darwin_index_write(uint8_t *at, const struct ar_symbols *symbols, const uint64_t *offsets,
                        unsigned width, bool bare);
bool darwin_index_read(struct span table, unsigned width, const struct archive *archive,
                       struct arena *arena, struct ar_symbols *symbols, struct error *error);

/**
 * Second COFF linker member: little-endian member count, offsets of all members, symbol count,
 * 1-based 16-bit member numbers, names with NUL; by ascending name. With @ec the same without the
 * member offsets: "/<ECSYMBOLS>/", whose numbers count the second member's offsets.
 * @symbols must be sorted by name (unsigned bytes) and hold each name once
 */
uint64_t coff_index_size(const struct ar_symbols *symbols, size_t member_count, bool ec);
void coff_index_write(uint8_t *at, const struct ar_symbols *symbols, const uint64_t *offsets,
                      size_t member_count, bool ec);
bool coff_index_read(struct span table, bool ec, const struct archive *archive,
                     struct arena *arena, struct ar_symbols *symbols, struct error *error);

/** The member whose header lies at @offset, or false with an error that names @entry. */
bool index_member_at(const struct archive *archive, uint64_t offset, size_t entry,
                     uint32_t *member, struct error *error);

/** Bytes of all names with their NULs. */
uint64_t index_names_size(const struct ar_symbols *symbols);

/** Write all names with their NULs; returns the place behind them. */
uint8_t *index_names_write(uint8_t *at, const struct ar_symbols *symbols);

#endif
