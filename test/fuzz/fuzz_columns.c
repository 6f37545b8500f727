/* SPDX-License-Identifier: MIT */
/**
 * The columns of a packed sidecar. The first byte chooses: bitcode, a table of records, columns of
 * either. What is put into columns comes out of them as it was.
 */
#include "fuzz.h"
#include "sidecar/bits.h"
#include "sidecar/records.h"

static const char *const layouts[] = {"8+4=4=8*", "4+1=1=2+8=8=", "4+4=4=4=4=4>4=4=4+8=8=",
                                      "4+4=2="};

enum { LAYOUTS = sizeof layouts / sizeof *layouts, MOST = 1 << 16 };

static void check_module(struct span module, uint8_t *again)
{
    struct bits_columns *columns = bits_columns_new();
    struct numbers to = {0};
    if (columns && bits_add(columns, module)) {
        bits_print(columns, &to);
        CHECK(bits_parse(numbers_span(&to), again, module.size), "%zu bytes", module.size);
        CHECK(span_equal(module, span_make(again, module.size)), "%zu bytes", module.size);
    }
    numbers_free(&to);
    bits_columns_free(columns);
}

static void check_records(struct span fields, struct span table, uint8_t *again)
{
    size_t width = records_width(fields);
    struct numbers to = {0};
    table.size -= table.size % width;
    records_encode(fields, table, &to);
    CHECK(records_decode(fields, numbers_span(&to), again, table.size), "%zu bytes", table.size);
    CHECK(span_equal(table, span_make(again, table.size)), "%zu bytes", table.size);
    numbers_free(&to);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t again[MOST];
    struct span input = span_make(data, size);
    if (size < 2 || size > MOST) {
        return 0;
    }
    if (span_starts(input, "BC\xc0\xde")) {
        check_module(input, again);
        return 0;
    }
    struct span fields = span_of(layouts[data[0] / 4 % LAYOUTS]);
    input = span_from(input, 2);
    switch (data[0] % 4) {
    case 0:
        check_records(fields, input, again);
        break;
    case 1:
        (void)records_decode(fields, input, again, data[1] * records_width(fields));
        break;
    case 2:
        (void)records_width(input);
        break;
    default:
        (void)bits_parse(input, again, 4u * data[1]);
    }
    return 0;
}
