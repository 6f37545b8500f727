/* SPDX-License-Identifier: MIT */
/**
 * armeld: meld Rust static libraries that share objects.
 *
 * The whole program, in the order in which data goes through it. Everything below cli/ and
 * report/ is libarmeld (include/armeld.h); nothing in there prints or exits, and only ar/ and
 * obj/ know formats.
 *
 *   main.c              parse, run, finish
 *   cli/cli             verbs: which one is meant; standard output is closed with care
 *   cli/args            @FILE
 *   cli/options, verb.h the tables of options, and the parser that they drive (rows.h)
 *   cli/nearest         "did you mean ...?"
 *   cli/help            help and the version, from the tables
 *   cli/inputs          the paths of a verb, as inputs of a handle
 *   cli/meld            the main job: options to armeld.h, report to stdout
 *   cli/inspect         what archives hold
 *   cli/html            the HTML report as a file
 *   cli/shrink          strip, hide, prune, prelink: libraries alone
 *   cli/shrinking       the options of these, which meld has as well
 *   cli/share           a workspace as a shared library
 *   cli/explain         why a member is where it is
 *   cli/pkgconfig       files that tell builds of the workspace (packaging.h: their options)
 *   cli/restore         the originals back
 *   cli/verify          is a melded set complete and right
 *   cli/demangle        symbols as Rust writes them, by libiberty
 *   cli/progress        the line on a terminal that says how far it is
 *   cli/diag            messages on stderr, escaped
 *   cli/terminal_*      standard streams, terminals, clock: one file for each system
 *   cli/signals_*       ending early, in good order: the same
 *   report/text         the table for people
 *   report/shrink       what shrinking took out
 *   report/symbols      symbols in sentences, demangled
 *   report/json         the report for programs: armeld(5)
 *   report/html         the page; html_map, treemap: its maps; page.css, page.js go into it
 *   report/inspect      rows of what archives hold, as text, CSV and JSON
 *
 *   inspect/inspect     what the bytes of a set are for
 *   inspect/chart       the same by crate, before and after, and library by crate
 *   inspect/compare     how two sets differ
 *   inspect/explain*    why a member is where it is, why a set shares so little
 *   inspect/difference  where two objects first differ
 *
 *   packaging/packaging .pc, .la, CMake package and JSON for a melded set (making.h), its parts:
 *   packaging/making_*  one for each kind of file
 *   packaging/pc, la    such files, read and changed; packaging/words: the flags in them
 *   packaging/needs     what objects ask linkers for
 *
 *   meld/meld           the public API: inputs, plan, apply
 *   meld/pkgconfig      the public API: files that go with the archives (handle.h)
 *   meld/set            all libraries and all their members, numbered
 *   meld/identity       classes: which members are the same
 *   meld/canonical      what of an object counts for that
 *   meld/facts          what each class defines and needs (classes.h)
 *   meld/kinds          do the libraries belong together, and which flavour fits them
 *   meld/existing       is the workspace on disk still needed, does a library belong to a set
 *   meld/plan           what becomes of each class: move, copy or stay
 *   meld/proof*         the link proof: may change the plan (proof.h); its parts:
 *   meld/link           a simulated link, by a lazy or a one-pass linker
 *   meld/roots          the symbols that users of a library call
 *   meld/imports        import sets that the workspace needs as well
 *   meld/exports        what users call: hiding, pruning and prelinking spare it
 *   meld/reach          what all objects need, from there on
 *   meld/shrinking      what is written of each member, when something is taken out
 *   meld/outputs        the new archives, laid out
 *   meld/prelinking     one object in each of them, prelinking_names which names stay global
 *   meld/sharers        which libraries share what
 *   meld/apply          the new archives, written and renamed: all or none
 *   meld/companion      files that go with the archives: in the same transaction
 *   meld/recipe         originals, taken down to what must be kept of them
 *   meld/chunks         what their indexes have in common, kept once
 *   meld/sidecar        that, as a file; meld/manifest and meld/tables are in it
 *   meld/previous       an earlier melding, by its sidecar: what is on disk, originals rebuilt
 *   meld/undo           verify and restore
 *   meld/check          verify against originals, whoever melded
 *   meld/report         what the API tells of it
 *   meld/advice         why little is shared: fat and thin LTO
 *
 *   share/share         a workspace as a shared library; share_texts: lists, script, .pc
 *
 *   shrink/object       one object: the steps, written, read back, compared; the steps:
 *   shrink/strip        bitcode, debug info, symbols, comments
 *   shrink/compress     debug info that stays
 *   shrink/hide, rename what others see
 *   shrink/prune        sections that go, with what only they need
 *   shrink/graph        what needs what in an object
 *   shrink/frames       .eh_frame, taken apart
 *   shrink/tombs        debug info of code that is gone
 *   shrink/prelink*     many objects become one; prelink_macho: what no relocation tells of
 *   shrink/join         sections of one kind become one
 *
 *   ar/read             archive to members (archive.h)
 *   ar/package          archives in .tar.*, .zip, .deb
 *   ar/index*           symbol tables, one file for each flavour
 *   ar/write            members to archive (writer.h)
 *   obj/object          one view of an object, whatever its format; its readers:
 *   obj/elf*            ELF
 *   obj/coff*           COFF, regular and bigobj
 *   obj/macho*          Mach-O
 *   obj/image           an object to be changed, and written: *_write.c; image_equal: compared
 *   obj/strings         string tables
 *   obj/directives      what COFF objects say to the linker
 *   obj/import          COFF short imports and import libraries' members
 *   obj/bitcode         LLVM bitcode: recognised
 *   obj/regions         what each byte of an object is for
 *   obj/rcgu            the names that rustc gives to objects
 *
 *   base/span           checked bytes: the only way to touch input
 *   base/arena          memory that is freed together
 *   base/table          hash table
 *   base/digest         the name of some bytes
 *   base/path           paths as text
 *   base/error          failures with their text
 *   base/text           names made harmless, sizes made readable
 *   base/threads        work on several threads
 *   base/glob           globs
 *   base/os*            files: the platform seam; os_posix*.c and os_windows*.c are behind it
 */
#include "armeld.h"
#include "cli/cli.h"
#include "cli/signals.h"
#include "cli/terminal.h"

int main(int argc, char *argv[])
{
    if (!terminal_open_streams() || !terminal_arguments(&argc, &argv)) {
        return ARMELD_FAILED;
    }
    signals_begin();
    struct command command = {0};
    int status = cli_parse(&command, argc, argv);
    if (status == ARMELD_OK) {
        status = cli_run(&command);
    }
    int finished = cli_finish(&command);
    return status != ARMELD_OK ? status : finished;
}
