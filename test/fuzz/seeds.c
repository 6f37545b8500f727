/* SPDX-License-Identifier: MIT */
/**
 * Make seed corpora from real libraries: seeds OUTDIR DIRECTORY...
 *
 * Each DIRECTORY holds one set of libraries. OUTDIR/HARNESS/ gets the archives themselves, their
 * members by format, their names, containers for fuzz_meld, and sidecars.
 */
#include <sys/stat.h>

#include "ar/archive.h"
#include "ar/universal.h"
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
    if (size) {
        memcpy(to->data + to->size, bytes, size);
    }
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
               (universal_probe(set->files[i].bytes) || /* has no members of its own */
                archive_read(set->files[i].bytes, &set->arena, &set->archives[i], error));
    }
    return true;
}

static void append_le(struct bytes *to, uint32_t value, size_t size)
{
    uint8_t bytes[4];
    put_le32(bytes, value);
    append(to, bytes, size);
}

/** The same COFF object with the extended header, which no compiler writes for so few sections. */
static void store_bigobj(struct span coff)
{
    enum { GROWN = 56 - 20, SECTION = 40, SYMBOL = 18 };
    static const uint8_t class_id[16] = {0xc7, 0xa1, 0xba, 0xd1, 0xee, 0xba, 0xa9, 0x4b,
                                         0xaf, 0x20, 0xfa, 0xf6, 0x6a, 0xa4, 0xdc, 0xb8};
    struct bytes out = {0};
    const uint8_t *p = coff.data;
    uint32_t sections = get_le16(p + 2);
    uint32_t symbols_at = get_le32(p + 8);
    uint32_t symbols = get_le32(p + 12);
    append(&out, "\0\0\xff\xff\2\0", 6);
    append(&out, p, 2);
    append(&out, p + 4, 4);
    append(&out, class_id, sizeof class_id);
    append(&out, (const uint8_t[16]){0}, 16);
    append_le(&out, sections, 4);
    append_le(&out, symbols_at + GROWN, 4);
    append_le(&out, symbols, 4);
    append(&out, p + 20, symbols_at - 20);
    for (uint32_t i = 0; i < sections; i++) {
        for (int field = 20; field < 32; field += 4) {
            uint8_t *pointer = out.data + 56 + i * SECTION + field;
            put_le32(pointer, get_le32(pointer) ? get_le32(pointer) + GROWN : 0);
        }
    }
    for (uint32_t i = 0, aux = 0; i < symbols; i++) {
        const uint8_t *symbol = p + symbols_at + i * SYMBOL;
        if (aux) {
            append(&out, symbol, SYMBOL);
            append_le(&out, 0, 2);
            aux--;
            continue;
        }
        append(&out, symbol, 12);
        append_le(&out, (uint32_t)(int16_t)get_le16(symbol + 12), 4);
        append(&out, symbol + 14, 4);
        aux = symbol[17];
    }
    struct span rest = span_from(coff, symbols_at + (uint64_t)symbols * SYMBOL);
    append(&out, rest.data, rest.size);
    store("coff", span_make(out.data, out.size));
    free(out.data);
}

static void store_member(struct span name, struct span data)
{
    switch (object_probe(data)) {
    case OBJ_ELF: store("elf", data); break;
    case OBJ_COFF:
        store("coff", data);
        store_bigobj(data);
        break;
    case OBJ_IMPORT: store("import", data); break;
    case OBJ_MACHO: store("macho", data); break;
    case OBJ_BITCODE: store("lto", data); break;
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
        armeld_new(&(struct armeld_options){.struct_size = sizeof(struct armeld_options),
                                            .workspace = workspace,
                                            .output_dir = output});
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
        if (set.count > 1 && !universal_probe(set.files[0].bytes)) {
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
