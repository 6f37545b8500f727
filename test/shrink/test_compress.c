/* SPDX-License-Identifier: MIT */
/** Debug info that is compressed: read, cut, compressed again; make shrink links the results. */
#include <check.h>
#include <stdio.h>
#include <zlib.h>

#include "shrink/shrink.h"
#include "suites.h"
#include "support/objects.h"

static struct arena arena;
static struct arena scratch;

static void forget(void)
{
    arena_free(&arena);
    arena_free(&scratch);
}

static bool is_export(const void *context, struct span name)
{
    (void)context;
    return span_is(name, "api");
}

/** A compressed .debug_info of 64 bytes with a relocation to code that goes, in hexadecimal. */
static const char *packed_info(uint8_t kind, uint8_t size, bool broken)
{
    static char text[512];
    uint8_t header[24] = {kind, [8] = size, [16] = 4};
    uint8_t plain[64];
    uint8_t bytes[128];
    uLongf length = sizeof bytes - sizeof header;
    memset(plain, 0x77, sizeof plain);
    memcpy(bytes, header, sizeof header);
    ck_assert(compress(bytes + sizeof header, &length, plain, sizeof plain) == Z_OK);
    length += sizeof header;
    bytes[length - 1] ^= broken; /* of the checksum */
    for (size_t i = 0; i < length; i++) {
        snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    }
    return text;
}

static void drop_from_packed(const char *info, struct shrunk_object *result)
{
    struct shrink_object_rules rules = {.is_export = is_export};
    bool drop[8] = {false, true};
    char text[1024];
    snprintf(text, sizeof text,
             "elf\nsection .text.api data=c3 flags=6\nsection .text.idle data=c3 flags=6\n"
             "section .debug_info data=%s flags=2048\n"
             "symbol api in=.text.api\nsymbol idle in=.text.idle\n"
             "reloc .debug_info at=56 to=idle kind=1\n", info);
    ck_assert(shrink_object(assemble(&arena, text), &rules, drop, &arena, &scratch, result));
}

/** Compressed debug info is cut as other debug info is; its relocations count uncompressed. */
START_TEST(tombs_in_compressed)
{
    struct shrunk_object result;
    struct obj_edit edit;
    struct error error = {0};
    enum armeld_compression how;
    drop_from_packed(packed_info(1, 64, false), &result);
    ck_assert_msg(result.changed, "%s", result.why);
    ck_assert(obj_edit_read(result.bytes, &arena, &edit, &error) == OBJ_OK);
    const struct obj_section *info = &edit.object.sections[1];
    ck_assert_uint_eq(edit.relocs[1].count, 0);
    ck_assert(is_compressed(&edit.object, info));
    ck_assert(uncompress_debug(&edit, &arena, &how) && how == ARMELD_COMPRESS_ZLIB);
    ck_assert(!is_compressed(&edit.object, info));
    ck_assert_uint_eq(info->size, 64);
    ck_assert_uint_eq(info->align, 4);
    ck_assert_uint_eq(get_le64(info->data.data + 48), 0x7777777777777777);
    ck_assert_uint_eq(get_le64(info->data.data + 56), 0);
}
END_TEST

/** What cannot be uncompressed is not cut: a broken checksum, another size, an unknown kind. */
START_TEST(tombs_in_broken)
{
    struct shrunk_object result;
    drop_from_packed(packed_info(1, 64, true), &result);
    ck_assert(!result.changed && strstr(result.why, ".debug_info"));
    drop_from_packed(packed_info(1, 65, false), &result);
    ck_assert(!result.changed && strstr(result.why, ".debug_info"));
    drop_from_packed(packed_info(9, 64, false), &result);
    ck_assert(!result.changed && strstr(result.why, ".debug_info"));
}
END_TEST

Suite *compress_suite(void)
{
    Suite *suite = suite_create("compress");
    TCase *cases = tcase_create("compress");
    tcase_add_checked_fixture(cases, NULL, forget);
    tcase_add_test(cases, tombs_in_compressed);
    tcase_add_test(cases, tombs_in_broken);
    suite_add_tcase(suite, cases);
    return suite;
}
