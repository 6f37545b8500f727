/* SPDX-License-Identifier: MIT */
/** SHA-256: the vectors of FIPS 180-2, and each length around the ends of blocks. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/sha256.h"
#include "suites.h"

static const struct {
    const char *text;
    size_t times; /* the text so many times in a row */
    const char *hash;
} vectors[] = {
    {"", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopq"
     "klmnopqrlmnopqrsmnopqrstnopqrstu",
     1, "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
    {"a", 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
    {"a", 55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"},
    {"a", 56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"},
    {"a", 63, "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34"},
    {"a", 64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"},
    {"a", 65, "635361c48bb9eab14198e76ea8ab7f1a41685d6ad62aa9146d301d4f17eb0ae0"},
};

START_TEST(known)
{
    size_t size = strlen(vectors[_i].text);
    uint8_t *bytes = malloc(size * vectors[_i].times + 1);
    uint8_t hash[SHA256_SIZE];
    char text[2 * SHA256_SIZE + 1];
    ck_assert_ptr_nonnull(bytes);
    for (size_t i = 0; i < vectors[_i].times; i++) {
        memcpy(bytes + i * size, vectors[_i].text, size);
    }
    sha256_of(span_make(bytes, size * vectors[_i].times), hash);
    for (size_t i = 0; i < SHA256_SIZE; i++) {
        snprintf(text + 2 * i, 3, "%02x", hash[i]);
    }
    ck_assert_str_eq(text, vectors[_i].hash);
    free(bytes);
}
END_TEST

Suite *sha256_suite(void)
{
    Suite *suite = suite_create("sha256");
    TCase *tcase = tcase_create("vectors");
    tcase_add_loop_test(tcase, known, 0, sizeof vectors / sizeof *vectors);
    suite_add_tcase(suite, tcase);
    return suite;
}
