/* SPDX-License-Identifier: MIT */
/*
 * load [-c] PLUGIN... - load plugins, call NAME_run of each, print what it gives.
 * -c  print the time that loading took, in microseconds, to stderr
 */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static long microseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000L + now.tv_nsec / 1000;
}

static int run(const char *path, void *plugin)
{
    char symbol[256];
    const char *base = strrchr(path, '/');
    base = base ? base + 1 : path;
    snprintf(symbol, sizeof symbol, "%.*s_run", (int)strcspn(base + 3, "."), base + 3);
    unsigned long long (*call)(unsigned long long);
    *(void **)&call = dlsym(plugin, symbol);
    if (!call) {
        fprintf(stderr, "%s\n", dlerror());
        return 1;
    }
    printf("%.*s %llu\n", (int)strcspn(base + 3, "."), base + 3, call(40));
    return 0;
}

int main(int argc, char *argv[])
{
    int clock = argc > 1 && strcmp(argv[1], "-c") == 0;
    void *plugins[256];
    long start = microseconds();
    for (int i = 1 + clock; i < argc && i < 256; i++) {
        plugins[i] = dlopen(argv[i], RTLD_NOW | RTLD_LOCAL);
        if (!plugins[i]) {
            fprintf(stderr, "%s\n", dlerror());
            return 1;
        }
    }
    if (clock) {
        fprintf(stderr, "%ld\n", microseconds() - start);
        return 0;
    }
    for (int i = 1; i < argc && i < 256; i++) {
        if (run(argv[i], plugins[i])) {
            return 1;
        }
    }
    return 0;
}
