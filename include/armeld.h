/* SPDX-License-Identifier: MIT */
/**
 * libarmeld: meld sets of Rust static libraries. docs/glossary.md defines the words used here.
 *
 * To meld: armeld_new(), armeld_add() for each path, armeld_plan(), which changes no file,
 * armeld_apply(), which changes all or none, armeld_free(); armeld_report() tells what is known.
 *
 * Threads: one thread at a time may use a handle; different handles are independent. A call uses
 * threads of its own. From the first call that names a path until armeld_release() or
 * armeld_free(), a handle that may write holds the directory of its workspace. Another handle for
 * that directory waits, unless options.no_wait is set or its thread holds one by another handle:
 * then it fails. The library prints only what armeld_print() is asked to print, never exits, and
 * installs no signal handlers.
 *
 * Statuses: functions that return int return an enum armeld_status. Any of them may return
 * ARMELD_FAILED because memory is short, ARMELD_USAGE because it is called out of order, and
 * ARMELD_INTERNAL; the comments list what else each returns. After a failure the handle takes only
 * armeld_report(), armeld_print(), armeld_error(), armeld_release() and armeld_free().
 *
 * Ownership: the library copies what it is given. The handle owns all that it gives out, until
 * armeld_free(). Names in texts are as in the files: escape control characters before you print
 * them on a terminal. Sizes are in bytes. Growth: structs that callers fill in begin with their
 * size and grow at their end, as armeld_report does; others, with the number in the library's name.
 */
#ifndef ARMELD_H
#define ARMELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Version of this header. */
#define ARMELD_VERSION "1.0.0"

/** A handle: one melding, or one of the other jobs of the library. */
struct armeld;

/** The outcome of a call; also the exit status of the program, which exits with 1 for INTERNAL. */
enum armeld_status {
    ARMELD_OK = 0,
    ARMELD_FAILED = 1,      /**< an input or output error; no file was changed */
    ARMELD_USAGE = 2,       /**< contradicting options or paths, or calls out of order */
    ARMELD_UNPROVEN = 3,    /**< the result could not be proven; no file was changed */
    ARMELD_INTERRUPTED = 4, /**< failed after renaming began: running again finishes the job */
    ARMELD_INTERNAL = 5,    /**< a mistake in the library: please report it; no file was changed */
};

/** The layout of archives to write; every flavour is read. */
enum armeld_flavour {
    ARMELD_AUTO,   /**< as the inputs are */
    ARMELD_GNU,    /**< System V: Linux, Android, the BSDs, windows-gnu */
    ARMELD_DARWIN, /**< Apple */
    ARMELD_COFF,   /**< Microsoft */
};

/** Which members are the same: those that no linker can tell apart, or those of equal bytes. */
enum armeld_identity { ARMELD_IDENTITY_LINK, ARMELD_IDENTITY_BYTES };

/** What to remove from objects; bits of armeld_options.strip. */
enum armeld_strip {
    ARMELD_STRIP_BITCODE = 1,  /**< bitcode, GCC's code for LTO, and what belongs to them */
    ARMELD_STRIP_DEBUG = 2,    /**< debug info: DWARF, CodeView */
    ARMELD_STRIP_LOCALS = 4,   /**< local symbols that no relocation needs */
    ARMELD_STRIP_COMMENTS = 8, /**< names of compilers: .comment */
    ARMELD_STRIP_SIGNATURE = 16, /**< Mach-O: one that would not hold becomes an ad-hoc one */
};

/** Compression of the debug info that is kept; ELF only. */
enum armeld_compression { ARMELD_COMPRESS_NONE, ARMELD_COMPRESS_ZLIB, ARMELD_COMPRESS_ZSTD };

/** The phases of a melding, in their order; options.split_debug repeats them for its copy. */
enum armeld_phase {
    ARMELD_READING, ARMELD_COMPARING, /**< headers; which members libraries share */
    ARMELD_WRITING, /**< writing the new archives */
};

/** Progress in a phase; totals that are unknown are 0. */
struct armeld_progress {
    enum armeld_phase phase;
    size_t files_done, files_total;
    uint64_t bytes_done, bytes_total;
};

