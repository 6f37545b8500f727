/* SPDX-License-Identifier: MIT */
/* load_windows PLUGIN... - load plugins, NAME.dll, call NAME_run of each, print what it gives. */
#include <windows.h>

#include <stdio.h>
#include <string.h>

typedef unsigned long long run_function(unsigned long long);

static int run(const char *path, HMODULE plugin)
{
    char symbol[256];
    int length = (int)strcspn(path, ".");
    snprintf(symbol, sizeof symbol, "%.*s_run", length, path);
    run_function *call = (run_function *)(void *)GetProcAddress(plugin, symbol);
    if (!call) {
        fprintf(stderr, "%s: no %s\n", path, symbol);
        return 1;
    }
    printf("%.*s %llu\n", length, path, call(40));
    return 0;
}

int main(int argc, char *argv[])
{
    HMODULE plugins[64];
    for (int i = 1; i < argc && i < 64; i++) {
        plugins[i] = LoadLibraryA(argv[i]);
        if (!plugins[i]) {
            fprintf(stderr, "%s: error %lu\n", argv[i], GetLastError());
            return 1;
        }
    }
    for (int i = 1; i < argc && i < 64; i++) {
        if (run(argv[i], plugins[i])) {
            return 1;
        }
    }
    return 0;
}
