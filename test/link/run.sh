#!/bin/sh
# run.sh [--shrink | --all] [--sample] [FLAVOUR...] - link melded Rust libraries with real linkers.
#
# Each flavour links a small program against the original libraries and runs it, melds copies of
# them, links the same program against those, `L1 L2 ... W` and each `Lk W` alone, and compares
# what the two programs print. With --shrink, what is melded is stripped, hidden and pruned, too, and
# libraries are shrunk alone; with --all, both are done, and the originals linked once. With --sample,
# shrunk sets are linked in fewer combinations of way, linker and plugin, yet every two of these
# meet, and the five plugins of `sample` stand for the thirteen of `real`.
# Prints a line a check; what a failing one said is in build/link/log.
set -eu

cd "$(dirname "$0")/../.." # so that no path has a space in it
here=test/link
work=build/link
wine_log=$work/second-tries
. $here/wine.sh
armeld=${ARMELD:-build/armeld}

all='linux linux-size real real-size aarch64-linux android msvc msvc-size i686-msvc aarch64-msvc mingw
	mingw-coff apple apple-size apple-x86'
passed=0
failed=0
unset RUST_BACKTRACE
suites=test_melding
sample=no
combinations=0 combined=0
while [ $# -gt 0 ]; do
	case $1 in
	--shrink) suites=test_shrinking ;;
	--all) suites='test_melding test_shrinking' ;;
	--sample)
		sample=yes
		all=$(echo "$all" | sed 's/ real real-size / sample /')
		;;
	-*)
		echo 'usage: run.sh [--shrink | --all] [--sample] [FLAVOUR...]' >&2
		exit 2
		;;
	*) break ;;
	esac
	shift
done

# check TITLE COMMAND... - one line, and the command's output in a file of its own.
check() {
	title=$flavour/$1
	shift
	log=$work/log/$(printf '%s' "$title" | tr -c 'a-zA-Z0-9.-' _)
	if "$@" >"$log" 2>&1; then
		echo "ok $title"
		passed=$((passed + 1))
	else
		echo "FAIL $title: $(grep -m 1 -i -E 'error|undefined|multiple|differ' "$log" || tail -n 1 "$log")"
		failed=$((failed + 1))
	fi
}

# What a flavour is: the corpus (set, profile), the -f that the meld is given, how an archive's file
# is called, and the linkers.
describe() {
	profile=release format=gnu prefix=lib suffix=.a
	case $1 in
	linux) set=x86_64-unknown-linux-gnu linkers='bfd gold lld mold' ;;
	linux-size) set=x86_64-unknown-linux-gnu profile=size linkers='bfd gold lld mold' ;;
	real) set=real linkers='bfd gold lld mold' ;;
	sample) set=sample linkers='bfd gold lld mold' ;;
	real-size) set=real profile=size linkers='bfd gold lld mold' ;;
	aarch64-linux) set=aarch64-unknown-linux-gnu linkers='aarch64-bfd aarch64-lld' ;;
	android) set=armv7-linux-androideabi linkers=android ;;
	msvc) set=x86_64-pc-windows-msvc linkers=msvc ;;
	msvc-size) set=x86_64-pc-windows-msvc profile=size linkers=msvc ;;
	i686-msvc) set=i686-pc-windows-msvc linkers=msvc-only ;;
	aarch64-msvc) set=aarch64-pc-windows-msvc linkers=msvc-only ;;
	mingw) set=x86_64-pc-windows-gnu linkers='mingw mingw-lld' ;;
	mingw-coff) set=x86_64-pc-windows-gnu format=coff linkers='mingw mingw-lld' ;;
	apple) set=aarch64-apple-darwin format=darwin linkers='apple apple-dead-strip' ;;
	apple-size) set=aarch64-apple-darwin profile=size format=darwin linkers='apple apple-dead-strip' ;;
	apple-x86) set=x86_64-apple-darwin format=darwin linkers='apple apple-dead-strip' ;;
	*)
		echo "run.sh: no such flavour: $1 (there are: $all)" >&2
		exit 2
		;;
	esac
	case $set in *-msvc) format=coff prefix='' suffix=.lib ;; esac
}

