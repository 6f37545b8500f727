/* SPDX-License-Identifier: MIT */
/**
 * libarmeld: meld sets of Rust static libraries.
 *
 * A melding goes down one road: armeld_new(), armeld_add() for each path, armeld_plan(),
 * armeld_apply(), armeld_free(). armeld_plan() changes no file; armeld_apply() changes all files
 * or none. After each step armeld_report() tells what is known.
 *
 * A handle belongs to one thread at a time; different handles are independent. The library uses
 * threads of its own within a call, prints nothing, never exits and installs no signal handlers.
 * From the first call on that names a path until armeld_free() a handle that may write holds the
 * workspace's directory: others that would write there wait, in this process, too.
 *
 * Functions return ARMELD_OK or the kind of failure; armeld_error() gives its text. After a
 * failure the handle can only be asked for its report and its error, and freed.
 */
#ifndef ARMELD_H
#define ARMELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Version of this header. */
#define ARMELD_VERSION "0.1.0"

/** One melding. */
struct armeld;

/** What a call came to; also the exit status of the program, but for ARMELD_INTERNAL: that is 1. */
enum armeld_status {
    ARMELD_OK = 0,
    ARMELD_FAILED = 1,      /**< an input or output error; no file was changed */
    ARMELD_USAGE = 2,       /**< the call makes no sense: options or order of calls */
    ARMELD_UNPROVEN = 3,    /**< the result could not be proven; no file was changed */
    ARMELD_INTERRUPTED = 4, /**< failed after renaming had begun: running again finishes the job */
    ARMELD_INTERNAL = 5,    /**< a mistake in the library: please report it; no file was changed */
};

/** How archives are written; they are read in any flavour. */
enum armeld_flavour {
    ARMELD_AUTO,   /**< as the inputs are */
    ARMELD_GNU,    /**< System V: Linux, Android, the BSDs, windows-gnu */
    ARMELD_DARWIN, /**< Apple */
    ARMELD_COFF,   /**< Microsoft */
};

/** When two members are the same. */
enum armeld_identity {
    ARMELD_IDENTITY_LINK,  /**< when no linker can tell them apart */
    ARMELD_IDENTITY_BYTES, /**< when their bytes are equal */
};

/** What to take out of objects; bits of armeld_options.strip. */
enum armeld_strip {
    ARMELD_STRIP_BITCODE = 1,  /**< LLVM bitcode and the command lines beside it */
    ARMELD_STRIP_DEBUG = 2,    /**< debug info: DWARF, CodeView */
    ARMELD_STRIP_LOCALS = 4,   /**< local symbols that no relocation needs */
    ARMELD_STRIP_COMMENTS = 8, /**< what compilers write about themselves: .comment */
};

/** How debug info that is kept is compressed, where the format allows it: ELF. */
enum armeld_compression {
    ARMELD_COMPRESS_NONE,
    ARMELD_COMPRESS_ZLIB,
    ARMELD_COMPRESS_ZSTD,
};

/** What a melding is doing. */
enum armeld_phase {
    ARMELD_READING,   /**< opening archives and reading their headers */
    ARMELD_COMPARING, /**< finding the members that libraries share */
    ARMELD_WRITING,   /**< writing the new archives */
};

/** How far it is; bytes_total is 0 as long as it is unknown. */
struct armeld_progress {
    enum armeld_phase phase;
    size_t files_done;
    size_t files_total;
    uint64_t bytes_done;
    uint64_t bytes_total;
};

