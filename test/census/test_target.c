/* SPDX-License-Identifier: MIT */
/** Which libraries go together, which flavour fits them, and what is said when none does. */
#include <stdlib.h>

#include "suites.h"
#include "support/scratch.h"

#define ELF(header) "elf " header "\nsection .text data=c3 flags=6\nsymbol main in=.text\n"
#define COFF(header) "coff " header "\nsection .text data=c3 flags=0x60500020\nsymbol f in=.text\n"
#define MACHO(header) "macho " header "\nsection __TEXT,__t data=c3\nsymbol _main in=__TEXT,__t\n"

static const struct content contents[] = {
    {"elf-x86_64", ELF("machine=62")},
    {"elf-aarch64", ELF("machine=183")},
    {"elf-sparc", ELF("machine=43")},
    {"elf-alpha", ELF("machine=0x9026")},
    {"coff-x86_64", COFF("machine=0x8664")},
    {"coff-i686", COFF("machine=0x14c")},
    {"coff-aarch64", COFF("machine=0xaa64")},
    {"coff-arm64ec", COFF("machine=0xa641")},
    {"coff-any", COFF("machine=0")},
    {"macho-aarch64", MACHO("machine=0x0100000c")},
    {"macho-x86_64", MACHO("machine=0x01000007")},
    {"macos", MACHO("machine=0x0100000c") "build 14 platform=1\n"},
    {"ios", MACHO("machine=0x0100000c") "build 14 platform=2\n"},
    {"simulator", MACHO("machine=0x0100000c") "build 14 platform=7\n"},
    {"zippered", MACHO("machine=0x0100000c") "build 14 platform=1\nbuild 14 platform=6\n"},
    {"catalyst", MACHO("machine=0x0100000c") "build 14 platform=6\n"},
    {"arm64e", MACHO("machine=0x0100000c abi=0x80000002") "build 14 platform=2\n"},
};

enum { MOST = 10 };

