/* SPDX-License-Identifier: MIT */
/** Choosing the reader of an image. */
#include "image/image_internal.h"

#include "image/elf_image.h"
#include "image/macho_image.h"

static const struct image_reader *const readers[] = {&image_elf_reader, &image_macho_reader,
                                                     &image_pe_reader, &image_universal_reader};

static const struct image_reader *find_reader(struct span data)
{
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
        if (readers[i]->probe(data)) {
            return readers[i];
        }
    }
    return NULL;
}

bool image_probe(struct span data)
{
    return find_reader(data) != NULL;
}

enum obj_result image_read(struct span data, struct arena *arena, struct image *image,
                           struct error *error)
{
    const struct image_reader *reader = find_reader(data);
    *image = (struct image){.data = data, .kind = "file", .machine = "other"};
    if (!reader) {
        error_set(error, "neither a shared object nor a program");
        return OBJ_NOT_MINE;
    }
    return reader->read(arena, image, error);
}

void image_claim_appended(struct image_claims *claims, struct span data, uint64_t end)
{
    bool any = false;
    for (size_t i = 0; i < claims->count; i++) {
        uint64_t other = claims->list[i].offset + claims->list[i].range.size;
        end = other > end ? other : end;
    }
    for (uint64_t i = end; i < data.size && !any; i++) {
        any = data.data[i] != 0;
    }
    if (any) {
        image_claim(claims, end, (struct byte_range){.size = data.size - end,
                                                     .kind = BYTES_OTHER,
                                                     .name = span_of("[appended data]")});
    }
}

enum obj_result image_lay_out(struct image_claims *claims, struct arena *arena,
                              struct image *image)
{
    image->ranges = ARENA_ARRAY(arena, struct byte_range, 2 * claims->count + 1);
    if (!image->ranges) {
        return OBJ_NO_MEMORY;
    }
    image->range_count =
        byte_map_lay_out(claims->list, claims->count, claims->end, image->ranges);
    return OBJ_OK;
}

bool image_names_begin(struct image_names *names, struct span strings, struct arena *arena)
{
    *names = (struct image_names){strings, ARENA_ARRAY(arena, uint8_t, strings.size + 1)};
    return names->users != NULL;
}

void image_names_count(const struct image_names *names, uint64_t *debug, uint64_t *locals)
{
    size_t end = names->strings.size;
    for (size_t i = names->strings.size; i-- > 1;) { /* at offset 0 there is no name */
        uint8_t users = names->users[i];
        end = names->strings.data[i] ? end : i + 1;
        if (users && !(users & IMAGE_USER_OTHER)) {
            *(users == IMAGE_USER_DEBUG ? debug : locals) += end - i;
        }
    }
}

bool image_strip(struct span data, unsigned what, struct arena *keep, struct arena *scratch,
                 struct image_stripped *stripped)
{
    struct image image;
    struct error error = {0};
    *stripped = (struct image_stripped){0};
    if (image_elf_reader.probe(data)) {
        return elf_image_strip(data, what, keep, scratch, stripped);
    }
    if (image_macho_reader.probe(data)) {
        return macho_image_strip(data, what, keep, scratch, stripped);
    }
    if (image_universal_reader.probe(data)) {
        return universal_image_strip(data, what, keep, scratch, stripped);
    }
    enum obj_result result = image_read(data, scratch, &image, &error);
    if (result == OBJ_NO_MEMORY) {
        return false;
    }
    stripped->why = arena_printf(keep, "%s", result != OBJ_OK ? error.text
                                             : "only ELF and Mach-O files are stripped; others "
                                               "are inspected alone");
    return stripped->why != NULL;
}

bool image_byte_map(struct span data, struct arena *arena, struct byte_range **ranges,
                    size_t *count)
{
    struct image image;
    struct error error = {0};
    enum obj_result result =
        image_probe(data) ? image_read(data, arena, &image, &error) : OBJ_NOT_MINE;
    if (result == OBJ_NO_MEMORY) {
        return false;
    }
    if (result != OBJ_OK) {
        return byte_map_make(data, arena, ranges, count);
    }
    *ranges = image.ranges;
    *count = image.range_count;
    return true;
}
