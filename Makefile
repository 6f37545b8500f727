# armeld. `make demo` and `make check` do all the set-up that they need by themselves.
CC = cc
CFLAGS = -O2 -g
LDFLAGS =
TEST_CFLAGS =
PREFIX = /usr/local
LIBDIR = $(PREFIX)/lib
DESTDIR =
V = 0
B = build

VERSION = 1.0.0
SOVERSION = 2
WARNINGS = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wmissing-prototypes -Wstrict-prototypes
DEFINES = -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE
ALL_CFLAGS = -std=c17 $(DEFINES) -Iinclude -Isrc -I$B/include $(WARNINGS) -fPIC -pthread -MMD -MP $(CFLAGS)
MANUALS = man/armeld.1 man/armeld.3 man/armeld.5
SHELLS = bash zsh fish
COMPLETIONS = bash-completion/completions/armeld zsh/vendor-completions/_armeld \
	fish/vendor_completions.d/armeld.fish
LIBS = -lxxhash -larchive -ljansson -lzstd -lz -lm -pthread
JOBS = -j$$(getconf _NPROCESSORS_ONLN)

# Symbols are shown demangled if libiberty is there.
LIBIBERTY := $(shell printf '\043include <libiberty/demangle.h>\n' | $(CC) $(CFLAGS) -E - >/dev/null 2>&1 && echo yes)

# "posix" or "windows": the implementation behind base/os.h, and two files of cli/.
SYSTEM = posix
EXE = $(if $(filter windows,$(SYSTEM)),.exe)

