#!/bin/sh
# SPDX-License-Identifier: MIT
# apart.sh - what is one in a plugin and would be two beside a shared library: lists that are walked
# between bounds, data that programs change and both define, and what code reaches directly. Share
# refuses these, says which members should stay in the libraries, and takes the set melded so: its
# plugins, linked by three linkers, do what those of the originals do. What is harmless is shared.
set -eu

cd "$(dirname "$0")/../.."
armeld=$PWD/${ARMELD:-build/armeld}
work=$PWD/build/share-apart
rm -rf "$work"
mkdir -p "$work/bin"
. test/check.sh
test/need.sh share-apart
ln -s /usr/bin/ld.lld-19 "$work/bin/ld.lld"
gcc -O1 -o "$work/load" test/share/load.c -ldl

# ---- sets ------------------------------------------------------------------------------------

# begin NAME - a set of liba.a and libb.a, both with t.o, which is harmless
begin() {
	dir=$work/$1
	mkdir -p "$dir/from"
	cat >"$dir/from/t.c" <<-'END'
		static int state;
		int more(int by) { return state += by; }
	END
}

# compile COMMAND... - what source files the set has, each to an object
compile() {
	for source in "$dir"/from/*.c*; do
		"$@" -c -o "${source%.*}.o" "$source" || return 1
	done
	rm -rf "$dir/o" && mkdir "$dir/o" || return 1
	for library in a b; do
		${ar:-ar} rcs "$dir/o/lib$library.a" "$dir/from/$library.o" "$dir/from/s.o" "$dir/from/t.o" || return 1
	done
}

roots= # an option, for some sets
# shellcheck disable=SC2120 # share_kept has options for it, in eval
meld() { # OPTION...
	rm -rf "$dir/m" "$dir/shared"
	# shellcheck disable=SC2086 # a list of options
	"$armeld" -q -d "$dir/m" -o "$dir/m/libw.a" $roots "$@" "$dir/o/liba.a" "$dir/o/libb.a"
}

# The reason is said; nothing is written.
# shellcheck disable=SC2119
is_refused() { # WORDS
	meld || return 1
	status=0
	"$armeld" share -q -d "$dir/shared" "$dir/m/libw.a" 2>"$dir/said" || status=$?
	cat "$dir/said"
	[ $status = 3 ] && [ ! -e "$dir/shared" ] && grep -qF "$1" "$dir/said"
}

# share_kept - as the message says
share_kept() {
	advice=$(sed -n 's/.*melded with//p' "$dir/said")
	[ -n "$advice" ] && eval "meld $advice" && "$armeld" share -q -d "$dir/shared" "$dir/m/libw.a"
}

# shellcheck disable=SC2119
is_shared() {
	meld && "$armeld" share -q -d "$dir/shared" "$dir/m/libw.a"
}

# Plugins of the set, alone and together, do what those of the originals do.
# shellcheck disable=SC2046,SC2086 # lists of words
runs_alike() {
	rm -rf "$dir/p" && mkdir "$dir/p"
	for library in a b; do
		gcc -shared -o "$dir/p/lib$library.so" -Wl,--gc-sections -Wl,--version-script="$dir/shared/lib$library.map" \
			-Wl,--whole-archive "$dir/o/lib$library.a" -Wl,--no-whole-archive -lstdc++ || return 1
	done
	for linker in bfd lld mold; do
		rm -f "$dir"/shared/*.so
		CC="gcc -B$work/bin -fuse-ld=$linker" sh "$dir/shared/link-libw.sh" -lstdc++ || return 1
		for library in a b; do
			gcc -B"$work/bin" -fuse-ld=$linker -shared -o "$dir/shared/lib$library.so" -Wl,--gc-sections -Wl,-z,defs \
				"-Wl,--version-script=$dir/shared/lib$library.map" "-Wl,-rpath,$dir/shared" -Wl,--whole-archive \
				"$dir/shared/lib$library.a" -Wl,--no-whole-archive "$dir/shared/libw.so" -lstdc++ || return 1
		done
		for set in liba.so libb.so 'liba.so libb.so'; do
			"$work/load" $(printf "$dir/p/%s " $set) >"$dir/expected" &&
				"$work/load" $(printf "$dir/shared/%s " $set) >"$dir/printed" &&
				diff "$dir/expected" "$dir/printed" || return 1
		done
	done
}

# divided NAME WORDS COMPILER... - refused, then shared as the message says
divided() {
	name=$1 words=$2
	shift 2
	check "$name: objects" compile "$@"
	check "$name: is refused" is_refused "$words"
	check "$name: is shared as the message says" share_kept
	check "$name: runs as the originals" runs_alike
}

# harmless NAME COMPILER...
harmless() {
	name=$1
	shift
	check "$name: objects" compile "$@"
	check "$name: is shared" is_shared
	check "$name: runs as the originals" runs_alike
}

# ---- lists -----------------------------------------------------------------------------------

element='static int own __attribute__((used, retain, section("my")))'
walk='extern int __start_my[], __stop_my[];
	int sum(void) { int s = 0; for (int *p = __start_my; p < __stop_my; p++) s += *p; return s; }'

begin walker-shared
echo "$element = 10; $walk" >"$dir/from/s.c"
echo "$element = 1; int sum(void), more(int); int a_run(int n) { return more(n) + sum(); }" >"$dir/from/a.c"
echo "int sum(void), more(int); int b_run(int n) { return sum() + more(0) * 0; }" >"$dir/from/b.c"
divided walker-shared 'liba.a(a.o): has a part of the list __start_my, and s.o in' gcc -O1 -fPIC

begin elements-shared
echo "$element = 10; int sum(void) { return 3; }" | sed s/sum/other/ >"$dir/from/s.c"
echo "$walk int other(void), more(int); int a_run(int n) { return more(n) + sum() + other(); }" >"$dir/from/a.c"
echo "int other(void), more(int); int b_run(int n) { return other() + more(0) * 0; }" >"$dir/from/b.c"
divided elements-shared 'liba.a(a.o): has a part of the list __start_my, and s.o in' gcc -O1 -fPIC

begin only-libraries-have-elements
echo "$walk" | sed 's/\[\]/[] __attribute__((weak))/g' >"$dir/from/s.c"
echo "$element = 1; int sum(void), more(int); int a_run(int n) { return more(n) + sum(); }" >"$dir/from/a.c"
echo "int sum(void), more(int); int b_run(int n) { return sum() + more(0) * 0; }" >"$dir/from/b.c"
divided only-libraries-have-elements 'liba.a(a.o): has a part of the list __start_my, and s.o in' gcc -O1 -fPIC

begin list-in-workspace
echo "$element = 10; $walk" >"$dir/from/s.c"
echo "int sum(void), more(int); int a_run(int n) { return more(0) * 0 + sum(); }" >"$dir/from/a.c"
echo "int sum(void), more(int); int b_run(int n) { return more(0) * 0 + 2 * sum(); }" >"$dir/from/b.c"
harmless list-in-workspace gcc -O1 -fPIC

begin list-in-library
echo "int other(void) { return 3; }" >"$dir/from/s.c"
echo "$element = 10; $walk int other(void), more(int); int a_run(int n) { return more(0) * 0 + sum() + other(); }" >"$dir/from/a.c"
echo "int other(void), more(int); int b_run(int n) { return more(0) * 0 + other(); }" >"$dir/from/b.c"
harmless list-in-library gcc -O1 -fPIC

# ---- what linkers choose ---------------------------------------------------------------------

begin weak-need
echo 'int opt(void) __attribute__((weak)); int s(void) { return opt ? opt() : 1; }' >"$dir/from/s.c"
echo "int opt(void) { return 1000; } int more(int by) { return by; }" >"$dir/from/t.c"
echo "int s(void); int a_run(int n) { return n + s(); }" >"$dir/from/a.c"
echo "int s(void), more(int); int b_run(int n) { return more(0) * 0 + s(); }" >"$dir/from/b.c"
check 'weak-need: objects' compile gcc -O1 -fPIC
check 'weak-need: is refused' is_refused 's.o): needs opt weakly, and t.o defines it'

begin weak-need-in-library
echo 'int opt(void) { return 1000; }' >"$dir/from/s.c"
echo "int more(int), opt(void) __attribute__((weak)); int a_run(int n) { return more(n) + (opt ? opt() : 1); }" >"$dir/from/a.c"
echo "int more(int), opt(void); int b_run(int n) { return more(0) * 0 + opt(); }" >"$dir/from/b.c"
check 'weak-need-in-library: objects' compile gcc -O1 -fPIC
check 'weak-need-in-library: is refused' is_refused 'a.o): needs opt weakly, and s.o defines it'

begin weak-definition
echo '__attribute__((weak)) int cfg(void) { return 1; } int s(void) { return cfg(); }' >"$dir/from/s.c"
echo "int s(void), more(int); int cfg(void) { return 42; } int a_run(int n) { return more(n) + s(); }" >"$dir/from/a.c"
echo "int s(void), more(int); int b_run(int n) { return more(0) * 0 + s(); }" >"$dir/from/b.c"
roots='--root ?_run'
divided weak-definition 's.o): defines cfg weakly, and a.o otherwise' gcc -O1 -fPIC
roots=

# ---- data that programs change ---------------------------------------------------------------

# both NAME DECLARATION USE COMPILER... - what all three files define, and an expression that changes it
both() {
	begin "$1"
	echo "$2 int sum() { return $3; }" >"$dir/from/s.cc"
	echo "$2 int sum(); extern \"C\" int more(int); extern \"C\" int a_run(int n) { return more(0) * 0 + $3 * 1000 + sum(); }" >"$dir/from/a.cc"
	echo "$2 int sum(); extern \"C\" int more(int); extern \"C\" int b_run(int n) { return more(0) * 0 + $3 + sum(); }" >"$dir/from/b.cc"
	sed -i 's/int more/extern "C" int more/' "$dir/from/t.c" && mv "$dir/from/t.c" "$dir/from/t.cc"
	name=$1
	shift 3
	"${kind:-divided}" "$name" ${words+"$words"} g++ -std=c++17 -O0 -fPIC "$@"
}

words='a.o): defines v, which programs change'
both unique 'inline int v = 3;' 'v++'
both inline 'inline int v = 3;' 'v++' -fno-gnu-unique
both thread-local 'inline thread_local int v = 3;' 'v++'
words='a.o): defines _ZZ1fILi3EEivE1v, which programs change'
both function-static 'template <int N> int f() { static int v = N; return ++v; }' 'f<3>()'
unset words
kind=harmless
# Of weak definitions the first one counts, so the proof of the meld keeps what defines them.
both weak '__attribute__((weak)) int v = 3;' 'v++'
both weak-function 'static int v; __attribute__((weak)) int f() { return ++v; }' 'f()'
both constants 'inline const int v[] = {3, 4}; template <int N> int f() { return N + v[N % 2]; } extern const int *p;
	struct A { virtual int g() { return 1; } virtual ~A() {} }; inline int h() { A a; A *b = &a; return b->g(); }' 'f<3>() + h()'
both constructors 'static struct A { int a; A() : a(5) {} } one;' 'one.a'
unset kind

begin common
echo 'int v[4]; int sum(void) { return ++v[1]; }' >"$dir/from/s.c"
echo 'int v[4], sum(void), more(int); int a_run(int n) { v[1] += 10; return more(0) * 0 + sum(); }' >"$dir/from/a.c"
echo 'int v[4], sum(void), more(int); int b_run(int n) { return more(0) * 0 + sum() + v[1]; }' >"$dir/from/b.c"
divided common 'a.o): defines v, which programs change' gcc -O1 -fPIC -fcommon

# ---- direct references -----------------------------------------------------------------------

for visibility in hidden protected; do
	begin $visibility
	v="__attribute__((visibility(\"$visibility\")))"
	echo "$v int hd = 5; $v int hf(void) { return 1; } int (*sum(void))(void) { hd++; return hf; }" >"$dir/from/s.c"
	[ $visibility = hidden ] || v=
	echo "extern int hd $v; int hf(void) $v; int (*sum(void))(void), more(int);
		int a_run(int n) { hd += 10; return more(0) * 0 + (sum() == hf) * 1000 + hd; }" >"$dir/from/a.c"
	echo 'int (*sum(void))(void), more(int); int b_run(int n) { return more(0) * 0 + sum()(); }' >"$dir/from/b.c"
	divided $visibility 'directly' gcc -O1 -fPIC
done

begin hidden-but-by-tables
h='__attribute__((visibility("hidden")))'
echo "$h int hf(int n) { return n + 1; } int sum(void) { return 3; }" >"$dir/from/s.c"
echo "int hf(int) $h; int more(int by) { return hf(by); }" >"$dir/from/t.c"
echo 'int hf(int) __attribute__((visibility("hidden"))); int more(int), sum(void);
	int a_run(int n) { return more(0) * 0 + hf(sum()); }' >"$dir/from/a.c"
echo 'int sum(void), more(int); int b_run(int n) { return more(0) * 0 + sum(); }' >"$dir/from/b.c"
harmless hidden-but-by-tables gcc -O1 -fPIC

# ---- other machines --------------------------------------------------------------------------

# What compilers make of default visibility is shared and linked by lld; of hidden data, refused.
machine() { # TARGET
	begin "$1"
	cp "$work/hidden/from"/*.c "$dir/from"
	ar=llvm-ar-19
	compile clang-19 --target="$1" -w -O1 -fPIC && is_refused directly || return 1
	sed -i 's/__attribute__((visibility("hidden")))//g' "$dir"/from/?.c
	compile clang-19 --target="$1" -w -O1 -fPIC && is_shared || return 1
	(cd "$dir/shared" &&
		ld.lld-19 -shared --version-script=libw.map --gc-sections -o libw.so --whole-archive libw-objects.a &&
		ld.lld-19 -shared --version-script=liba.map -o liba.so --whole-archive liba.a --no-whole-archive libw.so)
}

for target in x86_64 i386 aarch64 armv7 riscv64 loongarch64 s390x powerpc64le powerpc64; do
	check "$target: hidden data" machine $target-linux-gnu
done

# Of other machines' relocations nothing is known, which is said.
unknown() { # TARGET
	begin "$1"
	cp "$work/hidden/from"/*.c "$dir/from"
	ar=llvm-ar-19
	sed -i 's/__attribute__((visibility("hidden")))//g' "$dir"/from/?.c
	compile clang-19 --target="$1" -w -O1 -fPIC && is_shared &&
		"$armeld" share -n -d "$dir/other" "$dir/m/libw.a" | grep '^Not checked: whether code reaches' &&
		"$armeld" share --json -n -d "$dir/other" "$dir/m/libw.a" | grep -A 1 '"notes"' | grep 'Not checked'
}

for target in mips sparcv9; do
	check "$target: unknown" unknown $target-linux-gnu
done

# ld64.lld links such a reference to another image's data, to address 0.
# shellcheck disable=SC2016 # dollars of names
apple() { # TARGET
	ar='llvm-ar-19 --format=darwin'
	begin "$1"
	cp "$work/hidden/from"/*.c "$dir/from"
	compile clang-19 --target="$1" -w -O1 && is_refused directly || return 1
	begin "$1-state"
	cp "$work/inline/from"/*.cc "$dir/from" && rm "$dir/from/t.c" &&
		compile clang-19 --target="$1" -w -std=c++17 -O1 && is_refused 'a.o): defines _v, which programs change' || return 1
	begin "$1-list"
	cp "$work/walker-shared/from"/*.c "$dir/from" &&
		sed -i -e 's/section("my")/section("__DATA,my")/' -e 's/__start_my\[\]/start[] __asm("section$start$__DATA$my")/' \
			-e 's/__stop_my\[\]/stop[] __asm("section$end$__DATA$my")/' -e 's/__start_my/start/g;s/__stop_my/stop/g' "$dir"/from/?.c &&
		compile clang-19 --target="$1" -w -O1 && is_refused 'a.o): has a part of the list' && share_kept
}

# shellcheck disable=SC2016 # dollars of names
windows() { # TARGET
	ar=llvm-ar-19
	begin "$1"
	cp "$work/inline/from"/*.cc "$dir/from" && rm "$dir/from/t.c" &&
		compile clang-19 --target="$1" -w -std=c++17 -O1 && is_refused 'which programs change' && share_kept || return 1
	begin "$1-list"
	cat >"$dir/from/s.c" <<-'END'
		__attribute__((used, section(".my$a"))) int first = 0;
		__attribute__((used, section(".my$z"))) int last = 0;
		int sum(void) { int s = 0; for (int *p = &first; p < &last; p++) s += *p; return s; }
	END
	cp "$work/walker-shared/from"/[ab].c "$dir/from" && sed -i 's/section("my")/section(".my$m")/' "$dir/from/a.c" &&
		compile clang-19 --target="$1" -w -O1 && is_refused 'a.o): has a part of the list .my$' && share_kept
}

for target in x86_64-apple-macos12 arm64-apple-macos12; do
	check "$target: data, lists, hidden data" apple $target
done
for target in x86_64-w64-windows-gnu x86_64-pc-windows-msvc; do
	check "$target: data, lists" windows $target
done
count_checks
