/* SPDX-License-Identifier: MIT */
/**
 * Universal images: a dylib, bundle or program for each of several machines, stripped one by one.
 * They keep their order and their alignment; what is between them is zeros.
 */
#include "ar/archive.h"
#include "ar/universal.h"
#include "image/image_internal.h"

/** Whether some slice is an image, and none is an archive. */
static bool universal_image_probe(struct span data)
{
    return universal_has(data, image_macho_reader.probe) && !universal_has(data, archive_probe);
}

/** The bytes of all slices are for what the bytes of each are for. */
static enum obj_result universal_image_read(struct arena *arena, struct image *image,
                                            struct error *error)
{
    struct universal universal;
    struct image_claims claims;
    size_t most = 0;
    image->kind = "universal Mach-O file";
    image->machine = "several";
    if (!universal_read(image->data, arena, &universal, error)) {
        return error->memory ? OBJ_NO_MEMORY : OBJ_BROKEN;
    }
    struct image *slices = ARENA_ARRAY(arena, struct image, universal.count);
    if (!slices) {
        return OBJ_NO_MEMORY;
    }
    for (size_t i = 0; i < universal.count; i++) {
        slices[i].data = universal.slices[i].bytes;
        enum obj_result result = OBJ_BROKEN;
        if (image_macho_reader.probe(slices[i].data)) {
            result = image_macho_reader.read(arena, &slices[i], error);
        } else {
            error_set(error, "slice %zu is no dylib, bundle or program", i);
        }
        if (result != OBJ_OK) {
            return result;
        }
        most += slices[i].range_count;
        image->debug += slices[i].debug;
        image->locals += slices[i].locals;
    }
    if (!image_claims_begin(&claims, most, image->data.size, arena)) {
        return OBJ_NO_MEMORY;
    }
    for (size_t i = 0; i < universal.count; i++) {
        uint64_t at = (uint64_t)(slices[i].data.data - image->data.data);
        for (size_t j = 0; j < slices[i].range_count; j++) {
            image_claim(&claims, at, slices[i].ranges[j]);
            at += slices[i].ranges[j].size;
        }
    }
    return image_lay_out(&claims, arena, image);
}

const struct image_reader image_universal_reader = {universal_image_probe, universal_image_read};

/* ---- stripping --------------------------------------------------------------------------- */

struct stripping {
    struct span data;
    unsigned what;
    struct arena *keep, *scratch;
    struct universal universal;
    struct image_stripped *result;
    bool changed;
    struct error error; /* why the file stays as it is; or memory was short */
};

/** Whether the header and what is between and behind the slices is as it will be written. */
static bool check_gaps(struct stripping *s)
{
    struct universal_layout layout;
    if (!universal_lay_out(&s->universal, s->scratch, &layout)) {
        return error_memory(&s->error);
    }
    uint64_t end = layout.header.size;
    for (size_t i = 0; i <= s->universal.count; i++) {
        bool last = i == s->universal.count;
        const uint8_t *slice = last ? s->data.data + s->data.size
                                    : s->universal.slices[i].bytes.data;
        uint64_t start = (uint64_t)(slice - s->data.data);
        if (start < end) {
            return error_set(&s->error, "its slices are in another order than its entries");
        }
        for (uint64_t at = end; at < start; at++) {
            if (s->data.data[at]) {
                return error_set(&s->error, "offset %#" PRIx64 ": bytes in no slice", at);
            }
        }
        end = last ? start : start + s->universal.slices[i].bytes.size;
    }
    return true;
}

static bool strip_slices(struct stripping *s)
{
    for (size_t i = 0; i < s->universal.count; i++) {
        struct universal_slice *slice = &s->universal.slices[i];
        struct image_stripped stripped;
        if (!image_macho_reader.probe(slice->bytes)) {
            return error_set(&s->error, "slice %zu is no dylib, bundle or program", i);
        }
        if (!image_strip(slice->bytes, s->what, s->scratch, s->scratch, &stripped)) {
            return error_memory(&s->error);
        }
        if (stripped.why) {
            const char *name = universal_machine_name(slice->machine, s->scratch);
            return error_set(&s->error, "slice %s: %s", name ? name : "?", stripped.why);
        }
        s->changed |= stripped.changed;
        s->result->dropped_signature |= stripped.dropped_signature;
        slice->bytes = stripped.changed ? stripped.bytes : slice->bytes;
    }
    return true;
}

/** Write the file, and read it again. */
static bool write_universal(struct stripping *s, struct span *out)
{
    struct universal_layout layout;
    struct universal again;
    if (!universal_lay_out(&s->universal, s->scratch, &layout)) {
        return error_memory(&s->error);
    }
    uint8_t *file = arena_alloc(s->keep, (size_t)layout.size);
    if (!file) {
        return error_memory(&s->error);
    }
    memcpy(file, layout.header.data, layout.header.size);
    for (size_t i = 0; i < s->universal.count; i++) {
        struct span bytes = s->universal.slices[i].bytes;
        memcpy(file + layout.offsets[i], bytes.data, bytes.size);
    }
    *out = span_make(file, (size_t)layout.size);
    bool same = universal_read(*out, s->scratch, &again, &s->error) &&
                again.count == s->universal.count && again.wide == s->universal.wide;
    for (size_t i = 0; same && i < again.count; i++) {
        const struct universal_slice *was = &s->universal.slices[i];
        const struct universal_slice *is = &again.slices[i];
        same = was->machine.type == is->machine.type && was->align == is->align &&
               was->machine.subtype == is->machine.subtype && span_equal(was->bytes, is->bytes);
    }
    return same || s->error.memory ||
           error_set(&s->error, "what was written is not what was meant: please report it");
}

bool universal_image_strip(struct span data, unsigned what, struct arena *keep,
                           struct arena *scratch, struct image_stripped *stripped)
{
    struct stripping s = {
        .data = data, .what = what, .keep = keep, .scratch = scratch, .result = stripped};
    struct span out = {0};
    *stripped = (struct image_stripped){0};
    bool done = universal_read(data, scratch, &s.universal, &s.error) && check_gaps(&s) &&
                strip_slices(&s) && (!s.changed || write_universal(&s, &out));
    if (done) {
        stripped->bytes = out;
        stripped->changed = out.size != 0;
        stripped->dropped_signature &= stripped->changed;
        return true;
    }
    stripped->dropped_signature = false;
    stripped->why = s.error.memory ? NULL : arena_printf(keep, "%s", s.error.text);
    return stripped->why != NULL;
}
