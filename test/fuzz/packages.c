/* SPDX-License-Identifier: MIT */
/**
 * Make a seed corpus of packages: packages OUTDIR FILE... puts the files into one of each kind.
 * packages --unpack OUTDIR FILE... adds to each sidecar in OUTDIR/sidecar what is in it.
 */
#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PACKAGE_SIZE = 256 * 1024, FILE_SIZE = 64 * 1024, MOST_FILES = 3 };

struct bytes {
    unsigned char data[PACKAGE_SIZE];
    size_t size;
};

static const char *const names[MOST_FILES] = {"liba.a", "./lib/b.lib", "lib/c.a"};
static const char *outdir;
static struct bytes files[MOST_FILES];
static int file_count;

static void need(int done, const char *what)
{
    if (!done) {
        perror(what);
        exit(1);
    }
}

static void store(const struct bytes *bytes, const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", outdir, name);
    FILE *file = fopen(path, "wb");
    need(file && fwrite(bytes->data, 1, bytes->size, file) == bytes->size && fclose(file) == 0,
         path);
}

static struct bytes *pack(int (*format)(struct archive *), int (*filter)(struct archive *))
{
    static struct bytes package;
    struct archive *out = archive_write_new();
    need(format(out) == ARCHIVE_OK && filter(out) == ARCHIVE_OK, "libarchive");
    archive_write_set_bytes_per_block(out, 0);
    archive_write_set_bytes_in_last_block(out, 1);
    need(archive_write_open_memory(out, package.data, PACKAGE_SIZE, &package.size) == ARCHIVE_OK,
         "libarchive");
    for (int i = 0; i < file_count; i++) {
        struct archive_entry *entry = archive_entry_new();
        archive_entry_set_pathname(entry, names[i]);
        archive_entry_set_size(entry, (la_int64_t)files[i].size);
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_perm(entry, 0644);
        archive_write_header(out, entry);
        archive_write_data(out, files[i].data, files[i].size);
        archive_entry_free(entry);
    }
    need(archive_write_close(out) == ARCHIVE_OK, "libarchive");
    archive_write_free(out);
    return &package;
}

static void add(struct bytes *to, const void *bytes, size_t size)
{
    memcpy(to->data + to->size, bytes, size);
    to->size += size;
}

/** A ".deb" whose data is @data. */
static void store_deb(const struct bytes *data, const char *name, const char *path)
{
    static struct bytes deb;
    char header[61];
    deb.size = 0;
    add(&deb, "!<arch>\n", 8);
    snprintf(header, sizeof header, "%-16s%-12d%-6d%-6d%-8s%-10d`\n", "debian-binary", 0, 0, 0,
             "100644", 4);
    add(&deb, header, 60);
    add(&deb, "2.0\n", 4);
    snprintf(header, sizeof header, "%-16s%-12d%-6d%-6d%-8s%-10zu`\n", name, 0, 0, 0, "100644",
             data->size);
    add(&deb, header, 60);
    add(&deb, data->data, data->size);
    add(&deb, "\n", data->size & 1);
    store(&deb, path);
}

/** A sidecar is a tar in zstd; its first file is manifest.json. */
static void unpack(const char *path, int number)
{
    static struct bytes tar;
    char name[32];
    struct archive *in = archive_read_new();
    struct archive_entry *entry;
    archive_read_support_filter_zstd(in);
    archive_read_support_format_raw(in);
    need(archive_read_open_filename(in, path, 10240) == ARCHIVE_OK &&
             archive_read_next_header(in, &entry) == ARCHIVE_OK, path);
    la_ssize_t got = archive_read_data(in, tar.data, PACKAGE_SIZE);
    need(got > 1024 && got < PACKAGE_SIZE, path);
    archive_read_free(in);
    tar.size = (size_t)got;
    snprintf(name, sizeof name, "sidecar/tar%d", number);
    store(&tar, name);
    size_t size = strtoul((const char *)tar.data + 124, NULL, 8);
    need(size <= tar.size - 512, path);
    memmove(tar.data, tar.data + 512, size);
    tar.size = size;
    snprintf(name, sizeof name, "manifest/%d", number);
    store(&tar, name);
}

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "--unpack") == 0) {
        outdir = argv[2];
        for (int i = 3; i < argc; i++) {
            unpack(argv[i], i);
        }
        return 0;
    }
    outdir = argc > 1 ? argv[1] : ".";
    for (int i = 2; i < argc && file_count < MOST_FILES; i++) {
        FILE *file = fopen(argv[i], "rb");
        need(file != NULL, argv[i]);
        struct bytes *to = &files[file_count++];
        to->size = fread(to->data, 1, FILE_SIZE, file);
        fclose(file);
    }
    store(pack(archive_write_set_format_pax, archive_write_add_filter_none), "tar");
    store(pack(archive_write_set_format_gnutar, archive_write_add_filter_gzip), "tar.gz");
    store(pack(archive_write_set_format_ustar, archive_write_add_filter_bzip2), "tar.bz2");
    store(pack(archive_write_set_format_zip, archive_write_add_filter_none), "zip");
    store(pack(archive_write_set_format_7zip, archive_write_add_filter_none), "7z");
    store(pack(archive_write_set_format_ustar, archive_write_add_filter_xz), "tar.xz");
    store_deb(pack(archive_write_set_format_ustar, archive_write_add_filter_xz), "data.tar.xz",
              "xz.deb");
    store(pack(archive_write_set_format_ustar, archive_write_add_filter_zstd), "tar.zst");
    store_deb(pack(archive_write_set_format_ustar, archive_write_add_filter_zstd),
              "data.tar.zst", "zst.deb");
    return 0;
}