/** Those that cost a set more than they save: left out if any order will do, in, out, or apart. */
enum armeld_workspaces { ARMELD_WORKSPACES_SAFE, ARMELD_WORKSPACES_ONE, ARMELD_WORKSPACES_MAIN,
                         ARMELD_WORKSPACES_AUTO };

/** Options; 0 is the default. Start with {.struct_size = sizeof(struct armeld_options)}. */
struct armeld_options {
    size_t struct_size;     /**< sizeof(struct armeld_options), as the caller was compiled */
    const char *workspace;  /**< its path; not with single; armeld_inspect(), _explain(): none */
    const char *output_dir; /**< write the outputs there and leave the originals alone; or NULL */
    enum armeld_flavour flavour;
    enum armeld_identity identity;
    unsigned jobs;          /**< number of threads; 0: one for each processor */
    unsigned min_sharers;   /**< move objects that at least so many libraries hold; 0: 2 */
    bool recursive;         /**< also take archives in subdirectories */
    bool backup;            /**< keep each original as NAME.bak, with the suffix replaced */
    bool no_proof;          /**< skip the link proof */
    bool no_sidecar;        /**< write no WORKSPACE.armeld: cannot restore or meld again */
    bool single;            /**< shrink one library, without a workspace */
    const char *const *keep; /**< globs (fnmatch(3)) of member names that stay; or NULL */
    size_t keep_count;
    const char *const *only; /**< globs of the only member names that may move; or NULL */
    size_t only_count;
    const char *const *roots; /**< globs of symbols that users of a library call; or NULL */
    size_t root_count;
    const char *const *pc_dirs; /**< directories whose .pc files will require the workspace, whose
                                     own .pc file is written to the first; or NULL */
    size_t pc_dir_count;
    const char *const *libs; /**< flags to link after the workspace, such as "-lws2_32 -lntdll" */
    size_t lib_count;
    const char *cmake_dir;  /**< directory of a CMake package to write, NAMEConfig.cmake; or NULL */
    const char *dep_json;   /**< JSON file to write with what to link; or NULL */
    bool la;                /**< add the workspace to the .la files beside the archives */
    bool hide;              /**< give definitions that are no exports hidden visibility */
    bool prune;             /**< remove code and data that no export needs */
    bool prelink;           /**< join the objects of each archive (in a workspace: those with the
                                 same sharers) into one, and prune */
    bool merge;             /**< prelink: also join sections of one kind */
    unsigned strip;         /**< bits of enum armeld_strip: remove that from all objects */
    enum armeld_compression compress_debug;
    const char *rename;     /**< append this suffix to non-exports; needs single; or NULL */
    const char *split_debug; /**< directory for a copy with debug info; needs .._DEBUG; or NULL */
    const char *const *exports; /**< globs of what stays visible; NULL: C names but std's */
    size_t export_count;
    /** Called from any thread, but never from two at once; must not call the library. Or NULL. */
    void (*progress)(void *context, const struct armeld_progress *progress);
    void *progress_context;
    bool no_wait; /**< fail at once where another run is at work in the workspace's directory */
    /** Called once after waiting a second for it; @context is progress_context. Or NULL. */
    void (*waiting)(void *context, const char *directory);
    const char *const *models; /**< linkers to prove for, as armeld_report.models; or NULL: all */
    size_t model_count;
    size_t workspaces; /**< enum armeld_workspaces; size_t: no padding for a new field */
    const char *machine; /**< look at this slice, or this part of xcframeworks, only; or NULL */
    size_t one_archive;  /**< bool: write all objects to options.workspace, and no library */
    const char *title, *command, *date; /**< armeld_html() shows them as they are; or NULL */
};

struct armeld_library { /**< before and after */
    const char *path;       /**< as given, or as found in a directory */
    const char *output;     /**< path of the melded library */
    uint64_t bytes_before, bytes;
    size_t members_before, members;
    size_t moved;           /**< members that move to the workspace */
    size_t stubs;           /**< import stubs of Windows DLLs, which stay */
};

struct armeld_workspace { /**< one of the workspaces of a set */
    const char *path, *why;    /**< why: how its libraries differ; or for which platform */
    size_t members, libraries; /**< libraries: how many need it */
    uint64_t bytes;
};

