/* SPDX-License-Identifier: MIT */
/**
 * Mach-O images: dylibs, bundles, programs and companions with debug info (dSYM).
 *
 * Segments hold sections; what __LINKEDIT holds is named by load commands [mach-o/loader.h]. Debug
 * info is in __DWARF, or lies in the objects, and then symbols of the kind N_STAB name these.
 */
#include "image/macho_image.h"

/** The state of the reader. */
struct reading {
    struct image *image;
    struct arena *arena;
    struct error *error;
    struct image_claims claims;
    bool wide;
    bool has_symbols; /* LC_SYMTAB was read */
};

static bool macho_probe(struct span data)
{
    bool magic = data.size >= 28 && (get_le32(data.data) | 1) == 0xfeedfacf;
    uint32_t type = magic ? get_le32(data.data + 12) : MH_OBJECT;
    return type > MH_OBJECT && type <= MH_LAST && type != MH_CORE;
}

/** A name of 16 bytes at most. */
static struct span fixed_name(const uint8_t *at)
{
    const uint8_t *end = memchr(at, 0, 16);
    return span_make(at, end ? (size_t)(end - at) : 16);
}

static enum byte_kind kind_of(struct span segment, struct span name, uint32_t flags)
{
    return span_is(segment, "__DWARF")                      ? BYTES_DEBUG
           : span_is(segment, "__LLVM")                     ? BYTES_BITCODE
           : flags & (0x80000000U | S_ATTR_SOME_INSTRUCTIONS) ? BYTES_CODE
           : span_is(name, "__eh_frame") || span_is(name, "__unwind_info") ||
                     span_is(name, "__gcc_except_tab")
               ? BYTES_UNWIND
           : span_is(segment, "__TEXT") ? BYTES_RODATA
                                        : BYTES_DATA;
}

static void claim(struct reading *r, uint64_t offset, uint64_t size, enum byte_kind kind,
                  const char *segment, const char *name, const char *records)
{
    image_claim(&r->claims, offset,
                (struct byte_range){size, kind, span_of(name), span_of(segment), records});
}

static enum obj_result read_segment(struct reading *r, struct span command)
{
    size_t head = r->wide ? 72 : 56;
    size_t each = r->wide ? 80 : 68;
    struct span sections;
    if (command.size < head) {
        return IMAGE_FAIL(r->error, command.data - r->image->data.data,
                          "a segment command of %" PRIu64 " bytes is too short", command.size);
    }
    uint64_t count = get_le32(command.data + head - 8);
    if (!span_sub(command, head, count * each, &sections)) {
        return IMAGE_FAIL(r->error, command.data - r->image->data.data,
                          "%" PRIu64 " sections exceed their command", count);
    }
    for (uint64_t i = 0; i < count; i++) {
        const uint8_t *at = sections.data + i * each;
        const uint8_t *place = at + 32 + (r->wide ? 16 : 8);
        uint64_t size = r->wide ? get_le64(at + 40) : get_le32(at + 36);
        uint32_t flags = get_le32(place + 16);
        uint8_t type = (uint8_t)flags;
        struct byte_range range = {.size = size, .name = fixed_name(at),
                                   .segment = fixed_name(at + 16)};
        range.kind = kind_of(range.segment, range.name, flags);
        if (type == S_ZEROFILL || type == S_GB_ZEROFILL || type == S_THREAD_LOCAL_ZEROFILL) {
            continue;
        }
        image_claim(&r->claims, get_le32(place), range);
        r->image->debug += range.kind == BYTES_DEBUG ? size : 0;
    }
    return OBJ_OK;
}

static enum image_user user_of(uint8_t type)
{
    return type & N_STAB ? IMAGE_USER_DEBUG : type & N_EXT ? IMAGE_USER_OTHER : IMAGE_USER_LOCAL;
}

static enum obj_result read_symbols(struct reading *r, struct span command)
{
    uint64_t each = r->wide ? 16 : 12;
    struct span data = r->image->data;
    struct span symbols;
    struct span strings;
    struct image_names names;
    uint64_t at = get_le32(command.data + 8);
    uint64_t count = get_le32(command.data + 12);
    uint64_t strings_at = get_le32(command.data + 16);
    uint64_t size = get_le32(command.data + 20);
    if (r->has_symbols) {
        return IMAGE_FAIL(r->error, command.data - data.data, "a second symbol table (%" PRIu64
                          " symbols)", count);
    }
    r->has_symbols = true;
    if (!span_sub(data, at, count * each, &symbols)) {
        return IMAGE_FAIL(r->error, at, "%" PRIu64 " symbols exceed the file", count);
    }
    if (!span_sub(data, strings_at, size, &strings)) {
        return IMAGE_FAIL(r->error, strings_at, "%" PRIu64 " bytes of names exceed the file", size);
    }
    if (!image_names_begin(&names, strings, r->arena)) {
        return OBJ_NO_MEMORY;
    }
    for (uint64_t i = 0; i < count; i++) {
        const uint8_t *symbol = symbols.data + i * each;
        enum image_user user = user_of(symbol[4]);
        image_names_use(&names, get_le32(symbol), user);
        r->image->debug += user == IMAGE_USER_DEBUG ? each : 0;
        r->image->locals += user == IMAGE_USER_LOCAL ? each : 0;
    }
    image_names_count(&names, &r->image->debug, &r->image->locals);
    claim(r, at, symbols.size, BYTES_SYMBOLS, "__LINKEDIT", "symbols",
          r->wide ? "4+1=1=2=8+" : "4+1=1=2=4+"); /* n_strx, n_type, n_sect, n_desc, n_value */
    claim(r, strings_at, size, BYTES_SYMBOLS, "__LINKEDIT", "names of symbols", NULL);
    return OBJ_OK;
}

