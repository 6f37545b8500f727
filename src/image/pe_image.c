/* SPDX-License-Identifier: MIT */
/**
 * Windows' images: DLLs (Python's .pyd, too) and programs [Microsoft, "PE Format"].
 *
 * MinGW's linkers keep symbols and DWARF in the file, and write names of sections of more than 8
 * characters as "/N", an offset in the string table. Microsoft's put both into .pdb files.
 */
#include "image/image_internal.h"

enum { NEW_HEADER_AT = 0x3c, FILE_HEADER = 20, SECTION = 40, SYMBOL = 18, LONGEST_NAME = 1024 };

enum { FILE_IS_DLL = 0x2000 };

/** Storage classes of symbols [PE Format, "Storage Class"]. */
enum { CLASS_EXTERNAL = 2, CLASS_FILE = 103, CLASS_SECTION = 104, CLASS_WEAK_EXTERNAL = 105,
       CLASS_FUNCTION = 101 };

/** Where the headers say things are. */
struct pe {
    struct span data;
    size_t header; /* of the file header, behind "PE\0\0" */
    struct span options;
    struct span sections;
    struct span symbols;
    struct span strings; /* with their size in front */
    uint64_t symbols_at;
};

/** Offset of the file header; 0: none. */
static size_t find_header(struct span data)
{
    struct span found;
    if (data.size < 64 || !span_starts(data, "MZ") ||
        !span_sub(data, get_le32(data.data + NEW_HEADER_AT), 4 + FILE_HEADER, &found) ||
        memcmp(found.data, "PE\0\0", 4) != 0) {
        return 0;
    }
    return (size_t)(found.data - data.data) + 4;
}

static bool pe_probe(struct span data)
{
    return find_header(data) != 0;
}

static enum obj_result find_tables(struct pe *pe, struct error *error)
{
    const uint8_t *p = pe->data.data + pe->header;
    uint64_t count = get_le16(p + 2);
    uint64_t options = get_le16(p + 16);
    if (!span_sub(pe->data, pe->header + FILE_HEADER, options, &pe->options) ||
        !span_sub(pe->data, pe->header + FILE_HEADER + options, count * SECTION, &pe->sections)) {
        return IMAGE_FAIL(error, pe->header, "%" PRIu64 " section headers exceed the file", count);
    }
    pe->symbols_at = get_le32(p + 8);
    uint64_t symbols = pe->symbols_at ? get_le32(p + 12) : 0;
    if (symbols && !span_sub(pe->data, pe->symbols_at, symbols * SYMBOL, &pe->symbols)) {
        return IMAGE_FAIL(error, pe->header + 8, "%" PRIu64 " symbols exceed the file", symbols);
    }
    struct span size;
    uint64_t strings_at = pe->symbols_at + pe->symbols.size;
    if (pe->symbols_at && span_sub(pe->data, strings_at, 4, &size) &&
        !span_sub(pe->data, strings_at, get_le32(size.data), &pe->strings)) {
        return IMAGE_FAIL(error, strings_at, "%" PRIu64 " bytes of names exceed the file",
                          get_le32(size.data));
    }
    return OBJ_OK;
}

/** The name of a section: "/N" leads to the string table. */
static struct span section_name(const struct pe *pe, const uint8_t *at)
{
    const uint8_t *end = memchr(at, 0, 8);
    struct span name = span_make(at, end ? (size_t)(end - at) : 8);
    uint64_t offset = 0;
    bool digits = name.size > 1 && name.data[0] == '/';
    for (size_t i = 1; digits && i < name.size; i++) {
        digits = name.data[i] >= '0' && name.data[i] <= '9';
        offset = offset * 10 + (uint64_t)(name.data[i] - '0');
    }
    struct span rest = digits ? span_from(pe->strings, offset) : (struct span){0};
    struct span longer;
    rest.size = rest.size < LONGEST_NAME ? rest.size : LONGEST_NAME;
    return digits && span_cstr(rest, 0, &longer) ? longer : name;
}

static enum byte_kind kind_of(struct span name, uint32_t flags)
{
    enum { CODE = 0x20, EXECUTE = 0x20000000 };
    return span_starts(name, ".debug") || span_starts(name, ".zdebug") ||
                   span_starts(name, ".stab")
               ? BYTES_DEBUG
           : span_is(name, ".pdata") || span_is(name, ".xdata") || span_is(name, ".eh_frame") ||
                   span_is(name, ".eh_fram")
               ? BYTES_UNWIND
           : span_is(name, ".reloc") ? BYTES_RELOCS
           : span_is(name, ".rsrc")  ? BYTES_OTHER
           : flags & (CODE | EXECUTE) ? BYTES_CODE
           : flags & 0x80000000U      ? BYTES_DATA
                                      : BYTES_RODATA;
}

