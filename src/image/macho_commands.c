/* SPDX-License-Identifier: MIT */
/**
 * The load commands of Mach-O images that are stripped: all must be understood.
 *
 * __LINKEDIT is the last segment and ends the file. Load commands name the parts of it; a command
 * of an unknown type could name one, too, so it is refused. Bytes that nothing names are refused:
 * programs that carry data have them there, or behind the names of symbols.
 *
 * Sources: Apple's <mach-o/loader.h> and <mach-o/reloc.h>; cctools, strip.c; dyld, which checks
 * that parts are aligned, lie apart and are in the segment.
 */
#include "image/macho_image.h"

enum { SYMTAB_SIZE = 24, DYSYMTAB_SIZE = 80, DYLD_INFO_SIZE = 48, DATA_SIZE = 16 };

struct commands {
    struct macho_image *image;
    struct error *error;
    uint64_t segments_end; /* of all segments but __LINKEDIT, in the file */
    uint64_t linkedit_size;
    uint64_t seen;         /* by type of command: bits */
};

#define REFUSE(c, ...) error_set((c)->error, __VA_ARGS__)

/** Note a part of __LINKEDIT; one without bytes has a place only if it is there. */
static bool add_part(struct commands *c, enum macho_part_kind kind, const char *name, size_t field,
                     uint32_t unit)
{
    struct macho_image *image = c->image;
    uint64_t offset = get_le32(image->data.data + field);
    uint64_t size = (uint64_t)get_le32(image->data.data + field + 4) * unit;
    struct macho_part part = {
        .kind = kind, .name = name, .field = field, .unit = unit, .offset = offset};
    if (image->part_count == MACHO_PARTS) {
        return REFUSE(c, "__LINKEDIT has more than %d parts", MACHO_PARTS);
    }
    if (!span_sub(image->data, offset, size, &part.bytes)) {
        return !size || REFUSE(c, "offset %#zx: %s exceed the file", field, name);
    }
    size_t at = image->part_count++;
    for (; at > 0; at--) {
        const struct macho_part *other = &image->parts[at - 1];
        if (other->offset < offset || (other->offset == offset && !other->bytes.size)) {
            break;
        }
        image->parts[at] = image->parts[at - 1];
    }
    image->parts[at] = part;
    return true;
}

static bool add_symbols(struct commands *c, size_t at)
{
    struct macho_image *image = c->image;
    image->symtab_at = at;
    image->symbol_count = get_le32(image->data.data + at + 12);
    return add_part(c, MACHO_SYMBOLS, "symbols", at + 8, (uint32_t)macho_symbol_size(image)) &&
           add_part(c, MACHO_NAMES, "names of symbols", at + 16, 1);
}

/** What LC_DYSYMTAB names. Tables of modules were for linkers that are gone. */
static bool add_dynamic_symbols(struct commands *c, size_t at)
{
    enum { CONTENTS = 36, MODULES = 44, REFERENCES = 52, INDIRECT = 56, EXTERNAL = 64, LOCAL = 72 };
    const uint8_t *command = c->image->data.data + at;
    c->image->dysymtab_at = at;
    if (get_le32(command + CONTENTS) || get_le32(command + MODULES) ||
        get_le32(command + REFERENCES)) {
        return REFUSE(c, "offset %#zx: a table of contents, of modules or of references", at);
    }
    return add_part(c, MACHO_INDIRECT, "indirect symbols", at + INDIRECT, 4) &&
           add_part(c, MACHO_RELOCS, "external relocations", at + EXTERNAL, 8) &&
           add_part(c, MACHO_OPAQUE, "local relocations", at + LOCAL, 8);
}

static bool add_dyld_info(struct commands *c, size_t at)
{
    static const char *const names[] = {"rebase info", "binding info", "weak binding info",
                                        "lazy binding info", "exports"};
    bool done = true;
    for (size_t i = 0; done && i < sizeof names / sizeof *names; i++) {
        done = add_part(c, MACHO_OPAQUE, names[i], at + 8 + 8 * i, 1);
    }
    return done;
}

static bool has_bytes(uint32_t flags)
{
    uint8_t type = (uint8_t)flags;
    return type != S_ZEROFILL && type != S_GB_ZEROFILL && type != S_THREAD_LOCAL_ZEROFILL;
}