/** A member name that stands for different contents. */
struct armeld_variant {
    const char *name;
    const size_t *libraries; /**< indices into armeld_report.libraries, ascending */
    size_t library_count;
    size_t versions;         /**< number of different contents */
    uint64_t bytes;          /**< of all copies that stay in their libraries */
};

/** A member that stays in its library because of the proof. */
struct armeld_kept {
    const char *member;
    const char *symbol; /**< that would be resolved in another way; "" if there are too many */
    const char *why;
    size_t library;     /**< index into armeld_report.libraries */
    uint64_t bytes;
};

/** Inputs: moved + kept + bookkeeping_before; outputs: shared + copied + kept + bookkeeping -
    removed. Bookkeeping: magic, headers, names, indexes, padding. */
struct armeld_account {
    uint64_t moved;  /**< of members that move, every copy counted */
    uint64_t kept;   /**< of members that stay */
    uint64_t shared; /**< of members that move, counted once each */
    uint64_t copied; /**< of members of the workspace that their libraries keep as well */
    uint64_t bookkeeping_before, bookkeeping;
    uint64_t removed; /**< what shrinking removes from shared, copied and kept */
};

/** Purposes of the bytes of an archive; armeld_bytes_name() has their names. */
enum armeld_bytes {
    ARMELD_BYTES_CODE, ARMELD_BYTES_RODATA, ARMELD_BYTES_DATA, ARMELD_BYTES_UNWIND,
    ARMELD_BYTES_RELOCS,  /**< except those of debug info */
    ARMELD_BYTES_SYMBOLS, /**< symbol and string tables */
    ARMELD_BYTES_DEBUG,   /**< debug info and its relocations */
    ARMELD_BYTES_BITCODE, /**< LLVM bitcode, GCC's code for LTO */
    ARMELD_BYTES_IMPORT,  /**< import stubs of Windows DLLs */
    ARMELD_BYTES_OTHER,   /**< other sections; members that are no objects or cannot be read */
    ARMELD_BYTES_HEADERS, /**< of objects: headers, and gaps between sections */
    ARMELD_BYTES_ARCHIVE, /**< of the archive: headers, names, indexes, padding */
    ARMELD_BYTES_KINDS,
};

/** What a row of armeld_inspect() stands for. */
enum armeld_by {
    ARMELD_BY_LIBRARY, ARMELD_BY_CRATE,
    ARMELD_BY_MEMBER,  /**< members of one name, as they would be named in a workspace */
    ARMELD_BY_SECTION,
    ARMELD_BY_REASON,  /**< members that melding treats alike for the same reason */
};

/** A row of armeld_inspect(). */
struct armeld_row {
    const char *name;
    uint64_t bytes;
    uint64_t kinds[ARMELD_BYTES_KINDS]; /**< bytes by purpose; the sum is .bytes */
    size_t libraries, members; /**< that have some of these bytes; 0 members: outside them */
};

/** A row of armeld_compare(); a set without such a row has 0 bytes. */
struct armeld_change {
    const char *name;
    uint64_t bytes_before, bytes;
    bool in_before, in_after; /**< which set has the row */
};

/** A crate, before and after melding. */
struct armeld_crate {
    const char *name; /**< "std"; in brackets: bytes of no crate */
    uint64_t bytes_before, bytes; /**< bytes: in the melded libraries and workspaces */
    uint64_t kinds_before[ARMELD_BYTES_KINDS], kinds[ARMELD_BYTES_KINDS];
    size_t libraries, members; /**< that have some of these bytes */
};

/** The bytes of one crate in one library. */
struct armeld_cell {
    size_t library, crate; /**< indices into .libraries and .crates of the report */
    uint64_t bytes, moved; /**< moved: those of .bytes that move to the workspace */
};

/** Why a member is where it is. */
struct armeld_explanation {
    const char *library, *member;
    uint64_t bytes;
    const char *verdict;      /**< what melding does with the member, and why */
    const char *const *facts; /**< sentences: other holders, differences, symbols */
    size_t fact_count;
};

