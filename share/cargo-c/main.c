#include <stdio.h>

size_t greet_length(const char *name);
size_t count_words(const char *text);

int main(void)
{
    printf("%zu %zu\n", greet_length("world"), count_words("the one and the other"));
    return 0;
}
