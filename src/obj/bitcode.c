/* SPDX-License-Identifier: MIT */
/**
 * LLVM bitcode: the table of symbols that linkers read.
 *
 * Raw bitcode begins with 'B' 'C' C0 DE; the wrapper that Apple's tools put around it with
 * DE C0 17 0B (0x0B17C0DE), u32 Version, u32 Offset, u32 Size, u32 CPUType (LLVM BitstreamReader,
 * Magic.cpp). The name of a member does not tell: with -C linker-plugin-lto, rustc's .rcgu.o files
 * are bitcode.
 *
 * Bitcode is a stream of bits, the lowest bit of a byte first (LLVM, "LLVM Bitcode File Format").
 * A block begins with the number ENTER_SUBBLOCK in as many bits as the block around it says (2 at
 * the top), its kind (vbr8), the width for its own contents (vbr4), padding to 32 bits and its size
 * in words. vbrN is a number in groups of N bits, of which the highest says that one more follows.
 * In a block, DEFINE_ABBREV describes a kind of record, and records name their kind from number 4
 * on. What this reader needs are two blobs (vbr6 size, padding to 32 bits, bytes, padding): the
 * table in SYMTAB_BLOCK and the names in STRTAB_BLOCK. The code itself, which only an LLVM as new
 * as its writer can read, is skipped.
 *
 * The table (LLVM IRSymtab.h, namespace storage) is made of u32 words in little-endian order. A Str
 * is {offset, size} in STRTAB, a Range {offset in the table, number of elements}:
 *
 *   Header    version, Str producer, Ranges of modules, comdats, symbols and uncommons, Str target
 *             triple, Str source file, Str COFF linker options; from version 2 on a Range of
 *             dependent libraries
 *   Module    3 words; Comdat: Str name, from version 3 on a word, the selection
 *   Symbol    Str name as linkers see it, Str name in the code, number of its comdat or -1, flags
 *
 * LLVM releases have written versions 1 to 3 so far. A linker that does not know the version reads
 * the code instead, which this reader cannot. The symbols are not known then, nor those of a file
 * without the table (LLVM 4 and older) or of several files in one.
 */
#include "obj/lto.h"
#include "obj/macho.h"
#include "obj/reader.h"

/* ---- the stream of bits ------------------------------------------------------------------ */

enum { END_BLOCK, ENTER_SUBBLOCK, DEFINE_ABBREV, UNABBREV_RECORD, FIRST_ABBREV };
enum { MODULE_BLOCK = 8, STRTAB_BLOCK = 23, SYMTAB_BLOCK = 25, BLOB_RECORD = 1 };
enum { ENCODING_FIXED = 1, ENCODING_VBR, ENCODING_ARRAY, ENCODING_CHAR6, ENCODING_BLOB };
enum { MAGIC = 4, WRAPPER = 20, TOP_WIDTH = 2, MOST_WIDTH = 32 };

struct bits {
    struct span data;
    uint64_t at;  /* in bits */
    bool failed;  /* something was read beyond the end, or a number was too large */
};

static uint32_t take(struct bits *b, unsigned count)
{
    uint64_t value = 0;
    if (b->at + count > (uint64_t)b->data.size * 8) {
        b->failed = true;
        return 0;
    }
    uint64_t first = b->at / 8;
    uint64_t end = (b->at + count + 7) / 8;
    for (uint64_t i = first; i < end; i++) {
        value |= (uint64_t)b->data.data[i] << (i - first) * 8;
    }
    value >>= b->at % 8;
    b->at += count;
    return (uint32_t)(value & ((UINT64_C(1) << count) - 1));
}

static uint64_t take_vbr(struct bits *b, unsigned width)
{
    uint64_t value = 0;
    uint32_t more = 1U << (width - 1);
    for (unsigned shift = 0; shift < 60; shift += width - 1) {
        uint32_t group = take(b, width);
        value |= (uint64_t)(group & (more - 1)) << shift;
        if (!(group & more)) {
            return value;
        }
    }
    b->failed = true;
    return 0;
}

