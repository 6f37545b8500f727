/* SPDX-License-Identifier: MIT */
/**
 * many OBJECT FIRST COUNT >ARCHIVE - an archive of COUNT members, all copies of OBJECT with the
 * digits of its symbol "bench_0000000" replaced by FIRST, FIRST + 1, ...
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS = 7 };

static const char placeholder[] = "bench_0000000";

static size_t read_object(const char *path, char *object, size_t size)
{
    FILE *file = fopen(path, "rb");
    size_t got = file ? fread(object, 1, size, file) : 0;
    if (file) {
        fclose(file);
    }
    return got;
}

/** Write the number at each place where the placeholder's digits are. */
static void number_object(char *object, const size_t *places, size_t count, unsigned long number)
{
    char digits[DIGITS + 1];
    snprintf(digits, sizeof digits, "%07lu", number % 10000000);
    for (size_t i = 0; i < count; i++) {
        memcpy(object + places[i], digits, DIGITS);
    }
}

int main(int argc, char **argv)
{
    static char object[64 * 1024];
    size_t places[16];
    size_t count = 0;
    size_t size = argc == 4 ? read_object(argv[1], object, sizeof object) : 0;
    size_t length = strlen(placeholder);
    for (size_t i = 0; i + length <= size && count < 16; i++) {
        if (memcmp(object + i, placeholder, length) == 0) {
            places[count++] = i + length - DIGITS;
        }
    }
    if (!count) {
        fputs("usage: many OBJECT FIRST COUNT, and OBJECT holds the name bench_0000000\n", stderr);
        return 2;
    }
    unsigned long first = strtoul(argv[2], NULL, 10);
    unsigned long end = first + strtoul(argv[3], NULL, 10);
    fputs("!<arch>\n", stdout);
    for (unsigned long i = first; i < end; i++) {
        char name[32];
        snprintf(name, sizeof name, "m%lu.o/", i);
        number_object(object, places, count, i);
        printf("%-16s%-12d%-6d%-6d%-8s%-10zu`\n", name, 0, 0, 0, "644", size);
        fwrite(object, 1, size, stdout);
        if (size % 2) {
            putchar('\n');
        }
    }
    return fflush(stdout) != 0 || ferror(stdout);
}
