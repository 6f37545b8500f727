/* SPDX-License-Identifier: MIT */
/**
 * The whole meld: two or three hostile libraries (see container.h) through the public API.
 *
 * Whatever they are, either all results are there or none is. If they are:
 *   - each can be read again, its index as well, in the flavour that was asked for
 *   - each member stands in its melded library, in its order with its bytes, or in the workspace:
 *     as the same bytes, or (identity "link") as the same canonical form
 *   - import stubs, members that are no objects and broken ones stay
 *   - the originals are as they were, and no other file was made
 *   - with a sidecar, armeld_restore() gives the originals back
 *   - melding copies in place, with two threads if the input says so, gives the same bytes
 *
 * All files lie in a directory below /dev/shm, so that fsync() costs nothing.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ar/archive.h"
#include "ar/package.h"
#include "armeld.h"
#include "base/os.h"
#include "conserved.h"
#include "container.h"
#include "fuzz.h"

/* Heap: as bombs.c has it, and what zstd takes however little there is to compress. */
enum { MELD_TIMES = 512, MELD_FIXED = 16 * 1024 * 1024, PATH_SIZE = 128 };

static char scratch[PATH_SIZE];
static int home; /* the working directory, where libFuzzer's relative paths begin */

static const char *const names[CONTAINER_NAMES] = {
    "a.o", "b.o", "a.o", "../../up.o", "/tmp/root.o", "dir/sub.o", "", ".",
    "core-0123456789abcdef.core.fedcba9876543210-cgu.0.rcgu.o",
    "lib.core-0123456789abcdef.core.fedcba9876543210-cgu.0.rcgu.o.rcgu.o",
    "crate.4ajlhh6zi8vjnypb4yk4wqxyz.rcgu.o", "keep.o", "ntdll.dll", "a.2.o",
    "\x1b[31mred.o", "x.lib",
};

static const char *const library_names[CONTAINER_LIBRARIES] = {"liba.a", "libb.a", "c.lib"};

/* ---- files ------------------------------------------------------------------------------- */

static void remove_tree(const char *path, bool itself)
{
    DIR *directory = opendir(path);
    struct dirent *entry;
    while (directory && (entry = readdir(directory))) {
        char child[PATH_SIZE + 256];
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        snprintf(child, sizeof child, "%s/%s", path, entry->d_name);
        if (unlink(child) != 0) {
            remove_tree(child, true);
        }
    }
    if (directory) {
        closedir(directory);
    }
    if (itself) {
        rmdir(path);
    }
}

static void remove_scratch(void)
{
    remove_tree(scratch, true);
}

static const char *at(char *path, const char *directory, const char *name)
{
    snprintf(path, PATH_SIZE, "%s/%s%s%s", scratch, directory, name ? "/" : "", name ? name : "");
    return path;
}

/** The directories that each input begins with: inputs, copies to be melded in place, results. */
static const char *const directories[] = {"in", "place", "out", "ws", "here"};

enum { DIRECTORIES = sizeof directories / sizeof *directories };

static void start(void)
{
    char path[PATH_SIZE];
    if (!*scratch) {
        const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
        snprintf(scratch, sizeof scratch, "%s/armeld-fuzz.XXXXXX", base);
        CHECK(mkdtemp(scratch), "%s", strerror(errno));
        atexit(remove_scratch);
        home = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    remove_tree(scratch, false);
    for (size_t i = 0; i < DIRECTORIES; i++) {
        CHECK(mkdir(at(path, directories[i], NULL), 0700) == 0, "%s", strerror(errno));
    }
    /* a member's name that is taken for a path would lead here, or beside it */
    CHECK(chdir(at(path, "here", NULL)) == 0, "%s", strerror(errno));
}

static void write_file(const char *path, struct span bytes)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    CHECK(fd >= 0 && write(fd, bytes.data, bytes.size) == (ssize_t)bytes.size, "%s", path);
    close(fd);
}

static int count_entries(const char *name)
{
    char path[PATH_SIZE];
    DIR *directory = opendir(name ? at(path, name, NULL) : scratch);
    int count = 0;
    while (directory && readdir(directory)) {
        count++;
    }
    if (directory) {
        closedir(directory);
    }
    return count - 2;
}

