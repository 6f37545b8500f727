/* SPDX-License-Identifier: MIT */
/** What a sidecar stores, in columns and streams, and back; also when these are broken. */
#include <stdio.h>
#include <stdlib.h>

#include "obj/byte_map.h"
#include "sidecar/bits.h"
#include "sidecar/pack.h"
#include "sidecar/records.h"
#include "suites.h"
#include "support/objects.h"

static struct arena arena;
static struct error error;

static void forget(void)
{
    arena_free(&arena);
    error = (struct error){0};
}

static uint32_t random_bits(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

/* ---- numbers, records -------------------------------------------------------------------- */

START_TEST(numbers)
{
    static const uint64_t list[] = {0, 1, 127, 128, 16383, 16384, UINT32_MAX, UINT64_MAX};
    struct numbers to = {0};
    uint64_t number;
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        numbers_put(&to, list[i]);
        ck_assert_uint_eq(unzigzag(zigzag(list[i])), list[i]);
    }
    struct span rest = numbers_span(&to);
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        ck_assert(numbers_take(&rest, &number));
        ck_assert_uint_eq(number, list[i]);
    }
    ck_assert(!numbers_take(&rest, &number));
    rest = span_make("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10); /* 65 bits */
    ck_assert(!numbers_take(&rest, &number));
    rest = span_make("\x80\x80", 2); /* no end */
    ck_assert(!numbers_take(&rest, &number));
    numbers_free(&to);
}
END_TEST

static const char *const layouts[] = {"8+4=4=8*", "4+4=4*", "4+4=4=4=4=4>4=4=4+8=8=", "1=", "2+",
                                      "4+1=1=2+8=8=", "8>8=", "1+2*", "4=4+4=2+2=1=1="};
static const char *const no_layouts[] = {"", "8", "3=", "8-", "8*", "1=8>", "4+4*4*",
                                         "1=1=1=1=1=1=1=1=1=1=1=1=1=1=1=1=1="};

START_TEST(records)
{
    uint8_t table[64 * 100];
    uint8_t again[sizeof table];
    uint32_t state = 1;
    struct span fields = span_of(layouts[_i]);
    size_t width = records_width(fields);
    size_t size = sizeof table / width * width;
    struct numbers to = {0};
    for (size_t i = 0; i < sizeof table; i++) { /* some bytes are near each other, some not */
        table[i] = i % 5 ? (uint8_t)(i / 64) : (uint8_t)random_bits(&state);
    }
    ck_assert_uint_gt(width, 0);
    records_encode(fields, span_make(table, size), &to);
    ck_assert(!to.failed);
    struct span columns = numbers_span(&to);
    ck_assert(records_decode(fields, columns, again, size));
    ck_assert_mem_eq(table, again, size);
    ck_assert(!records_decode(fields, span_make(columns.data, columns.size - 1), again, size));
    ck_assert(!records_decode(fields, columns, again, size - width));
    if (width > 1) {
        ck_assert(!records_decode(fields, columns, again, size - 1));
    }
    numbers_free(&to);
}
END_TEST

START_TEST(no_records)
{
    ck_assert_uint_eq(records_width(span_of(no_layouts[_i])), 0);
}
END_TEST

/* ---- bitcode ----------------------------------------------------------------------------- */

/** Bits that a test writes. */
struct bits {
    uint8_t bytes[512];
    size_t at;
};

static void put(struct bits *bits, uint64_t value, unsigned width)
{
    for (unsigned i = 0; i < width; i++, bits->at++) {
        bits->bytes[bits->at / 8] |= (uint8_t)((value >> i & 1) << bits->at % 8);
    }
}

static void put_vbr(struct bits *bits, uint64_t value, unsigned width)
{
    for (; value >> (width - 1); value >>= width - 1) {
        put(bits, (value & ((1u << (width - 1)) - 1)) | 1u << (width - 1), width);
    }
    put(bits, value, width);
}

static void align(struct bits *bits)
{
    bits->at = (bits->at + 31) / 32 * 32;
}

/** Enter a block; returns where its length goes. */
static size_t enter(struct bits *bits, unsigned id_width, unsigned block, unsigned width)
{
    put(bits, 1, id_width);
    put_vbr(bits, block, 8);
    put_vbr(bits, width, 4);
    align(bits);
    bits->at += 32;
    return bits->at;
}

static void leave(struct bits *bits, unsigned width, size_t start)
{
    put(bits, 0, width);
    align(bits);
    size_t end = bits->at;
    bits->at = start - 32;
    put(bits, (end - start) / 32, 32);
    bits->at = end;
}

/** A record of metadata without an abbreviation. */
static void node(struct bits *bits, unsigned code, const unsigned *list, size_t count)
{
    put(bits, 3, 3);
    put_vbr(bits, code, 6);
    put_vbr(bits, count, 6);
    for (size_t i = 0; i < count; i++) {
        put_vbr(bits, list[i], 6);
    }
}

