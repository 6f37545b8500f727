/* SPDX-License-Identifier: MIT */
/** armeld inspect: what archives hold, what melding would save, how two sets differ. */
#include <stdio.h>

#include "armeld.h"
#include "cli/cargo.h"
#include "cli/diag.h"
#include "cli/html.h"
#include "cli/inputs.h"
#include "cli/models.h"
#include "cli/progress.h"
#include "cli/rows.h"
#include "cli/style.h"

enum { ROWS = 20 };

struct settings {
    unsigned by; /* enum armeld_by */
    unsigned rows;
    unsigned jobs;
    unsigned fail_above; /* percent + 1, so that 0 can be asked for */
    unsigned progress;   /* enum diag_when */
    unsigned color;      /* enum diag_when; diag.c knows it already */
    bool recursive;
    bool wide;
    bool csv;
    bool json;
    struct text_list roots;
    struct text_list models;
    const char *machine;
    struct cargo_settings cargo;
    const char *fail;
    const char *html;
    const char *title;
};

/* in the order of enum armeld_by */
static const char *const bys[] = {"library", "crate", "member", "section", "reason", NULL};
static const struct option options[] = {
    CHOICE(0, "by", "WHAT", by, bys, NULL, "what a row is"),
    NUMBER('n', "rows", rows, 0, 999999999, "print at most N rows, 0 for all (20)"),
    FLAG('w', "wide", wide, "print names in full"),
    FLAG('r', "recursive", recursive, "also take archives in subdirectories"),
    CARGO_ROWS,
    NUMBER('j', "jobs", jobs, 1, 1024, "number of threads (default: one for each processor)"),
    LIST(0, "root", "GLOB", roots, "symbols that users of a library call"),
    MODELS_ROW,
    MACHINE_ROW,
    TEXT(0, "fail-above", "PERCENT", fail,
         "with OLD -- NEW: exit status 3 if the set grew by more"),
    TEXT(0, "html", "FILE", html, "write an HTML report to FILE; - is standard output"),
    TEXT(0, "title", "TEXT", title, "the title of the HTML report"),
    FLAG(0, "csv", csv, "print all rows as CSV"),
    FLAG(0, "json", json, "print all rows as JSON"),
    PROGRESS_ROW,
    COLOR_ROW,
    HELP_ROW,
    VERSION_ROW,
};

/** Inspect some paths; the report lives as long as *armeld, which the caller frees. */
static int inspect(struct command *command, const struct settings *settings,
                   const char *const *paths, size_t count, struct armeld **armeld)
{
    struct progress progress;
    progress_begin(&progress, settings->progress);
    struct armeld_options api = {
        .struct_size = sizeof api,
        .jobs = settings->jobs,
        .recursive = settings->recursive,
        .roots = settings->roots.list,
        .root_count = settings->roots.count,
        .models = settings->models.list,
        .model_count = settings->models.count,
        .machine = settings->machine,
        .progress = progress.wanted ? progress_report : NULL,
        .progress_context = &progress,
    };
    if (!html_describe(command, settings->html, settings->title, &api)) {
        progress_end(&progress);
        return ARMELD_USAGE;
    }
    int status = inputs_open(&api, paths, count, armeld);
    if (!*armeld) {
        return status;
    }
    if (status == ARMELD_OK) {
        status = armeld_inspect(*armeld, (enum armeld_by)settings->by);
    }
    progress_end(&progress);
    const struct armeld_report *report = armeld_report(*armeld);
    diag_warnings(report);
    if (status != ARMELD_OK) {
        diag_error("%s", armeld_error(*armeld));
    }
    return status;
}

static int print_report(const struct armeld *armeld, const struct settings *settings)
{
    struct armeld_style style = {
        .struct_size = sizeof style,
        .format = settings->json ? ARMELD_JSON : settings->csv ? ARMELD_CSV : ARMELD_TEXT,
        .rows = settings->rows,
        .wide = settings->wide,
    };
    style_fit(&style);
    return armeld_print(armeld, &style, stdout) == ARMELD_OK ? ARMELD_OK
                                                             : inputs_report_failed();
}

static int inspect_one(struct command *command, const struct settings *settings,
                       const struct text_list *paths)
{
    struct armeld *armeld = NULL;
    int status = inspect(command, settings, paths->list, paths->count, &armeld);
    struct html_file html = {0};
    status = status == ARMELD_OK ? html_write(armeld, settings->html, &html) : status;
    if (status == ARMELD_OK && !html_is_stdout(settings->html)) {
        status = print_report(armeld, settings);
    }
    status = html_finish(&html, status);
    armeld_free(armeld);
    return status;
}