# Installs what a flavour's linkers need, and on Windows makes what the system would bring.
prepare() {
	case $linkers in
	aarch64-*) packages=link-aarch64 ;;
	bfd*) packages=link-linux ;;
	mingw*) packages=link-mingw ;;
	msvc) packages=link-msvc ;;
	*) packages=link-other ;;
	esac
	test/need.sh "$packages" || return 1

	ln -sf /usr/bin/ld.lld-19 "$work/bin/ld.lld" # gcc looks for this name
	case $linkers in
	msvc | mingw*) # from the program's own folder
		# the server stays for a while: quicker, and a server that is just going is what fails
		WINEPREFIX=$PWD/$work/wine /usr/lib/wine/wineserver64 -p30 >/dev/null 2>&1
		x86_64-w64-mingw32-gcc -O1 -shared "$here/prng.c" -o "$dir/bcryptprimitives.dll" -ladvapi32 || return 1
		;;
	esac
	case $linkers in
	msvc*) clang-19 --target="$set" -O1 -c "$here/msvc.c" -o "$dir/msvc.o" || return 1 ;;
	esac
	case $linkers in
	msvc)
		printf 'LIBRARY vcruntime140.dll\nEXPORTS\n__CxxFrameHandler3\n_CxxThrowException\n' >"$dir/vcruntime140.def"
		llvm-dlltool-19 -m i386:x86-64 -d "$dir/vcruntime140.def" -l "$dir/vcruntime140.lib"
		;;
	msvc-only) system_import_library ;;
	esac
}

# An import library of all that the originals leave undefined, for machines that mingw-w64 has none for.
system_import_library() {
	llvm-nm-19 -u "$originals"/* "$dir/msvc.o" 2>/dev/null |
		awk 'NF == 2 && !/ImageBase/ { print $2 }' | sort -u >"$dir/undefined"
	llvm-nm-19 --defined-only "$originals"/* "$dir/msvc.o" 2>/dev/null |
		awk 'NF == 3 { print $3 }' | sort -u >"$dir/defined"
	underscore=
	machine=arm64
	if [ "$set" = i686-pc-windows-msvc ]; then
		underscore=_
		machine=i386
	fi
	{
		printf 'LIBRARY system.dll\nEXPORTS\nprintf\nexit\n'
		comm -23 "$dir/undefined" "$dir/defined" | sed "s/^__imp_//; s/^$underscore//" | sort -u
	} >"$dir/system.def"
	llvm-dlltool-19 -m "$machine" -d "$dir/system.def" -l "$dir/system.lib"
}

# The main programs: one that calls all plugins, and one for each.
compile() {
	plugins=$(ls "$originals" | sed "s/^$prefix//; s/$suffix\$//")
	case $set in
	x86_64-unknown-linux-gnu | real | sample) compiler=gcc ;;
	aarch64-unknown-linux-gnu) compiler=aarch64-linux-gnu-gcc ;;
	*-windows-gnu) compiler=x86_64-w64-mingw32-gcc ;;
	*-msvc) compiler="clang-19 --target=$set" ;;
	*) compiler="clang-19 --target=$set -fPIC" ;;
	esac
	for name in together $plugins; do
		calls="X($name)"
		[ "$name" != together ] || calls=$(printf 'X(%s) ' $plugins)
		$compiler -O1 -fno-builtin -DPLUGINS="$calls" -c "$here/main.c" -o "$dir/$name.o" || return 1
	done
}

# link LINKER PROGRAM OBJECT LIBRARY...
link() {
	with=$1 program=$2 program_name=${3##*/}
	shift 2
	rm -f "$program"
	import=/usr/x86_64-w64-mingw32/lib
	case $with in
	bfd | gold | lld | mold)
		gcc -B"$work/bin" -fuse-ld="$with" -o "$program" "$@" -lgcc_s -lutil -lrt -lpthread -lm -ldl
		;;
	aarch64-*)
		aarch64-linux-gnu-gcc -B"$work/bin" -fuse-ld="${with#*-}" -o "$program" "$@" \
			-lgcc_s -lpthread -lm -ldl
		;;
	android) ld.lld-19 -shared -o "$program" "$@" ;;
	msvc)
		lld-link-19 -out:"$program" -subsystem:console -entry:mainCRTStartup "$@" \
			"$dir/msvc.o" "$dir/vcruntime140.lib" $import/libkernel32.a $import/libntdll.a \
			$import/libws2_32.a $import/libuserenv.a $import/libmsvcrt.a
		;;
	msvc-only)
		lld-link-19 -out:"$program" -map -subsystem:console -entry:mainCRTStartup "$@" \
			"$dir/msvc.o" "$dir/system.lib"
		;;
	mingw) x86_64-w64-mingw32-gcc -o "$program" "$@" -lntdll -lws2_32 -luserenv ;;
	mingw-lld)
		x86_64-w64-mingw32-gcc -B"$work/bin" -fuse-ld=lld -o "$program" "$@" \
			-lntdll -lws2_32 -luserenv
		;;
	apple*)
		arch=arm64
		[ "$set" != x86_64-apple-darwin ] || arch=x86_64
		strip=
		[ "$with" = apple ] || strip=-dead_strip
		ld64.lld-19 -arch $arch $strip -platform_version macos 11.0 11.0 -dylib \
			-undefined dynamic_lookup -o "$program" "$@"
		;;
	esac
}

