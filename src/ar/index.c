/* SPDX-License-Identifier: MIT */
/** Reading an archive's index: the choice among the flavours. */
#include "ar/index.h"

bool archive_index(const struct archive *archive, enum ar_table table, struct arena *arena,
                   struct ar_symbols *symbols, struct error *error)
{
    unsigned width = archive->wide_index ? 8 : 4;
    *symbols = (struct ar_symbols){0};
    if (table == AR_TABLE_EC) {
        return !archive->ec_index.size ||
               coff_index_read(archive->ec_index, true, archive, arena, symbols, error);
    }
    if (table == AR_TABLE_SECOND) {
        return !archive->second_index.size ||
               coff_index_read(archive->second_index, false, archive, arena, symbols, error);
    }
    if (!archive->has_index) {
        return true;
    }
    return archive->flavour == AR_DARWIN
               ? darwin_index_read(archive->index, width, archive, arena, symbols, error)
               : gnu_index_read(archive->index, width, archive, arena, symbols, error);
}