/** Which members to explain; NULL: any. Start with {.struct_size = sizeof(...)}. */
struct armeld_question {
    size_t struct_size;
    const char *library; /**< only members of the library with this path */
    const char *member;  /**< a glob of member names */
    const char *symbol;  /**< members that define this symbol */
};

/** A shared object or a program that armeld_inspect() read, and what stripping it would save. */
struct armeld_image {
    const char *path, *kind, *machine; /**< kind: "ELF shared object", ...; machine: "x86_64" */
    uint64_t bytes, debug, locals; /**< with ARMELD_STRIP_DEBUG; then with .._LOCALS, too */
    const char *refused;    /**< why it is not stripped; or NULL */
};

/** A build file: .pc, .la, CMake package, JSON; or a file of armeld_share(). */
struct armeld_file {
    const char *path;
    bool changes, is_new; /**< the contents change; the file does not exist yet */
};

/** A file that is not as the sidecar says, or a link that differs. */
struct armeld_finding { const char *path, *text; };

/**
 * All that is known of a handle. After armeld_restore() and armeld_verify() only workspaces,
 * libraries, findings, models and restored mean something; of both lists, paths and sizes:
 * armeld_restore() lists the libraries that it restores; armeld_verify() lists all of the set.
 */
struct armeld_report {
    size_t struct_size;          /**< of the library's struct: later fields do not exist */
    enum armeld_flavour flavour; /**< of the outputs; ARMELD_AUTO before planning */
    const char *machine;         /**< such as "x86_64", "arm64+x86_64", "universal"; or NULL */
    const char *workspace;       /**< the first of several, or the xcframework they are in */
    size_t workspace_members;
    uint64_t workspace_bytes;
    const struct armeld_library *libraries; /**< in the order of the inputs */
    size_t library_count;
    uint64_t bytes_before, bytes; /**< of all libraries; of melded ones and workspaces */
    size_t shared_objects;  /**< different objects that move; of armeld_share(): symbols */
    size_t copied_objects;  /**< members of workspaces that their libraries keep as well */
    const char *const *copied; /**< their names */
    struct armeld_account account;
    const struct armeld_variant *variants;
    size_t variant_count;
    const char *const *warnings;
    size_t warning_count;
    const char *const *notes; /**< what prevents sharing in builds; what is not proven of needs */
    size_t note_count;
    bool proven;              /**< the link proof was run, and holds */
    const char *const *models; /**< the linkers that it holds for: armeld(5), proof.models */
    size_t model_count;
    unsigned proof_rounds;    /**< how often the plan was proven */
    const struct armeld_kept *kept; /**< members that stay because of the proof */
    size_t kept_count;
    const char *const *unprovable; /**< originals that do not link, and why */
    size_t unprovable_count;
    const struct armeld_finding *findings; /**< of armeld_verify() and armeld_restore() */
    size_t finding_count;
    const struct armeld_row *rows; /**< of armeld_inspect(), most bytes first */
    size_t row_count;
    struct armeld_row total;       /**< the sum of the rows */
    const struct armeld_change *changes; /**< of armeld_compare(), largest first */
    size_t change_count;
    uint64_t compared_bytes;       /**< of the set before; those of the set after: total.bytes */
    const struct armeld_crate *crates; /**< of armeld_chart(), most bytes first */
    size_t crate_count;
    const struct armeld_cell *cells; /**< by library, then by crate */
    size_t cell_count;
    const struct armeld_explanation *explanations; /**< of armeld_explain() */
    size_t explanation_count;
    const struct armeld_file *files; /**< beside the archives, written or to be written */
    size_t file_count;
    bool single;             /**< one library is shrunk: there is no workspace */
    bool shrunk;             /**< objects are shrunk; their bytes by purpose: */
    uint64_t kinds_before[ARMELD_BYTES_KINDS], kinds[ARMELD_BYTES_KINDS];
    const char *const *personalities; /**< unwinding routines of prelinked Mach-O objects, of which
                                           Apple's linkers allow 3 in a program */
    size_t personality_count;
    size_t restored;         /**< number of libraries that armeld_restore() restores */
    const uint64_t *saves;   /**< by library: what it saves if it is melded, or NULL */
    const uint64_t *costs;   /**< by library: bytes of others that stay for that, if much stays */
    const char *const *left_out; /**< by library: why it is left unmelded; NULL: it is melded */
    const struct armeld_workspace *workspaces; /**< all; the first one is .workspace */
    size_t workspace_count;
    const size_t *workspace_of; /**< by library that is melded: the number of its workspace */
    size_t one_archive; /**< bool: the workspace has all objects; libraries are not written */
    const struct armeld_image *images; /**< of armeld_inspect(), in the order of the inputs */
    size_t image_count;
};