# What the program prints, or where it cannot run the names of what is in it; when these are to
# differ, of what all must have: the plugins, and what is missing.
result() { # LINKER PROGRAM
	if [ "$suite" = test_shrinking ]; then
		case $1 in
		msvc-only)
			awk '/^ 000[0-9]:/ { print $2 }' "${2%.exe}.map" | grep -E '^_?[a-z]*_run$' | sort
			return
			;;
		android | apple*)
			llvm-nm-19 "$2" | awk '$NF ~ /^_?[a-z]*_run$/ { print $(NF - 1), $NF }' | sort
			nothing_new_is_missing "$2"
			return
			;;
		esac
	fi
	case $1 in
	aarch64-*) qemu-aarch64 -L /usr/aarch64-linux-gnu "$2" ;;
	msvc | mingw*)
		WINEPREFIX=$PWD/$work/wine WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml=' run_in_wine "$2"
		;;
	msvc-only) awk '/^ 000[0-9]:/ { print $2 }' "${2%.exe}.map" | sort ;;
	android | apple*) llvm-nm-19 "$2" | awk '{ print $(NF - 1), $NF }' | sort ;;
	*) timeout 300 "$2" ;;
	esac
}

# What a shrunk library leaves undefined, the original does, too: the first program is of those.
nothing_new_is_missing() { # PROGRAM
	llvm-nm-19 -u "$1" | awk '{ print $NF }' | sort >"$dir/missing"
	if [ -e "$dir/missing-$program_name" ]; then
		comm -13 "$dir/missing-$program_name" "$dir/missing" | sed 's/^/missing: /'
	else
		cp "$dir/missing" "$dir/missing-$program_name"
	fi
}

meld() { # ARG...
	"$armeld" -f "$format" "$@"
}

# The paths of plugin NAME's library in FOLDER, or of all of them.
libraries() { # FOLDER NAME
	case $2 in together) set -- "$1" $plugins ;; esac
	folder=$1
	shift
	printf "$folder/$prefix%s$suffix\n" "$@"
}

# The file of what the originals' program prints; where it cannot run, `result` says for each suite
# something else.
expected_of() { # LINKER NAME
	case $1 in
	msvc-only | android | apple*) echo "$dir/$suite-$1-$2.expected" ;;
	*) echo "$dir/$1-$2.expected" ;;
	esac
}

# Links the originals, runs the program and keeps what it prints.
original_runs() { # LINKER NAME
	link "$1" "$dir/program.exe" "$dir/$2.o" $(libraries "$originals" "$2") || return 1
	for suite in $suites; do
		expected=$(expected_of "$1" "$2")
		[ -e "$expected" ] || {
			result "$1" "$dir/program.exe" >"$dir/part" && [ -s "$dir/part" ] && mv "$dir/part" "$expected"
		} || return 1
	done
}

melded_runs_alike() { # LINKER NAME [FOLDER]
	made=$dir/${3:-melded}
	link "$1" "$dir/program.exe" "$dir/$2.o" $(libraries "$made" "$2") "$made/$workspace" &&
		result "$1" "$dir/program.exe" >"$dir/actual" &&
		diff "$(expected_of "$1" "$2")" "$dir/actual"
}

# Everything in the libraries goes in, and nothing of it twice: what the originals cannot do.
whole_archives_run_alike() { # LINKER
	link "$1" "$dir/program.exe" "$dir/together.o" -Wl,--whole-archive $(libraries "$dir/melded" together) \
		"$dir/melded/$workspace" -Wl,--no-whole-archive &&
		"$dir/program.exe" | diff "$dir/$1-together.expected" -
}

