/* SPDX-License-Identifier: MIT */
/** What a melding, or one of its undoings, came to: for people and for programs. */
#ifndef ARMELD_REPORT_REPORT_H
#define ARMELD_REPORT_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "armeld.h"

/** A symbol as people write it, in memory that the caller frees; NULL: it is no mangled one. */
typedef char *report_demangle(const char *symbol);

/** How to report. */
struct report_style {
    report_demangle *demangle; /**< for people only; NULL: leave symbols as they are */
    bool dry_run;   /**< no file was changed */
    bool elsewhere; /**< the originals stay: say where each library's melded form is */
    bool verbose;   /**< every library, variant and decision, not the first twenty libraries */
    bool quiet;     /**< restore, verify: only what is not as it should be */
    bool failed;    /**< restore, verify: because of the findings */
    bool against;   /**< verify: compared with originals, not with a sidecar */
};

/**
 * The table that a person reads.
 * False when memory is short; whether @stream took it all is for its owner to check.
 */
bool report_text(FILE *stream, const struct armeld_report *report,
                 const struct report_style *style);

/** The same as JSON, schema "armeld/meld/1": see armeld(5). Always complete. */
bool report_json(FILE *stream, const struct armeld_report *report,
                 const struct report_style *style);

/** What shrinking took out of objects, as a part of another report. */
void report_shrunk_put(FILE *stream, const struct armeld_report *report);

/** What became of libraries that were shrunk alone: one report for each. */
bool report_shrink_text(FILE *stream, const struct armeld_report *const *reports,
                        size_t count, const struct report_style *style);

/** The same as JSON, schema "armeld/shrink/1". */
bool report_shrink_json(FILE *stream, const struct armeld_report *const *reports,
                        size_t count, const struct report_style *style);

/** What armeld_restore() found and did: a line for each finding, then what became of the set. */
bool report_restore_text(FILE *stream, const struct armeld_report *report,
                         const struct report_style *style);

/** The same as JSON, schema "armeld/restore/1". */
bool report_restore_json(FILE *stream, const struct armeld_report *report,
                         const struct report_style *style);

/** What armeld_verify() found: a line for each finding, or one that all is well. */
bool report_verify_text(FILE *stream, const struct armeld_report *report,
                        const struct report_style *style);

/** The same as JSON, schema "armeld/verify/1". */
bool report_verify_json(FILE *stream, const struct armeld_report *report,
                        const struct report_style *style);

/**
 * The report of armeld_plan() or armeld_inspect() and of armeld_chart() as one HTML file.
 * @text[out] for the caller to free
 * Returns false when memory is short.
 */
bool report_html(const struct armeld_report *report, char **text, size_t *size);

/** What armeld_pkgconfig() wrote: a line for each file. */
bool report_files_text(FILE *stream, const struct armeld_report *report,
                       const struct report_style *style);

/** The same as JSON, schema "armeld/pkgconfig/1". */
bool report_files_json(FILE *stream, const struct armeld_report *report,
                       const struct report_style *style);

/** What armeld_share() wrote. */
void report_share_text(FILE *stream, const struct armeld_report *report,
                       const struct report_style *style);

/** The same as JSON, schema "armeld/share/1". */
bool report_share_json(FILE *stream, const struct armeld_report *report,
                       const struct report_style *style);

/** How to print rows. */
struct rows_style {
    size_t most;      /**< so many rows, then the sum of the others; 0: all */
    bool wide;        /**< names in full */
    const char *what; /**< what a row is: "library", "crate", ... */
};

/**
 * What armeld_inspect() found: what all bytes are for, the rows, what melding would save.
 * False when memory is short.
 */
bool report_inspect_text(FILE *stream, const struct armeld_report *report,
                         const struct rows_style *style);

/** The rows and their total, with every kind of bytes, as CSV [RFC 4180]. Always all. */
bool report_inspect_csv(FILE *stream, const struct armeld_report *report,
                        const struct rows_style *style);

/** All of it as JSON, schema "armeld/inspect/1". */
bool report_inspect_json(FILE *stream, const struct armeld_report *report,
                         const struct rows_style *style);

/**
 * What armeld_explain() found: of single members (@members), or of the whole set.
 * JSON: schema "armeld/explain/1".
 */
bool report_explain_text(FILE *stream, const struct armeld_report *report, bool members,
                         report_demangle *demangle);
bool report_explain_json(FILE *stream, const struct armeld_report *report, bool members);

/** How two sets differ, after armeld_compare(). JSON: schema "armeld/compare/1". */
bool report_compare_text(FILE *stream, const struct armeld_report *report,
                         const struct rows_style *style);
bool report_compare_csv(FILE *stream, const struct armeld_report *report,
                        const struct rows_style *style);
bool report_compare_json(FILE *stream, const struct armeld_report *report,
                         const struct rows_style *style);

#endif