/** The forms of a report. Text: names escaped, sizes rounded. JSON: complete, see armeld(5). */
enum armeld_format { ARMELD_TEXT, ARMELD_JSON,
                     ARMELD_CSV }; /**< the rows of armeld_inspect() and armeld_compare() */

/** How to print a report. Start with {.struct_size = sizeof(struct armeld_style)}. */
struct armeld_style {
    size_t struct_size;
    enum armeld_format format;
    bool verbose; /**< text: all libraries, variants and decisions, not the first twenty only */
    bool quiet;   /**< text of armeld_restore() and armeld_verify(): findings only */
    bool wide;    /**< text of armeld_inspect(): names in full */
    size_t rows;  /**< text of armeld_inspect(): print so many rows at most; 0: all */
    /** Text: returns a demangled symbol, from malloc(); or NULL if not mangled. May be NULL. */
    char *(*demangle)(const char *symbol);
    unsigned columns;    /**< text: of a terminal that is to hold the tables; 0: of any length */
    bool ascii, colored; /**< the terminal shows nothing but ASCII; it shows colours */
};

/** "1.0.0": version of the library in use. */
const char *armeld_version(void);
/** "code", "debug info", ...; @kind below ARMELD_BYTES_KINDS. Static. */
const char *armeld_bytes_name(enum armeld_bytes kind);

/**
 * Make a handle; NULL only if memory is short. @options are copied, with all texts. With fields
 * that the library does not know, or without struct_size, its first call returns ARMELD_USAGE.
 */
struct armeld *armeld_new(const struct armeld_options *options);

/**
 * Add an input, once: an archive, a directory (its .a and .lib files), a package (.tar.*, .zip;
 * with output_dir, or to inspect), NAME.xcframework, packed or not, if the workspace is so, or, to
 * inspect, a shared object or a program.
 * ARMELD_FAILED: @path is missing, cannot be read, or is none of these. ARMELD_USAGE: @path is the
 * workspace, or a package without output_dir; options.workspace is another directory.
 */
int armeld_add(struct armeld *armeld, const char *path);

/**
 * Read the inputs, find what they share, decide what becomes of each member. Changes no file.
 * ARMELD_FAILED: an archive or a sidecar is broken; libraries are of several formats or machines,
 * or are not whole; the workspace on disk is still needed; the flavour cannot hold the objects.
 * ARMELD_USAGE: no input, no workspace, contradicting options, or two outputs with one path.
 * ARMELD_UNPROVEN: the proof fails for every plan.
 */
int armeld_plan(struct armeld *armeld);

/**
 * Write the workspace, the melded libraries, the sidecar and the build files. After armeld_plan().
 * ARMELD_FAILED: a file cannot be written, or changed. ARMELD_INTERRUPTED: one was renamed before.
 */
int armeld_apply(struct armeld *armeld);

/**
 * Sum up what the inputs hold: the report's rows and total, and all that armeld_plan() fills in.
 * After armeld_add(), without a workspace. Changes no file. Libraries that cannot be melded
 * together are no error: report.bytes is 0 then. Otherwise statuses as of armeld_plan().
 */
int armeld_inspect(struct armeld *armeld, enum armeld_by by);

/**
 * Compare two sets row by row: the report of @after gets the changes. Libraries match by the name
 * of their file. @before may be freed afterwards.
 * ARMELD_USAGE: a handle was not inspected, or by other rows.
 */
int armeld_compare(struct armeld *after, const struct armeld *before);

/**
 * Explain what melding would do with members: the report's explanations. A question without member
 * and symbol asks what prevents sharing in the whole set: rows by reason, and notes.
 * After armeld_add(), without a workspace. Changes no file. Statuses as of armeld_plan().
 */