/** What to do. Zeroed members mean the default; strings are copied. */
struct armeld_options {
    const char *workspace;  /**< path of the workspace archive; must be given, but to inspect */
    const char *output_dir; /**< write the melded libraries there and leave the originals alone */
    enum armeld_flavour flavour;
    enum armeld_identity identity;
    unsigned jobs;          /**< threads; 0: one for each processor */
    unsigned min_sharers;   /**< how many libraries must hold an object to move it; 0: 2 */
    bool recursive;         /**< take archives of subdirectories too */
    bool backup;            /**< keep each original as NAME.bak, with the suffix replaced */
    bool no_proof;          /**< do not prove that everything links as before */
    bool no_sidecar;        /**< write no WORKSPACE.armeld: nothing can be restored then */
    const char *const *keep; /**< globs (fnmatch(3)) of member names that stay; or NULL */
    size_t keep_count;
    const char *const *only; /**< globs of the only member names that may move; or NULL */
    size_t only_count;
    const char *const *roots; /**< globs of symbols that users of a library call; or NULL */
    size_t root_count;
    const char *const *pc_dirs; /**< directories whose .pc files are told of the workspace; it gets
                                     its own in the first one; or NULL */
    size_t pc_dir_count;
    bool la;                /**< the same of .la files beside the archives */
    const char *const *libs; /**< flags to be linked behind the workspace: "-lws2_32 -lntdll" */
    size_t lib_count;
    const char *cmake_dir;  /**< write a CMake package there, NAMEConfig.cmake; or NULL */
    const char *dep_json;   /**< write what is to be linked there, as JSON; or NULL */
    unsigned strip;         /**< enum armeld_strip: take that out of all objects */
    enum armeld_compression compress_debug;
    bool hide;              /**< give what is defined and no export hidden visibility */
    const char *rename;     /**< a suffix for the names of what is defined and no export, for one
                                 library alone; or NULL */
    bool prune;             /**< leave out what no export needs */
    bool prelink;           /**< make one object of all in an archive (of a workspace one of what
                                 the same libraries share), in which only exports and what others
                                 need are global; prunes, too */
    bool merge;             /**< prelink: join sections of one kind */
    const char *const *exports; /**< globs of symbols that users call, for hiding and pruning;
                                     without: C names but those of Rust's own crates; or NULL */
    size_t export_count;
    bool single;             /**< one library is shrunk, and melded with none: no workspace */
    /** Called now and then, from any thread but never from two at once. May be NULL. */
    void (*progress)(void *context, const struct armeld_progress *progress);
    void *progress_context;
};

/** What became of a library. */
struct armeld_library {
    const char *path;       /**< as it was given or found */
    const char *output;     /**< where the melded form is written */
    uint64_t bytes_before;
    uint64_t bytes;
    size_t members_before;
    size_t members;
    size_t moved;           /**< members that went to the workspace */
    size_t stubs;           /**< members that belong to Windows import libraries; they stay */
};

/** A member name under which libraries hold different contents. */
struct armeld_variant {
    const char *name;
    const size_t *libraries; /**< indices into armeld_report.libraries, ascending */
    size_t library_count;
    size_t versions;         /**< how many different contents */
    uint64_t bytes;          /**< of all copies that stay in their libraries */
};

/** A member that stays although its class moves, or stays altogether, because of the proof. */
struct armeld_kept {
    const char *member;
    const char *symbol; /**< that would not be resolved as before; "" if there are too many */
    const char *why;
    size_t library;     /**< index into armeld_report.libraries */
    uint64_t bytes;
};

/**
 * Where every byte went: moved + kept + bookkeeping_before came in, shared + copied + kept +
 * bookkeeping - removed goes out. Bookkeeping is what is not members' contents: magic, headers, names,
 * indexes, padding.
 */
struct armeld_account {
    uint64_t moved;  /**< of members that leave their libraries, every copy counted */
    uint64_t kept;   /**< of members that stay */
    uint64_t shared; /**< of the workspace's members that moved, once each */
    uint64_t copied; /**< of its members that their libraries keep as well */
    uint64_t bookkeeping_before;
    uint64_t bookkeeping;
    uint64_t removed; /**< of shared, copied and kept: what shrinking took out of them */
};

/** What a byte of an archive is for; armeld_bytes_name() has it in words. */
enum armeld_bytes {
    ARMELD_BYTES_CODE,
    ARMELD_BYTES_RODATA,
    ARMELD_BYTES_DATA,
    ARMELD_BYTES_UNWIND,
    ARMELD_BYTES_RELOCS,  /**< but those of debug info */
    ARMELD_BYTES_SYMBOLS, /**< symbol and string tables */
    ARMELD_BYTES_DEBUG,   /**< debug info and its relocations */
    ARMELD_BYTES_BITCODE, /**< LLVM bitcode */
    ARMELD_BYTES_IMPORT,  /**< import stubs of Windows DLLs */
    ARMELD_BYTES_OTHER,   /**< other sections, members that are no objects or cannot be read */
    ARMELD_BYTES_HEADERS, /**< of objects: headers, and what lies between sections */
    ARMELD_BYTES_ARCHIVE, /**< of the archive: headers, names, indexes, padding */
    ARMELD_BYTES_KINDS,
};

/** What armeld_inspect() sums up by. */
enum armeld_by {
    ARMELD_BY_LIBRARY,
    ARMELD_BY_CRATE,
    ARMELD_BY_MEMBER,  /**< by name, as the workspace would have it */
    ARMELD_BY_SECTION,
    ARMELD_BY_REASON,  /**< what melding would do with it, and why */
};

