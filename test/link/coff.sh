#!/bin/sh
# coff.sh [CASE...] - kinds of sections and symbols that only COFF has, shrunk in every way.
#
# A case is a function below: it makes a library, and links it with lld-link or with mingw-w64's GNU
# ld, first as it is and then shrunk in each of the ways. Each link must do what the original's did.
# Prints a line a check; what a failing one said is in build/link/coff/log.
set -eu

cd "$(dirname "$0")/../.." # so that no path has a space in it
work=$PWD/build/link/coff
armeld=$PWD/build/armeld
[ -z "${ARMELD-}" ] || armeld=$(realpath "$ARMELD")
all='directives mismatch contradiction largest mingw two_prelinked weak kinds msvc msvc_set guard safeseh'
strip='strip'
prune='prune'
prelink='prelink'
merge='prelink --merge'
rename='hide --rename .own'

lld() { lld-link-19 /nologo /machine:x64 /dll /noentry "$@"; }
library() { # FILE OBJECT...
	rm -f "$1" "$1.armeld"
	llvm-ar-19 rcs --format=coff "$@"
}

# check TITLE COMMAND... - one line, and the command's output in a file of its own. No `set -e` in
# the command: what must not fail is joined by &&.
check() {
	title="coff/$case/$1"
	shift
	log=$work/log/$(printf '%s' "$title" | tr -c 'a-zA-Z0-9.-' _)
	if ("$@") >"$log" 2>&1; then
		echo "ok $title"
	else
		echo "FAIL $title: $(grep -m 1 -i -E 'error|undefined|multiple|duplicate|differ' "$log" || tail -n 1 "$log")"
	fi
}

# ways EXPORTS COMMAND... - run the command on l.lib: as it is, and shrunk in each way.
ways() {
	exports=$1
	shift
	cp l.lib original.lib
	check original "$@"
	for way in "$strip" "$prune" "$prelink" "$merge" "$rename"; do
		check "$(echo "$way" | tr ' ' '_')" shrunk "$way" "$@"
	done
}

shrunk() { # WAY COMMAND...
	way=$1
	shift
	rm -f l.lib.armeld
	cp original.lib l.lib
	case $way in
	strip*) export= ;;
	*) export="--export $exports" ;;
	esac
	"$armeld" $way -q $export l.lib && { [ ! -e l.lib.armeld ] || "$armeld" verify -q l.lib; } && "$@"
}

# What .drectve names is linked although no code refers to it; what it names otherwise is no symbol.
case_directives() {
	cat >t.c <<-'X'
		#pragma comment(linker, "/include:kept_by_include")
		#pragma comment(linker, "/alternatename:maybe=stands_in")
		#pragma comment(linker, "/defaultlib:some_name")
		int kept_by_include = 4, some_name = 5;
		__declspec(dllexport) int exported(void) { return 3; }
		int stands_in(int x) { return x + 9; }
		extern int maybe(int);
		int api(int x) { return maybe(x); }
	X
	clang-19 --target=x86_64-pc-windows-msvc -O1 -c t.c
	library l.lib t.o
	ways api exports_both
}

exports_both() {
	lld /nodefaultlib /include:api /out:q.dll l.lib &&
		llvm-readobj-19 --coff-exports q.dll | grep 'Name: exported'
}