/** Whether the set grew by more than was asked for. */
static int judge(const struct settings *settings, uint64_t before, uint64_t after)
{
    unsigned percent = settings->fail_above - 1;
    if (!settings->fail_above || after <= before ||
        (double)(after - before) * 100.0 <= (double)percent * (double)before) {
        return ARMELD_OK;
    }
    fflush(stdout); /* the rows first */
    diag_error("the set grew from %llu to %llu bytes: more than by %u %%",
               (unsigned long long)before, (unsigned long long)after, percent);
    return ARMELD_UNPROVEN;
}

static int compare(const struct settings *settings, const struct armeld *before,
                   struct armeld *after)
{
    const struct armeld_report *report = armeld_report(after);
    struct html_file html = {0};
    int status = armeld_compare(after, before);
    if (status != ARMELD_OK) {
        diag_error("%s", armeld_error(after));
        return status;
    }
    status = html_write(after, settings->html, &html);
    if (status == ARMELD_OK && !html_is_stdout(settings->html)) {
        status = print_report(after, settings);
    }
    status = html_finish(&html, status);
    return status == ARMELD_OK ? judge(settings, report->compared_bytes, report->total.bytes)
                               : status;
}

/** OLD -- NEW */
static int inspect_two(struct command *command, const struct settings *settings,
                       const struct text_list *paths)
{
    size_t old_count = command->before_dashes;
    struct armeld *before = NULL;
    struct armeld *after = NULL;
    int status = inspect(command, settings, paths->list, old_count, &before);
    if (status == ARMELD_OK) {
        status = inspect(command, settings, paths->list + old_count, paths->count - old_count,
                         &after);
    }
    if (status == ARMELD_OK) {
        status = compare(settings, before, after);
    }
    armeld_free(before);
    armeld_free(after);
    return status;
}

/** A whole number of percent, for --fail-above. */
static bool parse_percent(struct settings *settings)
{
    unsigned percent = 0;
    const char *at = settings->fail;
    while (at && *at >= '0' && *at <= '9' && percent < 100000) {
        percent = percent * 10 + (unsigned)(*at++ - '0');
    }
    settings->fail_above = at ? percent + 1 : 0;
    if (at && (*at || at == settings->fail)) {
        diag_error("--fail-above takes a whole number of percent, not %s", settings->fail);
        return false;
    }
    return true;
}

static int run(struct command *command)
{
    struct settings settings = {.rows = ROWS};
    struct text_list paths;
    int status;
    if (!options_parse(command, &settings, &paths, &status)) {
        return status;
    }
    if (!models_split(command, &settings.models)) {
        return ARMELD_FAILED;
    }
    if (!parse_percent(&settings)) {
        return ARMELD_USAGE;
    }
    if (!cargo_inputs(command, &settings.cargo, settings.recursive, false, &paths, &status)) {
        return status;
    }
    bool two = command->dashes && command->before_dashes;
    if (!paths.count || (two && paths.count == command->before_dashes)) {
        diag_error("no input: name archives or directories%s", two ? " behind --" : "");
        return ARMELD_USAGE;
    }
    if (!inputs_exclude(settings.csv, settings.json, "--csv and --json") ||
        !inputs_exclude(settings.csv, html_is_stdout(settings.html), "--csv and --html -") ||
        !inputs_exclude(settings.json, html_is_stdout(settings.html), "--json and --html -")) {
        return ARMELD_USAGE;
    }
    if (settings.fail && !two) {
        diag_error("--fail-above takes two sets: OLD... -- NEW...");
        return ARMELD_USAGE;
    }
    return two ? inspect_two(command, &settings, &paths)
               : inspect_one(command, &settings, &paths);
}

const struct verb verb_inspect = {
    .name = "inspect",
    .synopsis = "[options] PATH... [-- NEW...]",
    .summary = "show what archives hold and what melding would save",
    .about = "Shows what the bytes of archives are for, summed up by library, crate, member,\n"
             "section or reason, and what melding would save. PATH is an archive, a directory\n"
             "or a package; or a shared object or a program, of which it shows what strip\n"
             "would save; in packages (wheels, too) it takes all of them. Two sets,\n"
             "OLD... -- NEW..., are compared. Changes no file.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
