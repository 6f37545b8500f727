/* SPDX-License-Identifier: MIT */
/**
 * Static archives: reading.
 *
 * A struct archive owns nothing but its arrays, which live in the caller's arena; names and
 * contents are spans into the caller's bytes (usually a mapped file). Bookkeeping (indexes, the
 * long-name table, any `/<...>/` member) is not a member and stands apart.
 *
 * The reader is strict, because what it misreads would be lost when the archive is rewritten:
 * see the decisions above archive_read() in read.c.
 */
#ifndef ARMELD_AR_ARCHIVE_H
#define ARMELD_AR_ARCHIVE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/span.h"

enum {
    AR_MAGIC_SIZE = 8,   /**< "!<arch>\n" */
    AR_HEADER_SIZE = 60, /**< name 16, mtime 12, uid 6, gid 6, mode 8, size 10, "`\n" */
    AR_FIELDS_AT = 16,   /**< mtime, uid, gid, mode: what a rewritten member keeps */
    AR_FIELDS_SIZE = 32,
    AR_SIZE_AT = 48,
    AR_SIZE_SIZE = 10,
    AR_LONGEST_NAME = 32 * 1024, /**< with its end: no compiler writes one this long */
};

/**
 * mtime, uid, gid and mode of the index of a workspace, where other archives have 0, 0, 0, 0. No
 * linker reads them; without a sidecar, they tell that the archive is a workspace.
 */
#define AR_MARK "0           41719 56423 0       "

/** The same of one archive of all objects: a library like others, but armeld may make it again. */
#define AR_MARK_ONE "0           41719 56424 0       "

/** How names and indexes are written. */
enum ar_flavour {
    AR_UNKNOWN, /**< no member and no index: an empty archive fits every flavour */
    AR_GNU,     /**< System V: "/", "//", "name/"; LLVM calls it gnu */
    AR_DARWIN,  /**< BSD: "#1/N", "__.SYMDEF" */
    AR_COFF,    /**< Microsoft: two linker members, NUL-terminated long names */
};

struct ar_member {
    struct span name;
    struct span data; /**< without the pad byte; Darwin counts its padding in, so it is in here */
    uint64_t offset;  /**< of the header, from the start of the file */
};

struct archive {
    struct span file;
    enum ar_flavour flavour;
    struct ar_member *members;
    size_t member_count;
    struct span index;        /**< "/", "/SYM64/", "__.SYMDEF*": contents, empty if there is none */
    struct span second_index; /**< second COFF linker member */
    struct span ec_index;     /**< "/<ECSYMBOLS>/" */
    struct span names;        /**< "//" */
    bool has_index;
    bool wide_index;          /**< 64-bit offsets: "/SYM64/", "__.SYMDEF_64" */
    size_t other_special;     /**< how many further "/<...>/" members were passed over */
    bool pad_missing;         /**< the last member is odd and its pad byte is not there */
};

/** An index entry. */
struct ar_symbol {
    struct span name;
    uint32_t member; /**< index into archive.members */
};

struct ar_symbols {
    struct ar_symbol *list;
    size_t count;
};

/** Which of an archive's tables. */
enum ar_table {
    AR_TABLE_MAIN,   /**< "/", "/SYM64/" or "__.SYMDEF*" */
    AR_TABLE_SECOND, /**< second COFF linker member */
    AR_TABLE_EC,     /**< "/<ECSYMBOLS>/" */
};

/** "gnu", "darwin", "coff" or "unknown". */
const char *ar_flavour_name(enum ar_flavour flavour);

/** Whether the file begins like an archive that archive_read() reads. */
bool archive_probe(struct span file);

/**
 * Whether the file is a static library that archive_read() refuses: a thin archive, one of AIX, or
 * a universal file with one of these or an archive in it.
 */
bool archive_probe_unread(struct span file);

/**
 * Whether ar_layout_mark() marked the archive, or one in a universal file, as a workspace, and
 * nobody has made its index again since.
 */
bool archive_is_marked(struct span file);

/** The same of one archive of all objects. */
bool archive_is_one(struct span file);

/**
 * Read the headers of all members; no member's contents are touched.
 * @file  must stay where it is as long as @archive is used
 * @arena receives the array of members
 * Errors name the offset, the value found and the value allowed.
 */
bool archive_read(struct span file, struct arena *arena, struct archive *archive,
                  struct error *error);

/** Whether a member of this name is Darwin's index, and whether its offsets are of 64 bits. */
bool ar_is_darwin_index(struct span name, bool *wide);

/** The 32 header bytes that hold mtime, uid, gid and mode; NULL for a file that is no archive. */
const uint8_t *ar_member_fields(const struct archive *archive, const struct ar_member *member);

/**
 * A member's contents without the newlines that pad it to 8 in Darwin archives, where the size
 * counts them in: at most seven at the end. Contents that end in newlines cannot be told from
 * padding there, so they lose theirs as well, in every copy alike.
 */
struct span ar_member_content(const struct archive *archive, const struct ar_member *member);

/**
 * Read one table of the index; an archive without it gives no symbols.
 * Every entry must point at a member's header. Darwin's and GNU's entries come in table order.
 */
bool archive_index(const struct archive *archive, enum ar_table table, struct arena *arena,
                   struct ar_symbols *symbols, struct error *error);

#endif
