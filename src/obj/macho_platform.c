/* SPDX-License-Identifier: MIT */
/**
 * The platforms that a Mach-O object is for.
 *
 * LC_BUILD_VERSION names a platform by its number. The older LC_VERSION_MIN_* name it by their
 * type; they do not tell simulators from devices, but only simulators run on x86. An object can
 * have two such commands, for macOS and Mac Catalyst [mach-o/loader.h; ld64, Platform.cpp].
 */
#include "obj/macho.h"

enum { PLATFORM_MACOS = 1, PLATFORM_IOS = 2, PLATFORM_TVOS = 3, PLATFORM_WATCHOS = 4 };

/** How far a device's number lies below that of its simulator: iOS 2 and 7, and so on. */
enum { TO_SIMULATOR = 5, OTHER_PLATFORM = 31 };

enum { ZIPPERED = 1 << 1 | 1 << 6 };

static const char *const names[] = {
    [1] = "macOS", [2] = "iOS", [3] = "tvOS", [4] = "watchOS", [5] = "bridgeOS",
    [6] = "Mac Catalyst", [7] = "iOS simulator", [8] = "tvOS simulator", [9] = "watchOS simulator",
    [10] = "DriverKit", [11] = "visionOS", [12] = "visionOS simulator"};

/** The platform that a load command names, or 0. */
static uint32_t platform_of(struct span command, bool big_endian, bool x86)
{
    enum { PLATFORM_AT = 8 };
    switch (get_32(command.data, big_endian)) {
    case LC_BUILD_VERSION:
        return command.size < PLATFORM_AT + 4 ? 0
                                              : get_32(command.data + PLATFORM_AT, big_endian);
    case LC_VERSION_MIN_MACOSX:
        return PLATFORM_MACOS;
    case LC_VERSION_MIN_IPHONEOS:
        return PLATFORM_IOS + (x86 ? TO_SIMULATOR : 0);
    case LC_VERSION_MIN_TVOS:
        return PLATFORM_TVOS + (x86 ? TO_SIMULATOR : 0);
    case LC_VERSION_MIN_WATCHOS:
        return PLATFORM_WATCHOS + (x86 ? TO_SIMULATOR : 0);
    default:
        return 0;
    }
}

uint32_t macho_command_platform(const struct object *object, struct span command)
{
    bool x86 = object->machine == MACHINE_X86 || object->machine == MACHINE_X86_64;
    uint32_t platform = platform_of(command, object->big_endian, x86);
    return platform == 0 ? 0 : UINT32_C(1) << (platform < 31 ? platform : OTHER_PLATFORM);
}

/* LLVM, Triple.cpp: ARCH-apple-OS[VERSION][-simulator|-macabi]; x86 has no devices but Macs */
uint32_t macho_triple_platforms(struct span triple)
{
    enum { PLATFORM_BRIDGEOS = 5, PLATFORM_CATALYST, PLATFORM_DRIVERKIT = 10, PLATFORM_VISIONOS };
    static const struct {
        const char *part;
        uint32_t platform;
        uint32_t to_simulator;
    } systems[] = {
        {"-apple-macos", PLATFORM_MACOS, 0},
        {"-apple-darwin", PLATFORM_MACOS, 0},
        {"-apple-ios", PLATFORM_IOS, TO_SIMULATOR},
        {"-apple-tvos", PLATFORM_TVOS, TO_SIMULATOR},
        {"-apple-watchos", PLATFORM_WATCHOS, TO_SIMULATOR},
        {"-apple-xros", PLATFORM_VISIONOS, 1},
        {"-apple-visionos", PLATFORM_VISIONOS, 1},
        {"-apple-driverkit", PLATFORM_DRIVERKIT, 0},
        {"-apple-bridgeos", PLATFORM_BRIDGEOS, 0},
    };
    bool simulator = span_has(triple, "-simulator") || span_starts(triple, "x86_64") ||
                     span_starts(triple, "i386");
    if (span_has(triple, "-macabi")) {
        return UINT32_C(1) << PLATFORM_CATALYST;
    }
    for (size_t i = 0; i < sizeof systems / sizeof *systems; i++) {
        if (span_has(triple, systems[i].part)) {
            return UINT32_C(1) << (systems[i].platform +
                                   (simulator ? systems[i].to_simulator : 0));
        }
    }
    return 0;
}

