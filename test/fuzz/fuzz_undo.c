/* SPDX-License-Identifier: MIT */
/**
 * Sidecars that lie. Two sets are melded once, one of them of universal files; each input changes
 * what a sidecar says: paths, forms, recipes, contents, modes, slices. Sizes and digests are made
 * right again, so that the lie is believed as far as it can be. Then the set is verified, restored
 * or melded again, and
 *
 *   - verify and a dry run change nothing;
 *   - a file that is no archive is never touched, and what is put in an archive's place is one;
 *   - no other file is made, whatever paths the sidecar names.
 *
 * All files lie in a directory below /dev/shm, so that fsync() costs nothing. The sets are made of
 * the fixtures in $ARMELD_FIXTURES.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ar/universal.h"
#include "armeld.h"
#include "base/os.h"
#include "fuzz.h"
#include "sidecar/recipe.h"
#include "sidecar/sidecar.h"

enum { FILES = 6, PATH_SIZE = 128, MOST_EDITS = 32 };

/** Relative to the scratch directory; the set is in "set". */
static const char *const names[FILES] = {"set/liba.a", "set/libb.a", "set/libc.a", "set/w.a",
                                         "victim.a",   "victim.txt"};

/** What a sidecar may say of where a library lies. */
static const char *const paths[] = {
    "liba.a", "libb.a", "../victim.a", "../victim.txt", "./libc.a", "../set/liba.a",
    "w.a",          "w.a.armeld",      "missing.a",   "no/liba.a",     "../set/../victim.a", "..",
    ".",            "../victim.a/x",   "new\n.a",     "libc.a",
};

enum { SETS = 2 };

/** A set as it was melded. */
struct melded {
    const char *fixtures;
    struct span saved[FILES];
    struct span sidecar;
};

static char scratch[PATH_SIZE];
static struct melded sets[SETS] = {{.fixtures = "x86_64-linux-variant"},
                                   {.fixtures = "universal-apple"}};
static const struct span *saved; /* the files of the set that the input is about */

/** The input, taken byte by byte; zeros behind its end. */
struct input {
    struct span rest;
};

static unsigned take(struct input *input)
{
    unsigned byte = input->rest.size ? input->rest.data[0] : 0;
    input->rest = span_from(input->rest, input->rest.size ? 1 : 0);
    return byte;
}

static struct span take_bytes(struct input *input)
{
    size_t size = take(input);
    size = size < input->rest.size ? size : input->rest.size;
    struct span bytes = span_make(input->rest.data, size);
    input->rest = span_from(input->rest, size);
    return bytes;
}

/* ---- files ------------------------------------------------------------------------------- */

static const char *at(char *path, const char *name)
{
    snprintf(path, PATH_SIZE, "%s/%s", scratch, name);
    return path;
}

static void write_file(const char *name, struct span bytes)
{
    char path[PATH_SIZE];
    int fd = open(at(path, name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    CHECK(fd >= 0 && write(fd, bytes.data, bytes.size) == (ssize_t)bytes.size, "%s", path);
    close(fd);
}

/** The whole file, in memory of its own; without data if there is none. */
static struct span read_file(const char *path)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return (struct span){0};
    }
    CHECK(fstat(fd, &status) == 0, "%s", path);
    uint8_t *bytes = malloc((size_t)status.st_size + 1);
    CHECK(bytes && read(fd, bytes, (size_t)status.st_size) == status.st_size, "%s", path);
    close(fd);
    return span_make(bytes, (size_t)status.st_size);
}

static void forget(struct span bytes)
{
    free((void *)(uintptr_t)bytes.data);
}

static int count_entries(const char *name)
{
    char path[PATH_SIZE];
    DIR *directory = opendir(at(path, name));
    int count = 0;
    while (directory && readdir(directory)) {
        count++;
    }
    if (directory) {
        closedir(directory);
    }
    return count - 2;
}

static void remove_scratch(void)
{
    char path[PATH_SIZE];
    for (int i = 0; i < FILES; i++) {
        unlink(at(path, names[i]));
    }
    unlink(at(path, "set/w.a.armeld"));
    rmdir(at(path, "set"));
    rmdir(scratch);
}