# -d writes elsewhere and leaves its inputs alone; without it they are replaced, by the same bytes.
meld_aside() {
	cat "$originals"/* | cksum >"$dir/before"
	meld -o "$dir/melded/$workspace" -d "$dir/melded" "$originals"/* &&
		cat "$originals"/* | cksum | diff "$dir/before" -
}

# The same command over its own results writes them again.
meld_again() {
	cat "$dir/melded"/* | cksum >"$dir/before"
	meld -o "$dir/melded/$workspace" -d "$dir/melded" "$originals"/* &&
		cat "$dir/melded"/* | cksum | diff "$dir/before" -
}

meld_in_place() {
	cp "$originals"/* "$dir/in-place" &&
		meld -o "$dir/in-place/$workspace" $(libraries "$dir/in-place" together) &&
		for archive in "$dir/melded"/*"$suffix"; do
			cmp "$archive" "$dir/in-place/${archive##*/}" || return 1
		done &&
		rm -r "$dir/in-place"
}

# LLVM's archiver makes the same archive of the same members: order, names, padding and index.
# A workspace is marked as one in the header of its index (armeld(5)).
as_llvm_makes_it() { # ARCHIVE
	rm -f "$dir/again$suffix"
	llvm-ar-19 qcL --format="$format" "$dir/again$suffix" "$1" || return 1
	case ${1##*/} in
	libworkspace.a | workspace.lib)
		printf '0           41719 56423 0       ' |
			dd of="$dir/again$suffix" bs=1 seek=24 conv=notrunc status=none
		;;
	esac
	cmp "$1" "$dir/again$suffix"
}

# GNU's reader finds the same symbols as LLVM's. Not in the same order where there are two indexes.
gnu_reads_index() { # NM ARCHIVE
	"$1" -s "$2" 2>/dev/null | sed -n '/^Archive index/,/^$/{/ in /p;}' | sort >"$dir/map"
	[ -s "$dir/map" ] &&
		llvm-nm-19 --print-armap "$2" 2>/dev/null | sed -n '/^Archive map/,/^$/{/ in /p;}' | sort | diff "$dir/map" -
}

stubs_stay() { # PLUGIN
	llvm-ar-19 tv "$(libraries "$originals" "$1")" | grep -i '\.dll' >"$dir/stubs"
	llvm-ar-19 tv "$(libraries "$dir/melded" "$1")" | grep -i '\.dll' | diff "$dir/stubs" -
}

# Apple's linker refuses 64-bit members that are not.
members_aligned() { # ARCHIVE
	llvm-ar-19 tO "$1" | awk '$NF !~ /[08]$/ { print "error: " $0; bad = 1 } END { exit bad }'
}

test_flavour() {
	describe "$flavour"
	dir=$work/$flavour
	originals=build/corpus/$set-$profile
	workspace=${prefix}workspace$suffix
	rm -rf "$dir"
	mkdir -p "$dir/melded" "$dir/in-place"

	before=$failed
	check corpus test/corpus/make.sh "$set" "$profile"
	check tools prepare
	check programs compile
	[ "$failed" = "$before" ] || return 0 # there is nothing to link

	# Under thin LTO each plugin has its own std, and even the originals cannot be in one program.
	names=$plugins
	[ "$profile" = size ] || names="together $plugins"
	for linker in $linkers; do
		for name in $names; do
			check "$linker: original $name" original_runs "$linker" "$name"
		done
	done

	for suite in $suites; do
		$suite
	done
}

test_melding() {
	check 'meld -d' meld_aside
	check 'meld -d again' meld_again
	check 'meld in place' meld_in_place
	for archive in "$dir/melded"/*"$suffix"; do
		[ -e "$archive" ] || continue # the meld has failed above
		check "${archive##*/}: as LLVM makes it" as_llvm_makes_it "$archive"
		case $linkers in
		bfd*) check "${archive##*/}: nm -s" gnu_reads_index nm "$archive" ;;
		mingw*) check "${archive##*/}: nm -s" gnu_reads_index x86_64-w64-mingw32-nm "$archive" ;;
		apple*) check "${archive##*/}: aligned" members_aligned "$archive" ;;
		esac
	done
	case $set in
	*-windows-*)
		for name in $plugins; do
			check "$name: import stubs stay" stubs_stay "$name"
		done
		;;
	esac
	for linker in $linkers; do
		for name in $names; do
			check "$linker: melded $name" melded_runs_alike "$linker" "$name"
		done
		case $flavour-$linker in
		linux-bfd | linux-lld | real-bfd | real-lld)
			check "$linker: --whole-archive" whole_archives_run_alike "$linker"
			;;
		esac
	done
}