/** A module with what LLVM's have: BLOCKINFO, abbreviations, an array, a blob, an index. */
static struct span module(struct bits *bits, unsigned blob)
{
    *bits = (struct bits){0};
    put(bits, 0xdec04342, 32);
    size_t info = enter(bits, 2, 0, 2);
    put(bits, 3, 2); /* SETBID of block 15 */
    put_vbr(bits, 1, 6);
    put_vbr(bits, 1, 6);
    put_vbr(bits, 15, 6);
    put(bits, 2, 2); /* its abbreviation 4: record 35, a number, a blob */
    put_vbr(bits, 3, 5);
    put(bits, 1, 1);
    put_vbr(bits, 35, 8);
    put(bits, 0 | 2 << 1, 4);
    put_vbr(bits, 6, 5);
    put(bits, 0 | 5 << 1, 4);
    leave(bits, 2, info);
    size_t metadata = enter(bits, 2, 15, 3);
    put(bits, 2, 3); /* abbreviation 5: a code of 6 bits, an array of 7 bits each */
    put_vbr(bits, 3, 5);
    put(bits, 0 | 1 << 1, 4);
    put_vbr(bits, 6, 5);
    put(bits, 0 | 3 << 1, 4);
    put(bits, 0 | 1 << 1, 4);
    put_vbr(bits, 7, 5);
    put(bits, 4, 3);
    put_vbr(bits, 2, 6);
    put_vbr(bits, blob, 6);
    align(bits);
    for (unsigned i = 0; i < blob; i++) {
        put(bits, i, 8);
    }
    align(bits);
    node(bits, 38, (const unsigned[]){0, 0}, 2);
    size_t begin = bits->at;
    node(bits, 3, (const unsigned[]){1, 2}, 2);
    size_t second = bits->at;
    node(bits, 7, (const unsigned[]){0, 700, 9, 3, 0}, 5);
    node(bits, 39, (const unsigned[]){0, (unsigned)(second - begin)}, 2);
    put(bits, 5, 3);
    put(bits, 4, 6);
    put_vbr(bits, 3, 6);
    for (unsigned i = 0; i < 3; i++) {
        put(bits, (uint64_t)"dbg"[i], 7);
    }
    leave(bits, 3, metadata);
    return span_make(bits->bytes, bits->at / 8);
}

START_TEST(modules)
{
    struct bits first;
    struct bits second;
    struct span one = module(&first, 5);
    struct span two = module(&second, 70);
    struct numbers to = {0};
    uint8_t again[1024];
    struct bits_columns *columns = bits_columns_new();
    ck_assert_ptr_nonnull(columns);
    for (unsigned round = 0; round < 2; round++) { /* columns that were printed serve again */
        to.size = 0;
        ck_assert(bits_add(columns, one));
        ck_assert(!bits_add(columns, span_from(one, 4)));
        ck_assert(bits_add(columns, two));
        bits_print(columns, &to);
        ck_assert(bits_parse(numbers_span(&to), again, one.size + two.size));
        ck_assert_mem_eq(again, one.data, one.size);
        ck_assert_mem_eq(again + one.size, two.data, two.size);
        ck_assert(!bits_parse(numbers_span(&to), again, one.size + two.size - 4));
        ck_assert(!bits_parse(numbers_span(&to), again, one.size + two.size + 4));
    }
    numbers_free(&to);
    bits_columns_free(columns);
}
END_TEST

/** Whatever bit of a module is another: it comes back as it is, or is refused, leaving nothing. */
START_TEST(other_modules)
{
    struct bits bits;
    struct bits good;
    struct span bytes = module(&bits, 5);
    struct span whole = module(&good, 5);
    struct bits_columns *columns = bits_columns_new();
    struct numbers to = {0};
    uint8_t again[1024];
    size_t refused = 0;
    ck_assert_ptr_nonnull(columns);
    for (size_t i = 0; i < 8 * bytes.size; i++) {
        bits.bytes[i / 8] ^= (uint8_t)(1 << i % 8);
        to.size = 0;
        bool added = bits_add(columns, bytes);
        ck_assert(bits_add(columns, whole));
        bits_print(columns, &to);
        size_t size = (added ? bytes.size : 0) + whole.size;
        ck_assert_msg(bits_parse(numbers_span(&to), again, size), "bit %zu", i);
        ck_assert_mem_eq(again, added ? bytes.data : whole.data, bytes.size);
        refused += !added;
        bits.bytes[i / 8] ^= (uint8_t)(1 << i % 8);
    }
    ck_assert_uint_gt(refused, 100);
    numbers_free(&to);
    bits_columns_free(columns);
}
END_TEST