static struct os_file map(const char *directory, const char *name)
{
    char path[PATH_SIZE];
    struct os_file file = {0};
    struct error error = {0};
    CHECK(os_map(at(path, directory, name), &file, &error), "%s", error.text);
    return file;
}

/* ---- libraries --------------------------------------------------------------------------- */

struct input {
    unsigned options;
    enum container_form form;
    struct span libraries[CONTAINER_LIBRARIES]; /* in blocks of their own */
    int count;
};

static void append(struct span *to, const void *bytes, size_t size)
{
    uint8_t *larger = realloc((void *)(uintptr_t)to->data, to->size + size + 1);
    memcpy(larger + to->size, bytes, size);
    *to = span_make(larger, to->size + size);
}

static void append_member(struct span *to, enum container_form form, const char *name,
                          struct span data)
{
    char header[61];
    char field[32];
    static const char newlines[] = "\n\n\n\n\n\n\n";
    size_t inlined = form == CONTAINER_DARWIN ? round_up(strlen(name) + 4, 8) + 4 : 0;
    size_t pad = (size_t)(round_up(data.size, inlined ? 8 : 2) - data.size);
    bool in_header = strlen(name) < 16 && *name && !strchr(name, '/');
    if (inlined) {
        snprintf(field, sizeof field, "#1/%zu", inlined);
    } else if (in_header) {
        snprintf(field, sizeof field, "%s/", name);
    } else {
        size_t offset = 0; /* in the table that begin_library() writes */
        for (size_t i = 0; names[i] != name; i++) {
            offset += strlen(names[i]) + (form == CONTAINER_COFF ? 1 : 2);
        }
        snprintf(field, sizeof field, "/%zu", offset);
    }
    snprintf(header, sizeof header, "%-16s%-12d%-6d%-6d%-8o%-10zu`\n", field, 7, 0, 0, 0100644u,
             inlined + data.size + (inlined ? pad : 0));
    append(to, header, 60);
    if (inlined) {
        char padded[128] = "";
        snprintf(padded, sizeof padded, "%s", name);
        append(to, padded, inlined);
    }
    append(to, data.data, data.size);
    append(to, newlines, pad);
}

/** Magic and tables; the indexes list nothing. */
static void begin_library(struct span *to, enum container_form form)
{
    struct span table = {0};
    append(to, "!<arch>\n", 8);
    if (form == CONTAINER_DARWIN) {
        return;
    }
    if (form == CONTAINER_COFF) {
        const char *none = "\0\0\0\0\0\0\0\0";
        append(to, "/               0           0     0     0       4         `\n", 60);
        append(to, none, 4);
        append(to, "/               0           0     0     0       8         `\n", 60);
        append(to, none, 8);
    }
    for (int i = 0; i < CONTAINER_NAMES; i++) {
        append(&table, names[i], strlen(names[i]));
        append(&table, form == CONTAINER_COFF ? "\0" : "/\n", form == CONTAINER_COFF ? 1 : 2);
    }
    char header[61];
    snprintf(header, sizeof header, "%-48s%-10zu`\n", "//", table.size);
    append(to, header, 60);
    append(to, table.data, table.size);
    append(to, "\n", table.size & 1);
    free((void *)(uintptr_t)table.data);
}

static void build_libraries(struct input *input, struct span rest)
{
    for (int i = 0; i < CONTAINER_LIBRARIES; i++) {
        begin_library(&input->libraries[i], input->form);
    }
    input->count = CONTAINER_LIBRARIES;
    while (rest.size >= CONTAINER_MEMBER) {
        unsigned mask = rest.data[0];
        size_t size = get_le16(rest.data + 1);
        rest = span_from(rest, CONTAINER_MEMBER);
        struct span data = span_make(rest.data, size < rest.size ? size : rest.size);
        rest = span_from(rest, data.size);
        for (int i = 0; i < CONTAINER_LIBRARIES; i++) {
            if (mask >> i & 1) {
                append_member(&input->libraries[i], input->form, names[mask >> 4], data);
            }
        }
    }
}

static void cut_libraries(struct input *input, struct span rest)
{
    while (rest.size > 4 && input->count < CONTAINER_LIBRARIES) {
        size_t size = get_le32(rest.data);
        rest = span_from(rest, 4);
        size = size < rest.size ? size : rest.size;
        append(&input->libraries[input->count++], rest.data, size);
        rest = span_from(rest, size);
    }
}