LIB_SRC = \
	src/api/against.c \
	src/api/against_apart.c \
	src/api/build_again.c \
	src/api/build_files.c \
	src/api/cargo.c \
	src/api/frameworks.c \
	src/api/frameworks_copy.c \
	src/api/handle.c \
	src/api/look.c \
	src/api/look_apart.c \
	src/api/machines.c \
	src/api/machines_guard.c \
	src/api/machines_join.c \
	src/api/meld.c \
	src/api/options.c \
	src/api/page.c \
	src/api/part_numbers.c \
	src/api/platforms.c \
	src/api/print.c \
	src/api/prove.c \
	src/api/prove_apart.c \
	src/api/report.c \
	src/api/report_account.c \
	src/api/report_join.c \
	src/api/report_join_chart.c \
	src/api/report_join_texts.c \
	src/api/report_odd.c \
	src/api/report_proof.c \
	src/api/report_variants.c \
	src/api/report_warnings.c \
	src/api/share_apart.c \
	src/api/split_debug.c \
	src/api/stages.c \
	src/api/undo.c \
	src/apple/plist.c \
	src/apple/plist_binary.c \
	src/apple/plist_xml.c \
	src/apple/xcframework.c \
	src/apple/xcframework_print.c \
	src/ar/index.c \
	src/ar/index_coff.c \
	src/ar/index_darwin.c \
	src/ar/index_entries.c \
	src/ar/index_gnu.c \
	src/ar/name_table.c \
	src/ar/package.c \
	src/ar/read.c \
	src/ar/universal.c \
	src/ar/write.c \
	src/base/arena.c \
	src/base/digest.c \
	src/base/error.c \
	src/base/glob.c \
	src/base/json_text.c \
	src/base/os_$(SYSTEM).c \
	src/base/os_$(SYSTEM)_files.c \
	src/base/os_$(SYSTEM)_run.c \
	src/base/os_directory.c \
	src/base/os_lock.c \
	src/base/os_mapping.c \
	src/base/os_output.c \
	src/base/os_path.c \
	src/base/os_run.c \
	src/base/path.c \
	src/base/sha256.c \
	src/base/table.c \
	src/base/text.c \
	src/base/text_width.c \
	src/base/threads.c \
	src/cargo/config.c \
	src/cargo/find.c \
	src/cargo/messages.c \
	src/cargo/metadata.c \
	src/cargo/run.c \
	src/census/canonical.c \
	src/census/class_statements.c \
	src/census/class_symbols.c \
	src/census/class_twins.c \
	src/census/derived.c \
	src/census/equal_bytes.c \
	src/census/identity.c \
	src/census/kinds.c \
	src/census/runtime_names.c \
	src/census/set.c \
	src/census/set_package.c \
	src/census/sharer_sets.c \
	src/census/slices.c \
	src/census/symbol_numbers.c \
	src/census/target.c \
	src/census/whole.c \
	src/image/elf_check.c \
	src/image/elf_image.c \
	src/image/elf_names.c \
	src/image/elf_strip.c \
	src/image/elf_strip_layout.c \
	src/image/elf_strip_symbols.c \
	src/image/image.c \
	src/image/macho_check.c \
	src/image/macho_commands.c \
	src/image/macho_image.c \
	src/image/macho_names.c \
	src/image/macho_sign.c \
	src/image/macho_strip.c \
	src/image/macho_strip_symbols.c \
	src/image/origins.c \
	src/image/pe_image.c \
	src/image/universal_image.c \
	src/inspect/advice.c \
	src/inspect/chart.c \
	src/inspect/chart_map.c \
	src/inspect/chart_origins.c \
	src/inspect/compare.c \
	src/inspect/compare_chart.c \
	src/inspect/compiler.c \
	src/inspect/crate_cause.c \
	src/inspect/difference.c \
	src/inspect/explain.c \
	src/inspect/explain_builds.c \
	src/inspect/explain_groups.c \
	src/inspect/explain_moved.c \
	src/inspect/explain_set.c \
	src/inspect/images.c \
	src/inspect/inspect.c \
	src/inspect/odd_reason.c \
	src/obj/bitcode.c \
	src/obj/byte_map.c \
	src/obj/coff.c \
	src/obj/coff_abi.c \
	src/obj/coff_aux.c \
	src/obj/coff_sections.c \
	src/obj/coff_symbols.c \
	src/obj/coff_write.c \
	src/obj/direct.c \
	src/obj/directives.c \
	src/obj/dynamic.c \
	src/obj/elf.c \
	src/obj/elf_admit.c \
	src/obj/elf_crel.c \
	src/obj/elf_relocs.c \
	src/obj/elf_symbols.c \
	src/obj/elf_write.c \
	src/obj/gcc_lto.c \
	src/obj/import.c \
	src/obj/linked.c \
	src/obj/lto.c \
	src/obj/macho.c \
	src/obj/macho_empty.c \
	src/obj/macho_platform.c \
	src/obj/macho_relocs.c \
	src/obj/macho_symbols.c \
	src/obj/macho_write.c \
	src/obj/obj_edit.c \
	src/obj/obj_edit_equal.c \
	src/obj/object.c \
	src/obj/rcgu.c \
	src/obj/relative.c \
	src/obj/rust_names.c \
	src/obj/strings.c \
	src/packaging/generate_cmake.c \
	src/packaging/generate_json.c \
	src/packaging/generate_la.c \
	src/packaging/generate_needs.c \
	src/packaging/generate_pc.c \
	src/packaging/known.c \
	src/packaging/la.c \
	src/packaging/leaks.c \
	src/packaging/modules.c \
	src/packaging/needs.c \
	src/packaging/packaging.c \
	src/packaging/pc.c \
	src/packaging/pc_forget.c \
	src/packaging/provider.c \
	src/packaging/symbols.c \
	src/packaging/words.c \
	src/proof/check.c \
	src/proof/check_lines.c \
	src/proof/check_links.c \
	src/proof/check_report.c \
	src/proof/check_roots.c \
	src/proof/image.c \
	src/proof/image_again.c \
	src/proof/image_contents.c \
	src/proof/image_frames.c \
	src/proof/image_lists.c \
	src/proof/image_object.c \
	src/proof/image_parts.c \
	src/proof/line.c \
	src/proof/link.c \
	src/proof/link_compare.c \
	src/proof/link_passes.c \
	src/proof/link_search.c \
	src/proof/link_selections.c \
	src/proof/link_statements.c \
	src/proof/lists_apart.c \
	src/proof/models.c \
	src/proof/odd.c \
	src/proof/odd_groups.c \
	src/proof/odd_parts.c \
	src/proof/orders.c \
	src/proof/places.c \
	src/proof/plan.c \
	src/proof/plan_imports.c \
	src/proof/plan_parts.c \
	src/proof/proof.c \
	src/proof/proof_fallback.c \
	src/proof/proof_imports.c \
	src/proof/proof_links.c \
	src/proof/proof_several.c \
	src/proof/roots.c \
	src/report/explain.c \
	src/report/findings.c \
	src/report/grid.c \
	src/report/html.c \
	src/report/html_compare.c \
	src/report/html_data.c \
	src/report/html_images.c \
	src/report/html_map.c \
	src/report/html_matrix.c \
	src/report/html_savings.c \
	src/report/html_tables.c \
	src/report/images.c \
	src/report/inspect.c \
	src/report/json.c \
	src/report/json_inspect.c \
	src/report/look.c \
	src/report/page.c \
	src/report/sentences.c \
	src/report/shrink.c \
	src/report/symbols.c \
	src/report/text.c \
	src/report/treemap.c \
	src/share/share.c \
	src/share/share_choice.c \
	src/share/share_direct.c \
	src/share/share_exports.c \
	src/share/share_refuse.c \
	src/share/share_state.c \
	src/share/share_symbols.c \
	src/share/share_texts.c \
	src/shrink/coff_kinds.c \
	src/shrink/compress.c \
	src/shrink/debug_tombstones.c \
	src/shrink/elf_kinds.c \
	src/shrink/frames.c \
	src/shrink/graph.c \
	src/shrink/graph_needs.c \
	src/shrink/hide.c \
	src/shrink/join.c \
	src/shrink/join_kinds.c \
	src/shrink/macho_kinds.c \
	src/shrink/object.c \
	src/shrink/prelink.c \
	src/shrink/prelink_attributes.c \
	src/shrink/prelink_coff.c \
	src/shrink/prelink_elf.c \
	src/shrink/prelink_macho.c \
	src/shrink/prelink_macho_cut.c \
	src/shrink/prelink_macho_names.c \
	src/shrink/prelink_macho_pieces.c \
	src/shrink/prelink_macho_whole.c \
	src/shrink/prelink_properties.c \
	src/shrink/prelink_prune.c \
	src/shrink/prelink_sections.c \
	src/shrink/prelink_symbols.c \
	src/shrink/prelink_whole.c \
	src/shrink/prune.c \
	src/shrink/rename.c \
	src/shrink/resolve.c \
	src/shrink/sframe.c \
	src/shrink/strip.c \
	src/sidecar/bits.c \
	src/sidecar/bits_walk.c \
	src/sidecar/chunks.c \
	src/sidecar/manifest.c \
	src/sidecar/manifest_print.c \
	src/sidecar/numbers.c \
	src/sidecar/pack.c \
	src/sidecar/recipe.c \
	src/sidecar/recipe_join.c \
	src/sidecar/record.c \
	src/sidecar/record_parts.c \
	src/sidecar/records.c \
	src/sidecar/same.c \
	src/sidecar/sidecar.c \
	src/sidecar/stream.c \
	src/sidecar/tables.c \
	src/sidecar/unpack.c \
	src/slim/exports.c \
	src/slim/reach.c \
	src/slim/reach_links.c \
	src/slim/slim.c \
	src/write/apply.c \
	src/write/apply_sidecar.c \
	src/write/build_file.c \
	src/write/changed.c \
	src/write/folders.c \
	src/write/guard.c \
	src/write/incomplete.c \
	src/write/lacking.c \
	src/write/neighbours.c \
	src/write/new_file.c \
	src/write/one_archive.c \
	src/write/outputs.c \
	src/write/outputs_check.c \
	src/write/outputs_empty.c \
	src/write/prelinked.c \
	src/write/prelinked_lists.c \
	src/write/prelinked_names.c \
	src/write/prelinked_odd.c \
	src/write/renamed.c \
	src/write/siblings.c \
	src/write/undo.c \
	src/write/undo_names.c \
	src/write/undo_restore.c \
	src/write/undo_verify.c