static const struct {
    const char *what;
    const char *library[MOST];
    enum armeld_flavour asked;
    enum armeld_flavour flavour; /* that is written, or ARMELD_AUTO: an error */
    const char *said;            /* the machine, or the error, with A/ for the folder */
} rows[] = {
    {"ELF", {"m.o=elf-x86_64", "m.o=elf-x86_64"}, ARMELD_AUTO, ARMELD_GNU, "x86_64"},
    {"COFF in a GNU archive", {"m.o=coff-x86_64"}, ARMELD_AUTO, ARMELD_GNU, "x86_64"},
    {"COFF", {"coff: m.o=coff-i686"}, ARMELD_AUTO, ARMELD_COFF, "i686"},
    {"Mach-O", {"darwin: m.o=macho-aarch64"}, ARMELD_AUTO, ARMELD_DARWIN, "aarch64"},
    {"GNU to COFF", {"m.o=coff-x86_64"}, ARMELD_COFF, ARMELD_COFF, "x86_64"},
    {"COFF to GNU", {"coff: m.o=coff-x86_64"}, ARMELD_GNU, ARMELD_GNU, "x86_64"},
    {"GNU to Darwin", {"m.o=macho-x86_64"}, ARMELD_DARWIN, ARMELD_DARWIN, "x86_64"},
    {"no object at all", {"readme=text"}, ARMELD_AUTO, ARMELD_GNU, NULL},
    {"no member at all", {""}, ARMELD_AUTO, ARMELD_GNU, NULL},
    {"no member tells no flavour",
     {"", "darwin: m.o=macho-x86_64"},
     ARMELD_AUTO,
     ARMELD_DARWIN,
     "x86_64"},
    {"no object fits every flavour", {"readme=text"}, ARMELD_DARWIN, ARMELD_DARWIN, NULL},
    {"ELF with Apple's names", {"darwin: m.o=elf-x86_64"}, ARMELD_AUTO, ARMELD_GNU, "x86_64"},
    {"COFF with Apple's names", {"darwin: m.o=coff-x86_64"}, ARMELD_AUTO, ARMELD_GNU, "x86_64"},
    {"Mach-O with GNU's names", {"m.o=macho-x86_64"}, ARMELD_AUTO, ARMELD_DARWIN, "x86_64"},
    {"of two flavours one does not suit",
     {"darwin: m.o=coff-x86_64", "coff: m.o=coff-x86_64"},
     ARMELD_AUTO,
     ARMELD_COFF,
     "x86_64"},
    {"a COFF object for any machine",
     {"m.o=coff-any n.o=coff-x86_64"},
     ARMELD_AUTO,
     ARMELD_GNU,
     "x86_64"},
    {"two flavours, told which",
     {"m.o=coff-x86_64", "coff: m.o=coff-x86_64"},
     ARMELD_COFF,
     ARMELD_COFF,
     "x86_64"},

    {"arm64ec and x64",
     {"coff: m.o=coff-x86_64", "coff: m.o=coff-arm64ec"},
     ARMELD_AUTO,
     ARMELD_COFF,
     "arm64ec"},
    {"arm64ec and arm64",
     {"coff: m.o=coff-arm64ec n.o=coff-aarch64"},
     ARMELD_AUTO,
     ARMELD_COFF,
     "arm64ec"},
    {"arm64x",
     {"coff: m.o=coff-aarch64", "coff: m.o=coff-x86_64 n.o=coff-arm64ec"},
     ARMELD_AUTO,
     ARMELD_COFF,
     "arm64ec"},
    {"arm64 and x64",
     {"coff: m.o=coff-aarch64", "coff: m.o=coff-x86_64"},
     ARMELD_AUTO,
     ARMELD_AUTO,
     "objects of different kinds in one run: aarch64 COFF in A/0.a, x86_64 COFF in A/1.a"},
    {"arm64ec and i686",
     {"coff: m.o=coff-arm64ec", "coff: m.o=coff-i686"},
     ARMELD_AUTO,
     ARMELD_AUTO,
     "objects of different kinds in one run: arm64ec COFF in A/0.a, i686 COFF in A/1.a"},

    {"a member that names no platform, and one for two platforms",
     {"darwin: m.o=macos n.o=macho-aarch64 o.o=zippered", "darwin: m.o=macos"},
     ARMELD_AUTO,
     ARMELD_DARWIN,
     "aarch64"},
    {"a library for two platforms, and one for one of them",
     {"darwin: m.o=macos", "darwin: m.o=zippered"},
     ARMELD_AUTO,
     ARMELD_AUTO,
     "objects of different kinds in one run: aarch64 Mach-O for macOS in A/0.a, aarch64 Mach-O for "
     "macOS and Mac Catalyst in A/1.a; --workspaces=auto melds them apart"},
    {"device and simulator",
     {"darwin: m.o=macho-aarch64 n.o=ios", "darwin: m.o=ios", "darwin: m.o=simulator"},
     ARMELD_AUTO,
     ARMELD_AUTO,
     "objects of different kinds in one run: aarch64 Mach-O for iOS in A/0.a, aarch64 Mach-O for "
     "iOS simulator in A/2.a; --workspaces=auto melds them apart"},
    {"two platforms that go with a third",
     {"darwin: m.o=zippered", "darwin: m.o=macos", "darwin: m.o=catalyst"},
     ARMELD_AUTO,
     ARMELD_AUTO,
     "objects of different kinds in one run: aarch64 Mach-O for macOS and Mac Catalyst in "
     "A/0.a, aarch64 Mach-O for macOS in A/1.a, aarch64 Mach-O for Mac Catalyst in A/2.a; "
     "--workspaces=auto melds them apart"},
    {"signed pointers",
     {"darwin: m.o=ios", "darwin: m.o=arm64e"},
     ARMELD_AUTO,
     ARMELD_AUTO,
     "objects of different kinds in one run: aarch64 Mach-O for iOS in A/0.a, arm64e Mach-O for "
     "iOS in A/1.a; --workspaces=auto melds them apart"},
    {"two machines",
     {"m.o=elf-x86_64", "m.o=elf-x86_64", "m.o=elf-aarch64"},
     ARMELD_AUTO,
     ARMELD_AUTO,
     "objects of different kinds in one run: x86_64 ELF in A/0.a, aarch64 ELF in A/2.a"},
    {"two machines in one library",
     {"m.o=elf-x86_64 n.o=elf-aarch64"},
     ARMELD_AUTO,
     ARMELD_AUTO,
     "objects of different kinds in one run: x86_64 ELF in A/0.a(m.o), aarch64 ELF in A/0.a(n.o)"
     "; A/0.a has several: make an archive for each"},
    {"two platforms in one library",
     {"darwin: m.o=ios", "darwin: m.o=ios n.o=simulator"},
     ARMELD_AUTO,
     ARMELD_AUTO,
     "objects of different kinds in one run: aarch64 Mach-O for iOS in A/0.a(m.o), aarch64 Mach-O "
     "for iOS simulator in A/1.a(n.o); A/1.a has several: make an archive for each"},
    {"two platforms in one library alone",
     {"darwin: m.o=ios n.o=simulator"},
     ARMELD_AUTO,
     ARMELD_AUTO,
     "objects of different kinds in one run: aarch64 Mach-O for iOS in A/0.a(m.o), aarch64 Mach-O "
     "for iOS simulator in A/0.a(n.o); A/0.a has several: make an archive for each"},
    {"two machines without a name",
     {"m.o=elf-sparc", "m.o=elf-alpha"},
     ARMELD_AUTO,
     ARMELD_AUTO,
     "objects of different kinds in one run: other ELF in A/0.a, other ELF in A/1.a"},
    {"three formats",
     {"m.o=elf-x86_64", "m.o=coff-x86_64", "darwin: m.o=macho-x86_64"},
     ARMELD_AUTO,
     ARMELD_AUTO,
     "objects of different kinds in one run: x86_64 ELF in A/0.a, x86_64 COFF in A/1.a, "
     "x86_64 Mach-O in A/2.a"},
    {"many kinds",
     {"m.o=elf-x86_64", "m.o=elf-aarch64", "m.o=elf-sparc", "m.o=elf-alpha", "m.o=coff-x86_64",
      "m.o=coff-i686", "m.o=coff-aarch64", "m.o=macho-x86_64", "m.o=macho-aarch64"},
     ARMELD_AUTO,
     ARMELD_AUTO,
     "objects of different kinds in one run: x86_64 ELF in A/0.a, aarch64 ELF in A/1.a, "
     "other ELF in A/2.a, other ELF in A/3.a, x86_64 COFF in A/4.a, i686 COFF in A/5.a, "
     "aarch64 COFF in A/6.a, x86_64 Mach-O in A/7.a"},

    {"ELF in Darwin",
     {"m.o=elf-x86_64"},
     ARMELD_DARWIN,
     ARMELD_AUTO,
     "darwin archives cannot hold ELF objects; gnu ones can"},
    {"ELF in COFF",
     {"m.o=elf-x86_64"},
     ARMELD_COFF,
     ARMELD_AUTO,
     "coff archives cannot hold ELF objects; gnu ones can"},
    {"Mach-O in GNU",
     {"darwin: m.o=macho-x86_64"},
     ARMELD_GNU,
     ARMELD_AUTO,
     "gnu archives cannot hold Mach-O objects; darwin ones can"},
    {"Mach-O in COFF",
     {"darwin: m.o=macho-x86_64"},
     ARMELD_COFF,
     ARMELD_AUTO,
     "coff archives cannot hold Mach-O objects; darwin ones can"},
    {"COFF in Darwin",
     {"coff: m.o=coff-x86_64"},
     ARMELD_DARWIN,
     ARMELD_AUTO,
     "darwin archives cannot hold COFF objects; gnu ones can"},
    {"two flavours",
     {"m.o=coff-x86_64", "coff: m.o=coff-x86_64"},
     ARMELD_AUTO,
     ARMELD_AUTO,
     "A/0.a is a gnu archive, A/1.a a coff one: say with --flavour which to write"},
};

