/* SPDX-License-Identifier: MIT */
/**
 * Bombs: small archives that are made to cost much. Each is melded at one size and at four times
 * that size: heap and processor time must grow about as the input does.
 *
 *     bombs [NAME...]
 */
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "armeld.h"
#include "fuzz.h"

enum {
    LIBRARIES = 2,
    MOST_HEAP = 512,  /* bytes for a byte of input */
    MOST_GROWTH = 8,  /* four times the input may take so many times the time... */
    FREE_SECONDS = 1, /* ...and this is not measured at all */
    TIMES = 4,
};

/* ---- bytes ------------------------------------------------------------------------------- */

struct bytes {
    uint8_t *data;
    size_t size;
    size_t capacity;
};

static void add(struct bytes *to, const void *bytes, size_t size)
{
    if (size > to->capacity - to->size) {
        to->capacity = 2 * (to->size + size);
        to->data = realloc(to->data, to->capacity);
        CHECK(to->data, "no memory");
    }
    if (size) {
        memcpy(to->data + to->size, bytes, size);
    }
    to->size += size;
}

static void add_le(struct bytes *to, uint64_t value, size_t size)
{
    uint8_t bytes[8];
    put_le32(bytes, (uint32_t)value);
    put_le32(bytes + 4, (uint32_t)(value >> 32));
    add(to, bytes, size);
}

static void fill(struct bytes *to, int byte, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        add(to, &(char){(char)byte}, 1);
    }
}

/** A header as @name has it (padded to 16), contents, padding. */
static void add_member(struct bytes *to, const char *name, const struct bytes *data)
{
    char header[64];
    snprintf(header, sizeof header, "%-16s%-12d%-6d%-6d%-8s%-10zu`\n", name, 0, 0, 0, "644",
             data->size);
    add(to, header, 60);
    add(to, data->data, data->size);
    add(to, "\n", data->size & 1);
}

static void magic(struct bytes *to)
{
    add(to, "!<arch>\n", 8);
}

/* ---- objects ----------------------------------------------------------------------------- */

/** ELF that defines @define and needs @need; -1: none. */
static void elf(struct bytes *out, long define, long need)
{
    char names[64] = "";
    int first = snprintf(names + 1, sizeof names - 1, "s%ld", define) + 2;
    int size = first + snprintf(names + first, sizeof names - (size_t)first, "s%ld", need) + 1;
    unsigned symbols = 1u + (define >= 0) + (need >= 0);
    size_t strings = 64 + 24 * symbols;
    size_t headers = strings + (size_t)size;
    out->size = 0;
    add(out, "\x7f" "ELF\2\1\1", 7);
    fill(out, 0, 9);
    add_le(out, 1, 2);    /* ET_REL */
    add_le(out, 0x3e, 2); /* x86-64 */
    add_le(out, 1, 4);
    fill(out, 0, 16);
    add_le(out, headers, 8);
    fill(out, 0, 10);
    add_le(out, 64, 2); /* section headers: size, number, that of names */
    add_le(out, 4, 2);
    add_le(out, 0, 2);
    fill(out, 0, 24);
    for (int i = 0; i < 2; i++) {
        if ((i ? need : define) >= 0) {
            add_le(out, i ? (unsigned)first : 1, 4);
            add_le(out, 0x10, 2);     /* global */
            add_le(out, i ? 0 : 3, 2); /* section */
            fill(out, 0, 16);
        }
    }
    add(out, names, (size_t)size);
    fill(out, 0, 64);
    const size_t sections[3][6] = { /* type, offset, size, link, info, entry size */
        {2, 64, 24 * symbols, 2, 1, 24}, {3, strings, (size_t)size, 0, 0, 0}, {1, 0, 0, 0, 0, 0}};
    for (int i = 0; i < 3; i++) {
        add_le(out, 0, 4);
        add_le(out, sections[i][0], 4);
        fill(out, 0, 16);
        add_le(out, sections[i][1], 8);
        add_le(out, sections[i][2], 8);
        add_le(out, sections[i][3], 4);
        add_le(out, sections[i][4], 4);
        add_le(out, 1, 8);
        add_le(out, sections[i][5], 8);
    }
}