int armeld_explain(struct armeld *armeld, const struct armeld_question *question);

/** Sum up by crate: crates and cells of the report. After armeld_plan() or armeld_inspect(). */
int armeld_chart(struct armeld *armeld);

/**
 * Write the build files that the options ask for, for the melded set of options.workspace: all or
 * none. On a new handle. @dry_run: only fill in report.files.
 * ARMELD_FAILED: no sidecar, or a file cannot be read or written. ARMELD_USAGE: no build file is
 * asked for. ARMELD_INTERRUPTED: a failure after the first file was renamed.
 */
int armeld_pkgconfig(struct armeld *armeld, bool dry_run);

/**
 * Prepare a shared library of options.workspace, for its melded set: write objects, lists, a script
 * and a .pc file to options.output_dir. The set does not change. On a new handle.
 * @dry_run: only fill in the report.
 * ARMELD_FAILED: no sidecar, or a file cannot be read or written. ARMELD_USAGE: no output_dir, or
 * that of the set itself. ARMELD_UNPROVEN: what is one in a plugin of the originals would be two.
 */
int armeld_share(struct armeld *armeld, bool dry_run);

/** Bits of the flags of armeld_restore(). */
enum armeld_restore_flags {
    ARMELD_RESTORE_DRY_RUN = 1, /**< only fill in the report */
    ARMELD_RESTORE_PARTIAL = 2, /**< restore what can be restored, and keep the workspace */
};

/**
 * Restore the originals of the set of options.workspace, bit for bit, and remove the workspace and
 * its sidecar. On a new handle.
 * ARMELD_FAILED: no sidecar; or a file is not as the sidecar says, see the report's findings.
 * ARMELD_INTERRUPTED: a failure after the first file was renamed.
 */
int armeld_restore(struct armeld *armeld, unsigned flags);

/**
 * Check that the set of options.workspace is complete, is as its sidecar says, and links as the
 * originals. On a new handle. ARMELD_UNPROVEN: no, see the report's findings. ARMELD_FAILED: no
 * sidecar, or a file cannot be read.
 */
int armeld_verify(struct armeld *armeld);

/**
 * Check that a set that some other program melded links as its originals. On a new handle.
 * @originals, @melded: @count paths each, in the same order; the workspace is options.workspace.
 * With options.prune objects were shrunk, for options.exports: they are compared by symbol only.
 * ARMELD_UNPROVEN: no, or an original needs a Rust symbol that it does not define; see the report's
 * findings. ARMELD_FAILED: a file cannot be read.
 */
int armeld_verify_against(struct armeld *armeld, const char *const *originals,
                          const char *const *melded, size_t count);

/** The report of what is known so far; never NULL. Owned by the handle. */
const struct armeld_report *armeld_report(const struct armeld *armeld);
/**
 * Print the report of the last call, other than armeld_chart(), on @stream. After a failure, print
 * the findings of armeld_restore() and armeld_verify(), or nothing. The caller checks the stream
 * for errors. armeld_error() stays as it is.
 * ARMELD_USAGE: there is no report in this format, or the style has unknown fields.
 */
int armeld_print(const struct armeld *armeld, const struct armeld_style *style, FILE *stream);

/**
 * Print one report on several libraries, each shrunk by a handle with options.single; all of them
 * are planned, or all are applied. Statuses as of armeld_print().
 */
int armeld_print_shrunk(const struct armeld *const *list, size_t count,
                        const struct armeld_style *style, FILE *stream);

/**
 * Call armeld_chart(), and make the report, or that of armeld_compare(), a complete HTML page.
 * @text[out], @size[out] the page, owned by the handle until the next call
 */
int armeld_html(struct armeld *armeld, const char **text, size_t *size);

/** The text of the first failure, or "". Owned by the handle. */
const char *armeld_error(const struct armeld *armeld);
/** Release all that the handle holds, such as inputs and locks, but its report and its error. */
void armeld_release(struct armeld *armeld);
/** Free the handle and all that it gave out. NULL is allowed. */
void armeld_free(struct armeld *armeld);

#ifdef __cplusplus
}
#endif

#endif