/* ---- the set ----------------------------------------------------------------------------- */

static int run(unsigned action)
{
    static const char *const libraries[] = {"set/liba.a", "set/libb.a", "set/libc.a"};
    char path[PATH_SIZE];
    char workspace[PATH_SIZE];
    struct armeld_options options = {
        .struct_size = sizeof options, .workspace = at(workspace, "set/w.a"), .jobs = 1};
    struct armeld *armeld = armeld_new(&options);
    int status = ARMELD_OK;
    CHECK(armeld, "no handle");
    switch (action) {
    case 0: status = armeld_verify(armeld); break;
    case 1: status = armeld_restore(armeld, ARMELD_RESTORE_DRY_RUN); break;
    case 2: status = armeld_restore(armeld, 0); break;
    case 3: status = armeld_restore(armeld, ARMELD_RESTORE_PARTIAL); break;
    default:
        for (int i = 0; i < 3 && status == ARMELD_OK; i++) {
            status = armeld_add(armeld, at(path, libraries[i]));
        }
        status = status == ARMELD_OK ? armeld_plan(armeld) : status;
        status = status == ARMELD_OK ? armeld_apply(armeld) : status;
    }
    CHECK((status == ARMELD_OK) == (armeld_error(armeld)[0] == '\0'), "status %d: %s", status,
          armeld_error(armeld));
    armeld_free(armeld);
    return status;
}

/** Meld fixtures and keep all files. */
static void meld(struct melded *set, const char *fixtures)
{
    char path[PATH_SIZE];
    unlink(at(path, "set/w.a"));
    unlink(at(path, "set/w.a.armeld"));
    for (int i = 0; i < 3; i++) {
        char from[4096];
        snprintf(from, sizeof from, "%s/%s/%s", fixtures, set->fixtures, names[i] + 4);
        struct span bytes = read_file(from);
        CHECK(bytes.size, "%s", from);
        write_file(names[i], bytes);
        forget(bytes);
    }
    CHECK(run(4) == ARMELD_OK, "the set cannot be melded");
    for (int i = 0; i < FILES; i++) {
        set->saved[i] = read_file(at(path, names[i]));
        CHECK(set->saved[i].size, "%s", path);
    }
    set->sidecar = read_file(at(path, "set/w.a.armeld"));
    CHECK(set->sidecar.size, "%s", path);
}

/** Meld all sets once. */
static void start(void)
{
    char path[PATH_SIZE];
    const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    const char *fixtures = getenv("ARMELD_FIXTURES");
    if (*scratch) {
        return;
    }
    CHECK(fixtures, "ARMELD_FIXTURES names no folder");
    snprintf(scratch, sizeof scratch, "%s/armeld-fuzz.XXXXXX", base);
    CHECK(mkdtemp(scratch), "%s", strerror(errno));
    atexit(remove_scratch);
    CHECK(mkdir(at(path, "set"), 0700) == 0, "%s", strerror(errno));
    write_file("victim.a", span_of("!<arch>\n"));
    write_file("victim.txt", span_of("this is no archive"));
    for (int i = 0; i < SETS; i++) {
        meld(&sets[i], fixtures);
    }
}

/* ---- lies -------------------------------------------------------------------------------- */

static void edit_recipe(struct manifest *manifest, struct manifest_library *library,
                        struct input *input)
{
    size_t step = take(input) % library->step_count;
    if (take(input) % 2) {
        library->steps[step].literal = take_bytes(input);
    } else if (step + 1 < library->step_count && manifest->content_count) {
        library->steps[step].content = (uint32_t)(take(input) % manifest->content_count);
    }
}

static void edit_content(struct manifest *manifest, struct input *input)
{
    struct manifest_content *content = &manifest->contents[take(input) % manifest->content_count];
    content->bytes = take_bytes(input);
    content->size = content->bytes.size;
    content->digest = digest_of(content->bytes);
    content->stored = true;
    content->literal = take(input) % 2;
}

