/* SPDX-License-Identifier: MIT */
/** Pieces that several reports for people have in common. */
#ifndef ARMELD_REPORT_SENTENCES_H
#define ARMELD_REPORT_SENTENCES_H

#include "report/report.h"

/** A name, escaped, in full: in sentences. */
void put_full_name(FILE *stream, const char *name);

/** "1 library", "3 libraries" */
void put_count(FILE *stream, size_t count, const char *one, const char *many);

/** The notes of a report, a line each, with @before before it. */
void put_notes(FILE *stream, const struct armeld_report *report, const char *before,
               const struct look *look);

/** Files that are written: a line each. */
void put_files(FILE *stream, const struct armeld_report *report, const struct look *look);

/** Name the originals that do not link: all of them with style->verbose, else one. */
void put_unprovable(FILE *stream, const struct armeld_report *report, const char *what,
                    const struct report_style *style);

/** What a dry run says at last. */
void put_dry_run(FILE *stream, const struct report_style *style);

/** How a saving is coloured: what is less than before is good. */
enum look_color saving_color(uint64_t before, uint64_t after);

#endif