# ---- shrinking -----------------------------------------------------------------------------

meld_shrunk() { # FOLDER OPTION...
	folder=$dir/$1
	shift
	rm -rf "$folder"
	meld -o "$folder/$workspace" -d "$folder" "$@" "$originals"/*
}

shrink_alone() { # FOLDER VERB OPTION...
	folder=$dir/$1
	shift
	rm -rf "$folder"
	"$armeld" "$@" -d "$folder" "$originals"/*
}

verify_each() { # FOLDER
	for archive in "$dir/$1"/*"$suffix"; do
		"$armeld" verify "$archive" || return 1
	done
}

# Prelinked libraries have statics of their own: together they do what each does alone.
alone_runs_alike() { # LINKER NAME FOLDER
	expected=$(expected_of "$1" "$2")
	case $3-$2-$1 in
	alone-*ed-together-apple* | alone-*ed-together-android | alone-*ed-together-msvc-only) ;;
	alone-prelinked-together-* | alone-merged-together-* | alone-renamed-together-*)
		for plugin in $plugins; do
			cat "$(expected_of "$1" "$plugin")"
		done >"$dir/each"
		expected=$dir/each
		;;
	esac
	link "$1" "$dir/program.exe" "$dir/$2.o" $(libraries "$dir/$3" "$2") &&
		result "$1" "$dir/program.exe" >"$dir/actual" &&
		diff "$expected" "$dir/actual"
}

# LLVM's reader finds nothing to complain about in any member.
llvm_reads() { # FOLDER
	for archive in "$dir/$1"/*"$suffix"; do
		llvm-readobj-19 -S -r -s "$archive" >"$dir/read" 2>"$dir/complaints" || return 1
		! grep -i -E 'warning|error' "$dir/complaints" || return 1
	done
}

tells_personalities() {
	"$armeld" prelink -n --export '*_run' "$originals"/* | tee "$dir/said" &&
		grep -q 'names 1 personality routine (_rust_eh_personality)' "$dir/said"
}

# Six prelinked libraries, C++ and Objective-C in one program: Rust's personality routine is there once,
# and the unwind table names no more routines than with the originals of four of them.
has_one_personality() {
	case $set in x86_64*) arch=x86_64 ;; *) arch=arm64 ;; esac
	mkdir -p "$dir/six" && "$armeld" prelink -q --export '*_run' -d "$dir/six" $(libraries "$originals" together) || return 1
	for plugin in alpha beta; do
		llvm-objcopy-19 --redefine-sym _${plugin}_run=_${plugin}_run_again "$dir/six/lib$plugin.a" "$dir/six/libagain-$plugin.a" ||
			return 1
	done
	cat >"$dir/six.cc" <<-'E'
		extern "C" long alpha_run(long), beta_run(long), gamma_run(long), delta_run(long);
		extern "C" long alpha_run_again(long), beta_run_again(long), objc(long);
		struct object { ~object(); };
		extern "C" long run(long n) {
			object o;
			try {
				return alpha_run(n) + beta_run(n) + gamma_run(n) + delta_run(n) + alpha_run_again(n) + beta_run_again(n) + objc(n);
			} catch (int caught) { return caught; }
		}
	E
	cat >"$dir/six.m" <<-'E'
		long alpha_run(long);
		long objc(long n) { @try { return alpha_run(n); } @catch (...) { return n; } }
	E
	for file in six.cc six.m; do
		clang-19 -w -target $arch-apple-macos11 -fexceptions -fobjc-exceptions -c "$dir/$file" -o "$dir/$file.o" || return 1
	done
	for kind in prelinked originals; do
		archives="$dir/six/*.a"
		[ $kind = prelinked ] || archives="$originals/*.a"
		ld64.lld-19 -arch $arch -platform_version macos 11.0 11.0 -dylib -undefined dynamic_lookup \
			-o "$dir/$kind.dylib" "$dir/six.cc.o" "$dir/six.m.o" $archives || return 1
		llvm-objdump-19 --macho --unwind-info "$dir/$kind.dylib" | grep 'Number of personality' >"$dir/$kind.routines" || return 1
		echo "$kind: $(llvm-nm-19 "$dir/$kind.dylib" | grep -c ' _rust_eh_personality$')$(cat "$dir/$kind.routines")"
	done
	[ "$(llvm-nm-19 "$dir/prelinked.dylib" | grep -c ' _rust_eh_personality$')" = 1 ] &&
		diff "$dir/originals.routines" "$dir/prelinked.routines"
}

# Each library's names get a suffix of their own.
rename_each() {
	rm -rf "$dir/alone-renamed"
	for plugin in $plugins; do
		"$armeld" hide -q --rename ".$plugin" --export '*_run' -d "$dir/alone-renamed" \
			$(libraries "$originals" "$plugin") || return 1
	done
}

# A shared library of hidden objects exports what is called, and nothing else.
exports_the_api_only() { # LINKER PLUGIN
	gcc -B"$work/bin" -fuse-ld="$1" -shared -o "$dir/lib.so" -Wl,--whole-archive \
		$(libraries "$dir/hidden" "$2") -Wl,--no-whole-archive "$dir/hidden/$workspace" \
		-lgcc_s -lutil -lrt -lpthread -lm -ldl &&
		nm -D --defined-only "$dir/lib.so" | awk '{ print $NF }' |
		grep -v -E '^(_end|_edata|__bss_start)$' >"$dir/exported" &&
		echo "$2"_run | diff - "$dir/exported"
}

# Two libraries with everything in them, which as originals define everything twice.
renamed_whole_archives_run() { # LINKER
	link "$1" "$dir/program.exe" "$dir/together.o" -Wl,--whole-archive \
		$(libraries "$dir/alone-renamed" together) -Wl,--no-whole-archive &&
		timeout 300 "$dir/program.exe" >"$dir/actual"
}

# Debug info that stayed names the lines of a panic, and gdb reads it.
names_its_lines() { # LINKER FOLDER
	link "$1" "$dir/program.exe" "$dir/alpha.o" $(libraries "$dir/$2" alpha) "$dir/$2/$workspace" &&
		RUST_BACKTRACE=1 timeout 300 "$dir/program.exe" >"$dir/actual" 2>"$dir/backtrace" &&
		grep -q 'at .*alpha/src/lib\.rs:[0-9]' "$dir/backtrace" &&
		gdb -batch -ex 'info line alpha_run' "$dir/program.exe" 2>&1 | grep -q 'Line [0-9]* of ".*lib\.rs"'
}

test_debug_info() {
	check 'meld --compress-debug=zlib' meld_shrunk zlib --strip=bitcode --compress-debug=zlib
	check 'meld --compress-debug=zstd' meld_shrunk zstd --strip=bitcode --compress-debug=zstd
	check 'meld --prune, debug info kept' meld_shrunk lines --strip=bitcode --prune
	for linker in bfd lld; do
		check "$linker: pruned: a backtrace names lines, gdb reads them" names_its_lines $linker lines
		check "$linker: zlib: a backtrace names lines, gdb reads them" names_its_lines $linker zlib
	done
	check "lld: zstd: a backtrace names lines, gdb reads them" names_its_lines lld zstd
}

# C++ in a library, shrunk in all ways, does what it did.
plus_library() {
	mkdir -p "$dir/plus"
	for part in 1 2; do
		g++ -O1 -g -fPIC -ffunction-sections -DPART=$part -c "$here/plus.cc" -o "$dir/plus$part.o" || return 1
	done
	rm -f "$dir/plus/libplus.a"
	ar rcs "$dir/plus/libplus.a" "$dir/plus1.o" "$dir/plus2.o" &&
		printf 'int printf(const char *, ...);int plus_run(int);int main(void){return !printf("%%d\\n",plus_run(3));}\n' >"$dir/plus.c" &&
		gcc -c "$dir/plus.c" -o "$dir/plus.o" &&
		"$armeld" strip -q --bitcode --debug --locals --comments -d "$dir/plus/stripped" "$dir/plus/libplus.a" &&
		"$armeld" prune -q --export plus_run -d "$dir/plus/pruned" "$dir/plus/libplus.a" &&
		"$armeld" prelink -q --export plus_run -d "$dir/plus/prelinked" "$dir/plus/libplus.a" &&
		"$armeld" prelink -q --export plus_run --merge --strip=all -d "$dir/plus/merged" "$dir/plus/libplus.a"
}

plus_runs_alike() { # LINKER
	for way in . stripped pruned prelinked merged; do
		g++ -B"$work/bin" -fuse-ld="$1" -o "$dir/program.exe" "$dir/plus.o" "$dir/plus/$way/libplus.a" &&
			timeout 300 "$dir/program.exe" >"$dir/actual" || return 1
		[ $way != . ] || cp "$dir/actual" "$dir/plus/expected"
		diff "$dir/plus/expected" "$dir/actual" || { echo "error: $way"; return 1; }
	done
	grep -q 'caught a negative number, note of two' "$dir/plus/expected" &&
		! nm "$dir/plus/pruned/libplus.a" | grep plus_idle
}

test_names() {
	check 'C++: a library' plus_library
	for linker in $linkers; do
		check "$linker: C++ in all ways" plus_runs_alike "$linker"
	done
	for linker in bfd lld mold; do # gold exports a thread-local though it is hidden
		check "$linker: exports the API only" exports_the_api_only "$linker" alpha
	done
	check 'bfd: --whole-archive of renamed libraries' renamed_whole_archives_run bfd
	check 'lld: --whole-archive of renamed libraries' renamed_whole_archives_run lld
}

# Link plugin $name of $folder with every linker; of a sample, with the one whose place it is.
link_shrunk() {
	# what one needs and another does not is left in one only
	[ "$folder-$name" != alone-pruned-together ] || return 0
	number=0
	count=$(echo $linkers | wc -w)
	for linker in $linkers; do
		number=$((number + 1))
		combinations=$((combinations + 1))
		[ $sample = no ] || [ $((place % count + 1)) = $number ] || continue
		combined=$((combined + 1))
		case $folder in
		alone-*) check "$linker: $folder $name" alone_runs_alike "$linker" "$name" "$folder" ;;
		*) check "$linker: $folder $name" melded_runs_alike "$linker" "$name" "$folder" ;;
		esac
	done
}

# The ways to shrink: a folder each, and what is compared where the program cannot run.
test_shrinking() {
	check 'meld --strip' meld_shrunk stripped --strip=bitcode,debug,comments
	check 'meld --hide' meld_shrunk hidden --strip=all --hide
	check 'meld --prune' meld_shrunk pruned --strip=all --prune
	check 'meld --prune with debug info' meld_shrunk pruned-debug --strip=bitcode --prune --hide
	check 'meld --prelink' meld_shrunk prelinked --strip=all --prelink
	check 'meld --prelink --merge' meld_shrunk merged --strip=all --prelink --merge
	melded='stripped hidden pruned pruned-debug prelinked merged'
	check 'strip' shrink_alone alone-stripped strip --bitcode --debug --locals --comments
	check 'prune' shrink_alone alone-pruned prune --strip=bitcode,debug --hide
	check 'prelink' shrink_alone alone-prelinked prelink --strip=bitcode --export '*_run'
	check 'prelink --merge' shrink_alone alone-merged prelink --strip=all --merge --export '*_run'
	check 'hide --rename' rename_each
	alone='alone-stripped alone-pruned alone-prelinked alone-merged alone-renamed'
	for folder in $melded; do
		check "$folder: verify" "$armeld" verify "$dir/$folder/$workspace"
	done
	for folder in $alone; do
		check "$folder: verify" verify_each "$folder"
	done
	for folder in $melded $alone; do
		check "$folder: LLVM reads it" llvm_reads "$folder"
	done
	turn=0
	for name in $names; do
		turn=$((turn + 1)) # each plugin begins with another linker
		place=$turn
		for folder in $melded $alone; do
			place=$((place + 1))
			link_shrunk
		done
	done
	case $linkers in
	apple*)
		check 'prelink: personalities are counted' tells_personalities
		check 'prelink: one personality of Rust in a program of six libraries' has_one_personality
		;;
	esac
	case $flavour in
	linux) test_names ;;
	linux-size) test_debug_info ;;
	esac
}

mkdir -p "$work/log" "$work/bin"
: >"$wine_log"
for flavour in ${*:-$all}; do
	test_flavour
done
[ $sample = no ] || [ $combinations = 0 ] ||
	echo "sampled: $combined of $combinations links of shrunk sets: every two of way, linker and plugin meet"
case " ${*:-$all} " in
*' sample '*) echo 'sampled: 5 of 13 plugins on well known crates: real, real-size' ;;
esac
echo "$passed passed, $failed failed$(second_tries)"
[ "$failed" = 0 ]