/** Columns that were changed make other modules or none. */
START_TEST(other_columns)
{
    struct bits bits;
    struct span bytes = module(&bits, 70);
    struct bits_columns *columns = bits_columns_new();
    struct numbers to = {0};
    uint8_t again[1024];
    size_t refused = 0;
    ck_assert_ptr_nonnull(columns);
    ck_assert(bits_add(columns, bytes));
    bits_print(columns, &to);
    for (size_t i = 0; i < 8 * to.size; i++) {
        to.bytes[i / 8] ^= (uint8_t)(1 << i % 8);
        refused += !bits_parse(numbers_span(&to), again, bytes.size);
        to.bytes[i / 8] ^= (uint8_t)(1 << i % 8);
    }
    for (size_t size = 0; size < to.size; size++) {
        ck_assert(!bits_parse(span_make(to.bytes, size), again, bytes.size));
    }
    ck_assert_uint_gt(refused, 100);
    numbers_free(&to);
    bits_columns_free(columns);
}
END_TEST

/* ---- streams ----------------------------------------------------------------------------- */

/** A set of two libraries: one content is only in the second, one in both, one is no object. */
struct example {
    struct manifest manifest;
    struct manifest_content contents[3];
    struct manifest_library libraries[2];
    struct recipe_step steps[2][3];
    struct span files[3]; /* workspace, libraries */
    struct pack_file pieces[3];
};

/** An object with bytes that do not repeat. */
static struct span object(uint32_t seed, size_t size)
{
    char *hex = arena_alloc(&arena, 2 * size + 1);
    ck_assert_ptr_nonnull(hex);
    for (size_t i = 0; i < size; i++) {
        snprintf(hex + 2 * i, 3, "%02x", random_bits(&seed) & 0xff);
    }
    char *text = arena_printf(&arena,
                              "elf\nsection .text data=%s flags=6\nsection .debug_str data=6100\n"
                              "section .llvmbc data=4243c0de flags=0x80000000\n"
                              "symbol f in=.text bind=1\nsymbol g bind=1\n"
                              "reloc .text at=4 to=g kind=4 add=-4\n"
                              "reloc .text at=14 to=g kind=4 add=-4\n",
                              hex);
    ck_assert_ptr_nonnull(text);
    return assemble(&arena, text);
}

static struct span text_of(struct span object)
{
    struct byte_range *ranges;
    size_t count;
    uint64_t at = 0;
    struct span text = {0};
    ck_assert(byte_map_make(object, &arena, &ranges, &count));
    for (size_t i = 0; i < count; i++) {
        if (ranges[i].kind == BYTES_CODE) {
            ck_assert(span_sub(object, at, ranges[i].size, &text));
        }
        at += ranges[i].size;
    }
    return text;
}

static void make_example(struct example *e)
{
    const struct span bytes[] = {object(1, 2000), object(2, 3000), span_of("no object\n")};
    *e = (struct example){0};
    for (size_t i = 0; i < 3; i++) {
        e->contents[i] = (struct manifest_content){.size = bytes[i].size,
                                                   .digest = digest_of(bytes[i]),
                                                   .bytes = bytes[i],
                                                   .stored = true};
    }
    for (size_t i = 0; i < 2; i++) {
        e->libraries[i] = (struct manifest_library){
            .path = "l.a", .steps = e->steps[i], .step_count = 3 - i};
        e->steps[i][0] = (struct recipe_step){span_of("!<arch>\n"), 0};
        e->steps[i][1] = (struct recipe_step){span_of("header"), i ? NO_CONTENT : 1};
        e->steps[i][2] = (struct recipe_step){span_of("end"), NO_CONTENT};
    }
    e->manifest = (struct manifest){.contents = e->contents,
                                    .content_count = 3,
                                    .libraries = e->libraries,
                                    .library_count = 2,
                                    .workspace = "w.a"};
    e->files[0] = arena_copy(&arena, text_of(bytes[0]));
    e->files[1] = arena_copy(&arena, text_of(bytes[1]));
    for (size_t i = 0; i < 3; i++) {
        e->pieces[i] = (struct pack_file){&e->files[i], e->files[i].size != 0};
    }
}

/** Read what was packed into a manifest without bytes. */
static bool unpack(const struct example *from, const struct pack *pack, struct span workspace,
                   struct example *to)
{
    struct pack_reader reader = {.workspace = workspace};
    uint64_t budget = 1 << 20;
    *to = *from;
    to->manifest.contents = to->contents;
    to->manifest.libraries = to->libraries;
    for (size_t i = 0; i < 2; i++) {
        to->libraries[i].steps = to->steps[i];
        for (size_t j = 0; j < 3; j++) {
            to->steps[i][j].literal.data = NULL;
        }
    }
    for (size_t i = 0; i < 3; i++) {
        to->contents[i].bytes = (struct span){0};
    }
    bool done = pack_read_layout(pack->layout, &to->manifest, &arena, &reader, &budget, &error);
    for (size_t i = 0; done && i < PACK_STREAMS; i++) {
        done = !pack->streams[i].size ||
               pack_read_stream(pack->streams[i], i, &reader, budget, &error);
    }
    return done && pack_is_complete(&reader, &error);
}