static void pad_to_word(struct bits *b)
{
    b->at = (b->at + 31) & ~UINT64_C(31);
}

/** A block: its contents, and the width of the numbers in it. */
struct block {
    uint64_t kind;
    unsigned width;
    struct span body;
};

/** Take the block that follows ENTER_SUBBLOCK. */
static bool take_block(struct bits *b, struct block *block)
{
    block->kind = take_vbr(b, 8);
    block->width = (unsigned)take_vbr(b, 4);
    pad_to_word(b);
    uint64_t size = (uint64_t)take(b, 32) * 4;
    if (b->failed || block->width < 2 || block->width > MOST_WIDTH ||
        !span_sub(b->data, b->at / 8, size, &block->body)) {
        return false;
    }
    b->at += size * 8;
    return true;
}

/** Take a definition of a kind of record; @is_blob: it is BLOB_RECORD with a blob and no more. */
static bool take_abbrev(struct bits *b, bool *is_blob)
{
    uint64_t count = take_vbr(b, 5);
    *is_blob = count == 2;
    for (uint64_t i = 0; i < count && !b->failed; i++) {
        bool literal = take(b, 1);
        uint64_t value = literal ? take_vbr(b, 8) : take(b, 3);
        if (!literal && (value == ENCODING_FIXED || value == ENCODING_VBR)) {
            (void)take_vbr(b, 5);
        }
        *is_blob &= i == 0 ? literal && value == BLOB_RECORD : !literal && value == ENCODING_BLOB;
    }
    return !b->failed;
}

static bool take_blob(struct bits *b, struct span *blob)
{
    uint64_t size = take_vbr(b, 6);
    pad_to_word(b);
    if (b->failed || !span_sub(b->data, b->at / 8, size, blob)) {
        return false;
    }
    b->at += size * 8;
    pad_to_word(b);
    return true;
}

/** Find the blob in a block that has one blob, and records of no other kind. */
static bool find_blob(const struct block *block, struct span *blob)
{
    struct bits b = {block->body, 0, false};
    bool is_blob = false;
    bool found = false;
    while (!b.failed) {
        uint32_t number = take(&b, block->width);
        if (number == END_BLOCK) {
            return found && !b.failed;
        }
        if (number == DEFINE_ABBREV) {
            if (is_blob || !take_abbrev(&b, &is_blob)) {
                return false;
            }
        } else if (number != FIRST_ABBREV || !is_blob || found || !take_blob(&b, blob)) {
            return false;
        } else {
            found = true;
        }
    }
    return false;
}

/** What the blocks at the top hold. */
struct contents {
    struct span names, table;
    uint32_t name_blocks, table_blocks, modules;
};

/** Go through the blocks. */
static const char *find_contents(struct span code, struct contents *out)
{
    struct bits b = {code, MAGIC * UINT64_C(8), false};
    struct block block;
    while (b.at / 8 < code.size) {
        if (take(&b, TOP_WIDTH) != ENTER_SUBBLOCK || !take_block(&b, &block)) {
            return "its blocks do not follow one another";
        }
        bool fine = true;
        if (block.kind == STRTAB_BLOCK) {
            out->name_blocks++;
            fine = find_blob(&block, &out->names);
        } else if (block.kind == SYMTAB_BLOCK) {
            out->table_blocks++;
            fine = find_blob(&block, &out->table);
        }
        out->modules += block.kind == MODULE_BLOCK;
        if (!fine) {
            return "its symbol table or its names are not one blob";
        }
    }
    return out->table_blocks == 0                           ? "it has no symbol table"
           : out->table_blocks > 1 || out->name_blocks != 1 ? "it has several symbol tables"
                                                            : NULL;
}

/* ---- the table --------------------------------------------------------------------------- */

enum {
    HEADER_MODULES = 12, HEADER_COMDATS = 20, HEADER_SYMBOLS = 28, HEADER_TRIPLE = 44,
    HEADER_OPTIONS = 60, HEADER_SIZE = 68, HEADER_SIZE_2 = 76,
};
enum { MODULE_SIZE = 12, COMDAT_SIZE = 8, COMDAT_SIZE_3 = 12, SYMBOL_SIZE = 24 };
enum { FIRST_VERSION = 1, LAST_VERSION = 3, NO_COMDAT = -1 };