static void import(struct bytes *out, long number)
{
    char names[64];
    int first = snprintf(names, sizeof names, "f%ld", number) + 1;
    int size =
        first + snprintf(names + first, sizeof names - (size_t)first, "d%ld.dll", number) + 1;
    out->size = 0;
    add(out, "\0\0\xff\xff\0\0\x64\x86\0\0\0\0", 12);
    add_le(out, (unsigned)size, 4);
    add_le(out, 4, 4); /* by name */
    add(out, names, (size_t)size);
}

/** COFF that needs f0 ... f(count-1). */
static void importer(struct bytes *out, long count)
{
    struct bytes strings = {0};
    out->size = 0;
    add_le(out, 0x8664, 2);
    add_le(out, 0, 6);
    add_le(out, 20, 4);
    add_le(out, (uint64_t)count, 4);
    add_le(out, 0, 4);
    for (long i = 0; i < count; i++) {
        char name[16];
        int size = snprintf(name, sizeof name, "f%ld", i) + 1;
        add_le(out, 0, 4);
        add_le(out, 4 + strings.size, 4);
        add_le(out, 0, 8);
        add_le(out, 2, 2); /* external, without auxiliary records */
        add(&strings, name, (size_t)size);
    }
    add_le(out, 4 + strings.size, 4);
    add(out, strings.data, strings.size);
    free(strings.data);
}

/* ---- bombs: fill @out with about @size bytes --------------------------------------------- */

/** Empty members whose long names all end in the same 32 KiB, and an object that moves. */
static void long_names(struct bytes *out, size_t size)
{
    struct bytes table = {0};
    struct bytes data = {0};
    fill(&table, 'n', 32700);
    add(&table, "/\n", 2);
    magic(out);
    add_member(out, "//", &table);
    elf(&data, 0, -1);
    add_member(out, "a.o/", &data);
    data.size = 0;
    for (long i = 0; out->size < size; i++) {
        char name[24];
        snprintf(name, sizeof name, "/%ld", i % 16000);
        add_member(out, name, &data);
    }
    free(table.data);
    free(data.data);
}

/** Objects that will stand in the workspace, all of one name. */
static void one_name(struct bytes *out, size_t size)
{
    struct bytes data = {0};
    magic(out);
    for (long i = 0; out->size < size; i++) {
        elf(&data, i, -1);
        add_member(out, "same.o/", &data);
    }
    free(data.data);
}

/** The same, and the names that would be next are taken as well. */
static void taken_names(struct bytes *out, size_t size)
{
    struct bytes data = {0};
    magic(out);
    for (long i = 0; out->size < size; i++) {
        char name[24] = "n.o/";
        elf(&data, i, -1);
        if (i % 2) {
            snprintf(name, sizeof name, "n.%ld.o/", i / 2 + 2);
        }
        add_member(out, name, &data);
    }
    free(data.data);
}

/** Members of bitcode, each of which gets its symbols out of an index of as many. */
static void bitcode_index(struct bytes *out, size_t size)
{
    long count = (long)(size / 80);
    struct bytes table = {0};
    struct bytes data = {0};
    uint8_t number[4];
    put_be32(number, (uint32_t)count);
    add(&table, number, 4);
    size_t first = 8 + 60 + 4 + (size_t)count * 5;
    first += first & 1;
    for (long i = 0; i < count; i++) {
        put_be32(number, (uint32_t)(first + (size_t)i * 68));
        add(&table, number, 4);
    }
    fill(&table, 0, (size_t)count);
    magic(out);
    add_member(out, "/", &table);
    for (long i = 0; i < count; i++) {
        data.size = 0;
        add(&data, "BC\xc0\xde", 4);
        add_le(&data, (uint64_t)i, 4);
        add_member(out, "b.o/", &data);
    }
    free(table.data);
    free(data.data);
}