static bool same(const struct example *a, const struct example *b, size_t content)
{
    return !b->contents[content].lost &&
           span_equal(a->contents[content].bytes, b->contents[content].bytes);
}

static void check_literals(const struct example *a, const struct example *b)
{
    for (size_t i = 0; i < 2; i++) {
        for (size_t j = 0; j < a->libraries[i].step_count; j++) {
            ck_assert(span_equal(a->steps[i][j].literal, b->steps[i][j].literal));
        }
    }
}

START_TEST(alone)
{
    struct example example;
    struct example again;
    struct pack pack;
    make_example(&example);
    for (unsigned jobs = 1; jobs < 3; jobs++) {
        ck_assert(pack_make(&example.manifest, NULL, jobs, &arena, &pack, &error));
        ck_assert_msg(unpack(&example, &pack, (struct span){0}, &again), "%s", error.text);
        ck_assert(same(&example, &again, 0) && same(&example, &again, 1) &&
                  same(&example, &again, 2));
        check_literals(&example, &again);
    }
}
END_TEST

/** What a file has is left out, and lost without that file. */
START_TEST(beside)
{
    struct example example;
    struct example again;
    struct pack pack;
    make_example(&example);
    ck_assert(pack_make(&example.manifest, example.pieces, 2, &arena, &pack, &error));
    ck_assert_uint_eq(pack.streams[PACK_CODE].size, 0);
    ck_assert(unpack(&example, &pack, (struct span){0}, &again));
    ck_assert(again.contents[0].lost && again.contents[1].lost && same(&example, &again, 2));
    check_literals(&example, &again);
    ck_assert(unpack(&example, &pack, example.files[0], &again));
    ck_assert(same(&example, &again, 0) && again.contents[1].lost);
    pack_read_file(example.files[1], 1, &again.manifest); /* not the library that has it */
    ck_assert(again.contents[1].lost);
    pack_read_file(span_make(example.files[1].data, 100), 0, &again.manifest); /* cut off */
    ck_assert(again.contents[1].lost);
    pack_read_file(example.files[1], 0, &again.manifest);
    ck_assert(same(&example, &again, 1));
}
END_TEST

/** A byte of the layout, or of a stream, is another. */
START_TEST(broken)
{
    struct example example;
    struct example again;
    struct pack pack;
    size_t refused = 0;
    make_example(&example);
    ck_assert(pack_make(&example.manifest, example.pieces, 2, &arena, &pack, &error));
    struct span *parts[PACK_STREAMS + 1] = {&pack.layout};
    for (size_t i = 0; i < PACK_STREAMS; i++) {
        parts[i + 1] = &pack.streams[i];
    }
    for (size_t part = 0; part <= PACK_STREAMS; part++) {
        uint8_t *bytes = (uint8_t *)(uintptr_t)parts[part]->data;
        for (size_t i = 0; i < parts[part]->size; i++) {
            for (unsigned change = 1; change < 256; change *= 3) {
                bytes[i] ^= (uint8_t)change;
                refused += !unpack(&example, &pack, example.files[0], &again);
                bytes[i] ^= (uint8_t)change;
            }
        }
        struct span kept = *parts[part];
        if (kept.size) {
            parts[part]->size--;
            ck_assert(!unpack(&example, &pack, example.files[0], &again));
            *parts[part] = (struct span){0};
            ck_assert(!unpack(&example, &pack, example.files[0], &again));
            *parts[part] = kept;
        }
    }
    ck_assert_uint_gt(refused, 500);
    ck_assert(unpack(&example, &pack, example.files[0], &again) && same(&example, &again, 0));
}
END_TEST

Suite *pack_suite(void)
{
    Suite *suite = suite_create("pack");
    TCase *columns = tcase_create("columns");
    TCase *streams = tcase_create("streams");
    tcase_add_checked_fixture(columns, NULL, forget);
    tcase_add_checked_fixture(streams, NULL, forget);
    tcase_add_test(columns, numbers);
    tcase_add_loop_test(columns, records, 0, sizeof layouts / sizeof *layouts);
    tcase_add_loop_test(columns, no_records, 0, sizeof no_layouts / sizeof *no_layouts);
    tcase_add_test(columns, modules);
    tcase_add_test(columns, other_modules);
    tcase_add_test(columns, other_columns);
    tcase_add_test(streams, alone);
    tcase_add_test(streams, beside);
    tcase_add_test(streams, broken);
    suite_add_tcase(suite, columns);
    suite_add_tcase(suite, streams);
    return suite;
}