/** Flags of a symbol: the lowest two bits are its visibility; then the numbers of bits. */
enum {
    VISIBILITY_BITS = 3, FLAG_UNDEFINED = 1 << 3, FLAG_WEAK = 1 << 4, FLAG_COMMON = 1 << 5,
    FLAG_GLOBAL = 1 << 10, FLAG_FORMAT_SPECIFIC = 1 << 11,
};

struct table {
    struct span bytes, names;
    uint32_t comdats; /* how many there are */
    struct span symbols;
    bool macho;
};

/** Get a list of @size bytes an element. */
static bool get_range(const struct table *t, size_t at, uint32_t size, uint32_t *count,
                      struct span *list)
{
    uint32_t offset = get_le32(t->bytes.data + at);
    *count = get_le32(t->bytes.data + at + 4);
    return span_sub(t->bytes, offset, (uint64_t)*count * size, list);
}

static bool get_name(const struct table *t, const uint8_t *p, struct span *name)
{
    return span_sub(t->names, get_le32(p), get_le32(p + 4), name);
}

static enum obj_lto_role role_of(const struct table *t, uint32_t flags, bool comdat)
{
    if (flags & FLAG_UNDEFINED) {
        return flags & FLAG_WEAK ? LTO_NEEDS_WEAK : LTO_NEEDS;
    }
    if (flags & FLAG_COMMON) {
        return LTO_COMMON;
    }
    return comdat || (t->macho && flags & FLAG_WEAK) ? LTO_COMDAT
           : flags & FLAG_WEAK                       ? LTO_WEAK
                                                     : LTO_STRONG;
}

static const char *read_symbol(struct lto_reading *r, const struct table *t, const uint8_t *p)
{
    static const enum obj_visibility visibilities[] = {
        VISIBILITY_DEFAULT, VISIBILITY_HIDDEN, VISIBILITY_PROTECTED};
    uint32_t flags = get_le32(p + 20);
    uint32_t comdat = get_le32(p + 16);
    struct obj_lto_symbol symbol = {.name = {NULL, 0}};
    if ((flags & VISIBILITY_BITS) == 3 || !get_name(t, p, &symbol.name) ||
        (comdat != (uint32_t)NO_COMDAT && comdat >= t->comdats)) {
        return "a symbol is not understood";
    }
    if (!(flags & FLAG_GLOBAL) || flags & FLAG_FORMAT_SPECIFIC) {
        return NULL; /* local, or LLVM's own: linkers do not see it */
    }
    symbol.visibility = visibilities[flags & VISIBILITY_BITS];
    symbol.role = role_of(t, flags, comdat != (uint32_t)NO_COMDAT);
    return symbol.name.size ? lto_add(r, symbol) : "a symbol has no name";
}

/** The machine of a target triple, by how it begins. */
static enum obj_machine machine_of(struct span triple)
{
    static const struct {
        const char *begin;
        enum obj_machine machine;
    } machines[] = {
        {"x86_64", MACHINE_X86_64}, {"arm64ec", MACHINE_ARM64EC}, {"arm64_32", MACHINE_UNKNOWN},
        {"arm64", MACHINE_ARM64},   {"aarch64", MACHINE_ARM64},   {"arm", MACHINE_ARM},
        {"thumb", MACHINE_ARM},     {"riscv", MACHINE_RISCV},     {"powerpc", MACHINE_PPC},
        {"s390x", MACHINE_S390X},   {"mips", MACHINE_MIPS},       {"loongarch", MACHINE_LOONGARCH},
    };
    for (size_t i = 0; i < sizeof machines / sizeof *machines; i++) {
        if (span_starts(triple, machines[i].begin)) {
            return machines[i].machine;
        }
    }
    bool x86 = triple.size > 4 && triple.data[0] == 'i' && memcmp(triple.data + 2, "86", 2) == 0;
    return x86 ? MACHINE_X86 : MACHINE_UNKNOWN;
}