/** @said with A/ replaced by the folder. */
static const char *name_folder(const char *said, const char *folder)
{
    const char *text = "";
    for (const char *a; said && (a = strstr(said, "A/")); said = a + 1) {
        text = arena_printf(&scratch_arena, "%s%.*s%s", text, (int)(a - said), said, folder);
    }
    return arena_printf(&scratch_arena, "%s%s", text, said ? said : "none");
}

START_TEST(kinds)
{
    const char *folder = scratch_folder(arena_printf(&scratch_arena, "%d", _i));
    struct armeld_options options = {.struct_size = sizeof options,
                                     .workspace = arena_printf(&scratch_arena, "%s/w.a", folder),
                                     .flavour = rows[_i].asked};
    const char *paths[MOST + 1] = {NULL};
    struct armeld *armeld;
    struct snapshot before, after;
    for (int i = 0; i < MOST && rows[_i].library[i]; i++) {
        paths[i] = arena_printf(&scratch_arena, "%s/%d.a", folder, i);
        write_library(paths[i], rows[_i].library[i], contents, sizeof contents / sizeof *contents);
    }
    take_snapshot(folder, &before);
    int status = meld(&options, paths, true, &armeld);
    const struct armeld_report *report = armeld_report(armeld);
    bool good = rows[_i].flavour != ARMELD_AUTO;
    const char *said = good ? report->machine : armeld_error(armeld);
    ck_assert_msg(status == (good ? ARMELD_OK : ARMELD_FAILED), "%s: %d: %s", rows[_i].what, status,
                  armeld_error(armeld));
    ck_assert_str_eq(said ? said : "none", name_folder(rows[_i].said, folder));
    if (good) {
        ck_assert_int_eq(report->flavour, rows[_i].flavour);
    } else {
        take_snapshot(folder, &after);
        same_snapshots(rows[_i].what, &before, &after);
    }
    armeld_free(armeld);
}
END_TEST

Suite *target_suite(void)
{
    Suite *suite = suite_create("kinds");
    TCase *tests = tcase_create("kinds");
    tcase_add_unchecked_fixture(tests, scratch_make, scratch_remove);
    tcase_add_loop_test(tests, kinds, 0, sizeof rows / sizeof *rows);
    suite_add_tcase(suite, tests);
    return suite;
}