/** A DLL for each import, all needed by one object. */
static void import_sets(struct bytes *out, size_t size)
{
    long count = (long)(size / 140);
    struct bytes data = {0};
    magic(out);
    importer(&data, count);
    add_member(out, "user.o/", &data);
    for (long i = 0; i < count; i++) {
        import(&data, i);
        add_member(out, "i.dll/", &data);
    }
    free(data.data);
}

/** Each object needs the next one: what one root reaches, the others reach as well. */
static void chain(struct bytes *out, size_t size)
{
    struct bytes data = {0};
    magic(out);
    for (long i = 0; out->size < size; i++) {
        char name[24];
        snprintf(name, sizeof name, "%ld.o/", i);
        elf(&data, i, i + 1);
        add_member(out, name, &data);
    }
    free(data.data);
}

/** An index whose names all end in the same bytes. */
static void index_names(struct bytes *out, size_t size)
{
    struct bytes table = {0};
    struct bytes data = {0};
    size_t count = size / 24;
    size_t names = size / 2;
    add_le(&table, 8 * count, 4);
    for (size_t i = 0; i < count; i++) {
        add_le(&table, i, 4);
        add_le(&table, 8 + 60 + 4 + 8 * count + 4 + names, 4);
    }
    add_le(&table, names, 4);
    fill(&table, 'n', names - 1);
    fill(&table, 0, 1);
    magic(out);
    add_member(out, "__.SYMDEF", &table);
    add(&data, "BC\xc0\xde....", 8);
    add_member(out, "b.o", &data);
    free(table.data);
    free(data.data);
}

/** COFF whose sections are one list of symbol numbers, over and over. */
static void symbol_lists(struct bytes *out, size_t size)
{
    struct bytes data = {0};
    size_t list = size / 2;
    size_t sections = 4;
    add_le(&data, 0x8664, 2);
    add_le(&data, sections, 2);
    add_le(&data, 0, 4);
    size_t symbols = 20 + 40 * sections + list;
    add_le(&data, symbols, 4);
    add_le(&data, 1, 4);
    add_le(&data, 0, 4);
    for (size_t i = 0; i < sections; i++) {
        add(&data, "/4\0\0\0\0\0\0", 8);
        add_le(&data, 0, 8);
        add_le(&data, list, 4);
        add_le(&data, 20 + 40 * sections, 4);
        fill(&data, 0, 12);
        add_le(&data, 0x40, 4);
    }
    fill(&data, 0, list);
    add(&data, "a\0\0\0\0\0\0\0\0\0\0\0\xff\xff\0\0\2\0", 18);
    add(&data, "\x12\0\0\0.llvm_addrsig", 18);
    magic(out);
    add_member(out, "lists.o/", &data);
    data.data[4] = 1; /* another time: both get a canonical form */
    add_member(out, "lists.o/", &data);
    free(data.data);
}

/** Objects that all look alike, until their contents are compared. */
static void look_alikes(struct bytes *out, size_t size)
{
    struct bytes data = {0};
    magic(out);
    for (long i = 0; out->size < size; i++) {
        elf(&data, 0, -1);
        uint8_t *text = data.data + data.size - 64; /* the last section header */
        put_le32(text + 24, (uint32_t)data.size);
        put_le32(text + 32, 8);
        add_le(&data, (uint64_t)i, 8);
        add_member(out, "alike.o/", &data);
    }
    free(data.data);
}

static const struct {
    const char *name;
    void (*make)(struct bytes *out, size_t size);
    size_t size;
    bool refused; /* an error says so */
} bombs[] = {
    {"long-names", long_names, 256 * 1024, true},
    {"one-name", one_name, 1024 * 1024, false},
    {"taken-names", taken_names, 1024 * 1024, false},
    {"bitcode-index", bitcode_index, 1024 * 1024, false},
    {"import-sets", import_sets, 1024 * 1024, false},
    {"chain", chain, 512 * 1024, false},
    {"index-names", index_names, 256 * 1024, true},
    {"symbol-lists", symbol_lists, 256 * 1024, false},
    {"look-alikes", look_alikes, 512 * 1024, false},
};

/* ---- melding ----------------------------------------------------------------------------- */