/** Look at the sections of a segment. */
static bool check_sections(struct commands *c, size_t at, size_t size)
{
    bool wide = c->image->wide;
    size_t head = wide ? 72 : 56;
    size_t each = wide ? 80 : 68;
    const uint8_t *command = c->image->data.data + at;
    uint64_t count = get_le32(command + head - 8);
    if (count > (size - head) / each) {
        return REFUSE(c, "offset %#zx: sections exceed their load command", at);
    }
    for (size_t i = 0; i < count; i++) {
        const uint8_t *section = command + head + i * each;
        const uint8_t *place = section + 32 + (wide ? 16 : 8); /* offset, align, reloff, nreloc */
        uint64_t bytes = wide ? get_le64(section + 40) : get_le32(section + 36);
        uint64_t end = get_le32(place) + bytes;
        if (get_le32(place + 12)) {
            return REFUSE(c, "section %zu of a segment has relocations of its own", i);
        }
        if (has_bytes(get_le32(place + 16)) && bytes) {
            c->segments_end = end > c->segments_end && end >= bytes ? end : c->segments_end;
        }
    }
    return true;
}

static bool add_segment(struct commands *c, size_t at, size_t size)
{
    struct macho_image *image = c->image;
    const uint8_t *command = image->data.data + at;
    size_t word = image->wide ? 8 : 4;
    if (size < (image->wide ? 72u : 56u)) {
        return REFUSE(c, "offset %#zx: a segment command of %zu bytes is too short", at, size);
    }
    uint64_t memory = get_64(command + 24 + word, false);
    uint64_t offset = get_64(command + 24 + 2 * word, false);
    uint64_t bytes = get_64(command + 24 + 3 * word, false);
    if (!image->wide) {
        memory &= UINT32_MAX;
        offset &= UINT32_MAX;
        bytes &= UINT32_MAX;
    }
    bool linkedit = memcmp(command + 8, "__LINKEDIT\0\0\0\0\0\0", 16) == 0;
    struct span within;
    if (!span_sub(image->data, offset, bytes, &within)) {
        return REFUSE(c, "offset %#zx: a segment exceeds the file", at);
    }
    if (memcmp(command + 8, "__TEXT\0\0\0\0\0\0\0\0\0\0", 16) == 0) {
        image->text = within;
    }
    if (!linkedit) {
        c->segments_end = offset + bytes > c->segments_end ? offset + bytes : c->segments_end;
        return check_sections(c, at, size);
    }
    if (image->linkedit_at || get_le32(command + (image->wide ? 64 : 48))) {
        return REFUSE(c, "offset %#zx: __LINKEDIT twice, or with sections", at);
    }
    image->linkedit_at = at;
    image->linkedit = offset;
    image->memory = memory;
    c->linkedit_size = bytes;
    return true;
}

/** Load commands whose bytes name a part of __LINKEDIT by linkedit_data_command. */
static const struct {
    uint32_t type;
    const char *name;
} data_commands[] = {
    {LC_CODE_SIGNATURE, "code signature"},
    {LC_SEGMENT_SPLIT_INFO, "split info"},
    {LC_FUNCTION_STARTS, "function starts"},
    {LC_DATA_IN_CODE, "data in code"},
    {LC_DYLIB_CODE_SIGN_DRS, "requirements for signatures"},
    {LC_LINKER_OPTIMIZATION_HINT, "optimization hints"},
    {LC_DYLD_EXPORTS_TRIE, "exports"},
    {LC_DYLD_CHAINED_FIXUPS, "fixups"},
    {LC_ATOM_INFO, "atoms"},
    {LC_FUNCTION_VARIANTS, "variants of functions"},
    {LC_FUNCTION_VARIANT_FIXUPS, "fixups of variants"},
};

/**
 * Commands that hold no offset into __LINKEDIT: threads, names of libraries and of folders,
 * versions, encryption (of __TEXT), the entry, linker options.
 */
static bool is_harmless(uint32_t type)
{
    static const uint8_t types[] = {0x4,  0x5,  0xc,  0xd,  0xe,  0xf,  0x10, 0x11, 0x12, 0x13,
                                    0x14, 0x15, 0x17, 0x18, 0x1a, 0x1b, 0x1c, 0x1f, 0x20, 0x21,
                                    0x23, 0x24, 0x25, 0x27, 0x28, 0x2a, 0x2c, 0x2d, 0x2f, 0x30,
                                    0x32, 0x39};
    return type < 0x40 && memchr(types, (int)type, sizeof types);
}

/** Read a command whose type may be there once. */
static bool read_single(struct commands *c, size_t at, uint32_t type, size_t size)
{
    size_t least = type == LC_SYMTAB      ? SYMTAB_SIZE
                   : type == LC_DYSYMTAB  ? DYSYMTAB_SIZE
                   : type == LC_DYLD_INFO ? DYLD_INFO_SIZE
                                          : DATA_SIZE;
    if (type >= 64) {
        return REFUSE(c, "offset %#zx: a load command of type %#x, which is not known", at, type);
    }
    if (size < least || c->seen >> type & 1) {
        return REFUSE(c, "offset %#zx: a load command of type %#x: too short, or a second one",
                      at, type);
    }
    c->seen |= UINT64_C(1) << type;
    switch (type) {
    case LC_SYMTAB:
        return add_symbols(c, at);
    case LC_DYSYMTAB:
        return add_dynamic_symbols(c, at);
    case LC_DYLD_INFO:
        return add_dyld_info(c, at);
    case LC_TWOLEVEL_HINTS:
        return add_part(c, MACHO_OPAQUE, "hints for two levels", at + 8, 4);
    default:
        break;
    }
    for (size_t i = 0; i < sizeof data_commands / sizeof *data_commands; i++) {
        if (data_commands[i].type == type) {
            return add_part(c, type == LC_CODE_SIGNATURE ? MACHO_SIGNATURE : MACHO_OPAQUE,
                            data_commands[i].name, at + 8, 1);
        }
    }
    return REFUSE(c, "offset %#zx: a load command of type %#x, which is not understood", at, type);
}

