#!/bin/sh
# prelink.sh - C and C++ that counts: what was one is one in a prelinked set, and a library that is
# prelinked by itself has its own of everything, or shares as before.
#
# Each row below is a program of two libraries with a shared member s.o; it is linked with the originals
# and with what armeld writes, and run. Prints a line a check.
set -eu

cd "$(dirname "$0")/../.." # so that no path has a space in it
armeld=$PWD/${ARMELD:-build/armeld}
suite=prelink
. test/link/expect.sh
work=build/link/prelink
rm -rf $work
mkdir -p $work
cd $work

cat >main.c <<'E'
#include <stdio.h>
int ra(void), rb(void);
int main(void) { int x = ra(), y = rb(); printf("%d %d\n", x, y); return 0; }
E
gcc -c main.c

# make KIND [FLAG...] - liba.a and libb.a of KIND-s, KIND-a and KIND-b.
make_libraries() {
	kind=$1
	shift
	rm -f ./*.a ./*.armeld t.o
	for part in s t a b; do
		for source in $kind-$part.*; do
			[ ! -e "$source" ] || "${compiler:-gcc}" -O1 "$@" -c "$source" -o $part.o
		done
	done
	ar rcs liba.a a.o s.o $(ls t.o 2>/dev/null)
	ar rcs libb.a b.o s.o $(ls t.o 2>/dev/null)
}

# run [LIBRARY...] - link by each linker, and run; what they print must be the same.
run() {
	for linker in bfd gold; do
		"${compiler:-gcc}" -fuse-ld=$linker ${flags:-} main.o "$@" -o app 2>app.log && ./app 2>&1 || head -n 3 app.log
	done | sort -u
}

# both KIND OWN [FLAG...] - a set, and two libraries by themselves, which print OWN.
both() {
	kind=$1 own=$2
	shift 2
	make_libraries "$kind" "$@"
	originals=$(run liba.a libb.a)
	$armeld -q -o libw.a --prelink --export ra --export rb liba.a libb.a 2>warnings
	expect "$kind/set" "$originals" "$(run liba.a libb.a libw.a)"
	expect "$kind/set is joined" '' "$(cat warnings)"
	$armeld restore -q libw.a
	$armeld -q -o libw.a --prune --export ra --export rb liba.a libb.a 2>warnings
	expect "$kind/pruned" "$originals" "$(run liba.a libb.a libw.a)"
	expect "$kind/nothing stays" '' "$(cat warnings)"
	make_libraries "$kind" "$@"
	$armeld prelink -q --export ra --export rb liba.a libb.a 2>warnings
	expect "$kind/own" "$own" "$(run liba.a libb.a)"
	[ "$kind" = loaded-strong ] || expect "$kind/own is joined" '' "$(cat warnings)"
}

echo 'inline int &counter() { static int c; return c; }
inline thread_local int slot;
inline int variable;
template <class T> int number() { static int n; return ++n; }
extern "C" int bump();' >count.h
echo '#include "count.h"
extern "C" int bump() { ++counter(); ++slot; ++variable; return number<int>(); }' >cxx-s.cc
for f in a b; do
	echo "#include \"count.h\"
extern \"C\" int r$f() { return bump() + 10 * counter() + 100 * slot + 1000 * variable + 10000 * number<int>(); }" >cxx-$f.cc
done
echo 'int com[4]; int get(void) { return com[1]; }' >common-s.c
echo 'int get(void); int ra(void) { return get(); }' >common-a.c
echo 'int com[8]; int get(void); int rb(void) { com[1] = 2; return get(); }' >common-b.c
echo '__attribute__((used, section("myreg"))) static const int e = 1;
extern const int __start_myreg[], __stop_myreg[];
int sum(void) { int s = 0; for (const int *p = __start_myreg; p < __stop_myreg; p++) s += *p; return s; }' >list-s.c
echo 'int sum(void); __attribute__((used, section("myreg"))) static const int e = 10; int ra(void) { return sum(); }' >list-a.c
echo 'int sum(void); __attribute__((used, section("myreg"))) static const int e = 100; int rb(void) { return sum(); }' >list-b.c
echo 'int order; static void __attribute__((constructor(300))) first(void) { order = order * 10 + 3; }
static void __attribute__((constructor)) last(void) { order = order * 10 + 9; } int get(void) { return order; }' >ctor-s.c
for f in a b; do
	echo "extern int order; int get(void); static void __attribute__((constructor(200))) early(void) { order = order * 10 + 2; }
int r$f(void) { return get(); }" >ctor-$f.c
done
echo '__asm__(".symver f1, f@@V1"); int f1(void) { static int n; return ++n; }' >version-s.c
for f in a b; do echo "int f(void); int r$f(void) { return f(); }" >version-$f.c; done
echo 'int (*hold(int (*f)(void)))(void) { return f; }
int get(int x) { int add(void) { return ++x; } return hold(add)(); }' >stack-s.c
for f in a b; do echo "int get(int); int r$f(void) { return get(1); }" >stack-$f.c; done
# t.o is loaded by code that no export needs, and counts all the same
echo 'extern const int __start_list[] __attribute__((weak)), __stop_list[] __attribute__((weak));
int get(void) { int s = 0; for (const int *p = __start_list; p < __stop_list; p++) s += *p; return s; }' >loaded-list-s.c
echo '__attribute__((used, section("list"))) static const int e = 7; int t(void) { return 3; }' >loaded-list-t.c
echo 'int n; int get(void) { return n; }' >loaded-ctor-s.c
echo 'extern int n; __attribute__((constructor)) static void f(void) { n += 7; } int t(void) { return 3; }' >loaded-ctor-t.c
echo 'int w(void) __attribute__((weak)); int get(void) { return w ? w() : 0; }' >loaded-weak-s.c
echo 'int w(void) { return 7; } int t(void) { return 3; }' >loaded-weak-t.c
echo 'int w(void) __attribute__((weak)); int w(void) { return 0; } int get(void) { return w(); }' >loaded-strong-s.c
cp loaded-weak-t.c loaded-strong-t.c
for kind in list ctor weak strong; do
	echo 'int get(void), t(void); int ra(void) { return get(); } int unused(void) { return t(); }' >loaded-$kind-a.c
	echo 'int get(void); int rb(void) { return get(); }' >loaded-$kind-b.c
done

compiler=g++
both cxx '21111 21111' -std=c++17
compiler=gcc
both common '0 2' -fcommon
both list '11 101'
both ctor '239 239'
both version '1 1'
both stack '2 2' -fno-inline
for kind in list ctor weak strong; do both loaded-$kind '7 0' -ffunction-sections; done

# Rust: a list between bounds as linkme has, constructors as ctor has
cat >rust.rs <<'E'
use std::sync::atomic::{AtomicI32, Ordering::Relaxed};
pub static N: AtomicI32 = AtomicI32::new(0);
#[used] #[link_section = "list"] static OWN: i32 = 1;
extern "C" { #[link_name = "__start_list"] static START: i32; #[link_name = "__stop_list"] static STOP: i32; }
extern "C" fn first() { N.fetch_add(1, Relaxed); }
#[used] #[link_section = ".init_array"] static FIRST: extern "C" fn() = first;
#[inline(never)]
pub fn sums() -> i32 {
    let (mut p, mut sum) = (&raw const START, 0);
    while p < &raw const STOP { sum += unsafe { *p }; p = unsafe { p.add(1) }; }
    1000 * sum + N.load(Relaxed)
}
E
for f in a:10 b:100; do
	cat >rust-${f%:*}.rs <<E
use std::sync::atomic::Ordering::Relaxed;
#[used] #[link_section = "list"] static MINE: i32 = ${f#*:};
extern "C" fn second() { rust::N.fetch_add(${f#*:}, Relaxed); }
#[used] #[link_section = ".init_array"] static SECOND: extern "C" fn() = second;
#[no_mangle] pub extern "C" fn r${f%:*}() -> i32 { rust::sums() }
E
done
rustc --edition 2021 -O --crate-type rlib rust.rs
for f in a b; do rustc --edition 2021 -O --crate-type staticlib --extern rust=librust.rlib -o lib$f.orig rust-$f.rs; done
flags='-lpthread -ldl -lm -lgcc_s'

# rust TITLE WANTED OPTION... - a set, or two libraries by themselves.
rust() {
	title=$1 wanted=$2
	shift 2
	rm -f ./*.armeld lib?.a
	for f in a b; do cp lib$f.orig lib$f.a; done
	case $title in
	set*) $armeld -q -o libw.a "$@" liba.a libb.a && expect "rust/$title" "$wanted" "$(run liba.a libb.a libw.a)" ;;
	*) $armeld prelink -q "$@" liba.a libb.a && expect "rust/$title" "$wanted" "$(run liba.a libb.a)" ;;
	esac
}
rust set '111111 111111' --prune
rust set-prelinked '111111 111111' --prelink --merge
rust own '11011 101101'
rust own-exports '11011 101101' --export ra --export rb --merge

# LLVM's profile is that of the program: what it counts is the same
cat >profile-s.c <<'E'
int get(int i) { if (i > 2) return 5; return i; }
int unused(int x) { return x * 2; }
E
echo 'int get(int); int ra(void) { return get(1) + get(2); }' >profile-a.c
echo 'int get(int); int rb(void) { return get(3); }' >profile-b.c
compiler=clang-19 flags=-fprofile-instr-generate

# profile LIBRARY... - what was counted, of functions that all have.
profile() {
	$compiler $flags main.o "$@" -o app && LLVM_PROFILE_FILE=$PWD/raw ./app >app.log &&
		llvm-profdata-19 merge raw -o merged && llvm-profdata-19 show --all-functions --counts merged |
		grep -A 4 '^  \(get\|ra\|rb\):'
}
make_libraries profile $flags
wanted=$(profile liba.a libb.a)
expect profile/counts 3 "$(echo "$wanted" | grep -c 'Function count: [1-3]')"
$armeld prelink -q --export ra --export rb liba.a libb.a
expect profile/own "$wanted" "$(profile liba.a libb.a)"
make_libraries profile $flags
$armeld -q -o libw.a --prelink --merge --export ra --export rb liba.a libb.a
expect profile/set "$wanted" "$(profile liba.a libb.a libw.a)"

# Its kind and its file are the program's as well: the runtime finds them by name, nothing leads to them.
named() { # FLAG LIBRARY...
	flag=$1
	shift
	rm -rf named default*.profraw
	$compiler "$flag" main.o "$@" -o app && ./app >app.log && raw=$(find . -type f -name '*.profraw') &&
		echo "${raw%/*}, $(llvm-profdata-19 show "$raw" | grep Instrumentation)"
}
for flag in -fprofile-generate -fprofile-instr-generate; do
	make_libraries profile $flag=./named/x.profraw -ffunction-sections -fdata-sections
	wanted=$(named $flag liba.a libb.a)
	expect "named $flag/originals" 1 "$(echo "$wanted" | grep -c '^./named')"
	for verb in prune prelink 'prelink --merge' 'hide --rename _own'; do
		make_libraries profile $flag=./named/x.profraw -ffunction-sections -fdata-sections
		# shellcheck disable=SC2086
		$armeld $verb -q --export ra --export rb liba.a
		case $verb in prelink*) $armeld $verb -q --export ra --export rb libb.a ;; esac
		expect "named $flag/$verb" "$wanted" "$(named $flag liba.a libb.a)"
	done
	for steps in --prune --prelink; do
		make_libraries profile $flag=./named/x.profraw -ffunction-sections -fdata-sections
		$armeld -q -o libw.a $steps --export ra --export rb liba.a libb.a
		expect "named $flag/set $steps" "$wanted" "$(named $flag liba.a libb.a libw.a)"
	done
done

# Functions that the runtime of a sanitizer calls if they are there stay, with and without exports.
cat >hook-main.c <<'E'
const char *__asan_default_options(void) __attribute__((weak));
int hooked(void) { return __asan_default_options ? 10 : 0; }
#include "main.c"
E
echo 'const char *__asan_default_options(void) { return ""; } int s(void) { return 1; }' >hook-s.c
echo 'int s(void), hooked(void); int ra(void) { return s() + hooked(); }' >hook-a.c
echo 'int s(void), hooked(void); int rb(void) { return s() + hooked(); }' >hook-b.c
compiler=gcc flags=
gcc -c hook-main.c -o main.o
for export in '' '--export r?'; do
	for steps in --prune --prelink; do
		make_libraries hook -ffunction-sections
		expect "hook/originals" '11 11' "$(run liba.a libb.a)"
		# shellcheck disable=SC2086
		$armeld -q -o libw.a $steps $export liba.a libb.a
		expect "hook/$steps $export" '11 11' "$(run liba.a libb.a libw.a)"
	done
done

# D's modules are the program's, too: its runtime takes the list once, by a function of each object.
cat >modules.h <<'E'
#define NAMED(x) __asm__(x) __attribute__((weak, visibility("hidden")))
extern const int *const __start_minfo[] __attribute__((visibility("hidden")));
extern const int *const __stop_minfo[] __attribute__((visibility("hidden")));
int dso_slot NAMED("gdc.dso_slot");
int dso_slot;
extern int registered;
void dso_ctor(void) NAMED("gdc.dso_ctor");
__attribute__((noinline)) void dso_ctor(void) {
	if (!dso_slot++)
		for (const int *const *at = __start_minfo; at < __stop_minfo; at++) registered += **at;
}
__attribute__((constructor)) static void at_start(void) { dso_ctor(); }
#define MODULE(n) static const int is##n = n; \
	__attribute__((section("minfo"), used)) static const int *const in##n = &is##n;
E
printf '#include "modules.h"\nMODULE(1)\nint s(void) { return registered; }\n' >modules-s.c
printf '#include "modules.h"\nMODULE(10)\nint s(void);\nint ra(void) { return s(); }\n' >modules-a.c
printf '#include "modules.h"\nMODULE(100)\nint rb(void) { return registered; }\n' >modules-b.c
printf '#include "modules.h"\nMODULE(1000)\nint registered;\n#include "main.c"\n' >modules-main.c
compiler=gcc flags=
gcc -c modules-main.c -o main.o
make_libraries modules
expect modules/originals '1111 1111' "$(run liba.a libb.a)"
$armeld prelink -q --export ra --export rb liba.a
expect modules/own '1111 1111' "$(run liba.a libb.a)"
make_libraries modules
$armeld prelink -q --export ra --export rb --merge liba.a
expect modules/merged '1111 1111' "$(run liba.a libb.a)"
make_libraries modules
$armeld hide -q --rename _own --export ra --export rb liba.a
expect modules/renamed '1111 1111' "$(run liba.a libb.a)"
gcc -c main.c
flags='-fsanitize=address'
compiler=g++
both cxx '21111 21111' -std=c++17 -fsanitize=address

# A walker of a list, and the elements, which only some programs load. lld drops a list that only its
# bounds lead to, and all linkers lack the bounds of a list that is not there: a program that did
# not load the walker before, or what a destructor calls, must not need them now.
echo 'extern const int __start_walked[], __stop_walked[];
int walk(void) { int s = 0; for (const int *p = __start_walked; p < __stop_walked; p++) s += *p; return s; }' >walk-w.c
echo '__attribute__((used, section("walked"))) static const int e = 7; int element(void) { return 1; }' >walk-e.c
echo 'int step(void); __attribute__((destructor)) static void last(void) { step(); } int with(void) { return 2; }' >walk-d.c
echo 'int walk(void); int step(void) { return walk(); }' >walk-s.c
echo 'int plain(void) { return 3; }' >walk-p.c
for f in plain element; do echo "int $f(void); int main(void) { return $f(); }" >walk-$f.c; done
gcc -O1 -ffunction-sections -c walk-*.c
walks() { # LINE... : each program, linked by each linker with and without --gc-sections, and run
	for program in plain element; do
		for linker in bfd gold lld mold; do
			for collect in --no-gc-sections --gc-sections; do
				clang-19 -fuse-ld=$linker -Wl,$collect walk-$program.o libl.a -o app 2>app.log || head -n 2 app.log
				status=0
				./app || status=$?
				echo "$program $linker $collect $status"
				rm -f app
			done
		done
	done
}
fresh_list() {
	rm -f libl.a libl.a.armeld
	ar rcs libl.a walk-w.o walk-e.o walk-d.o walk-s.o walk-p.o
}
fresh_list
originals=$(walks)
expect 'unloaded list/originals link' 16 "$(echo "$originals" | grep -c ' [13]$')"
for how in '' --merge '--export plain --export element --export with' '--merge --export plain --export element --export with'; do
	fresh_list
	$armeld prelink -q $how libl.a 2>warnings
	expect "unloaded list/prelink $how" "$originals" "$(walks)"
	case $how in
	*--export*) expect "unloaded list/said" 1 "$(grep -c 'libl.a(walk-d.o) stays apart: .*lld may drop' warnings)" ;;
	esac
done

# What one library needs weakly, or defines weakly, and another one defines in an object that the
# program does not load. There are more roots than choices of them that the proof tries.
echo 'int w(void) __attribute__((weak)); int ra(void) { return w ? w() : 0; }' >wished-a.c
echo 'int y(void) __attribute__((weak)); int y(void) { return 1; } int ra(void) { return y(); }' >yields-a.c
echo 'int w(void) { return 7; } int y(void) { return 8; } int t(void) { return w() + y(); }' >wished-t.c
echo 'int rb(void) { return 2; }' >wished-b.c
gcc -c wished-*.c yields-a.c main.c
for i in $(seq 30); do echo "int filler$i(void) { return $i; }" | gcc -x c -c -o filler-$i.o -; done
for kind in wished yields; do
	rm -f lib[abw].a ./*.armeld
	ar rcs liba.a $kind-a.o
	ar rcs libb.a wished-b.o wished-t.o filler-*.o
	originals=$(run liba.a libb.a)
	for how in '' --merge; do
		$armeld -q -o libw.a --prelink $how liba.a libb.a
		expect "$kind elsewhere/set $how" "$originals" "$(run liba.a libb.a libw.a)"
		expect "$kind elsewhere/others are joined $how" 1 "$(ar t libb.a | grep -c '^libb.o$')"
		$armeld restore -q libw.a
	done
done

# Of two weak definitions in one library, the one that is loaded first counts, also beside a joined object.
for i in 7 8; do
	echo "__attribute__((weak)) int chosen(void) { return $i; } int from$i(void) { return chosen() * 10; }" |
		gcc -x c -c -o weak-$i.o -
done
echo 'int from8(void), later(void); int ra(void) { return from8() + later(); }' | gcc -x c -c -o weak-a.o -
echo 'int from7(void); int later(void) { return from7(); }' | gcc -x c -c -o weak-later.o -
echo 'int rb(void) { return 0; }' | gcc -x c -c -o weak-b.o -
for how in '' --merge; do
	rm -f libl.a*
	ar rcs libl.a weak-a.o weak-7.o weak-8.o weak-later.o weak-b.o
	originals=$(run libl.a)
	$armeld prelink -q $how libl.a
	expect "two weak definitions/prelink $how" "$originals" "$(run libl.a)"
done

# Inline functions that two compilers' options made different, with tables of jumps of their own and
# virtual destructors: any of them serves, so all objects are joined, and each function is there once.
echo 'int step(int);
struct Base { virtual ~Base() { step(90); } virtual int f(int n) { return n; } };
struct Part : Base { ~Part() override { step(91); } int f(int n) override { return n + 1; } };
inline int pick(int n) {
  switch (n) {
  case 0: return step(3); case 1: return step(1) + 4; case 2: return step(4); case 3: return step(1) - 7;
  case 4: return step(5); case 5: return step(9) * 3; case 6: return step(2); case 7: return step(6) ^ 1;
  default: return 0;
  }
}
inline int use(int n) {
  Part part;
  Base *base = n > 2 ? new Part : &part;
  int r = base->f(pick(n));
  if (n > 2) delete base;
  return r;
}' >inline.h
for f in a b; do
	echo "#include \"inline.h\"
extern \"C\" int r$f(int n) { return use(n) + pick(n + 1); } int (*p$f)(int) = pick;" >inline-$f.cc
done
echo 'int step(int n) { return n * 2; }' >inline-step.cc
inlined() { # NAME COMPILER...
	name=$1
	shift
	rm -f libi.a libi.a.armeld
	"$@" -O0 -c inline-a.cc -o a.o && "$@" -O2 -c inline-b.cc -o b.o && "$@" -Os -c inline-step.cc -o step.o
	llvm-ar-19 rcs libi.a a.o b.o step.o
	$armeld prelink -q --export ra --export rb --export _ra --export _rb libi.a 2>warnings || echo refused >>warnings
	expect "inline functions/$name/joined" '' "$(cat warnings)"
	expect "inline functions/$name/verify" 'libi.a: intact' "$($armeld verify libi.a 2>&1)"
	expect "inline functions/$name/once" 1 "$(llvm-nm-19 libi.a 2>/dev/null | grep -c ' [TtWVSs] _*_Z4picki$')"
}
inlined elf g++ -fno-pie
inlined elf-clang clang++-19 -fPIC
inlined mingw x86_64-w64-mingw32-g++
inlined macho-arm clang++-19 --target=arm64-apple-macos11
inlined macho-intel clang++-19 --target=x86_64-apple-macos10.12

# Constructors of inline variables are in COMDATs, in ELF with their elements in .init_array. Two compilers'
# options made them different: any of them serves, so nothing stays as it is.
echo 'int step(int);
inline int twice(int n) { return step(n) + step(n + 1); }
namespace n { inline int value = twice(3); }
template <class T> struct Holder { static int held; };
template <class T> int Holder<T>::held = twice(5);' >init.h
for f in a b; do
	echo "#include \"init.h\"
extern \"C\" int get(int); extern \"C\" int r$f() { return get(1) + n::value++ + Holder<int>::held++; }" >init-$f.cc
done
echo '#include "init.h"
extern "C" int get(int n) { return n + n::value++ + Holder<int>::held++; }' >init-s.cc
echo 'int step(int n) { static int steps; return n * 2 + ++steps; }' >init-step.cc
for f in a:-O0 b:-O2 s:-O1 step:-Os; do clang++-19 -std=c++17 ${f#*:} -c init-${f%:*}.cc -o ${f%:*}.o; done
for option in --strip=all --prune --merge; do
	rm -f lib?.a lib?.a.armeld
	llvm-ar-19 rcs liba.a s.o a.o step.o && llvm-ar-19 rcs libb.a s.o step.o b.o
	wanted=$(run liba.a libb.a)
	more="--export r?"
	[ $option != --strip=all ] || more=
	[ $option != --merge ] || more="$more --prelink"
	$armeld -q -o libw.a $option $more --root 'r?' --root get liba.a libb.a 2>warnings || echo refused >>warnings
	expect "constructors in COMDATs/$option/done" '' "$(cat warnings)"
	expect "constructors in COMDATs/$option/runs" "$wanted" "$(run liba.a libb.a libw.a)"
done

# GCC for Windows gives weak externals an absolute default, .weak.NAME.FIRST, which several objects can
# define. Linkers take equal ones for one.
constants() { # VALUE
	for f in a b; do
		printf '.globl r%s\nr%s: .quad shared\n.globl shared\n.set shared, %s\n' $f $f "$1" | x86_64-w64-mingw32-as -o $f.o -
		set -- "$2" "$2"
	done
	rm -f libk.a libk.a.armeld
	ar rcs libk.a a.o b.o
	$armeld prelink -q --export ra --export rb libk.a 2>&1 && llvm-nm-19 libk.a | grep -c 'T r[ab]'
}
expect 'equal constants are joined' 2 "$(constants 0 0)"
expect 'constants that differ are not' 1 "$(constants 0 5 | grep -c 'libk.a.*shared')"

# Constructors that are alike but for the variable that each has for itself: which one becomes which
# is known by their members, although pruning changes one of the two.
echo 'void enter(int *); int unused(void) { return 3; }
static int own; static void __attribute__((constructor)) begin(void) { enter(&own); } int ra(void) { return 1; }' >alike-a.c
echo 'void enter(int *); static int before[40];
static int own; static void __attribute__((constructor)) begin(void) { enter(&own); } int rb(void) { return 2; }' >alike-b.c
echo 'void enter(int *p) { *p += 1; }' >alike-e.c
for f in a b e; do gcc -O0 -fno-pic -fno-toplevel-reorder -ffunction-sections -c alike-$f.c -o $f.o; done
rm -f libc2.a libc2.a.armeld
ar rcs libc2.a b.o e.o
$armeld prune -q --export 'r*' libc2.a && ar x libc2.a b.o # pruning does not change it again
rm -f libc2.a libc2.a.armeld
ar rcs libc2.a a.o b.o e.o
expect 'constructors that are alike/pruned' '' "$($armeld prune -q --export 'r*' libc2.a 2>&1)"
expect 'constructors that are alike/verify' 'libc2.a: intact' "$($armeld verify libc2.a 2>&1)"
# Debug info that a compiler has compressed is read, and compressed again; it names the lines it named.
cat >packed-a.c <<'E'
#include <stdio.h>
int shared(int);
FILE *where(void) { return stdout; } /* so that there is something to compress */
int unused(int n) { return n * 5; }
int ra(void) {
  int sum = 0;
  for (int i = 0; i < 4; i++)
    sum += shared(i);
  return sum;
}
E
sed 's/ra(/rb(/; s/unused/idle/; s/where/there/' packed-a.c >packed-b.c
printf 'int lost(int n) { return n; }\nint shared(int n) {\n  return n + 7;\n}\n' >packed-s.c
lines() { # LIBRARY...
	gcc main.o "$@" -o app && addresses=$(nm app | sed -n 's/^0*\([0-9a-f]*\) T \(ra\|rb\|shared\)$/\1/p') &&
		addr2line -f -s -e app $addresses
}
packed() { # FORM COMPILER FLAG...
	form=$1 compiler=$2
	shift 2
	make_libraries packed -g -ffunction-sections "$@"
	compiler=
	rm -rf kept && mkdir kept && cp ./*.a kept
	wanted=$(lines kept/liba.a kept/libb.a)
	for way in --prune '--prelink --merge'; do
		cp kept/*.a . && $armeld -q -o libw.a $way --export ra --export rb --export where liba.a libb.a 2>&1
		expect "compressed debug info/$form/$way" "$wanted" "$(lines liba.a libb.a libw.a)"
		expect "compressed debug info/$form/$way, compressed again" C "$(
			llvm-readelf-19 -S liba.a | sed -n 's/.* \.debug_info .* C .*/C/p' | sort -u)"
		$armeld restore -q libw.a
	done
	for verb in prune prelink; do
		cp kept/*.a . && $armeld $verb -q --export ra --export shared --export where liba.a 2>&1
		expect "compressed debug info/$form/$verb" "$wanted" "$(lines liba.a kept/libb.a)"
		$armeld restore -q liba.a
	done
}
packed zlib gcc -gz
cp kept/*.a . && $armeld -q -o libw.a --prelink --compress-debug=zstd --export ra --export rb --export where liba.a libb.a 2>&1
expect 'compressed debug info/joined, then compressed' "$wanted" "$(lines liba.a libb.a libw.a)"
$armeld restore -q libw.a
packed zlib-gnu gcc -gz=zlib-gnu
packed zstd clang-19 -gz=zstd
# In COFF objects only the old form is there, and the relocations count in the contents before it.
x86_64-w64-mingw32-gcc -g -O1 -ffunction-sections -gz=zlib-gnu -c packed-a.c -o packed.o
for way in prune prelink 'prelink --merge'; do
	rm -f libpacked.a*
	ar rcs libpacked.a packed.o
	wanted=$(x86_64-w64-mingw32-objdump --dwarf=decodedline libpacked.a | grep -c '^packed-a.c  *[4-9] ')
	$armeld $way -q --export ra --export where libpacked.a 2>&1
	expect "compressed debug info/mingw/$way" "$wanted intact" "$(
		x86_64-w64-mingw32-objdump --dwarf=decodedline libpacked.a | grep -c '^packed-a.c  *[4-9] ') $(
		$armeld verify libpacked.a 2>&1 | sed 's/.*: //')"
done

# Many objects that a constructor comes with stay apart if one export does without it: that is said,
# with what to do.
rm -f many-*.o
{
	echo '.globl begun
begun: ret
.section .init_array,"aw"
.quad begun'
} | as -o many-0.o -
for i in $(seq 80); do
	printf '.globl many%s\nmany%s: call begun\nret\n' "$i" "$i" | as -o "many-$i.o" -
done
for f in a b; do
	{
		printf '.globl r%s\nr%s:\n' $f $f
		seq 80 | sed 's/.*/call many&/'
		echo ret
	} | as -o many-$f.o -
	printf '.globl without%s\nwithout%s: ret\n' $f $f | as -o many-without$f.o -
	ar rcs libmany$f.a many-$f.o many-without$f.o many-[0-9].o many-[0-9][0-9].o
done
warnings() { # OPTION...
	rm -rf joined
	$armeld -q --no-sidecar -d joined -o joined/libmanyw.a --prelink "$@" libmanya.a libmanyb.a 2>&1 | cut -d, -f 1
}
expect 'constructors/many objects stay apart' \
	'armeld: warning: 83 objects are not joined with others: not every export needs them' "$(warnings)"
expect 'constructors/with exports named, all are joined' '' "$(warnings --export ra --export rb)"
expect 'constructors/with exports named, one object is left' 1 "$(ar t joined/libmanyw.a | wc -l)"

# Many objects that need what no library defines are joined, since most would stay apart: the report
# says that programs need all of it now, and JSON does.
rm -f many-*.o libmany*
for i in $(seq 80); do
	printf '.globl many%s\nmany%s: call elsewhere%s\nret\n' "$i" "$i" "$i" | as -o "many-$i.o" -
done
ar rcs libmanya.a many-?.o many-??.o
ar rcs libmanyb.a many-?.o many-??.o
open_needs='Not proven: which programs need the 80 symbols that no library of the set defines, such as elsewhere1.'
opened() { # OPTION...
	rm -rf joined
	$armeld --no-sidecar -d joined -o joined/libmanyw.a "$@" libmanya.a libmanyb.a 2>&1
}
expect 'open needs/said' "$open_needs" "$(opened --prelink | sed -n 's/^\(Not proven: .*[.]\) A joined object .*/\1/p')"
expect 'open needs/in JSON' 1 "$(opened --json --prelink | grep -c "$open_needs")"
expect 'open needs/not where nothing is joined' '' "$(opened --prune | grep 'Not proven')"

# What replaces an operator of the whole program is the library's own if it is no export: that is said.
cat >new.cc <<'E'
extern "C" void *malloc(decltype(sizeof 0));
void *operator new(decltype(sizeof 0) size) { return malloc(size); }
extern "C" int ra() { return *new int(3); }
E
for kind in gnu:x86_64-linux-gnu coff:x86_64-pc-windows-msvc darwin:arm64-apple-macos12; do
	clang++-19 -target "${kind#*:}" -c new.cc -o new.o
	for options in '--export ra' '--export ra --export _Zn* --export ??2@*' ''; do
		rm -f libnew.a*
		llvm-ar-19 rcs --format="${kind%%:*}" libnew.a new.o
		set -f
		$armeld prelink -q $options libnew.a 2>said || true
		set +f
		expect "operator new/${kind%%:*} $options" "$([ "$options" != '--export ra' ] || echo 1)" \
			"$(grep -c 'replaces an operator of the whole program' said | grep -v 0)"
	done
done
[ $failed = 0 ]