CLI_SRC = \
	src/cli/args.c \
	src/cli/cargo.c \
	src/cli/cli.c \
	src/cli/demangle.c \
	src/cli/diag.c \
	src/cli/explain.c \
	src/cli/help.c \
	src/cli/html.c \
	src/cli/inputs.c \
	src/cli/inspect.c \
	src/cli/meld.c \
	src/cli/models.c \
	src/cli/nearest.c \
	src/cli/options.c \
	src/cli/pkgconfig.c \
	src/cli/progress.c \
	src/cli/restore.c \
	src/cli/share.c \
	src/cli/shrink.c \
	src/cli/shrinking.c \
	src/cli/signals_$(SYSTEM).c \
	src/cli/style.c \
	src/cli/terminal_$(SYSTEM).c \
	src/cli/verb_help.c \
	src/cli/verbs.c \
	src/cli/verify.c \
	src/main.c
TEST_SRC = \
	test/api/test_account.c \
	test/api/test_api.c \
	test/api/test_api_failures.c \
	test/api/test_print.c \
	test/api/test_structs.c \
	test/apple/render.c \
	test/apple/test_plist.c \
	test/apple/test_xcframework.c \
	test/ar/builder.c \
	test/ar/fixtures.c \
	test/ar/items.c \
	test/ar/pack.c \
	test/ar/second.c \
	test/ar/test_fixtures.c \
	test/ar/test_index.c \
	test/ar/test_mutate.c \
	test/ar/test_package.c \
	test/ar/test_read.c \
	test/ar/test_universal.c \
	test/ar/test_write.c \
	test/ar/test_write_any.c \
	test/base/test_arena.c \
	test/base/test_error.c \
	test/base/test_glob.c \
	test/base/test_json_text.c \
	test/base/test_os.c \
	test/base/test_os_lock.c \
	test/base/test_os_run.c \
	test/base/test_path.c \
	test/base/test_sha256.c \
	test/base/test_span.c \
	test/base/test_table.c \
	test/base/test_text.c \
	test/base/test_threads.c \
	test/cargo/test_config.c \
	test/cargo/test_metadata.c \
	test/census/test_canonical.c \
	test/census/test_identity.c \
	test/census/test_kinds.c \
	test/census/test_runtime_names.c \
	test/census/test_slices.c \
	test/census/test_target.c \
	test/census/test_whole.c \
	test/inspect/test_advice.c \
	test/inspect/test_chart.c \
	test/inspect/test_difference.c \
	test/image/test_image.c \
	test/inspect/test_explain.c \
	test/inspect/test_explain_builds.c \
	test/inspect/test_explain_set.c \
	test/main.c \
	test/obj/coff_builder.c \
	test/obj/elf_builder.c \
	test/obj/macho_builder.c \
	test/obj/test_byte_map.c \
	test/obj/test_coff.c \
	test/obj/test_coff_abi.c \
	test/obj/test_coff_broken.c \
	test/obj/test_coff_write.c \
	test/obj/test_directives.c \
	test/obj/test_dynamic.c \
	test/obj/test_elf.c \
	test/obj/test_elf_admit.c \
	test/obj/test_elf_broken.c \
	test/obj/test_elf_lists.c \
	test/obj/test_gcc_lto.c \
	test/obj/test_import.c \
	test/obj/test_lto.c \
	test/obj/test_macho.c \
	test/obj/test_macho_broken.c \
	test/obj/test_obj_edit.c \
	test/obj/test_rcgu.c \
	test/obj/test_rust_names.c \
	test/packaging/test_la.c \
	test/packaging/test_leaks.c \
	test/packaging/test_needs.c \
	test/packaging/test_pc.c \
	test/proof/test_check.c \
	test/proof/test_image.c \
	test/proof/test_lemmas.c \
	test/proof/test_link.c \
	test/proof/test_odd.c \
	test/proof/test_places.c \
	test/proof/test_plan_imports.c \
	test/proof/test_proof.c \
	test/proof/test_proof_fallback.c \
	test/report/test_grid.c \
	test/report/test_shrink.c \
	test/report/test_treemap.c \
	test/shrink/test_compress.c \
	test/shrink/test_frames.c \
	test/shrink/test_graph.c \
	test/shrink/test_join.c \
	test/shrink/test_prelink.c \
	test/shrink/test_prelink_coff.c \
	test/shrink/test_prelink_elf.c \
	test/shrink/test_prelink_macho.c \
	test/shrink/test_prelink_macho_cut.c \
	test/shrink/test_prelink_macho_names.c \
	test/shrink/test_prelink_macho_whole.c \
	test/shrink/test_prelink_prune.c \
	test/shrink/test_prelink_whole.c \
	test/shrink/test_prune.c \
	test/shrink/test_resolve.c \
	test/shrink/test_sframe.c \
	test/shrink/test_shrink.c \
	test/sidecar/test_chunks.c \
	test/sidecar/test_pack.c \
	test/sidecar/test_recipe.c \
	test/support/conserve.c \
	test/support/edits.c \
	test/support/growth.c \
	test/support/linked_sets.c \
	test/support/notes.c \
	test/support/objects.c \
	test/support/objects_coff.c \
	test/support/objects_elf.c \
	test/support/objects_macho.c \
	test/support/scratch.c \
	test/support/sets.c \
	test/write/test_changed.c \
	test/write/test_guard.c \
	test/write/test_names.c \
	test/write/test_outputs.c \
	test/write/test_restore.c \
	test/write/test_shrunk.c \
	test/write/test_shrunk_macho.c \
	test/write/test_undo.c

