/* SPDX-License-Identifier: MIT */
/** The Info.plist of an xcframework, as xcodebuild writes it. */
#include "apple/xcframework.h"
#include "base/path.h"

/** A text of XML, in @arena; NULL when memory is short. */
static const char *escape(const char *text, struct arena *arena)
{
    char *to = arena_alloc(arena, 5 * strlen(text) + 1);
    char *at = to;
    for (; to && *text; text++) {
        const char *entity = *text == '<' ? "&lt;" : *text == '>' ? "&gt;" : *text == '&' ? "&amp;"
                                                                                          : NULL;
        size_t size = entity ? strlen(entity) : 1;
        memcpy(at, entity ? entity : text, size);
        at += size;
    }
    return to;
}

/** A key and a text behind what there is; nothing without a text. */
static char *add(char *before, const char *key, const char *text, struct arena *arena)
{
    const char *escaped = text ? escape(text, arena) : NULL;
    if (!before || !text) {
        return before;
    }
    return escaped ? arena_printf(arena, "%s\t\t\t<key>%s</key>\n\t\t\t<string>%s</string>\n",
                                  before, key, escaped)
                   : NULL;
}

static char *print_machines(const struct xcframework_library *library, struct arena *arena)
{
    char *text = arena_printf(arena, "\t\t\t<key>SupportedArchitectures</key>\n\t\t\t<array>\n");
    for (size_t i = 0; text && i < library->machine_count; i++) {
        const char *machine = escape(library->machines[i], arena);
        text = machine ? arena_printf(arena, "%s\t\t\t\t<string>%s</string>\n", text, machine)
                       : NULL;
    }
    return text ? arena_printf(arena, "%s\t\t\t</array>\n", text) : NULL;
}

static char *print_library(const struct xcframework_library *library, struct arena *arena)
{
    const char *name = library->path + strlen(library->identifier) + 1;
    char *machines = print_machines(library, arena);
    char *text = arena_printf(arena, "\t\t<dict>\n");
    text = add(text, "BinaryPath", name, arena);
    text = add(text, "LibraryIdentifier", library->identifier, arena);
    text = add(text, "LibraryPath", name, arena);
    text = text && machines ? arena_printf(arena, "%s%s", text, machines) : NULL;
    text = add(text, "SupportedPlatform", library->platform, arena);
    text = add(text, "SupportedPlatformVariant", library->variant, arena);
    return text ? arena_printf(arena, "%s\t\t</dict>\n", text) : NULL;
}

char *xcframework_print(const struct xcframework *xcframework, struct arena *arena)
{
    char *text = arena_printf(
        arena, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
               "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" "
               "\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n"
               "<plist version=\"1.0\">\n<dict>\n\t<key>AvailableLibraries</key>\n\t<array>\n");
    for (size_t i = 0; text && i < xcframework->count; i++) {
        const char *library = print_library(&xcframework->list[i], arena);
        text = library ? arena_printf(arena, "%s%s", text, library) : NULL;
    }
    return text ? arena_printf(arena,
                               "%s\t</array>\n\t<key>CFBundlePackageType</key>\n"
                               "\t<string>XFWK</string>\n\t<key>XCFrameworkFormatVersion</key>\n"
                               "\t<string>1.0</string>\n</dict>\n</plist>\n",
                               text)
                : NULL;
}
