/* SPDX-License-Identifier: MIT */
/**
 * Make seed corpora from real libraries: seeds OUTDIR DIRECTORY...
 *
 * Each DIRECTORY holds one set of libraries. OUTDIR/HARNESS/ gets the archives themselves, their
 * members by format, their names, containers for fuzz_meld, and sidecars.
 */
#include <sys/stat.h>

#include "ar/archive.h"
#include "armeld.h"
#include "base/os.h"
#include "container.h"
#include "fuzz.h"

static const char *outdir;

static void store(const char *harness, struct span bytes)
{
    static unsigned number;
    char path[512];
    snprintf(path, sizeof path, "%s/%s", outdir, harness);
    mkdir(path, 0777);
    snprintf(path, sizeof path, "%s/%s/%05u", outdir, harness, number++);
    FILE *file = fopen(path, "wb");
    CHECK(file, "%s", path);
    CHECK(fwrite(bytes.data, 1, bytes.size, file) == bytes.size && fclose(file) == 0, "%s", path);
}

/* ---- the libraries of one directory ------------------------------------------------------ */

struct bytes {
    uint8_t *data;
    size_t size;
};

static void append(struct bytes *to, const void *bytes, size_t size)
{
    to->data = realloc(to->data, to->size + size + 1);
    memcpy(to->data + to->size, bytes, size);
    to->size += size;
}

struct set {
    struct os_file files[CONTAINER_LIBRARIES];
    struct archive archives[CONTAINER_LIBRARIES];
    int count;
    struct arena arena;
};

static bool add_library(void *context, const char *path, struct error *error)
{
    struct set *set = context;
    struct span name = span_of(path);
    if (set->count < CONTAINER_LIBRARIES && (span_ends(name, ".a") || span_ends(name, ".lib"))) {
        int i = set->count++;
        return os_map(path, &set->files[i], error) &&
               archive_read(set->files[i].bytes, &set->arena, &set->archives[i], error);
    }
    return true;
}

static void store_member(struct span name, struct span data)
{
    switch (object_probe(data)) {
    case OBJ_ELF: store("elf", data); break;
    case OBJ_COFF: store("coff", data); break;
    case OBJ_IMPORT: store("import", data); break;
    case OBJ_MACHO: store("macho", data); break;
    default: break;
    }
    store("rcgu", name);
}

/* ---- containers -------------------------------------------------------------------------- */

static void store_raw(const struct set *set, uint8_t options)
{
    struct bytes out = {0};
    append(&out, (const uint8_t[]){options, CONTAINER_RAW}, CONTAINER_HEADER);
    for (int i = 0; i < set->count; i++) {
        uint8_t size[4];
        put_le32(size, (uint32_t)set->files[i].bytes.size);
        append(&out, size, sizeof size);
        append(&out, set->files[i].bytes.data, set->files[i].bytes.size);
    }
    store("meld", span_make(out.data, out.size));
    free(out.data);
}

static bool holds(const struct archive *library, struct span data)
{
    for (size_t i = 0; i < library->member_count; i++) {
        if (span_equal(library->members[i].data, data)) {
            return true;
        }
    }
    return false;
}

static void store_members(const struct set *set, uint8_t options)
{
    static const uint8_t forms[] = {[AR_UNKNOWN] = CONTAINER_GNU, [AR_GNU] = CONTAINER_GNU,
                                    [AR_DARWIN] = CONTAINER_DARWIN, [AR_COFF] = CONTAINER_COFF};
    struct bytes out = {0};
    append(&out, (const uint8_t[]){options, forms[set->archives[0].flavour]}, CONTAINER_HEADER);
    unsigned number = 0;
    for (int i = 0; i < set->count; i++) {
        for (size_t j = 0; j < set->archives[i].member_count; j++) {
            struct span data = set->archives[i].members[j].data;
            unsigned mask = number++ % CONTAINER_NAMES << 4;
            for (int k = 0; k < set->count; k++) {
                mask |= holds(&set->archives[k], data) ? 1u << k : 0;
            }
            bool seen = mask & ((1u << i) - 1); /* an earlier library has it */
            if (!seen && data.size <= UINT16_MAX) {
                uint8_t head[CONTAINER_MEMBER] = {(uint8_t)mask};
                put_le16(head + 1, (uint16_t)data.size);
                append(&out, head, sizeof head);
                append(&out, data.data, data.size);
            }
        }
    }
    store("meld", span_make(out.data, out.size));
    free(out.data);
}

/* ---- sidecars ---------------------------------------------------------------------------- */

/** Meld the set, keep the sidecar; packages.c takes it apart. */
static void store_sidecar(const char *directory)
{
    char workspace[512];
    char output[512];
    char path[520];
    struct error error = {0};
    snprintf(workspace, sizeof workspace, "%s/w.a", outdir);
    snprintf(output, sizeof output, "%s/melded", outdir);
    struct armeld *armeld =
        armeld_new(&(struct armeld_options){.workspace = workspace, .output_dir = output});
    CHECK(armeld && armeld_add(armeld, directory) == ARMELD_OK &&
              armeld_plan(armeld) == ARMELD_OK && armeld_apply(armeld) == ARMELD_OK,
          "%s: %s", directory, armeld_error(armeld));
    armeld_free(armeld);
    snprintf(path, sizeof path, "%s.armeld", workspace);
    struct os_file file = {0};
    CHECK(os_map(path, &file, &error), "%s", error.text);
    store("sidecar", file.bytes);
    os_unmap(&file);
    remove(path);
    remove(workspace);
}

int main(int argc, char **argv)
{
    outdir = argc > 1 ? argv[1] : "";
    for (int i = 2; i < argc; i++) {
        struct set set = {0};
        struct error error = {0};
        CHECK(os_walk(argv[i], false, add_library, &set, &error), "%s", error.text);
        for (int j = 0; j < set.count; j++) {
            store("ar", set.files[j].bytes);
            for (size_t k = 0; k < set.archives[j].member_count; k++) {
                store_member(set.archives[j].members[k].name, set.archives[j].members[k].data);
            }
        }
        if (set.count > 1) {
            store_sidecar(argv[i]);
            store_raw(&set, OPTION_THREADS | OPTION_RESTORE);
            store_members(&set, 0);
            store_members(&set, (uint8_t)(OPTION_BYTES | OPTION_KEEP | OPTION_MIN_ONE));
        }
        for (int j = 0; j < set.count; j++) {
            os_unmap(&set.files[j]);
        }
        arena_free(&set.arena);
    }
    return 0;
}