LIB_OBJ = $(LIB_SRC:%.c=$B/%.o)
CLI_OBJ = $(CLI_SRC:%.c=$B/%.o)
TEST_OBJ = $(TEST_SRC:%.c=$B/%.o)
SAY = @[ $V = 1 ] || printf '[%s] %s\n'
Q = $(if $(filter 1,$V),,@)

all: $B/armeld$(EXE) $B/libarmeld.a $B/libarmeld.so

$B/armeld$(EXE): $(CLI_OBJ) $B/libarmeld-internal.a
	$(SAY) LD $@
	$Q$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(CLI_OBJ) $B/libarmeld-internal.a $(if $(LIBIBERTY),-liberty) $(LIBS)

# Every symbol of every module is visible in it: for the program, the tests and the fuzzers.
$B/libarmeld-internal.a: $(LIB_OBJ)
	$(SAY) AR $@
	$Qrm -f $@ && $(AR) rcs $@ $(LIB_OBJ)

# Only the functions of armeld.h are: one object, whose other symbols are made local. The linker and
# objcopy are those of the compiler's target.
$B/libarmeld.o: $(LIB_OBJ)
	$(SAY) LD $@
	$Q$$($(CC) -print-prog-name=ld) -r -o $@.all $(LIB_OBJ)
	$Q$$($(CC) -print-prog-name=objcopy) --wildcard --keep-global-symbol='armeld_*' $@.all $@
	$Qrm -f $@.all