/** The indirect symbols. */
static void read_dynamic_symbols(struct reading *r, struct span command)
{
    claim(r, get_le32(command.data + 56), (uint64_t)get_le32(command.data + 60) * 4, BYTES_SYMBOLS,
          "__LINKEDIT", "indirect symbols", NULL);
}

static void read_dyld_info(struct reading *r, struct span command)
{
    static const char *const names[] = {"rebase info", "binding info", "weak binding info",
                                        "lazy binding info", "exports"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const uint8_t *at = command.data + 8 + 8 * i;
        claim(r, get_le32(at), get_le32(at + 4), i < 4 ? BYTES_RELOCS : BYTES_SYMBOLS,
              "__LINKEDIT", names[i], NULL);
    }
}

static void read_linkedit(struct reading *r, uint32_t type, struct span command)
{
    static const struct {
        uint32_t type;
        enum byte_kind kind;
        const char *name;
    } known[] = {
        {LC_CODE_SIGNATURE, BYTES_OTHER, "code signature"},
        {LC_SEGMENT_SPLIT_INFO, BYTES_RELOCS, "split info"},
        {LC_FUNCTION_STARTS, BYTES_OTHER, "function starts"},
        {LC_DATA_IN_CODE, BYTES_OTHER, "data in code"},
        {LC_DYLIB_CODE_SIGN_DRS, BYTES_OTHER, "requirements for signatures"},
        {LC_LINKER_OPTIMIZATION_HINT, BYTES_OTHER, "optimization hints"},
        {LC_DYLD_EXPORTS_TRIE, BYTES_SYMBOLS, "exports"},
        {LC_DYLD_CHAINED_FIXUPS, BYTES_RELOCS, "fixups"},
        {LC_ATOM_INFO, BYTES_OTHER, "atoms"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (known[i].type == type) {
            claim(r, get_le32(command.data + 8), get_le32(command.data + 12), known[i].kind,
                  "__LINKEDIT", known[i].name, NULL);
        }
    }
}

static enum obj_result read_command(struct reading *r, struct span command)
{
    static const struct {
        uint32_t type;
        size_t least;
    } sizes[] = {{LC_SYMTAB, 24}, {LC_DYSYMTAB, 80}, {LC_DYLD_INFO, 48}};
    uint32_t type = get_le32(command.data) & LC_MASK;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        if (sizes[i].type == type && command.size < sizes[i].least) {
            return IMAGE_FAIL(r->error, command.data - r->image->data.data,
                              "a load command of %" PRIu64 " bytes is too short", command.size);
        }
    }
    switch (type) {
    case LC_SEGMENT:
    case LC_SEGMENT_64:
        return (type == LC_SEGMENT_64) == r->wide ? read_segment(r, command) : OBJ_OK;
    case LC_SYMTAB:
        return read_symbols(r, command);
    case LC_DYSYMTAB:
        read_dynamic_symbols(r, command);
        break;
    case LC_DYLD_INFO:
        read_dyld_info(r, command);
        break;
    default:
        if (command.size >= 16) {
            read_linkedit(r, type, command);
        }
        break;
    }
    return OBJ_OK;
}

static const char *machine_name(uint32_t type)
{
    switch (type) {
    case 7: return "i386";
    case 12: return "arm";
    case 0x01000007: return "x86_64";
    case 0x0100000c: return "arm64";
    case 0x0200000c: return "arm64_32";
    case 18: return "powerpc";
    default: return "other";
    }
}

static enum obj_result macho_read(struct arena *arena, struct image *image, struct error *error)
{
    struct span data = image->data;
    struct reading r = {image, arena, error, {0}, get_le32(data.data) == 0xfeedfacf, false};
    uint32_t type = get_le32(data.data + 12);
    uint32_t count = get_le32(data.data + 16);
    struct span rest;
    image->machine = machine_name(get_le32(data.data + 4));
    image->kind = type == MH_DYLIB     ? "Mach-O dylib"
                  : type == MH_BUNDLE  ? "Mach-O bundle"
                  : type == MH_EXECUTE ? "Mach-O program"
                  : type == MH_DSYM    ? "Mach-O debug info"
                                       : "Mach-O image";
    if (!span_sub(data, r.wide ? 32 : 28, get_le32(data.data + 20), &rest)) {
        return IMAGE_FAIL(error, 20, "%" PRIu64 " bytes of load commands exceed the file",
                          get_le32(data.data + 20));
    }
    /* a section takes 68 bytes of commands, what __LINKEDIT has 8 */
    if (!image_claims_begin(&r.claims, rest.size / 8 + 1, data.size, arena)) {
        return OBJ_NO_MEMORY;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct span command;
        uint32_t size = rest.size >= 8 ? get_le32(rest.data + 4) : 0;
        if (size < 8 || !span_sub(rest, 0, size, &command)) {
            return IMAGE_FAIL(error, rest.data ? rest.data - data.data : 0,
                              "load command %" PRIu64 " exceeds the commands", i);
        }
        enum obj_result result = read_command(&r, command);
        if (result != OBJ_OK) {
            return result;
        }
        rest = span_from(rest, size);
    }
    return image_lay_out(&r.claims, arena, image);
}

const struct image_reader image_macho_reader = {macho_probe, macho_read};