static bool open_input(struct span data, struct input *input)
{
    *input = (struct input){0};
    if (data.size <= CONTAINER_HEADER) {
        return false;
    }
    input->options = data.data[0];
    input->form = (enum container_form)(data.data[1] & 3);
    if (input->form == CONTAINER_RAW) {
        cut_libraries(input, span_from(data, CONTAINER_HEADER));
    } else {
        build_libraries(input, span_from(data, CONTAINER_HEADER));
    }
    for (int i = 0; i < input->count; i++) {
        if (package_probe(input->libraries[i])) {
            return false; /* fuzz_package's */
        }
    }
    return input->count > 0;
}

static void free_input(struct input *input)
{
    for (int i = 0; i < CONTAINER_LIBRARIES; i++) {
        free((void *)(uintptr_t)input->libraries[i].data);
    }
}

/* ---- melding ----------------------------------------------------------------------------- */

static int meld(const struct input *input, bool in_place, char *why, size_t why_size,
                size_t moved[])
{
    static const char *const keep[] = {"keep*"};
    char workspace[PATH_SIZE];
    char output[PATH_SIZE];
    char path[PATH_SIZE];
    struct armeld_options options = {
        .struct_size = sizeof options,
        .workspace = at(workspace, in_place ? "place" : "ws", "w.a"),
        .output_dir = in_place ? NULL : at(output, "out", NULL),
        .identity = input->options & OPTION_BYTES ? ARMELD_IDENTITY_BYTES : ARMELD_IDENTITY_LINK,
        .flavour = (enum armeld_flavour)((input->options & OPTION_FLAVOUR) >> 1),
        .jobs = in_place && input->options & OPTION_THREADS ? 2 : 1,
        .min_sharers = input->options & OPTION_MIN_ONE ? 1 : 2,
        .no_sidecar = !in_place || !(input->options & OPTION_RESTORE),
        .keep = keep,
        .keep_count = input->options & OPTION_KEEP ? 1 : 0,
    };
    struct armeld *armeld = armeld_new(&options);
    CHECK(armeld, "no handle");
    int status = ARMELD_OK;
    for (int i = 0; status == ARMELD_OK && i < input->count; i++) {
        status = armeld_add(armeld, at(path, in_place ? "place" : "in", library_names[i]));
    }
    status = status == ARMELD_OK ? armeld_plan(armeld) : status;
    status = status == ARMELD_OK ? armeld_apply(armeld) : status;
    snprintf(why, why_size, "%s", armeld_error(armeld));
    CHECK((status == ARMELD_OK) == (*why == '\0'), "status %d: %s", status, why);
    CHECK(status != ARMELD_INTERRUPTED, "%s", why);
    const struct armeld_report *report = armeld_report(armeld);
    if (status == ARMELD_OK) {
        CHECK(report->library_count == (size_t)input->count, "%zu", report->library_count);
        for (int i = 0; i < input->count; i++) {
            moved[i] = report->libraries[i].moved;
        }
    }
    armeld_free(armeld);
    return status;
}

/* ---- what must hold ---------------------------------------------------------------------- */

struct opened {
    struct os_file file;
    struct archive archive;
};

static void open_output(struct opened *opened, const char *directory, const char *name,
                        struct arena *arena)
{
    struct error error = {0};
    opened->file = map(directory, name);
    CHECK(archive_read(opened->file.bytes, arena, &opened->archive, &error), "%s: %s", name,
          error.text);
}

/** All tables of a written index can be read; those of an original that was kept may be broken. */
static void check_index(const struct opened *opened, struct span original, const char *name,
                        struct arena *arena)
{
    if (span_equal(opened->file.bytes, original)) {
        return;
    }
    for (int table = AR_TABLE_MAIN; table <= AR_TABLE_EC; table++) {
        struct ar_symbols symbols;
        struct error error = {0};
        CHECK(archive_index(&opened->archive, (enum ar_table)table, arena, &symbols, &error),
              "%s: %s", name, error.text);
    }
}