$B/libarmeld.a: $B/libarmeld.o
	$(SAY) AR $@
	$Qrm -f $@ && $(AR) rcs $@ $<

$B/libarmeld.so: $(LIB_OBJ) src/libarmeld.map
	$(SAY) LD $@
	$Q$(CC) $(CFLAGS) $(LDFLAGS) -shared -Wl,-soname,libarmeld.so.$(SOVERSION) \
		-Wl,--version-script=src/libarmeld.map -o $@ $(LIB_OBJ) $(LIBS)
	$Qln -sf libarmeld.so $@.$(SOVERSION)

$B/unit: $(TEST_OBJ) $B/libarmeld-internal.a
	$(SAY) LD $@
	$Q$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(TEST_OBJ) $B/libarmeld-internal.a $$(pkg-config --libs check) $(LIBS)

# What goes into the HTML report, line by line: string literals may not be long.
$B/include/report/%.inc: src/report/%
	$(SAY) GEN $@
	$Qmkdir -p $(@D) && sed 's/\\/\\\\/g; s/"/\\"/g; s/^/"/; s/$$/",/' $< >$@

$B/src/cli/demangle.o: ALL_CFLAGS += $(if $(LIBIBERTY),-DWITH_LIBIBERTY)

$B/src/report/html.o: $(addprefix $B/include/report/,page.css.inc page_map.css.inc page.js.inc page_map.js.inc)

