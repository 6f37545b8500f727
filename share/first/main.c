#include <stdint.h>
#include <stdio.h>

size_t one_distinct(const int32_t *values, size_t count);
size_t two_digits(int64_t number);

int main(void)
{
    const int32_t values[] = {3, 1, 4, 1, 5};
    printf("%zu %zu\n", one_distinct(values, 5), two_digits(31415));
    return 0;
}