/** Of a set that has none, too. */
static void edit_slices(struct manifest_library *library, struct input *input,
                        struct arena *arena)
{
    static const char *const machines[] = {"arm64", "x86_64", "arm64e", NULL};
    size_t count = take(input) % 4;
    library->slices = ARENA_ARRAY(arena, struct manifest_slice, count);
    CHECK(library->slices, "no memory");
    library->slice_count = count;
    for (size_t i = 0; i < count; i++) {
        library->slices[i] = (struct manifest_slice){machines[take(input) % 4],
                                                     take(input) % (library->step_count + 1),
                                                     take(input) % 2};
    }
}

static void edit(struct manifest *manifest, struct input *input, struct arena *arena)
{
    struct manifest_library *library = &manifest->libraries[take(input) % manifest->library_count];
    struct span file = saved[take(input) % FILES];
    switch (take(input) % 9) {
    case 0: library->path = paths[take(input) % (sizeof paths / sizeof *paths)]; break;
    case 1: library->forms[0] = (struct file_form){file.size, digest_of(file)}; break;
    case 2: manifest->workspace_form = (struct file_form){file.size, digest_of(file)}; break;
    case 3: library->mode = (take(input) << 8 | take(input)) & 07777; break;
    case 4: edit_recipe(manifest, library, input); break;
    case 5:
        if (manifest->content_count) {
            edit_content(manifest, input);
        }
        break;
    case 7: edit_slices(library, input, arena); break;
    case 6: *library = manifest->libraries[take(input) % manifest->library_count]; break;
    default: manifest->library_count -= manifest->library_count > 1;
    }
}

/** Make all sums right again. */
static void settle(struct manifest *manifest)
{
    for (size_t i = 0; i < manifest->library_count; i++) {
        struct manifest_library *library = &manifest->libraries[i];
        library->original.size = 0;
        for (size_t j = 0; j < library->step_count; j++) {
            const struct recipe_step *step = &library->steps[j];
            library->original.size += step->literal.size;
            library->original.size +=
                step->content == NO_CONTENT ? 0 : manifest->contents[step->content].size;
        }
        library->original.digest = recipe_digest(manifest, library);
    }
}

/* ---- what must hold ---------------------------------------------------------------------- */

static bool is_archive(struct span file)
{
    return span_starts(file, "!<arch>\n") || universal_probe(file);
}

static void check_file(int number, bool unchanged)
{
    char path[PATH_SIZE];
    struct span now = read_file(at(path, names[number]));
    bool same = now.data && span_equal(now, saved[number]);
    bool workspace = strcmp(names[number], "set/w.a") == 0;
    bool text = strcmp(names[number], "victim.txt") == 0;
    CHECK(same || (!unchanged && !text), "%s was changed", names[number]);
    CHECK(same || (now.data ? is_archive(now) : workspace), "%s is no archive", names[number]);
    forget(now);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {span_make(data, size)};
    struct arena arena = {0};
    struct error error = {0};
    struct manifest manifest;
    struct span bytes;
    start();
    unsigned first = take(&input);
    const struct melded *set = &sets[first / 5 % SETS];
    saved = set->saved;
    for (int i = 0; i < FILES; i++) {
        write_file(names[i], saved[i]);
    }
    CHECK(sidecar_read(set->sidecar, (struct span){0}, &arena, &manifest, &error), "%s",
          error.text);
    unsigned action = first % 5;
    for (int i = 0; i < MOST_EDITS && input.rest.size; i++) {
        edit(&manifest, &input, &arena);
    }
    settle(&manifest);
    CHECK(sidecar_write(&manifest, NULL, 2, &arena, &bytes, &error), "%s", error.text);
    write_file("set/w.a.armeld", bytes);
    run(action);
    for (int i = 0; i < FILES; i++) {
        check_file(i, action < 2);
    }
    CHECK(count_entries(".") == 3, "a new file in %s", scratch);
    CHECK(count_entries("set") <= 5 && count_entries("set") >= 3, "%d files in %s/set",
          count_entries("set"), scratch);
    arena_free(&arena);
    return 0;
}