$B/test/%.o: ALL_CFLAGS += -Itest $(TEST_CFLAGS)

$B/%.o: %.c
	$(SAY) CC $<
	$Qmkdir -p $(@D) && $(CC) $(ALL_CFLAGS) -c -o $@ $<

# The program and the library, once what the build needs is installed (test/packages).
ready:
	$Qtest/need.sh build
	$Q$(MAKE) --no-print-directory $(JOBS) all

# The main job on the shipped fixtures, and the tests: the two commands of README.md.
# `make check T=NAME` runs the unit suites and command-line tests called NAME (test/README.md).
demo: ready
	$QARMELD=$B/armeld CC='$(CC)' test/demo.sh

check:
	$Qtest/need.sh check
	$Q$(MAKE) --no-print-directory $(JOBS) all $B/unit
	$QB=$B test/run.sh $(if $(T),'$(T)')

# Slower: real linkers on real libraries, speed, sanitizers, fuzzers, static analysis.
link: ready
	$Qtest/link/run.sh; run=$$?; test/link/cases.sh && exit $$run

# The link models of the proof against the linkers: random small sets.
$B/link-models/simulate: test/link/models/simulate.c $B/libarmeld-internal.a
	$Qmkdir -p $(@D) && $(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

.PHONY: models
models: $B/link-models/simulate
	$QSIMULATE=$< python3 test/link/models/experiments.py
	$QSIMULATE=$< python3 test/link/models/run.py --count $(or $(COUNT),100) $(if $(SEED),--seed $(SEED))

# What was shrunk, linked by the same linkers.
shrink: ready
	$Qtest/link/run.sh --shrink

# Random sets of libraries, linked before and after: a short run (nightly: a long one).
random: ready
	$Qtest/need.sh random
	$QARMELD=$B/armeld test/link/random/selftest.py
	$QARMELD=$B/armeld test/link/random/run.py --set test/link/random/sets/*.txt
	$QARMELD=$B/armeld test/link/random/run.py --seconds 20 $(if $(SEED),--seed $(SEED))
	$QARMELD=$B/armeld test/link/random/programs.py --seconds 10 $(if $(SEED),--seed $(SEED))
	$QARMELD=$B/armeld test/link/random/sequences.py --seconds 10 $(if $(SEED),--seed $(SEED))

SCRIPTS = docs library writers share pkgconfig html cmake meson cargo-c cerbero plugins github recipes completions hosts crash foreign terminal bench
$(SCRIPTS): ready
	$Qtest/$@/run.sh

# The pictures in the documents, of what the program writes now.
pictures: ready
	$Qtest/html/pictures.sh

# What is released: source, programs for other systems, wheels. `make dist TARGETS=linux-x86_64` makes less.
dist: ready
	$Qshare/dist/dist.sh $(VERSION) $(TARGETS)

deb fresh fuzz:
	$Qtest/$@/run.sh

asan:
	$Qtest/need.sh asan
	$QASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=halt_on_error=1 $(MAKE) \
		--no-print-directory B=$B/asan check \
		CFLAGS='-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer'

# How each file is compiled, for editors and analysers: taken from what make would run.
compile_commands:
	$Qmkdir -p $B
	$Q$(MAKE) --no-print-directory -Bn V=1 B=$B all $B/unit | test/compile_commands.sh >$B/compile_commands.json
	$(SAY) GEN $B/compile_commands.json

# Line and branch coverage of src/ by the tests of make check.
coverage:
	$Qtest/need.sh check
	$Q$(MAKE) --no-print-directory $(JOBS) B=$B/coverage CFLAGS='-O0 -g --coverage' all $B/coverage/unit
	$QB=$B/coverage test/coverage/run.sh

lint:
	$Qtest/house.sh
	$Qtest/need.sh lint
	$Qcppcheck -q --std=c11 --enable=warning,performance,portability --inline-suppr \
		--error-exitcode=1 --suppress=missingIncludeSystem -j2 $(DEFINES) -Iinclude -Isrc src
	$Qmandoc -Tlint -Wwarning $(MANUALS)

# Everything that .ci/run takes a sample of, and longer fuzzing: some hours.
nightly:
	$Q.ci/run --full

$B/completions/armeld.%: $B/armeld share/completions/generate.sh
	$(SAY) GEN $@
	$Qmkdir -p $(@D) && $B/armeld help --options | share/completions/generate.sh $* >$@

install: all $(SHELLS:%=$B/completions/armeld.%)
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(LIBDIR)/pkgconfig \
		$(dir $(COMPLETIONS:%=$(DESTDIR)$(PREFIX)/share/%)) \
		$(DESTDIR)$(PREFIX)/share/armeld/cmake \
		$(DESTDIR)$(PREFIX)/include $(MANUALS:man/armeld.%=$(DESTDIR)$(PREFIX)/share/man/man%)
	install $B/armeld $(DESTDIR)$(PREFIX)/bin/
	ln -sf armeld $(DESTDIR)$(PREFIX)/bin/cargo-meld
	install -m 644 $B/libarmeld.a $(DESTDIR)$(LIBDIR)/
	install -m 755 $B/libarmeld.so $(DESTDIR)$(LIBDIR)/libarmeld.so.$(SOVERSION)
	ln -sf libarmeld.so.$(SOVERSION) $(DESTDIR)$(LIBDIR)/libarmeld.so
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@VERSION@|$(VERSION)|' \
		src/armeld.pc.in >$(DESTDIR)$(LIBDIR)/pkgconfig/armeld.pc
	install -m 644 include/armeld.h include/armeld_cargo.h $(DESTDIR)$(PREFIX)/include/
	install -m 644 share/cmake/Armeld.cmake $(DESTDIR)$(PREFIX)/share/armeld/cmake/
	for page in $(MANUALS); do \
		install -m 644 $$page $(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/ || exit 1; done
	ln -sf armeld.1 $(DESTDIR)$(PREFIX)/share/man/man1/cargo-meld.1
	set -- $(SHELLS) && for file in $(COMPLETIONS); do \
		install -m 644 $B/completions/armeld.$$1 $(DESTDIR)$(PREFIX)/share/$$file && shift || exit 1; done

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/armeld $(DESTDIR)$(PREFIX)/bin/cargo-meld $(DESTDIR)$(PREFIX)/include/armeld.h \
		$(DESTDIR)$(PREFIX)/include/armeld_cargo.h \
		$(DESTDIR)$(PREFIX)/share/armeld/cmake/Armeld.cmake \
		$(COMPLETIONS:%=$(DESTDIR)$(PREFIX)/share/%)
	cd $(DESTDIR)$(LIBDIR) && rm -f libarmeld.a libarmeld.so libarmeld.so.$(SOVERSION) \
		pkgconfig/armeld.pc
	for page in $(MANUALS) man/cargo-meld.1; do \
		rm -f $(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$${page#man/}; done

clean:
	rm -rf $B

.PHONY: all ready demo check link random shrink pictures $(SCRIPTS) compile_commands coverage asan deb dist fresh fuzz lint nightly install uninstall clean
-include $(LIB_OBJ:.o=.d) $(CLI_OBJ:.o=.d) $(TEST_OBJ:.o=.d)