# Two values of one /failifmismatch do not link, so no object with another one comes for a COMDAT that is
# as good, nor is one lost that names a library.
case_mismatch() {
	for n in x p; do
		cat >$n.cc <<-X
			#pragma comment(linker, "/failifmismatch:Key=$n")
			__attribute__((noinline)) inline int f() { return 7; }
			int $n() { return f(); }
		X
	done
	for n in 1:x 2:x 3:f 4:f; do
		echo "int ${n#*:}(); extern \"C\" int root_${n%:*}() { return ${n#*:}(); }" >r${n%:*}.cc
	done
	echo '#pragma comment(linker, "/failifmismatch:Key=p")' >>r3.cc
	echo '#pragma comment(linker, "/failifmismatch:Key=p")' >>r4.cc
	clang++-19 --target=x86_64-pc-windows-msvc -O1 -c x.cc p.cc r1.cc r2.cc r3.cc r4.cc
	for n in 1:x 2:x 3:p 4:p; do library l${n%:*}.lib r${n%:*}.o ${n#*:}.o; done
	check original mismatch_links
	"$armeld" -q -o w.lib l1.lib l2.lib l3.lib l4.lib
	check melded mismatch_links w.lib
	echo 'extern "C" int far() { return 1; }' >far.cc
	echo '#pragma comment(linker, "/defaultlib:far")' >>p.cc
	for n in 3 4; do
		echo 'int f(); extern "C" int far(); extern "C" int root_'$n'() { return f() + far(); }' >r$n.cc
	done
	sed -i /failif/d x.cc p.cc
	clang++-19 --target=x86_64-pc-windows-msvc -O1 -c far.cc x.cc p.cc r3.cc r4.cc
	library far.lib far.o
	rm -f w.lib w.lib.armeld
	for n in 1:x 2:x 3:p 4:p; do library l${n%:*}.lib r${n%:*}.o ${n#*:}.o; done
	check original_with_default_library mismatch_links
	"$armeld" -q -o w.lib l1.lib l2.lib l3.lib l4.lib
	check melded_with_default_library mismatch_links w.lib
}

# Nor are objects joined that contradict each other.
case_contradiction() {
	echo '#pragma comment(linker, "/failifmismatch:Key=1")
		extern "C" int root_1() { return 1; }' >a.cc
	echo '#pragma comment(linker, "/failifmismatch:Key=2")
		extern "C" int root_2() { return 1; }' >b.cc
	clang++-19 --target=x86_64-pc-windows-msvc -O1 -c a.cc b.cc
	library l.lib a.o b.o
	check original_from_one_root lld /include:root_1 /out:q.dll l.lib
	"$armeld" prelink -q l.lib
	check not_joined test "$(llvm-ar-19 t l.lib | sort | tr '\n' ' ')" = 'a.o b.o '
	check not_joined_links lld /include:root_1 /out:q.dll l.lib
}

mismatch_links() {
	lld /nodefaultlib:libcmt /include:root_1 /include:root_2 /out:q.dll l1.lib l2.lib "$@" &&
		lld /nodefaultlib:libcmt /include:root_3 /include:root_4 /out:q.dll l3.lib l4.lib "$@"
}

# Of COMDATs with the selection "largest", the largest one is in the image. LLVM's linker takes it; GNU
# ld takes the first. They are joined.
case_largest() {
	for n in 8 16; do
		cat >$n.s <<-X
			.section .rdata\$v,"dr",largest,vt
			.globl vt
			vt: .fill $n,1,$n
			.section .xdata\$v,"dr",associative,vt
			.fill $n,1,$((n + 100))
			.text
			.globl use$n
			use$n: leaq vt(%rip), %rax
			ret
		X
		clang-19 --target=x86_64-pc-windows-msvc -c $n.s
	done
	library l.lib 8.o 16.o
	ways 'use*' image_has_16
	for way in "$prelink" "$merge"; do
		check "joined_by_$(echo "$way" | tr ' ' '_')" shrunk "$way" has_one_object
	done
}

has_one_object() {
	[ "$(llvm-ar-19 t l.lib | wc -l)" = 1 ]
}

image_has_16() {
	lld /opt:noref /include:use8 /include:use16 /out:q.dll l.lib &&
		llvm-readobj-19 --sections --section-data q.dll >q.txt &&
		grep '10101010 10101010 10101010 10101010' q.txt &&
		grep '74747474 74747474 74747474 74747474' q.txt
}

# C++ of mingw-w64's GCC: records behind functions, unwind information in COMDATs without a leader.
make_mingw() {
	for n in one two; do
		cat >$n.cc <<-X
			extern "C" int puts(const char *);
			inline int counter() { static int n; return ++n; }
			template <class T> struct R {
				__attribute__((noinline)) static int run(int x) {
					struct G { ~G() { puts("unwound"); } } g;
					if (x) throw x;
					return x;
				}
			};
			extern "C" int $n(int x) {
				try { return R<int>::run(x); } catch (int y) { return 10 * y + counter(); }
			}
			__attribute__((weak)) int idle_$n(int x) { return x; }
		X
		x86_64-w64-mingw32-g++ -g -O1 -ffunction-sections -c $n.cc
	done
	cat >main.c <<-'X'
		int one(int), two(int), printf(const char *, ...);
		int main(void) { int a = one(3), b = two(4); printf("%d %d\n", a, b); return 0; }
	X
	x86_64-w64-mingw32-gcc -c main.c
}

case_mingw() {
	make_mingw
	library l.lib one.o two.o
	ways '[ot][nw][eo]' program l.lib
}

program() { # LIBRARY...
	x86_64-w64-mingw32-g++ -static main.o "$@" -o p.exe 2>&1 | tee p.log && ! [ -s p.log ] &&
		wine p.exe >p.out 2>/dev/null && cat p.out && [ "$(tr -d '\r' <p.out | tr '\n' ' ')" = "$expected" ]
}
expected='unwound unwound 31 42 '

# Two libraries, prelinked or renamed each by itself: each has its own of everything.
case_two_prelinked() {
	make_mingw
	expected='unwound unwound 31 41 '
	for way in "$prelink" "$merge" "$rename"; do
		for n in one two; do
			library $n.lib $n.o
			"$armeld" $(echo "$way" | sed "s/[.]own/.$n/") -q --export $n $n.lib
		done
		check "$(echo "$way" | tr ' ' '_')" program one.lib two.lib
	done
}

# Of several weak externals of a name, references and definitions, the first one that is loaded counts:
# here a reference, so there is no hook. An object that is all of them cannot be right.
case_weak() {
	cat >a.c <<-'X'
		extern int hook(int) __attribute__((weak));
		int other(int);
		int one(int n) { return (hook ? hook(1) : -5) + other(n); }
	X
	printf 'int one(int), defines(void); int two(int n) { return defines() + one(n); }' >b.c
	printf '__attribute__((weak)) int hook(int n) { return n * 33; } int defines(void) { return 9; }' >c.c
	printf 'extern int hook(int) __attribute__((weak)); int other(int n) { return n + (hook ? hook(2) : -50); }' >d.c
	cat >main.c <<-'X'
		int one(int), two(int), printf(const char *, ...);
		int main(void) { printf("%d %d\n", one(1), two(2)); return 0; }
	X
	for compiler in x86_64-w64-mingw32-gcc 'clang-19 --target=x86_64-w64-mingw32'; do
		$compiler -O1 -ffunction-sections -c a.c b.c c.c d.c main.c
		library l.lib a.o b.o c.o d.o
		expected='-54 -44 '
		for way in "$prune" "$merge"; do
			check "${compiler%%-*}/$(echo "$way" | tr ' ' '_')" weak_as_before "$way"
		done
	done
}

weak_as_before() { # WAY
	rm -f s.lib.armeld
	cp l.lib s.lib
	program l.lib && "$armeld" $1 -q --export '[ot][nw][eo]' s.lib && program s.lib
}

# Weak references and definitions, imports that an object meets, lists that linkers sort, constructors,
# thread-local and common variables: the program prints the same in all ways.
case_kinds() {
	cat >a.c <<-'X'
		extern int hook(int) __attribute__((weak)), nohook(int) __attribute__((weak));
		__attribute__((weak)) int weak(int x) { return x + 1; }
		__attribute__((weak)) int replaced(int x) { return x + 1; }
		__declspec(dllimport) int other(int);
		extern int begin[], end[];
		__attribute__((section(".mine$b"), used)) static int entry = 11;
		static int constructed;
		__attribute__((constructor)) static void construct(void) { constructed += 100; }
		_Thread_local int local = 5;
		int common;
		int api(int x) {
			int sum = 0;
			for (int *p = begin + 1; p < end; p++) sum += *p;
			return (hook ? hook(x) : -1) + (nohook ? 1000 : 0) + weak(x) * 10 + replaced(x) +
				other(x) + sum + constructed + local++ + common++;
		}
	X
	cat >b.c <<-'X'
		extern int common;
		__attribute__((section(".mine$b"), used)) static int entry = 22;
		__attribute__((section(".mine$a"), used)) int begin[] = {0};
		__attribute__((section(".mine$c"), used)) int end[] = {0};
		__attribute__((constructor)) static void construct(void) { common += 10000; }
		int other(int x) { return x * 7; }
		int replaced(int x) { return x + 500; }
		int idle(void) { return 4; }
	X
	cat >main.c <<-'X'
		int api(int), weak(int), printf(const char *, ...);
		extern int common;
		int hook(int x) { return x * 100000; }
		int main(void) { int sum = api(1); printf("%d %d %d\n", sum, weak(1), common); return 0; }
	X
	clang-19 --target=x86_64-w64-mingw32 -O1 -fcommon -ffunction-sections -c a.c b.c main.c
	library l.lib a.o b.o
	ways 'api --export weak --export common' program_of_lld l.lib
}

program_of_lld() { # LIBRARY...
	clang-19 --target=x86_64-w64-mingw32 -fuse-ld=lld-19 -static main.o "$@" -o p.exe &&
		wine p.exe >p.out 2>/dev/null && cat p.out && [ "$(tr -d '\r' <p.out)" = '110666 2 10001' ]
}

# C++ as Microsoft's ABI has it, in a DLL without a C runtime: virtual tables with and without type
# information (the largest counts), constructors in .CRT$XCU, statics of templates, selectany.
case_msvc() {
	cat >h.h <<-'X'
		struct Base { virtual int f() = 0; virtual ~Base() {} };
		template <class T> struct Count { static int count; static int next() { return ++count; } };
		int seed();
		template <class T> int Count<T>::count = seed();
		struct Other { virtual int g() { return 7; } };
		struct Both : Base, Other { int v = 4; int f() override; int g() override { return Count<int>::next() + v; } };
		inline int counter() { static int n = 40; return ++n; }
		__declspec(selectany) int any = 77;
	X
	cat >a.cc <<-'X'
		#include "h.h"
		Both both;
		struct Made { int x; Made() : x(seed() * 2) {} } made;
		extern "C" int b(int);
		extern "C" __declspec(dllexport) int api(int x) {
			Base *p = &both;
			Other *q = &both;
			return p->f() + q->g() * 10 + made.x * 100 + counter() * 1000 + b(x) + any;
		}
	X
	cat >b.cc <<-'X'
		#include "h.h"
		int seed() { return 3; }
		int Both::f() { return Count<int>::next() * 2; }
		extern "C" int b(int x) { return Count<int>::next() + counter() + any + x; }
		extern "C" int idle(int x) { Both d; return d.f() + x; }
	X
	cat >entry.cc <<-'X'
		typedef void (*function)();
		#pragma section(".CRT$XCA", long, read)
		#pragma section(".CRT$XCZ", long, read)
		#pragma comment(linker, "/merge:.CRT=.rdata")
		extern "C" {
		__declspec(allocate(".CRT$XCA")) function first[] = {0};
		__declspec(allocate(".CRT$XCZ")) function last[] = {0};
		int atexit(function) { return 0; }
		int _purecall() { return 0; }
		const void *type_info_vt __asm__("??_7type_info@@6B@");
		void operator_delete(void *) __asm__("??3@YAXPEAX_K@Z");
		void operator_delete(void *) {}
		int __stdcall entry(void *, unsigned reason, void *) {
			for (function *p = first + 1; reason == 1 && p < last; p++) if (*p) (*p)();
			return 1;
		}
		}
	X
	cat >main.c <<-'X'
		#include <stdio.h>
		#include <windows.h>
		int main(void) {
			HMODULE dll = LoadLibraryA("q.dll");
			int (*api)(int) = dll ? (int (*)(int))(void *)GetProcAddress(dll, "api") : 0;
			int one = api ? api(1) : -1, two = api ? api(2) : -1;
			printf("%d %d\n", one, two);
			return 0;
		}
	X
	x86_64-w64-mingw32-gcc main.c -o main.exe
	clang='clang++-19 --target=x86_64-pc-windows-msvc -fno-threadsafe-statics -O1 -gcodeview'
	$clang -c a.cc entry.cc && $clang -fno-rtti -c b.cc
	library l.lib a.o b.o
	ways api dll_of_lld
}

dll_of_lld() {
	lld-link-19 /nologo /machine:x64 /dll /entry:entry /nodefaultlib /include:api /out:q.dll entry.o l.lib &&
		wine main.exe >p.out 2>/dev/null && cat p.out && [ "$(tr -d '\r' <p.out)" = '41901 43943' ]
}

# Objects of Microsoft's ABI are linked by lld-link and link.exe only, so what GNU ld cannot find, since
# the workspace comes last, keeps nothing in the libraries. MinGW's objects stay where GNU ld needs them.
case_msvc_set() {
	cat >h.h <<-'X'
		template <class T> struct List { int count = 0; int add(T t) { count += t; return count; } };
		struct Message { virtual int size() { return 1; } virtual int name() = 0; };
		int options(), runtime(List<int> &);
	X
	for n in 1 2 3 4; do
		cat >s$n.cc <<-X
			#include "h.h"
			struct M$n : Message { int name() override { return size() + options() + $n; } };
			int work$n(List<int> &l) { M$n m; l.add(m.name()); return runtime(l); }
		X
	done
	printf '#include "h.h"\nint runtime(List<int> &l) { return l.add(options()); }\n' >runtime.cc
	for n in 5 7; do
		echo "int options() { return $n; }" >options$n.cc
		cat >api$n.cc <<-X
			#include "h.h"
			int work1(List<int> &), work2(List<int> &), work3(List<int> &), work4(List<int> &);
			extern "C" int api$n() { List<int> l; return work1(l) + work2(l) + work3(l) + work4(l); }
		X
	done
	for target in x86_64-pc-windows-msvc i686-pc-windows-msvc aarch64-pc-windows-msvc; do
		make_set $target
		check "$target: all five members move" five_move $target
	done
	check 'both libraries link' links_of_x64
	make_set x86_64-w64-windows-gnu
	check 'MinGW: what refers back stays' all_stay x86_64-w64-windows-gnu
	check 'MinGW: GNU ld links it' x86_64-w64-mingw32-ld -e api5 -u api7 -o g.exe \
		x86_64-w64-windows-gnu/5.lib x86_64-w64-windows-gnu/w.lib
	check 'MinGW: all five move for lld' five_move x86_64-w64-windows-gnu --models lld
	"$armeld" verify --models mingw x86_64-w64-windows-gnu/w.lib >said || true
	check 'MinGW: GNU ld would differ' grep 'options@@YAHXZ\|_Z7optionsv' said
}

make_set() { # TARGET
	mkdir -p $1
	clang++-19 --target=$1 -O1 -fno-exceptions -fno-rtti -c s?.cc runtime.cc options?.cc api?.cc
	for n in 5 7; do
		library $1/$n.lib api$n.o options$n.o s1.o s2.o s3.o s4.o runtime.o
	done
}

five_move() { # TARGET [OPTION...]
	"$armeld" -o $1/w.lib $1/5.lib $1/7.lib ${2-} ${3-} >$1/said && cat $1/said && grep '^The link proof holds for lld-link[.]' $1/said &&
		[ "$(llvm-ar-19 t $1/w.lib | wc -l)" = 5 ] && "$armeld" verify $1/w.lib
}

all_stay() { # TARGET
	"$armeld" -o $1/w.lib $1/5.lib $1/7.lib >$1/said && cat $1/said &&
		grep 'holds for lld-link and GNU ld; 10 members stay' $1/said && "$armeld" verify $1/w.lib
}

links_of_x64() {
	for n in 5 7; do
		lld-link-19 /nologo /machine:x64 /dll /noentry /nodefaultlib /include:api$n /out:$n.dll \
			/alternatename:_purecall=api$n x86_64-pc-windows-msvc/$n.lib x86_64-pc-windows-msvc/w.lib || return 1
	done
}

# The table of functions that control flow guard allows to be called through pointers.
case_guard() {
	cat >a.c <<-'X'
		int other(int), (*table[2])(int);
		static int inner(int x) { return x + 1; }
		int api(int x) { table[0] = inner; table[1] = other; return table[x & 1](x); }
		int idle(int x) { table[1] = idle; return x; }
	X
	echo 'int other(int x) { return x * 3; } int (*p)(int) = other; int unused(int x) { return p(x); }' >b.c
	cat >config.c <<-'X'
		void dummy(void) {}
		void *__guard_check_icall_fptr = dummy, *__guard_dispatch_icall_fptr = dummy;
		extern char __guard_fids_table[], __guard_fids_count[], __guard_flags[], __guard_iat_table[],
			__guard_iat_count[], __guard_longjmp_table[], __guard_longjmp_count[];
		const struct { unsigned size, a[5]; unsigned long long b[11]; void *c[5]; short d[4]; void *e[4]; }
			_load_config_used = {sizeof _load_config_used, {0}, {0}, {&__guard_check_icall_fptr,
			&__guard_dispatch_icall_fptr, __guard_fids_table, __guard_fids_count, __guard_flags}, {0},
			{__guard_iat_table, __guard_iat_count, __guard_longjmp_table, __guard_longjmp_count}};
	X
	clang-19 --target=x86_64-pc-windows-msvc -Xclang -cfguard -O1 -c a.c b.c
	clang-19 --target=x86_64-pc-windows-msvc -O1 -c config.c
	library l.lib a.o b.o
	ways api guards
}

guards() { # dummy, inner, other, idle
	lld /nodefaultlib /guard:cf /include:api /out:q.dll config.o l.lib &&
		llvm-readobj-19 --coff-load-config q.dll | grep 'GuardCFFunctionCount: 4'
}

# The table of exception handlers that x86 allows.
case_safeseh() {
	cat >a.s <<-'X'
		.text
		.globl _handler, _api, @feat.00
		_handler: ret
		_api: ret
		.section .text$other,"xr",one_only,_other
		.globl _other
		_other: ret
		.set @feat.00, 1
		.safeseh _handler
		.safeseh _other
	X
	clang-19 --target=i686-pc-windows-msvc -c a.s
	library l.lib a.o
	ways _api safe
	comdat='.section .text,"xr",discard,"?f@@YAHXZ"
		.globl "?f@@YAHXZ"
		"?f@@YAHXZ": ret'
	known='.def @feat.00
		.scl 3
		.endef
		.globl @feat.00
		.set @feat.00, 1'
	printf '%s\n.text\n.globl "?g@@YAHXZ"\n"?g@@YAHXZ": ret\n' "$comdat" >x.s
	printf '%s\n%s\n' "$comdat" "$known" >p.s
	for n in 1:g 2:g 3:f 4:f; do
		printf '%s\n.text\n.globl _root_%s\n_root_%s: jmp "?%s@@YAHXZ"\n' "$known" ${n%:*} ${n%:*} ${n#*:} >r${n%:*}.s
	done
	clang-19 --target=i686-pc-windows-msvc -c x.s p.s r1.s r2.s r3.s r4.s
	for n in 1:x 2:x 3:p 4:p; do library l${n%:*}.lib r${n%:*}.o ${n#*:}.o; done
	"$armeld" -q -o w.lib l1.lib l2.lib l3.lib l4.lib
	check comdat_of_known_handlers lld-link-19 /nologo /machine:x86 /dll /noentry /safeseh /include:_root_3 \
		/out:q.dll l3.lib w.lib
}

safe() {
	lld-link-19 /nologo /machine:x86 /dll /noentry /safeseh /include:_api /out:q.dll l.lib
}

export WINEPREFIX="$work/wine" WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml='
failed=$(
	rm -rf "$work"
	mkdir -p "$work/log"
	[ $# -gt 0 ] || set -- $all
	for case in "$@"; do
		mkdir -p "$work/$case"
		(cd "$work/$case" && "case_$case") || echo "FAIL coff/$case: cannot be made"
	done | tee "$work/log/all" >&2
	grep -c '^FAIL' "$work/log/all" || true
)
echo "$(grep -c '^ok' "$work/log/all") passed, $failed failed"
[ "$failed" = 0 ]