/** A sum of armeld_inspect(). */
struct armeld_row {
    const char *name;
    uint64_t bytes;
    uint64_t kinds[ARMELD_BYTES_KINDS]; /**< they add up to bytes */
    size_t libraries; /**< how many have some of it */
    size_t members;   /**< how many have some of it; 0 for what is no member's */
};

/** A crate, before and after melding. */
struct armeld_crate {
    const char *name; /**< "std"; in brackets what is no crate */
    uint64_t bytes_before;
    uint64_t bytes; /**< in the melded libraries and the workspace */
    uint64_t kinds_before[ARMELD_BYTES_KINDS];
    uint64_t kinds[ARMELD_BYTES_KINDS];
    size_t libraries; /**< how many have some of it */
    size_t members;
};

/** What a library has of a crate. */
struct armeld_cell {
    size_t library; /**< index into armeld_report.libraries */
    size_t crate;   /**< index into armeld_report.crates */
    uint64_t bytes;
    uint64_t moved; /**< of these, what goes to the workspace */
};

/** Why a member is where it is. */
struct armeld_explanation {
    const char *library;
    const char *member;
    uint64_t bytes;
    const char *verdict;      /**< what melding does with it, and why */
    const char *const *facts; /**< who else holds it, what differs, what ties it: sentences */
    size_t fact_count;
};

/** What to explain; NULL and 0 where it does not matter. */
struct armeld_question {
    const char *library; /**< only members of this one, by its path */
    const char *member;  /**< a glob of member names */
    const char *symbol;  /**< members that define this one */
};

/** A file that tells builds of the workspace: .pc, .la, CMake package, JSON. */
struct armeld_file {
    const char *path;
    bool changes; /**< what is written is not what was there */
    bool is_new;  /**< nothing was there */
};

/** Something that is not as the sidecar says. */
struct armeld_finding {
    const char *path;
    const char *text;
};

/**
 * All that is known of a melding. Lives as long as its handle.
 * After armeld_restore() and armeld_verify() only workspace, libraries, findings and restored mean
 * something. The libraries have paths and sizes only: armeld_restore() lists those that it put
 * back, or would; armeld_verify() all of the set, with the sizes of the original and of what was
 * melded of it.
 */
struct armeld_report {
    enum armeld_flavour flavour; /**< that is written; ARMELD_AUTO before planning */
    const char *machine;         /**< of the objects, such as "x86_64"; NULL without any */
    const char *workspace;
    size_t workspace_members;
    uint64_t workspace_bytes;
    const struct armeld_library *libraries; /**< in the order of the inputs */
    size_t library_count;
    uint64_t bytes_before;  /**< of all libraries */
    uint64_t bytes;         /**< of all libraries and the workspace */
    size_t shared_objects;  /**< different objects that moved */
    size_t copied_objects;  /**< members in the workspace that their libraries keep as well */
    const char *const *copied; /**< their names in the workspace */
    struct armeld_account account;
    const struct armeld_variant *variants;
    size_t variant_count;
    const char *const *warnings;
    size_t warning_count;
    const char *const *notes; /**< why little is shared, where the way of building tells */
    size_t note_count;
    bool proven;            /**< the link proof was run, and holds */
    bool proven_one_pass;   /**< also for linkers that visit each archive once */
    bool proven_strong_first; /**< also for those that prefer strong definitions to weak ones */
    unsigned proof_rounds;  /**< how often the plan was changed for it, plus one */
    const struct armeld_kept *kept;
    size_t kept_count;
    const char *const *unprovable; /**< which libraries did not link as originals, and why */
    size_t unprovable_count;
    const struct armeld_finding *findings; /**< of armeld_verify() and armeld_restore() */
    size_t finding_count;
    const struct armeld_row *rows; /**< of armeld_inspect(), most bytes first; they add up to: */
    size_t row_count;
    struct armeld_row total;
    const struct armeld_crate *crates; /**< of armeld_chart(), most bytes first */
    size_t crate_count;
    const struct armeld_cell *cells; /**< by library, then by crate */
    size_t cell_count;
    const struct armeld_explanation *explanations; /**< of armeld_explain() */
    size_t explanation_count;
    const struct armeld_file *files; /**< that were or will be written beside the archives */
    size_t file_count;
    bool single;             /**< a library that was shrunk, not melded: there is no workspace */
    const char *const *personalities; /**< routines that the unwind information of prelinked Mach-O
                                           objects names; Apple's linkers allow 3 in a program */
    size_t personality_count;
    bool shrunk;            /**< objects were to be shrunk; of all that are written: */
    uint64_t kinds_before[ARMELD_BYTES_KINDS]; /**< their members before that, */
    uint64_t kinds[ARMELD_BYTES_KINDS]; /**< and after */
    size_t restored;        /**< libraries that armeld_restore() put back, or would */
};

