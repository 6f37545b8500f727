/* SPDX-License-Identifier: MIT */
/** What was found and done on disk, for people: verify, restore, pkgconfig, share. */
#include "report/report.h"

#include <string.h>

#include "base/span.h"
#include "base/text.h"
#include "report/sentences.h"
#include "report/symbols.h"

enum { INDENT = 4 }; /* of what does not fit the line of a finding */

bool report_files_text(FILE *stream, const struct armeld_report *report,
                       const struct report_style *style)
{
    put_files(stream, report, &style->look);
    put_dry_run(stream, style);
    return true;
}

void report_share_text(FILE *stream, const struct armeld_report *report,
                       const struct report_style *style)
{
    put_files(stream, report, &style->look);
    fputc('\n', stream);
    put_count(stream, report->shared_objects, "symbol is shared", "symbols are shared");
    fputs(".\n", stream);
    put_notes(stream, report, "", &style->look);
    put_dry_run(stream, style);
}

/** "PATH: text", a line each. */
static void put_findings(FILE *stream, const struct armeld_report *report,
                         const struct report_style *style)
{
    for (size_t i = 0; i < report->finding_count; i++) {
        const struct armeld_finding *finding = &report->findings[i];
        const struct look *look = &style->look;
        fputs(look_begin(look, LOOK_RED), stream);
        size_t at = look_put_beside(stream, look, finding->path, text_width(finding->text) + 2);
        fprintf(stream, "%s: ", look_end(look, LOOK_RED));
        symbols_put(stream, look, finding->text, style->demangle, at + 2, INDENT);
        fputc('\n', stream);
    }
}

bool report_restore_text(FILE *stream, const struct armeld_report *report,
                         const struct report_style *style)
{
    bool all = report->finding_count == 0;
    put_findings(stream, report, style);
    if (style->failed || style->quiet) {
        return true;
    }
    for (size_t i = 0; style->verbose && i < report->library_count; i++) {
        const char *what = style->dry_run ? ": to be restored" : ": restored";
        look_put_beside(stream, &style->look, report->libraries[i].path, strlen(what));
        fprintf(stream, "%s\n", what);
    }
    put_count(stream, report->restored, "library", "libraries");
    fprintf(stream, " %srestored; ", style->dry_run ? "would be " : "");
    if (report->single) {
        fprintf(stream, "its sidecar %s.\n", style->dry_run ? "would be removed" : "is removed");
    } else {
        bool stays = report->note_count && span_ends(span_of(report->workspace), ".xcframework");
        fputs(stays ? "the workspaces in " : "", stream);
        put_full_name(stream, report->workspace);
        bool several = report->workspace_count > 1 && report_first_workspace(report);
        for (size_t i = 1; several && i < report->workspace_count; i++) {
            fputs(", ", stream);
            put_full_name(stream, report->workspaces[i].path);
        }
        fprintf(stream, " and %s sidecar %s.\n", several ? "their" : "its",
                all ? style->dry_run ? "would be removed" : "are removed"
                    : style->dry_run ? "would stay" : "stay");
        put_notes(stream, report, "", &style->look);
    }
    put_dry_run(stream, style);
    return true;
}

bool report_verify_text(FILE *stream, const struct armeld_report *report,
                        const struct report_style *style)
{
    put_findings(stream, report, style);
    if (!style->quiet) {
        put_unprovable(stream, report, "Not compared", style);
        put_notes(stream, report, "", &style->look);
    }
    if (style->failed || style->quiet) {
        return true;
    }
    put_full_name(stream, report->workspace);
    if (style->against) {
        fputs(": everything links as with the originals\n", stream);
    } else {
        fputs(report->single ? ": intact\n" : ": intact, with ", stream);
        if (!report->single) {
            put_count(stream, report->library_count, "library", "libraries");
            if (report->workspace_count > 1) {
                fprintf(stream, " and %zu workspaces", report->workspace_count);
            }
            fputc('\n', stream);
        }
    }
    return true;
}
