/* SPDX-License-Identifier: MIT */
/** Member names: whatever is found lies in the name, and a label is its own label. */
#include "fuzz.h"
#include "obj/rcgu.h"

static void check_inside(struct span name, struct span part)
{
    CHECK(part.size == 0 || (part.data >= name.data && part.data <= name.data + name.size &&
                             part.size <= (size_t)(name.data + name.size - part.data)),
          "%zu bytes", part.size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span name = span_make(data, size);
    struct rcgu_name out;
    struct rcgu_name again;
    rcgu_parse(name, &out);
    check_inside(name, out.label);
    check_inside(name, out.crate);
    check_inside(name, out.crate_hash);
    check_inside(name, out.unit_hash);
    CHECK(out.label.size <= size && (out.label.size || !size), "%zu", out.label.size);
    CHECK(out.rust == span_ends(name, ".rcgu.o"), "%d", out.rust);
    rcgu_parse(out.label, &again);
    CHECK(span_equal(out.label, again.label), "label \"%.*s\" of \"%.*s\"",
          (int)again.label.size, (const char *)again.label.data, (int)out.label.size,
          (const char *)out.label.data);
    return 0;
}
