/* SPDX-License-Identifier: MIT */
/**
 * Writers of reports, for people and for programs. They return false when memory is short; the
 * owner of a stream checks the stream for errors.
 */
#ifndef ARMELD_REPORT_REPORT_H
#define ARMELD_REPORT_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "apple/xcframework.h"
#include "armeld.h"
#include "inspect/compare.h"
#include "report/look.h"

/**
 * The first of the workspaces to list beside report->workspace: that is the first one itself, or
 * the xcframework that all of them are in.
 */
static inline size_t report_first_workspace(const struct armeld_report *report)
{
    return report->workspace && xcframework_is_named(report->workspace) ? 0 : 1;
}

/** Bytes of shared objects and programs, which are not melded. */
static inline uint64_t report_image_bytes(const struct armeld_report *report)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < report->image_count; i++) {
        sum += report->images[i].bytes;
    }
    return sum;
}

/** Returns a demangled symbol, which the caller frees; NULL if the symbol is not mangled. */
typedef char *report_demangle(const char *symbol);

/** How to report. */
struct report_style {
    report_demangle *demangle; /**< for people only; NULL: leave symbols as they are */
    bool dry_run;   /**< no file was changed */
    bool elsewhere; /**< the outputs are in another directory: name each */
    bool verbose;   /**< every library, variant and decision, not the first twenty libraries */
    bool quiet;     /**< restore, verify: findings only */
    bool failed;    /**< restore, verify: the call failed because of its findings */
    bool against;   /**< verify: the set was compared with originals, not with its sidecar */
    struct look look;
};

/** A melding: a table of its libraries, then the proof, notes and files. */
bool report_text(FILE *stream, const struct armeld_report *report,
                 const struct report_style *style);

/** The same as JSON, schema "armeld/meld/1": see armeld(5). Always complete. */
bool report_json(FILE *stream, const struct armeld_report *report,
                 const struct report_style *style);

/** The bytes that shrinking removed from objects, as a part of another report. */
void report_shrunk_put(FILE *stream, const struct armeld_report *report, const struct look *look);

/** Single libraries that were shrunk: one report of each. */
bool report_shrink_text(FILE *stream, const struct armeld_report *const *reports,
                        size_t count, const struct report_style *style);

/** The same as JSON, schema "armeld/shrink/1". */
bool report_shrink_json(FILE *stream, const struct armeld_report *const *reports,
                        size_t count, const struct report_style *style);

/** A restore: a line for each finding, then the outcome. */
bool report_restore_text(FILE *stream, const struct armeld_report *report,
                         const struct report_style *style);

/** The same as JSON, schema "armeld/restore/1". */
bool report_restore_json(FILE *stream, const struct armeld_report *report,
                         const struct report_style *style);

/** A check: a line for each finding, then the outcome. */
bool report_verify_text(FILE *stream, const struct armeld_report *report,
                        const struct report_style *style);

/** The same as JSON, schema "armeld/verify/1". */
bool report_verify_json(FILE *stream, const struct armeld_report *report,
                        const struct report_style *style);

/** What the HTML report says beside the report itself; texts may be NULL. */
struct report_page {
    const struct chart_map *map; /**< of armeld_chart(), or an empty one */
    const char *title, *command, *date;
    const char *try_after; /**< how a command that melds goes on behind further options; or NULL */
    const char *strip_after;  /**< the same of one that strips files that were named; or NULL */
    const char *strip_packed; /**< and of files that packages have, by the names there; or NULL */
    bool files; /**< not all are libraries: some are shared objects or programs */
};

/**
 * The report of armeld_plan() or armeld_inspect() and of armeld_chart() as one HTML file.
 * @text[out] for the caller to free
 * Returns false when memory is short.
 */
bool report_html(const struct armeld_report *report, const struct report_page *how, char **text,
                 size_t *size);

/**
 * The changes between two inspected sets as one HTML file.
 * @joined  the charts of both, see compare_charts()
 * @rows    what a row of the changes is: "library", "crate", ...
 */
bool report_compare_html(const struct armeld_report *report, const struct compare_side *joined,
                         const struct report_page *how, const char *rows, char **text,
                         size_t *size);

/** Build files: a line for each. */
bool report_files_text(FILE *stream, const struct armeld_report *report,
                       const struct report_style *style);

/** The same as JSON, schema "armeld/pkgconfig/1". */
bool report_files_json(FILE *stream, const struct armeld_report *report,
                       const struct report_style *style);

/** A shared workspace: a line for each file, and the number of its symbols. */
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
    struct look look;
};

/**
 * Inspected libraries: their bytes by purpose, the rows, and what melding would save.
 */
bool report_inspect_text(FILE *stream, const struct armeld_report *report,
                         const struct rows_style *style);

/** The rows and their total, with every kind of bytes, as CSV [RFC 4180]. Always all. */
bool report_inspect_csv(FILE *stream, const struct armeld_report *report,
                        const struct rows_style *style);

/** All of it as JSON, schema "armeld/inspect/1". */
bool report_inspect_json(FILE *stream, const struct armeld_report *report,
                         const struct rows_style *style);

/** What was explained of the libraries for one machine or platform. */
struct report_part {
    const char *machine;
    const struct armeld_report *report;
};

/**
 * Explanations: of single members (@members), or of the whole set. With @count @parts, they are of
 * these, each under a heading.
 * JSON: schema "armeld/explain/1".
 */
bool report_explain_text(FILE *stream, const struct armeld_report *report,
                         const struct report_part *parts, size_t count, bool members,
                         const struct report_style *style);
bool report_explain_json(FILE *stream, const struct armeld_report *report,
                         const struct report_part *parts, size_t count, bool members);

/** The changes between two inspected sets. JSON: schema "armeld/compare/1". */
bool report_compare_text(FILE *stream, const struct armeld_report *report,
                         const struct rows_style *style);
bool report_compare_csv(FILE *stream, const struct armeld_report *report,
                        const struct rows_style *style);
bool report_compare_json(FILE *stream, const struct armeld_report *report,
                         const struct rows_style *style);

#endif