static void check_outputs(const struct input *input, const size_t moved[])
{
    struct arena arena = {0};
    struct opened workspace = {0};
    open_output(&workspace, "ws", "w.a", &arena);
    check_index(&workspace, (struct span){0}, "w.a", &arena);
    check_names(&workspace.archive);
    for (int i = 0; i < input->count; i++) {
        struct opened melded = {0};
        struct archive original;
        struct error error = {0};
        open_output(&melded, "out", library_names[i], &arena);
        check_index(&melded, input->libraries[i], library_names[i], &arena);
        CHECK(archive_read(input->libraries[i], &arena, &original, &error), "%s", error.text);
        check_conservation(&original, &melded.archive, &workspace.archive,
                           !(input->options & OPTION_BYTES), moved[i]);
        os_unmap(&melded.file);
    }
    os_unmap(&workspace.file);
    arena_free(&arena);
}

static void check_same(const char *directory, const char *name, struct span bytes)
{
    struct os_file file = map(directory, name);
    CHECK(span_equal(file.bytes, bytes), "%s/%s differs: %zu bytes, not %zu", directory, name,
          file.bytes.size, bytes.size);
    os_unmap(&file);
}

/** What was melded in place is whole, and restoring it gives the originals back. */
static void check_restore(const struct input *input)
{
    char workspace[PATH_SIZE];
    struct armeld_options options = {
        .struct_size = sizeof options, .workspace = at(workspace, "place", "w.a"), .jobs = 1};
    for (int restore = 0; restore < 2; restore++) {
        struct armeld *armeld = armeld_new(&options);
        int status = restore ? armeld_restore(armeld, 0) : armeld_verify(armeld);
        const struct armeld_report *report = armeld_report(armeld);
        CHECK(status == ARMELD_OK, "restore %d: %s%s", restore, armeld_error(armeld),
              report->finding_count ? report->findings[0].text : "");
        armeld_free(armeld);
    }
    for (int i = 0; i < input->count; i++) {
        check_same("place", library_names[i], input->libraries[i]);
    }
    CHECK(count_entries("place") == input->count, "in %s/place", scratch);
}

/** No file but those that are meant to be there. */
static void check_files(const struct input *input, bool done)
{
    CHECK(count_entries(NULL) == DIRECTORIES, "a new file in %s", scratch);
    CHECK(count_entries("here") == 0, "a new file in %s/here", scratch);
    CHECK(count_entries("in") == input->count, "a new file in %s/in", scratch);
    CHECK(count_entries("out") == (done ? input->count : 0), "in %s/out", scratch);
    CHECK(count_entries("ws") == done, "in %s/ws", scratch);
    CHECK(count_entries("place") ==
              input->count + (done ? 1 + !!(input->options & OPTION_RESTORE) : 0),
          "in %s/place", scratch);
    for (int i = 0; i < input->count; i++) {
        check_same("in", library_names[i], input->libraries[i]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input;
    char path[PATH_SIZE];
    char why[1024];
    char why_in_place[1024];
    size_t moved[CONTAINER_LIBRARIES];
    size_t total = 0;
    if (!open_input(span_make(data, size), &input)) {
        free_input(&input);
        return -1;
    }
    start();
    for (int i = 0; i < input.count; i++) {
        write_file(at(path, "in", library_names[i]), input.libraries[i]);
        write_file(at(path, "place", library_names[i]), input.libraries[i]);
        total += input.libraries[i].size;
    }
    heap_watch();
    int status = meld(&input, false, why, sizeof why, moved);
    heap_check(total, MELD_TIMES, MELD_FIXED);
    CHECK(meld(&input, true, why_in_place, sizeof why_in_place, moved) == status,
          "\"%s\", but in place \"%s\"", why, why_in_place);
    check_files(&input, status == ARMELD_OK);
    if (status == ARMELD_OK) {
        check_outputs(&input, moved);
        struct os_file file = map("ws", "w.a");
        check_same("place", "w.a", file.bytes);
        os_unmap(&file);
    }
    for (int i = 0; i < input.count; i++) {
        if (status == ARMELD_OK) {
            struct os_file file = map("out", library_names[i]);
            check_same("place", library_names[i], file.bytes);
            os_unmap(&file);
        } else {
            check_same("place", library_names[i], input.libraries[i]);
        }
    }
    if (status == ARMELD_OK && input.options & OPTION_RESTORE) {
        check_restore(&input);
    }
    free_input(&input);
    CHECK(fchdir(home) == 0, "%s", strerror(errno));
    return 0;
}