/** Read the header; only @r's object and the table's parts are filled in. */
static const char *read_header(struct lto_reading *r, struct table *t, uint32_t modules)
{
    uint32_t version = t->bytes.size >= 4 ? get_le32(t->bytes.data) : 0;
    if (version < FIRST_VERSION || version > LAST_VERSION) {
        return "its symbol table has an unknown version";
    }
    uint32_t count;
    struct span list, triple, options;
    const uint8_t *p = t->bytes.data;
    if (t->bytes.size < (version >= 2 ? HEADER_SIZE_2 : HEADER_SIZE) ||
        !get_range(t, HEADER_COMDATS, version >= 3 ? COMDAT_SIZE_3 : COMDAT_SIZE, &t->comdats,
                   &list) ||
        !get_range(t, HEADER_SYMBOLS, SYMBOL_SIZE, &count, &t->symbols) ||
        !get_range(t, HEADER_MODULES, MODULE_SIZE, &count, &list) ||
        !get_name(t, p + HEADER_TRIPLE, &triple) || !get_name(t, p + HEADER_OPTIONS, &options)) {
        return "its symbol table exceeds the member";
    }
    if (count != modules) {
        return "its symbol table is not that of all its modules";
    }
    t->macho = span_has(triple, "-apple-") || span_has(triple, "-darwin");
    if (r->object->format == OBJ_BITCODE) {
        r->object->machine = machine_of(triple);
        r->object->platforms = macho_triple_platforms(triple);
        r->object->compiles_to = t->macho                                   ? OBJ_MACHO
                                 : span_has(triple, "-windows")             ? OBJ_COFF
                                 : r->object->machine != MACHINE_UNKNOWN ? OBJ_ELF
                                                                            : OBJ_OTHER;
        r->object->directives = options;
    }
    return NULL;
}

/** Take the wrapper off. */
static bool unwrap(struct span data, struct span *code)
{
    *code = data;
    if (data.size < MAGIC || memcmp(data.data, "BC\xc0\xde", MAGIC) == 0) {
        return data.size >= MAGIC;
    }
    return data.size >= WRAPPER &&
           span_sub(data, get_le32(data.data + 8), get_le32(data.data + 12), code) &&
           span_starts(*code, "BC\xc0\xde");
}

const char *bitcode_symbols(struct lto_reading *r, struct span data)
{
    struct contents contents = {.modules = 0};
    struct span code;
    if (!unwrap(data, &code)) {
        return "its wrapper holds no bitcode";
    }
    const char *why = find_contents(code, &contents);
    struct table t = {.bytes = contents.table, .names = contents.names};
    why = why ? why : read_header(r, &t, contents.modules);
    for (size_t at = 0; !why && at < t.symbols.size; at += SYMBOL_SIZE) {
        why = read_symbol(r, &t, t.symbols.data + at);
    }
    return why;
}

/* ---- members that are bitcode ------------------------------------------------------------ */

static bool bitcode_probe(struct span data)
{
    return data.size >= MAGIC && (memcmp(data.data, "BC\xc0\xde", MAGIC) == 0 ||
                                  memcmp(data.data, "\xde\xc0\x17\x0b", MAGIC) == 0);
}

bool object_bitcode_triple(struct span data, struct span *triple)
{
    struct contents contents = {.modules = 0};
    struct object object = {.format = OBJ_BITCODE};
    struct lto_reading reading = {.object = &object};
    struct span code;
    if (!bitcode_probe(data) || !unwrap(data, &code) || find_contents(code, &contents)) {
        return false;
    }
    struct table t = {.bytes = contents.table, .names = contents.names};
    return !read_header(&reading, &t, contents.modules) &&
           get_name(&t, t.bytes.data + HEADER_TRIPLE, triple);
}

const struct obj_reader bitcode_reader = {
    .format = OBJ_BITCODE,
    .name = "LLVM bitcode",
    .probe = bitcode_probe,
};
