/* SPDX-License-Identifier: MIT */
/**
 * Stripping Mach-O dylibs, bundles and programs.
 *
 * All in front of __LINKEDIT stays in its place, byte for byte, but for offsets and sizes in load
 * commands. Symbols are left out of the table of all symbols; what dyld reads (exports, binding
 * information, fixups) has its own names. Tables that name symbols by number get the new numbers.
 * The parts of __LINKEDIT keep their order and move to its front, aligned as dyld asks. An ad-hoc
 * signature is made anew.
 *
 * Sources: Apple's <mach-o/loader.h>; cctools, strip.c; ld64, SymbolTable and LinkEdit.hpp.
 */
#include "image/macho_strip.h"

#define PAGE_X86 0x1000U
#define PAGE_ARM 0x4000U

/** The new bytes of a part. */
static struct span new_bytes(const struct macho_stripping *s, size_t i)
{
    switch (s->image.parts[i].kind) {
    case MACHO_SYMBOLS:
        return s->symbols;
    case MACHO_NAMES:
        return s->names;
    case MACHO_INDIRECT:
        return s->indirect;
    case MACHO_RELOCS:
        return s->relocs;
    default:
        return s->image.parts[i].bytes;
    }
}

/** Find the new places of all parts. The signature must be the last one. */
static bool lay_out(struct macho_stripping *s)
{
    const struct macho_image *image = &s->image;
    uint64_t end = image->linkedit;
    bool moves = false;
    for (size_t i = 0; i < image->part_count; i++) {
        const struct macho_part *part = &image->parts[i];
        bool is_signature = part->kind == MACHO_SIGNATURE;
        uint64_t align = is_signature ? 16 : image->wide ? 8 : 4;
        if (is_signature && part->bytes.size && i + 1 != image->part_count) {
            return MACHO_REFUSE(s, "the code signature is not at the end");
        }
        if (!part->bytes.size && part->offset < image->linkedit) {
            s->to[i] = part->offset;
            continue;
        }
        s->to[i] = moves ? round_up(end, align) : part->offset;
        s->size[i] = is_signature ? macho_signature_size(&s->signature, s->to[i])
                                  : new_bytes(s, i).size;
        moves |= s->size[i] != part->bytes.size;
        end = s->to[i] + s->size[i];
    }
    s->end = end;
    return true;
}

static void put_word(const struct macho_stripping *s, uint8_t *at, uint64_t value)
{
    if (s->image.wide) {
        put_le64(at, value);
    } else {
        put_le32(at, (uint32_t)value);
    }
}

/** Change the load command of __LINKEDIT: its sizes in memory and in the file. */
static void mend_segment(const struct macho_stripping *s, uint8_t *file)
{
    size_t word = s->image.wide ? 8 : 4;
    uint8_t *command = file + s->image.linkedit_at;
    uint64_t size = s->end - s->image.linkedit;
    uint32_t cpu = s->image.cpu & 0xffffff;
    uint64_t memory = round_up(size, cpu == 7 ? PAGE_X86 : PAGE_ARM);
    put_word(s, command + 24 + word, memory < s->image.memory ? memory : s->image.memory);
    put_word(s, command + 24 + 3 * word, size);
}

/** Change LC_DYSYMTAB: the first symbol and the number of local, defined and undefined ones. */
static bool mend_ranges(struct macho_stripping *s, uint8_t *file)
{
    if (!s->image.dysymtab_at) {
        return true;
    }
    for (size_t i = 0; i < 3; i++) {
        uint8_t *range = file + s->image.dysymtab_at + 8 + 8 * i;
        uint64_t first = get_le32(range);
        uint64_t count = get_le32(range + 4);
        uint64_t all = s->image.symbol_count;
        if (first > all || count > all - first) {
            if (!count) {
                continue;
            }
            return MACHO_REFUSE(s, "offset %#zx: %u symbols from %u on, of %u",
                                s->image.dysymtab_at + 8 + 8 * i, (uint32_t)count,
                                (uint32_t)first, (uint32_t)all);
        }
        put_le32(range, s->number[first]);
        put_le32(range + 4, s->number[first + count] - s->number[first]);
    }
    return true;
}

static bool write_file(struct macho_stripping *s, struct span *out)
{
    const struct macho_image *image = &s->image;
    uint8_t *file = arena_alloc(s->keep, (size_t)s->end + 1);
    if (!file) {
        return error_memory(&s->error);
    }
    memcpy(file, image->data.data, (size_t)image->linkedit);
    for (size_t i = 0; i < image->part_count; i++) {
        const struct macho_part *part = &image->parts[i];
        struct span bytes = new_bytes(s, i);
        put_le32(file + part->field, (uint32_t)s->to[i]);
        put_le32(file + part->field + 4, (uint32_t)(s->size[i] / part->unit));
        if (part->kind != MACHO_SIGNATURE && bytes.size) {
            memcpy(file + s->to[i], bytes.data, bytes.size);
        }
    }
    mend_segment(s, file);
    if (!mend_ranges(s, file)) {
        return false;
    }
    if (s->signature.count) {
        uint64_t at = s->to[image->part_count - 1];
        macho_signature_write(&s->signature, span_make(file, (size_t)at), file + at);
    }
    *out = span_make(file, (size_t)s->end);
    return true;
}

/** Strip, read the result again, and compare it. Unchanged: no bytes. */
static bool strip(struct macho_stripping *s, struct span *out)
{
    struct span file;
    struct span data = s->image.data;
    *out = (struct span){0};
    if (!macho_image_read(data, &s->image, &s->error) || !macho_strip_symbols(s)) {
        return false;
    }
    if (!s->drops_symbols) {
        return true;
    }
    if (!macho_signature_read(&s->image, s->what & IMAGE_DROP_SIGNATURE, s->scratch, &s->signature,
                              &s->dropped, &s->error) ||
        !lay_out(s)) {
        return false;
    }
    if (!write_file(s, &file)) {
        return false;
    }
    const char *differs = macho_image_check(data, file, s->what, s->scratch);
    if (differs) {
        return MACHO_REFUSE(s, "what was written is not what was meant: %s: please report it",
                            differs);
    }
    *out = file;
    return true;
}

bool macho_image_strip(struct span data, unsigned what, struct arena *keep, struct arena *scratch,
                       struct image_stripped *stripped)
{
    struct macho_stripping *s = ARENA_NEW(scratch, struct macho_stripping);
    struct span out;
    *stripped = (struct image_stripped){0};
    if (!s) {
        return false;
    }
    s->image.data = data;
    s->what = what;
    s->keep = keep;
    s->scratch = scratch;
    if (strip(s, &out)) {
        stripped->bytes = out;
        stripped->changed = out.size != 0;
        stripped->dropped_signature = stripped->changed && s->dropped;
        return true;
    }
    stripped->why = s->error.memory ? NULL : arena_printf(keep, "%s", s->error.text);
    return stripped->why != NULL;
}