/** "0.1.0": version of the library in use. */
const char *armeld_version(void);

/** Make a handle; free it with armeld_free(). NULL only when memory is short. */
struct armeld *armeld_new(const struct armeld_options *options);

/**
 * Add an input: an archive, a directory (its .a and .lib files), or a package (.tar.*, .zip,
 * .deb, ...; then options.output_dir must be set). What is there already is added once only.
 */
int armeld_add(struct armeld *armeld, const char *path);

/** Read everything, find what is shared, decide what becomes of each member. */
int armeld_plan(struct armeld *armeld);

/** Write the workspace and the melded libraries. */
int armeld_apply(struct armeld *armeld);

/**
 * Sum up what the inputs hold, and what melding would make of them; no file is changed. Instead of
 * armeld_plan(), on a handle whose options name no workspace. Inputs of different formats are told
 * as they are, but what melding would do is then not known: report.bytes is 0.
 * The report's rows and total; bytes_before and bytes; libraries, workspace_bytes and all that
 * armeld_plan() fills in, as far as the set could be melded.
 */
int armeld_inspect(struct armeld *armeld, enum armeld_by by);

/**
 * Explain what melding would do with members, and why; no file is changed. On a handle as for
 * armeld_inspect(). Without a member and a symbol to ask for: what keeps the whole set from being
 * shared, in report.rows (by reason) and report.notes.
 * The report's explanations. Inputs that cannot be melded in one run are an error.
 */
int armeld_explain(struct armeld *armeld, const struct armeld_question *question);

/**
 * Sum up by crate, before and after melding: the report's crates and cells. After armeld_inspect()
 * or armeld_plan(), before armeld_apply(). They add up to bytes_before and to bytes.
 */
int armeld_chart(struct armeld *armeld);

/**
 * Write the files that the options ask for (pc_dirs, la, cmake_dir, dep_json) for a set that is
 * melded already, whose workspace the options name: all or none. On a fresh handle, instead of
 * armeld_add(). armeld_restore() undoes them with the rest. @dry_run: only fill in report.files.
 */
int armeld_pkgconfig(struct armeld *armeld, bool dry_run);

/**
 * Make ready a shared library of the workspace that the options name, for a set that is melded
 * already: objects, lists, a script and a .pc file go to options.output_dir, and are named in
 * report.files; the set stays as it is. On a fresh handle, instead of armeld_add().
 * report.shared_objects is the number of symbols that are shared.
 * @dry_run only fill in the report
 */
int armeld_share(struct armeld *armeld, bool dry_run);

/** "code", "debug info", ... */
const char *armeld_bytes_name(enum armeld_bytes kind);

/** How armeld_restore() goes about it. */
enum armeld_restore_flags {
    ARMELD_RESTORE_DRY_RUN = 1, /**< change nothing, only say what would be done */
    ARMELD_RESTORE_PARTIAL = 2, /**< restore what can be, though other files cannot */
};

/**
 * Put back the originals of the melded set whose workspace the options name, bit for bit, and
 * remove the workspace and its sidecar. On a fresh handle, instead of armeld_add(). Each file that
 * is not what the sidecar says is a finding; with one, nothing is changed and ARMELD_FAILED
 * returned, but with ARMELD_RESTORE_PARTIAL, which keeps the workspace then.
 */
int armeld_restore(struct armeld *armeld, unsigned flags);

/**
 * Check that the melded set whose workspace the options name is complete and as its sidecar says.
 * On a fresh handle. ARMELD_UNPROVEN and findings when it is not.
 */
int armeld_verify(struct armeld *armeld);

/**
 * Check a set that somebody else melded against its originals: does every link resolve as before?
 * On a fresh handle. @originals and @melded are @count paths each, in the same order; the
 * workspace is the one that the options name. ARMELD_UNPROVEN and findings when it does not, or
 * when an original is not whole: it needs a Rust symbol that none of its members defines.
 * With options.prune the melded objects were shrunk, for options.exports: then what is found counts,
 * not where.
 */
int armeld_verify_against(struct armeld *armeld, const char *const *originals,
                          const char *const *melded, size_t count);

/** What is known so far; never NULL. */
const struct armeld_report *armeld_report(const struct armeld *armeld);

/** What went wrong, or "" if nothing did. Names in it stand as they are in the files. */
const char *armeld_error(const struct armeld *armeld);

/** Free the handle and all it gave out. NULL is fine. */
void armeld_free(struct armeld *armeld);

#ifdef __cplusplus
}
#endif

#endif
