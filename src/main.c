/* SPDX-License-Identifier: MIT */
/**
 * armeld: meld Rust static libraries that share objects.
 *
 * The whole program by room, from the top down: a file includes its own room and rooms below.
 * Everything below cli/ is libarmeld (include/armeld*.h) and neither prints nor exits; only ar/,
 * obj/ and shrink/ know formats. test/house.sh checks these rules.
 *
 *   main.c              parse, run, finish
 *   cli/cli             from arguments to exit status; standard output is closed with care
 *   cli/verbs           the verbs, and how one is found by its name
 *   cli/args            @FILE
 *   cli/options, verb.h the tables of options, and the parser that they drive (rows.h)
 *   cli/nearest         "did you mean ...?"
 *   cli/help            help and the version, from the tables; verb_help: the verb
 *   cli/inputs          the paths of a verb, as inputs of a handle
 *   cli/cargo           Cargo workspaces among these paths; cargo's options
 *   cli/meld            the main job: options to armeld.h, report to stdout
 *   cli/inspect         what archives hold
 *   cli/html            the HTML report as a file
 *   cli/shrink          strip, hide, prune, prelink: libraries alone
 *   cli/shrinking       the options of these, which meld has as well
 *   cli/models          linkers to prove for, as an option
 *   cli/share           a workspace as a shared library
 *   cli/explain         why a member is where it is
 *   cli/pkgconfig       files that tell builds of the workspace (packaging.h: their options)
 *   cli/restore         the originals back
 *   cli/verify          is a melded set complete and right
 *   cli/demangle        symbols as Rust writes them, by libiberty
 *   cli/progress        the line on a terminal that says how far it is
 *   cli/diag            messages on stderr, escaped
 *   cli/style           reports on stdout, as a terminal has room and colours
 *   cli/terminal_*      standard streams, terminals, clock: one file for each system
 *   cli/signals_*       ending early, in good order: the same
 *   report/text         the report of a melding for people; findings: of what is on disk; explain
 *   report/grid         tables; look: what fits a terminal, colours; sentences: common pieces
 *   report/shrink       what shrinking took out
 *   report/symbols      symbols in sentences, demangled
 *   report/json         the report for programs: armeld(5)
 *   report/html         the page; html_map, treemap: its maps; page: its text; page.css, page.js
 *   report/inspect      rows of what archives hold, as text, CSV and JSON
 *
 *   api/handle          the public API: a handle is made, asked and freed; progress
 *   api/options         structs of callers, whatever their size
 *   api/meld            inputs, plan, apply
 *   api/stages          the stages of planning, as a table
 *   api/split_debug     a second copy of the outputs, with debug info
 *   api/look            inspect, compare, chart, explain
 *   api/undo            restore, verify
 *   api/cargo           the libraries of a Cargo workspace
 *   api/build_files     files for builds, and a shared workspace
 *   api/report*         fill the public report; its parts: account, proof, variants, warnings
 *   api/print           reports as text, JSON, CSV, HTML
 *
 *   share/share         a workspace as a shared library; share_texts: lists, script, .pc;
 *                       share_symbols: what a workspace exports; share_exports: each library
 *
 *   packaging/packaging .pc, .la, CMake package and JSON for a melded set (generate.h), its parts:
 *   packaging/generate_* one for each kind of file; generate_needs: what is to be linked
 *   packaging/pc, la    such files, read and changed; packaging/words: the flags in them
 *   packaging/known     what is known of what a workspace needs
 *   packaging/leaks     flags that rustc names and no linker finds
 *   packaging/needs     what objects ask linkers for
 *   packaging/modules   what the workspace needs of pkg-config's modules: symbols, what its objects
 *                       miss; provider, the libraries that define it
 *
 *   inspect/inspect     the bytes of a set by purpose
 *   inspect/images      what stripping shared objects and programs would save
 *   inspect/chart       the same by crate, before and after, and library by crate
 *   inspect/compare     how two sets differ
 *   inspect/explain*    why a member is where it is, why a set shares so little; _moved: where to
 *   inspect/odd_reason  why a library does not fit the others; compiler: who compiled it
 *   inspect/crate_cause why a crate was built in several ways
 *   inspect/difference  where two objects first differ
 *   inspect/advice      builds of which little can be shared: fat and thin LTO
 *
 *   write/outputs       the new archives, laid out
 *   write/new_file      files written beside their targets, read back, then renamed
 *   write/prelinked*    one object in each of them; prelinked_names: which names stay global
 *   write/apply*        the new archives, written and renamed: all or none
 *   write/build_file    files for builds, in the same transaction
 *   write/changed       refuses libraries that are not whole, as sidecars tell
 *   write/folders       the folders of many files, each once
 *   write/guard         refuses to replace or shrink what other files still need
 *   write/incomplete    refuses Rust libraries that are not whole
 *   write/lacking       what libraries have and lack of the names that an archive defines
 *   write/neighbours    refuses to take from a workspace what libraries beside it need
 *   write/renamed       refuses melded libraries that were renamed and changed, as sidecars tell
 *   write/undo          a set compared with its sidecar; undo_verify, undo_restore: the two verbs
 *
 *   sidecar/recipe      originals, taken down to the bytes that must be kept of them
 *   sidecar/chunks      what their indexes have in common, kept once
 *   sidecar/sidecar     the record as a file; sidecar/manifest and sidecar/tables are in it
 *   sidecar/pack        what is stored, cut up by purpose; sidecar/unpack: put together again
 *   sidecar/stream      one purpose, compressed; sidecar/same: what the files beside have as well
 *   sidecar/records     tables as columns; sidecar/bits, sidecar/bits_walk: bitcode as columns
 *   sidecar/numbers     numbers as bytes
 *   sidecar/record      an earlier melding, by its sidecar: what is on disk, originals rebuilt
 *
 *   slim/exports        what users call: hiding, pruning and prelinking spare it
 *   slim/reach          what all objects need, from there on; reach_links: what linkers load
 *   slim/slim           the bytes that are written of each member
 *
 *   proof/plan          what becomes of each class: move, copy or stay
 *   proof/plan_imports  import sets that the workspace needs as well
 *   proof/plan_parts    several workspaces, each for libraries of its own
 *   proof/odd*          libraries that cost a set more than they save
 *   proof/proof*        the link proof: may change the plan (proof.h); its parts:
 *   proof/link*         a simulated link, as one of several linkers does it; proof/line: its inputs
 *   proof/lists_apart   what must not be joined, lest programs get constructors they did not have
 *   proof/orders        in which orders libraries and the workspace are linked
 *   proof/models        link models by name, and which a set is proven for
 *   proof/places        where a symbol is found without linking: the proof's shortcuts
 *   proof/roots         the symbols that users of a library call
 *   proof/check         verify against originals, whoever melded
 *
 *   census/set          all libraries and all their members, numbered; set_package: from packages
 *   census/slices       universal files: a library for each slice
 *   census/identity     classes: members that are the same to a linker (census.h)
 *   census/equal_bytes  members that are equal, byte for byte
 *   census/canonical    the part of an object that counts for identity
 *   census/class_symbols the symbols that each class defines and needs
 *   census/class_twins   weak definitions with other names at their address
 *   census/target       do the libraries belong together, and which flavour fits them
 *   census/sharer_sets  which libraries share what
 *
 *   image/image         shared objects and programs: elf_image, macho_image, pe_image read them
 *   image/elf_strip*    takes debug info and symbols out of ELF's; elf_check: compares the result
 *
 *   shrink/object       shrinks one object: takes the steps, writes, reads back, compares; steps:
 *   shrink/strip        removes bitcode, debug info, symbols, comments
 *   shrink/compress     compresses debug info that stays
 *   shrink/hide, rename hides or renames symbols that are no exports
 *   shrink/prune        removes sections, with what only they need
 *   shrink/graph        what needs what in an object, for prune and slim/reach; graph_needs
 *   shrink/frames       the records of .eh_frame, removed with their functions
 *   shrink/sframe       the same for .sframe
 *   shrink/debug_tombstones cuts references of debug info to removed code
 *   shrink/prelink*     many objects become one: its steps are listed in prelink.c
 *   shrink/join*        joins sections of one kind
 *   shrink/resolve      applies what then leads from a section into itself
 *   shrink/coff_kinds   what joining and dropping COFF's sections means
 *   shrink/elf_kinds    what joining and removing ELF's sections means
 *   shrink/macho_kinds  what joining and dropping Mach-O's sections means
 *
 *   ar/read             archive to members (archive.h)
 *   ar/package          what is in .tar.*, .zip, .deb
 *   ar/universal        files with a library for each of several machines (Mach-O)
 *   ar/index*           symbol tables, one file for each flavour
 *   ar/write            members to archive (writer.h); name_table: its long names
 *   obj/object          one view of an object, whatever its format; readers:
 *   obj/elf*            ELF; elf_crel: compact relocations
 *   obj/coff*           COFF, regular and bigobj; coff_abi: whose; coff_aux: auxiliary records
 *   obj/macho*          Mach-O
 *   obj/obj_edit        editable objects; *_write: written; obj_edit_equal: compared
 *   obj/dynamic         the symbols of shared libraries
 *   obj/strings         string tables
 *   obj/directives      the linker options in COFF objects
 *   obj/import          COFF short imports
 *   obj/lto             code for LTO: where it is in an object; tables of its symbols:
 *   obj/bitcode, gcc_lto LLVM's, GCC's
 *   obj/byte_map        the bytes of an object by purpose
 *   obj/rcgu            the names that rustc gives to objects
 *   obj/relative        which relocations can be applied before the link, and what they hold then
 *
 *   cargo/metadata      a Cargo workspace, as cargo tells of it
 *   cargo/run           cargo itself; cargo/config: its settings
 *   cargo/find          where its static libraries are
 *   cargo/messages      the same, as a build tells
 *
 *   base/span           checked bytes: the only way to touch input
 *   base/arena          memory that is freed together
 *   base/table          hash table
 *   base/digest         the name of some bytes
 *   base/path           paths as text
 *   base/error          failures with their text
 *   base/text           names made harmless, sizes made readable
 *   base/text_width     names shortened to the columns of a terminal
 *   base/threads        work on several threads
 *   base/glob           globs
 *   base/os*            files, programs: the platform; os_posix*.c, os_windows*.c are behind it
 */
#include "armeld.h"
#include "base/os.h"
#include "cli/cli.h"
#include "cli/signals.h"
#include "cli/terminal.h"

int main(int argc, char *argv[])
{
    if (!terminal_open_streams() || !terminal_arguments(&argc, &argv)) {
        return ARMELD_FAILED;
    }
    signals_begin();
    os_return_memory();
    struct command command = {0};
    int status = cli_parse(&command, argc, argv);
    if (status == ARMELD_OK) {
        status = cli_run(&command);
    }
    int finished = cli_finish(&command);
    return status != ARMELD_OK ? status : finished;
}