static void sweep(const char *directory)
{
    static const char *const left[] = {"0.a",     "1.a",          "w.a", "w.a.armeld",
                                       "out/0.a", "out/1.a"};
    for (size_t i = 0; i < sizeof left / sizeof *left; i++) {
        char path[256];
        snprintf(path, sizeof path, "%s/%s", directory, left[i]);
        remove(path);
    }
}

struct cost {
    size_t input;
    size_t heap;
    double seconds;
};

/** Meld two copies; what comes of it does not matter here. */
static struct cost measure(const char *directory, int bomb, size_t size)
{
    char paths[LIBRARIES + 1][256];
    char output[256];
    struct bytes bytes = {0};
    bombs[bomb].make(&bytes, size);
    sweep(directory);
    for (int i = 0; i < LIBRARIES; i++) {
        snprintf(paths[i], sizeof paths[i], "%s/%d.a", directory, i);
        FILE *file = fopen(paths[i], "wb");
        CHECK(file && fwrite(bytes.data, 1, bytes.size, file) == bytes.size && !fclose(file),
              "%s", paths[i]);
    }
    snprintf(paths[LIBRARIES], sizeof paths[0], "%s/w.a", directory);
    snprintf(output, sizeof output, "%s/out", directory);
    struct armeld_options options = {.struct_size = sizeof options,
         .workspace = paths[LIBRARIES], .output_dir = output, .jobs = 1};
    heap_watch();
    clock_t start = clock();
    struct armeld *armeld = armeld_new(&options);
    int status = ARMELD_OK;
    for (int i = 0; i < LIBRARIES && status == ARMELD_OK; i++) {
        status = armeld_add(armeld, paths[i]);
    }
    status = status == ARMELD_OK ? armeld_plan(armeld) : status;
    status = status == ARMELD_OK ? armeld_apply(armeld) : status;
    struct cost cost = {LIBRARIES * bytes.size, heap_peak(),
                        (double)(clock() - start) / CLOCKS_PER_SEC};
    const struct armeld_report *report = armeld_report(armeld);
    printf("%-14s %8zu bytes: %5.1f bytes of heap a byte, %6.2f s, %zu moved, %zu copied, %s\n",
           bombs[bomb].name, cost.input, (double)cost.heap / (double)cost.input, cost.seconds,
           report->shared_objects, report->copied_objects,
           status != ARMELD_OK     ? armeld_error(armeld)
           : report->warning_count ? report->warnings[0]
                                   : "melded");
    fflush(stdout);
    CHECK((status != ARMELD_OK) == bombs[bomb].refused, "status %d", status);
    armeld_free(armeld);
    free(bytes.data);
    return cost;
}

static bool try_bomb(const char *directory, int bomb)
{
    struct cost one = measure(directory, bomb, bombs[bomb].size);
    struct cost four = measure(directory, bomb, TIMES * bombs[bomb].size);
    bool heap = four.heap <= MOST_HEAP * four.input;
    bool time = four.seconds <= (double)MOST_GROWTH * one.seconds + (double)FREE_SECONDS;
    if (!heap || !time) {
        printf("%-14s too much %s\n", bombs[bomb].name, heap ? "time" : "heap");
    }
    return heap && time;
}

static bool is_asked(int count, char **names, const char *name)
{
    bool asked = count == 0;
    for (int i = 0; i < count; i++) {
        asked |= strcmp(names[i], name) == 0;
    }
    return asked;
}

int main(int argc, char **argv)
{
    char directory[] = "/dev/shm/armeld-bombs.XXXXXX";
    int failed = 0;
    int count = 0;
    CHECK(mkdtemp(directory), "%s", directory);
    for (int i = 0; i < (int)(sizeof bombs / sizeof *bombs); i++) {
        if (is_asked(argc - 1, argv + 1, bombs[i].name)) {
            failed += !try_bomb(directory, i);
            count++;
        }
    }
    char output[64];
    snprintf(output, sizeof output, "%s/out", directory);
    sweep(directory);
    remove(output);
    remove(directory);
    printf("%d of %d grow as their inputs do\n", count - failed, count);
    return failed ? 1 : 0;
}