static enum image_user user_of(uint8_t class)
{
    switch (class) {
    case CLASS_EXTERNAL:
    case CLASS_WEAK_EXTERNAL:
        return IMAGE_USER_OTHER;
    case CLASS_FILE:
    case CLASS_FUNCTION:
        return IMAGE_USER_DEBUG;
    default:
        return IMAGE_USER_LOCAL;
    }
}

/** Count the symbols that strip would take out. */
static enum obj_result count_symbols(const struct pe *pe, struct arena *arena, struct image *image)
{
    struct image_names names;
    if (!image_names_begin(&names, pe->strings, arena)) {
        return OBJ_NO_MEMORY;
    }
    for (size_t at = 0; at < pe->symbols.size;) {
        const uint8_t *symbol = pe->symbols.data + at;
        enum image_user user = user_of(symbol[16]);
        size_t size = SYMBOL * (1 + (size_t)symbol[17]);
        size = size < pe->symbols.size - at ? size : pe->symbols.size - at;
        if (get_le32(symbol) == 0) {
            image_names_use(&names, get_le32(symbol + 4), user);
        }
        image->debug += user == IMAGE_USER_DEBUG ? size : 0;
        image->locals += user == IMAGE_USER_LOCAL ? size : 0;
        at += size;
    }
    image_names_count(&names, &image->debug, &image->locals);
    return OBJ_OK;
}

/** Signatures, the one directory that is found by its offset in the file. */
static void claim_certificates(const struct pe *pe, struct image_claims *claims)
{
    enum { SECURITY = 4 };
    bool wide = pe->options.size >= 2 && get_le16(pe->options.data) == 0x20b;
    size_t at = wide ? 112 : 96;
    struct span entry;
    if (span_sub(pe->options, at + 8 * SECURITY, 8, &entry) &&
        get_le32(pe->options.data + at - 4) > SECURITY) {
        image_claim(claims, get_le32(entry.data),
                    (struct byte_range){.size = get_le32(entry.data + 4), .kind = BYTES_OTHER,
                                        .name = span_of("[certificates]")});
    }
}

static const char *machine_name(uint16_t machine)
{
    switch (machine) {
    case 0x14c: return "i686";
    case 0x8664: return "x86_64";
    case 0xaa64: return "aarch64";
    case 0x1c4: return "arm";
    default: return "other";
    }
}

static enum obj_result pe_read(struct arena *arena, struct image *image, struct error *error)
{
    struct pe pe = {.data = image->data, .header = find_header(image->data)};
    struct image_claims claims;
    const uint8_t *p = image->data.data + pe.header;
    image->machine = machine_name(get_le16(p));
    image->kind = get_le16(p + 18) & FILE_IS_DLL ? "Windows DLL" : "Windows program";
    enum obj_result result = find_tables(&pe, error);
    if (result != OBJ_OK) {
        return result;
    }
    if (!image_claims_begin(&claims, pe.sections.size / SECTION + 4, image->data.size, arena)) {
        return OBJ_NO_MEMORY;
    }
    for (size_t at = 0; at < pe.sections.size; at += SECTION) {
        const uint8_t *section = pe.sections.data + at;
        struct byte_range range = {.size = get_le32(section + 16),
                                   .name = section_name(&pe, section)};
        range.kind = kind_of(range.name, get_le32(section + 36));
        image_claim(&claims, get_le32(section + 20), range);
        image->debug += range.kind == BYTES_DEBUG ? range.size : 0;
    }
    image_claim(&claims, pe.symbols_at,
                (struct byte_range){.size = pe.symbols.size, .kind = BYTES_SYMBOLS,
                                    .name = span_of("[symbols]"),
                                    .records = "4=4+4=2+2=1=1="});
    image_claim(&claims, pe.symbols_at + pe.symbols.size,
                (struct byte_range){.size = pe.strings.size, .kind = BYTES_SYMBOLS,
                                    .name = span_of("[names of symbols]")});
    claim_certificates(&pe, &claims);
    image_claim_appended(&claims, image->data, 0);
    result = count_symbols(&pe, arena, image);
    return result == OBJ_OK ? image_lay_out(&claims, arena, image) : result;
}

const struct image_reader image_pe_reader = {pe_probe, pe_read};
