/* SPDX-License-Identifier: MIT */
#include "cli/html.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/path.h"
#include "cli/diag.h"
#include "cli/inputs.h"

enum { LONGEST_COMMAND = 4000 };

/** Whether @path is, or will be, the file at @target. */
static bool is_target(const char *path, const char *target, struct arena *arena)
{
    struct error unresolved = {0};
    const char *real = path ? os_real_path(path, arena, &unresolved) : NULL;
    return real && strcmp(real, target) == 0;
}

/** The report takes no place of a library, of the workspace or of its sidecar. */
static bool check_place(const struct armeld_report *report, const char *target, struct arena *arena,
                        struct error *error)
{
    const char *workspace = report->workspace;
    const char *sidecar = workspace ? arena_printf(arena, "%s.armeld", workspace) : NULL;
    bool taken = is_target(workspace, target, arena) || is_target(sidecar, target, arena);
    for (size_t i = 0; i < report->library_count && !taken; i++) {
        taken = is_target(report->libraries[i].path, target, arena) ||
                is_target(report->libraries[i].output, target, arena);
    }
    for (size_t i = 0; i < report->file_count && !taken; i++) {
        taken = is_target(report->files[i].path, target, arena);
    }
    return !taken || error_set_kind(error, ERROR_USAGE, "%s: --html would take the place of a file "
                                                        "of the set", target);
}

/** Only a report is replaced, or an empty file: any other file was named by mistake. */
static bool check_replaced(const char *target, struct error *error)
{
    enum { MOST = 512 }; /* bytes until the title */
    static const char *const marks[] = {"<meta name=\"generator\" content=\"armeld report\">",
                                        "<title>armeld report</title>"}; /* of 0.1 */
    struct os_file file = {0};
    if (os_kind(target) != OS_FILE) {
        return true;
    }
    if (!os_map(target, &file, error)) {
        return false;
    }
    size_t size = file.bytes.size < MOST ? file.bytes.size : MOST;
    bool ours = size == 0;
    for (size_t m = 0; m < sizeof marks / sizeof *marks; m++) {
        size_t length = strlen(marks[m]);
        for (size_t i = 0; !ours && i + length <= size; i++) {
            ours = memcmp(file.bytes.data + i, marks[m], length) == 0;
        }
    }
    os_unmap(&file);
    return ours || error_set(error, "%s: no HTML report of armeld, so --html does not replace it: "
                                    "name another file, or remove it", target);
}

/** Write and make durable what is to be the file. */
static bool write_file(const struct armeld_report *report, struct html_file *file, struct span text,
                       struct error *error)
{
    struct arena arena = {0};
    const char *plain = os_plain_path(file->path, &arena);
    const char *target = plain ? os_real_path(plain, &arena, error) : NULL;
    bool done = target ? check_place(report, target, &arena, error) &&
                             check_replaced(target, error) &&
                             os_create(target, NULL, &file->output, error) &&
                             os_write(&file->output, &text, 1, error) &&
                             os_sync(&file->output, error)
                       : plain ? false : error_memory(error);
    arena_free(&arena);
    return done;
}

/** The call as one line to copy: the program's plain name, the verb, all arguments as given. */
static const char *command_line(struct command *command)
{
    const struct args *args = &command->args;
    const char *verb = command->verb->name;
    const char *text = arena_printf(&command->arena, "armeld %s", verb);
    size_t first = 1;
    while (first < args->command_count && first <= command->first &&
           (strcmp(args->command[first], verb) == 0 || command->by_cargo)) {
        first++;
    }
    for (size_t i = first; text && i < args->command_count; i++) {
        const char *word = path_quoted("", args->command[i], &command->arena);
        text = word ? arena_printf(&command->arena, "%s %s", text, word) : NULL;
        if (text && strlen(text) > LONGEST_COMMAND) {
            return arena_printf(&command->arena, "%.*s ...", LONGEST_COMMAND, text);
        }
    }
    return text;
}

/** "2026-11-30", of seconds since 1970, in UTC; NULL if they are no number of a day until 9999. */
static const char *day_of(const char *epoch, struct arena *arena)
{
    char *end;
    errno = 0;
    long long seconds = strtoll(epoch, &end, 10);
    if (errno || end == epoch || *end || seconds < 0 || seconds > 253402300799) {
        return NULL;
    }
    /* years begin in March, so that a leap day ends one: 400 years have 146,097 days */
    long long days = seconds / 86400 + 719468;
    long long era = days / 146097;
    long long day = days % 146097;
    long long year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    day -= 365 * year + year / 4 - year / 100;
    long long month = (5 * day + 2) / 153;
    day -= (153 * month + 2) / 5 - 1;
    month += month < 10 ? 3 : -9;
    return arena_printf(arena, "%lld-%02lld-%02lld", era * 400 + year + (month <= 2), month, day);
}

bool html_describe(struct command *command, const char *path, const char *title,
                   struct armeld_options *options)
{
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    if (!path && title) {
        diag_error("--title is that of the report that --html writes, and is not asked for");
        return false;
    }
    if (path && epoch && *epoch) {
        options->date = day_of(epoch, &command->arena);
        if (!options->date) {
            diag_error("SOURCE_DATE_EPOCH is %s, and has to be a number of seconds", epoch);
            return false;
        }
    }
    options->title = title;
    options->command = path ? command_line(command) : NULL;
    if (path && !options->command) {
        diag_error("out of memory");
    }
    return !path || options->command;
}

bool html_is_stdout(const char *path)
{
    return path && strcmp(path, "-") == 0;
}

int html_write(struct armeld *armeld, const char *path, struct html_file *file)
{
    struct error error = {0};
    const char *text;
    size_t size;
    if (!path) {
        return ARMELD_OK;
    }
    int status = armeld_html(armeld, &text, &size);
    if (status != ARMELD_OK) {
        diag_error("%s", armeld_error(armeld));
        return status;
    }
    if (html_is_stdout(path)) {
        file->text = span_make(text, size);
        return ARMELD_OK;
    }
    file->path = path;
    bool done = write_file(armeld_report(armeld), file, span_make(text, size), &error);
    if (!done) {
        diag_error("%s", error.text);
    }
    return done ? ARMELD_OK : (int)error.kind;
}

int html_finish(struct html_file *file, int status)
{
    struct error error = {0};
    if (file->path && status == ARMELD_OK) {
        if (os_rename(&file->output, &error)) {
            os_finish();
        } else {
            diag_error("%s%s", error.text,
                       os_has_changed() ? "; the set is written, only this report is lost" : "");
            status = os_has_changed() ? CLI_UNREPORTED : ARMELD_FAILED;
        }
    }
    if (status == ARMELD_OK && file->text.size) {
        fwrite(file->text.data, 1, file->text.size, stdout); /* failures are found in the end */
    }
    os_discard(&file->output);
    return status;
}