/** The machine that a triple begins with: LLVM, MachO.cpp; the longer names come first. */
static bool find_machine(struct span triple, struct macho_target *target)
{
    static const struct {
        const char *begin;
        uint32_t machine;
        uint32_t subtype;
    } machines[] = {
        {"x86_64h-", CPU_TYPE_X86_64, 8},     {"x86_64-", CPU_TYPE_X86_64, 3},
        {"arm64_32-", CPU_TYPE_ARM64_32, 1},  {"arm64e-", CPU_TYPE_ARM64, 2},
        {"arm64-", CPU_TYPE_ARM64, 0},        {"aarch64-", CPU_TYPE_ARM64, 0},
        {"armv7k-", CPU_TYPE_ARM, 12},        {"thumbv7k-", CPU_TYPE_ARM, 12},
        {"armv7s-", CPU_TYPE_ARM, 11},        {"thumbv7s-", CPU_TYPE_ARM, 11},
        {"armv7-", CPU_TYPE_ARM, 9},          {"thumbv7-", CPU_TYPE_ARM, 9},
        {"i386-", CPU_TYPE_I386, 3},          {"i686-", CPU_TYPE_I386, 3},
    };
    for (size_t i = 0; i < sizeof machines / sizeof *machines; i++) {
        if (span_starts(triple, machines[i].begin)) {
            target->machine = machines[i].machine;
            target->subtype = machines[i].subtype;
            return true;
        }
    }
    return false;
}

/** The version behind the system's name: "macosx12.0.1" is 12.0.1; darwin20, macOS 11. */
static uint32_t find_system(struct span triple)
{
    enum { PARTS = 3, LARGEST = 999, DARWIN_OF_11 = 20, DARWIN_OF_10 = 4 };
    uint32_t parts[PARTS] = {0};
    size_t at = 0;
    for (int dashes = 0; at < triple.size && dashes < 2; at++) {
        dashes += triple.data[at] == '-';
    }
    struct span system = span_from(triple, at);
    while (at < triple.size && triple.data[at] >= 'a' && triple.data[at] <= 'z') {
        at++;
    }
    for (size_t part = 0; part < PARTS && at < triple.size; part++) {
        while (at < triple.size && triple.data[at] >= '0' && triple.data[at] <= '9') {
            parts[part] = parts[part] * 10 + (uint32_t)(triple.data[at++] - '0');
            parts[part] = parts[part] < LARGEST ? parts[part] : LARGEST;
        }
        bool more = at < triple.size && triple.data[at] == '.';
        at = more ? at + 1 : triple.size;
    }
    if (span_starts(system, "darwin") && parts[0] >= DARWIN_OF_11) {
        return (parts[0] - DARWIN_OF_11 + 11) << 16;
    }
    if (span_starts(system, "darwin")) {
        return parts[0] > DARWIN_OF_10 ? 10U << 16 | (parts[0] - DARWIN_OF_10) << 8 : 0;
    }
    return parts[0] << 16 | (parts[1] & 0xff) << 8 | (parts[2] & 0xff);
}

bool macho_triple_target(struct span triple, struct macho_target *target)
{
    uint32_t platforms = macho_triple_platforms(triple);
    *target = (struct macho_target){.system = platforms ? find_system(triple) : 0};
    while (platforms >> 1) {
        platforms >>= 1;
        target->platform++;
    }
    return (target->platform || span_has(triple, "-apple-")) && find_machine(triple, target);
}

uint32_t macho_command_system(const struct object *object, struct span command)
{
    /* struct build_version_command has it behind the platform, version_min_command in its place */
    enum { VERSION_AT = 8, MINOS_AT = 12 };
    bool build = get_32(command.data, object->big_endian) == LC_BUILD_VERSION;
    size_t at = build ? MINOS_AT : VERSION_AT;
    bool named = macho_command_platform(object, command) != 0 && command.size >= at + 4;
    return named ? get_32(command.data + at, object->big_endian) : 0;
}

bool object_is_arm64e(enum obj_format format, uint32_t raw_machine, uint32_t raw_subtype)
{
    enum { CPU_SUBTYPE_ARM64E = 2, SUBTYPE = 0xffffff };
    return format == OBJ_MACHO && raw_machine == CPU_TYPE_ARM64 &&
           (raw_subtype & SUBTYPE) == CPU_SUBTYPE_ARM64E;
}

const char *object_platform_name(uint32_t platforms)
{
    if (platforms == ZIPPERED) {
        return "macOS and Mac Catalyst";
    }
    for (size_t i = 1; i < sizeof names / sizeof *names; i++) {
        if (platforms & UINT32_C(1) << i) {
            return names[i];
        }
    }
    return platforms ? "another platform" : "no platform";
}