static bool read_commands(struct commands *c)
{
    struct macho_image *image = c->image;
    const uint8_t *data = image->data.data;
    uint32_t count = get_le32(data + 16);
    size_t at = image->commands_at;
    for (uint32_t i = 0; i < count; i++) {
        size_t left = image->commands_end - at;
        uint32_t size = left >= 8 ? get_le32(data + at + 4) : 0;
        if (size < 8 || size > left) {
            return REFUSE(c, "offset %#zx: load command %u exceeds the commands", at, i);
        }
        uint32_t type = get_le32(data + at) & LC_MASK;
        bool segment = type == (image->wide ? LC_SEGMENT_64 : LC_SEGMENT);
        if (!(segment ? add_segment(c, at, size)
                      : is_harmless(type) || read_single(c, at, type, size))) {
            return false;
        }
        at += size;
    }
    return true;
}

static bool is_zero(struct span data, uint64_t from, uint64_t to)
{
    bool zero = true;
    for (uint64_t i = from; i < to && zero; i++) {
        zero = data.data[i] == 0;
    }
    return zero;
}

/** Check that __LINKEDIT is the rest of the file, and nothing but its parts. */
static bool check_linkedit(struct commands *c)
{
    struct macho_image *image = c->image;
    uint64_t end = image->linkedit;
    if (!image->linkedit_at) {
        return REFUSE(c, "there is no segment __LINKEDIT");
    }
    if (image->linkedit + c->linkedit_size != image->data.size) {
        return REFUSE(c, "offset %#" PRIx64 ": bytes behind __LINKEDIT that no segment has",
                      image->linkedit + c->linkedit_size);
    }
    if (c->segments_end > image->linkedit || image->commands_end > image->linkedit ||
        image->memory < c->linkedit_size) {
        return REFUSE(c, "__LINKEDIT is not the last segment, or larger than in memory");
    }
    for (size_t i = 0; i < image->part_count; i++) {
        const struct macho_part *part = &image->parts[i];
        if (!part->bytes.size) {
            continue;
        }
        if (part->offset < end) {
            return REFUSE(c, "offset %#" PRIx64 ": %s overlap what is in front of them, or are not "
                          "in __LINKEDIT", part->offset, part->name);
        }
        if (!is_zero(image->data, end, part->offset)) {
            return REFUSE(c, "offset %#" PRIx64 ": bytes in __LINKEDIT that no load command names",
                          end);
        }
        end = part->offset + part->bytes.size;
    }
    return is_zero(image->data, end, image->data.size) ||
           REFUSE(c, "offset %#" PRIx64 ": bytes in __LINKEDIT that no load command names", end);
}

struct span macho_part_bytes(const struct macho_image *image, enum macho_part_kind kind)
{
    struct span bytes = {0};
    for (size_t i = 0; i < image->part_count; i++) {
        bytes = image->parts[i].kind == kind ? image->parts[i].bytes : bytes;
    }
    return bytes;
}

bool macho_image_read(struct span data, struct macho_image *image, struct error *error)
{
    struct commands c = {.image = image, .error = error};
    *image = (struct macho_image){.data = data};
    if (data.size < 32) {
        return REFUSE(&c, "%zu bytes are no Mach-O image", data.size);
    }
    image->wide = get_le32(data.data) == 0xfeedfacf;
    image->cpu = get_le32(data.data + 4);
    image->type = get_le32(data.data + 12);
    image->commands_at = image->wide ? 32 : 28;
    uint64_t size = get_le32(data.data + 20);
    if (size > data.size - image->commands_at) {
        return REFUSE(&c, "offset 0x14: load commands exceed the file");
    }
    image->commands_end = image->commands_at + (size_t)size;
    if (image->type != MH_EXECUTE && image->type != MH_DYLIB && image->type != MH_BUNDLE) {
        return REFUSE(&c, "a Mach-O file of type %u: only dylibs, bundles and programs are "
                      "stripped", image->type);
    }
    return read_commands(&c) && check_linkedit(&c);
}
