#!/bin/sh
# cases.sh [CASE...] - hard cases of melding, each a few tiny libraries, linked by real linkers.
#
# A case is a function below: it makes the libraries, and says what must be in the workspace and
# which orders to link in. For each linker and order the program is linked to the originals and to
# `L1 L2 ... W`, and must print the same; where the originals themselves do not link (two strong
# definitions), the melded ones need not either. Prints a line a check; what a failing one said is
# in build/link/cases/log. The table below tells where the ways to fail, F1 to F26, are tested;
# a check's title begins with those it is there for.
#
#   F1   identity is content, never a name       same-names; test/census/test_identity.c
#   F2   same name, other content                shared-variants; test/cli/meld/variant
#   F3   same content, other names               allocates (the shims); test/cli/meld/fixtures
#   F4   one strong definition, one state        whole-archive, allocates/mingw (its arena's places)
#   F5   which definition comes first            variants, weak-*; test/proof/test_proof.c
#   F6   closed under what members need          allocates; test/proof/test_proof.c
#   F7   an original depends on itself only      each library alone, in every case
#   F8   the index is what a linker reads        test/ar/test_index.c, run.sh: `nm -s`
#   F9   one-pass order                          callback, own-callback, elsewhere; test/proof/test_proof.c
#   F10  native objects like any other           all cases in C
#   F11  panic strategies, rustc versions        panics, versions, named-unused
#   F12  different allocators                    allocators
#   F13  symbols are matched whole, not edited   comdat; run.sh: DW.ref.rust_eh_personality with -pie
#   F16  what cannot be read is said             test/cli/meld/input-*; fat
#   F17  members of one name                     same-names; test/write/test_names.c
#   F18  import sets stay whole                  allocates/mingw; run.sh: import stubs stay
#   F19  imports move along                      allocates/mingw, stub-or-object; run.sh, no /FORCE
#   F20  nothing shared                          nothing-shared; test/cli/meld/nothing-shared
#   F21  a fresh library in a melded set         mixed-set; test/cli/verify/other-build
#   F22  the index of each flavour               test/ar/test_index.c, run.sh: as LLVM makes it
#   F23  killed in the middle                    test/crash
#   F24  weak, COMDAT, unique, common            weak-*, comdat, unique, common, captured-common
#   F14, F15, F25, F26 are about stripping, hiding and .pc files: nothing here edits a member
set -eu

cd "$(dirname "$0")/../.." # so that no path has a space in it
here=test/link
work=build/link/cases
wine_log=$work/second-tries
. $here/wine.sh
armeld=${ARMELD:-build/armeld}
all='allocates variants shared-variants clashing-variants captured captured-common common weak-strong
	weak-weak weak-reference stub-or-object comdat unique lto directives callback own-callback elsewhere constructors
	same-names whole-archive mixed-set nothing-shared named-unused panics allocators versions fat'
import=/usr/x86_64-w64-mingw32/lib
unset RUST_BACKTRACE
export WINEPREFIX="$PWD/build/link/wine" WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml='

# check TITLE COMMAND... - one line, and the command's output in a file of its own.
check() {
	title="$case/$platform/$1"
	shift
	log=$work/log/$(printf '%s' "$title" | tr -c 'a-zA-Z0-9.-' _)
	if "$@" >"$log" 2>&1; then
		echo "ok $title"
	else
		echo "FAIL $title: $(grep -m 1 -i -E 'error|undefined|multiple|duplicate|differ' "$log" || tail -n 1 "$log")"
	fi
}

# ---- making libraries ---------------------------------------------------------------------------

# start CASE PLATFORM - a clean folder, and the platform's tools.
start() {
	case=$1 platform=$2
	dir=$work/$case/$platform
	rm -rf "$dir"
	mkdir -p "$dir/originals" "$dir/melded"
	format=gnu prefix= suffix=.a archiver="llvm-ar-19"
	case $platform in
	gcc-slim) compiler='gcc -flto' linkers=gcc-lto archiver=gcc-ar ;;
	gcc-fat) compiler='gcc -g -flto -ffat-lto-objects' linkers='gcc-lto bfd' archiver=gcc-ar ;;
	clang-full) compiler='clang-19 -flto' linkers=clang-lto ;;
	clang-thin) compiler='clang-19 -flto=thin' linkers=clang-lto ;;
	clang-fat) compiler='clang-19 -flto -ffat-lto-objects' linkers='clang-fat-lto bfd' ;;
	mingw-slim)
		compiler='x86_64-w64-mingw32-gcc -flto' linkers=mingw-lto
		archiver=x86_64-w64-mingw32-gcc-ar
		;;
	elf) compiler=gcc linkers='bfd gold lld mold' ;;
	mingw) compiler=x86_64-w64-mingw32-gcc linkers='mingw mingw-lld' ;;
	msvc) compiler='clang-19 --target=x86_64-pc-windows-msvc' linkers=msvc format=coff suffix=.lib ;;
	apple) compiler='clang-19 --target=arm64-apple-macos11' linkers=apple format=darwin ;;
	esac
	names=
}

# object NAME [FLAG...] <SOURCE - one member, of C. `number` is what main.c's functions take and give.
object() {
	mkdir -p "$dir/$(dirname "$1")"
	{
		echo 'typedef unsigned long long number;'
		cat
	} >"$dir/$1.source"
	name=$1
	shift
	$compiler -x c -O1 -fno-builtin -fno-common -fno-asynchronous-unwind-tables "$@" -c \
		"$dir/$name.source" -o "$dir/$name.o"
}

# library NAME MEMBER... - an archive of objects, in this order.
library() {
	archive=$dir/originals/$1$suffix
	names="$names $1"
	shift
	case $archiver in
	llvm-ar-19) pack="$archiver qcD --format=$format" ;;
	*) pack="$archiver qcD" ;; # with GCC's plugin, which knows the symbols
	esac
	(cd "$dir" && $pack "originals/${archive##*/}" $(printf '%s.o ' "$@"))
}

# Each of the words, each two in either order, all of them forwards and backwards, and of three any order.
orders() {
	back=
	for i in "$@"; do
		echo "$i"
		for j in "$@"; do
			[ "$i" = "$j" ] || echo "$i $j"
		done
		back="$i $back"
	done
	[ $# -lt 3 ] || printf '%s\n' "$*" "$back"
	[ $# != 3 ] || printf '%s\n' "$1 $3 $2" "$2 $1 $3" "$2 $3 $1" "$3 $1 $2"
}

# ---- linking ------------------------------------------------------------------------------------

# link LINKER PROGRAM INPUT...
link() {
	with=$1 to=$2
	shift 2
	rm -f "$to"
	case $with in
	bfd | gold | lld | mold)
		gcc -s -B"$work/bin" -fuse-ld="$with" -o "$to" "$@" -lgcc_s -lpthread -lm -ldl ;;
	gcc-lto) gcc -O1 -flto -o "$to" "$@" ;;
	clang-lto) clang-19 -O1 -flto -fuse-ld=lld -o "$to" "$@" ;;
	clang-fat-lto) clang-19 -O1 -flto -ffat-lto-objects -fuse-ld=lld -o "$to" "$@" ;;
	mingw-lto) x86_64-w64-mingw32-gcc -Wl,--no-insert-timestamp -O1 -flto -o "$to" "$@" -lntdll ;;
	mingw) x86_64-w64-mingw32-gcc -Wl,--no-insert-timestamp -o "$to" "$@" -lntdll ;;
	mingw-lld)
		x86_64-w64-mingw32-gcc -Wl,--no-insert-timestamp -B"$work/bin" -fuse-ld=lld -o "$to" "$@" -lntdll ;;
	msvc)
		lld-link-19 -brepro -out:"$to" -subsystem:console -entry:mainCRTStartup "$@" "$work/msvc.o" \
			$import/libkernel32.a $import/libmsvcrt.a ;;
	apple)
		ld64.lld-19 -arch arm64 -platform_version macos 11.0 11.0 -dylib \
			-undefined dynamic_lookup -o "$to" "$@" ;;
	esac
}

# What the program prints; where it cannot run, the names of what is in it.
result() { # LINKER PROGRAM
	case $1 in
	mingw* | msvc) run_in_wine "$2" ;;
	apple) llvm-nm-19 "$2" | awk '{ print $(NF - 1), $NF }' | sort ;;
	*) timeout 300 "$2" ;;
	esac
}

# The program for a line of libraries: it calls NAME_run of each.
program_object() { # NAME...
	main=$dir/main-$(echo "$*" | tr ' ' -).o
	[ -e "$main" ] ||
		$compiler -O1 -fno-builtin -DPLUGINS="$(printf 'X(%s) ' "$@")" -c "$here/main.c" -o "$main"
}

paths() { # FOLDER NAME...
	folder=$1
	shift
	printf "$dir/$folder/$prefix%s$suffix\n" "$@"
}

# Whether a library was left unmelded.
is_left_out() { # NAME
	cmp -s "$dir/originals/$prefix$1$suffix" "$dir/melded/$prefix$1$suffix"
}

# The workspace of a library of a set with several, as the sidecar says.
own_workspace() { # NAME
	tar --zstd -xOf "$dir/melded/${prefix}workspace$suffix.armeld" manifest.json | awk \
		-v name="\"$prefix$1$suffix\"," -v first="$dir/melded/${prefix}workspace$suffix" \
		-v second="$dir/melded/${prefix}workspace-2$suffix" '
		$1 == "\"path\":" { here = $2 == name }
		$1 == "\"workspace\":" && here && $2 == 2 { found = 1 }
		END { print found ? second : first }'
}

# Each workspace behind the last library that needs it, or all behind all.
with_workspaces() { # NAME...
	late=''
	while [ $# -gt 0 ]; do
		name=$1
		shift
		own=$(own_workspace "$name")
		paths melded "$name"
		more=no
		for other; do
			[ "$(own_workspace "$other")" != "$own" ] || more=yes
		done
		if [ "$odd" = each ]; then
			[ "$more" = yes ] || echo "$own"
		else
			case " $late " in *" $own "*) ;; *) late="$late $own" ;; esac
		fi
	done
	# shellcheck disable=SC2086 # a list of paths
	[ -z "$late" ] || printf '%s\n' $late
}

# The melded libraries of a line, and the workspace: behind the last one that is not left unmelded.
# Fails if one that is left unmelded would come between two others.
melded_paths() { # NAME...
	before='' behind=''
	if [ "$odd" = each ] || [ "$odd" = together ]; then
		with_workspaces "$@"
		return
	fi
	for name in "$@"; do
		if [ "$odd" = no ] || ! is_left_out "$name"; then
			[ -z "$behind" ] || return 1
			melded=yes before="$before $name"
		elif [ "$melded" = yes ]; then
			behind="$behind $name"
		else
			before="$before $name"
		fi
	done
	paths melded $before
	[ "$melded" = no ] || echo "$dir/melded/${prefix}workspace$suffix"
	[ -z "$behind" ] || paths melded $behind
}

# The line, linked with both sets, prints the same.
line_is_alike() { # LINKER NAME...
	linker=$1
	shift
	program_object "$@" || return 1
	program=$dir/program-$linker
	melded=no
	if ! afterwards=$(melded_paths "$@"); then
		echo "$linker: $*: no order for what is left unmelded"
		return
	fi
	before=$program-$(echo "$*" | tr ' ' -).exe # linked once, however often the set is melded
	if [ ! -e "$before" ]; then
		if ! link "$linker" "$program.exe" "$main" $(paths originals "$@"); then
			[ $# -gt 1 ] && echo "$linker: $*: the originals do not link" # and the melded ones need not
			return
		fi
		mv "$program.exe" "$before"
	fi
	link "$linker" "$program.exe" "$main" $afterwards || return
	cmp -s "$before" "$program.exe" && return # the same program need not run twice
	result "$linker" "$before" >"$program.expected"
	result "$linker" "$program.exe" >"$program.actual" &&
		diff "$program.expected" "$program.actual"
}

lines_are_alike() { # LINKER <LINES
	while read -r line; do
		line_is_alike "$1" $line || {
			echo "differs: $1: $line"
			return 1
		}
	done
}

meld() {
	"$armeld" -o "$dir/melded/${prefix}workspace$suffix" -d "$dir/melded" "$@" $(paths originals $names)
}

said_in_meld() { # TEXT
	meld -n | grep -F "$1"
}

workspace_holds() { # MEMBER...
	printf '%s\n' "$@" | sed '/^$/d' | sort >"$dir/expected"
	# an empty one of Apple's has an object that tells the machine
	llvm-ar-19 t "$dir/melded/${prefix}workspace$suffix" | sed '/^empty\.o$/d' | sort | diff "$dir/expected" -
}

verify() {
	"$armeld" verify "$dir/melded/${prefix}workspace$suffix" &&
		"$armeld" verify --against $(paths originals $names) -- $(paths melded $names) \
			"$dir/melded/${prefix}workspace$suffix"
}

# The order of libraries that the proof sees must not matter: meld them backwards as well.
meld_backwards() {
	mkdir "$dir/backwards"
	names_backwards=
	for name in $names; do names_backwards="$name $names_backwards"; done
	"$armeld" -o "$dir/backwards/${prefix}workspace$suffix" -d "$dir/backwards" $(paths originals $names_backwards) &&
		llvm-ar-19 t "$dir/melded/${prefix}workspace$suffix" | sort >"$dir/expected" &&
		llvm-ar-19 t "$dir/backwards/${prefix}workspace$suffix" | sort | diff "$dir/expected" -
}

# alike TITLE MEMBER... - meld; the workspace holds the members; every order links as before.
alike() {
	what=$1
	shift
	check "$what: meld" meld
	check "$what: workspace" workspace_holds "$@"
	check "$what: meld backwards" meld_backwards
	check "$what: verify" verify
	orders $names >"$dir/lines"
	for linker in $linkers; do
		check "$what: $linker" lines_are_alike "$linker" <"$dir/lines"
	done
}

# A library's own unit, that calls FUNCTION.
unit() { # NAME FUNCTION...
	unit=$1
	shift
	{
		printf 'number %s(number);\n' "$@"
		echo "number ${unit}_run(number n) { number r = 0;"
		printf 'r = r * 100 + %s(n);\n' "$@"
		echo 'return r; }'
	} | object "$unit"
}

# ---- cases --------------------------------------------------------------------------------------

# A C object was built twice with other flags: the same symbols, but they pull in other objects. In
# `a b` the first variant serves both, in `b a` the second: so neither can leave its library.
case_variants() {
	for p in elf mingw msvc apple; do
		start variants $p
		for x in a b c; do unit $x which; done
		echo 'number one(number); number which(number n) { return one(n) + 1; }' | object v1/v
		echo 'number two(number); number which(number n) { return two(n) + 2; }' | object v2/v
		echo 'number one(number n) { return n; }' | object one
		echo 'number two(number n) { return n + 5; }' | object two
		library a a v1/v one two
		library b b v2/v one two
		library c c v1/v one two
		alike 'F5 variants of one object' one.o two.o
	done
}

# Both variants are shared by two libraries.
case_shared_variants() {
	for p in elf msvc apple; do
		start shared-variants $p
		for x in a b c d; do unit $x which; done
		echo 'number one(number); number which(number n) { return one(n) + 1; }' | object v1/v
		echo 'number two(number); number which(number n) { return two(n) + 2; }' | object v2/v
		echo 'number one(number n) { return n; }' | object one
		echo 'number two(number n) { return n + 5; }' | object two
		library a a v1/v one
		library b b v2/v two
		library c c v1/v one
		library d d v2/v two
		alike 'F2 same name, other content' one.o two.o
	done
}

# As the first, but a program that calls all of it would not link: one that calls less does.
case_clashing_variants() {
	for p in elf mingw msvc apple; do
		start clashing-variants $p
		for x in a b c; do unit $x which shared; done
		echo 'number which(number n) { return 1; } number only_1;' | object v1/v
		echo 'number which(number n) { return 2; } number only_2;' | object v2/v
		echo 'number shared(number n) { return n; }' | object s
		library a a v1/v s
		library b b v2/v s
		library c c v1/v s
		alike 'F5 clashing variants' s.o
	done
}

# The system has labs, and so has an object that a and b share: c must go on with the system's.
case_captured() {
	for p in elf mingw msvc apple; do
		start captured $p
		for x in a b; do unit $x shared; done
		echo 'long labs(long); number c_run(number n) { return labs(-(long)n); }' | object c
		echo 'long labs(long n) { return 7777; } number shared(number n) { return labs(n); }' | object s
		echo 'number labs_of_other(number n) { return n; }' | object t
		library a a s t
		library b b s t
		library c c t
		alike 'system symbol' t.o
	done
}

# A common symbol takes a definition from an archive, if there is one: c has none.
case_captured_common() {
	for p in elf; do
		start captured-common $p
		for x in a b; do unit $x shared; done
		echo 'int buffer; number c_run(number n) { return buffer; }' | object c -fcommon
		echo 'int buffer = 7777; number shared(number n) { return buffer; }' | object s
		library a a s
		library b b s
		library c c
		alike 'common symbol'
	done
}

# Common symbols of several objects are one; no conflict.
case_common() {
	for p in elf mingw apple; do
		start common $p
		for x in a b c; do
			echo "int buffer; number shared(number); number ${x}_run(number n) { buffer++; return shared(n); }" |
				object $x -fcommon
		done
		echo 'int buffer; int other; number shared(number n) { return buffer * 100 + other++; }' | object s -fcommon
		echo 'int other; number more(number n) { return other; }' | object t -fcommon
		library a a s t
		library b b s t
		library c c t s
		alike 'F24 common' s.o t.o
	done
}

# A weak definition, and a strong one in another library, which comes with something else.
case_weak_strong() {
	for p in elf msvc apple; do
		start weak-strong $p
		unit a f extra
		unit b f
		unit c f extra
		echo 'number f(number n) { return 1; } number extra(number n) { return 3; }' | object s
		echo '__attribute__((weak)) number f(number n) { return 2; }' | object w
		library a a s
		library b b w
		library c c s
		alike 'F24 weak and strong'
	done
}

# Of two weak definitions linkers take the first.
case_weak_weak() {
	for p in elf msvc; do
		start weak-weak $p
		for x in a b c; do unit $x f; done
		echo '__attribute__((weak)) number f(number n) { return 1; }' | object w1/w
		echo '__attribute__((weak)) number f(number n) { return 2; }' | object w2/w
		library a a w1/w
		library b b w2/w
		library c c w1/w
		alike 'F24 weak and weak'
	done
}

# A weak reference pulls nothing: a sees the hook only with a library that needs it.
case_weak_reference() {
	for p in elf mingw; do
		start weak-reference $p
		echo '__attribute__((weak)) number hook(number); number a_run(number n) { return hook ? hook(n) : 5; }' | object a
		for x in b c; do unit $x hook; done
		echo 'number hook(number n) { return 6; }' | object hook
		library a a
		library b b hook
		library c c hook
		alike 'F24 weak reference' hook.o
	done
}

# b has a function of its own by the name of one that a imports.
case_stub_or_object() {
	for p in mingw msvc; do
		start stub-or-object $p
		for x in a b c; do
			echo "__stdcall int MulDiv(int, int, int); number ${x}_run(number n) { return MulDiv(6, 7, 2); }" | object $x
		done
		echo 'int MulDiv(int a, int b, int c) { return 7777; }' | object s
		printf 'LIBRARY kernel32.dll\nEXPORTS\nMulDiv\n' >"$dir/k.def"
		llvm-dlltool-19 -m i386:x86-64 -d "$dir/k.def" -l "$dir/k.lib"
		library a a s
		library c c s
		cp "$dir/k.lib" "$dir/originals/b$suffix"
		(cd "$dir" && llvm-ar-19 q --format=$format "originals/b$suffix" b.o)
		names='a b c'
		alike 'F19 stub or object'
	done
}

# What the indexes of a folder's libraries list, whichever member defines it.
index_of() { # FOLDER NAME...
	folder=$1
	shift
	for name in "$@"; do
		case $archiver in
		llvm-ar-19) llvm-nm-19 --print-armap "$dir/$folder/$name$suffix" ;;
		*) "${archiver%ar}nm" -s "$dir/$folder/$name$suffix" ;;
		esac 2>"$dir/errors" | sed -n 's/^\([^ ]*\) in .*/\1/p'
	done | sort -u
}

# The indexes list what those of the originals do, which the compiler's own archiver made.
index_is_alike() {
	index_of originals $names >"$dir/index.expected"
	index_of melded $names workspace >"$dir/index.actual"
	[ -s "$dir/index.expected" ] && diff "$dir/index.expected" "$dir/index.actual"
}

# The libraries, shrunk alone: what the verb does is said, and the program prints the same.
shrunk_is_alike() { # LINKER VERB [OPTION...]
	linker=$1
	shift
	rm -rf "$dir/shrunk"
	cp -r "$dir/originals" "$dir/shrunk"
	"$armeld" "$@" "$dir/shrunk"/*"$suffix" || return 1
	program_object $names
	program=$dir/program-$linker
	link "$linker" "$program.exe" "$main" $(paths originals $names) &&
		result "$linker" "$program.exe" >"$program.expected" &&
		link "$linker" "$program.exe" "$main" $(paths shrunk $names) &&
		result "$linker" "$program.exe" >"$program.actual" &&
		diff "$program.expected" "$program.actual"
}

# Code for link-time optimisation: its symbols are in no table of the object's format. Objects of GCC
# and of clang, with and without machine code; weak, common, hidden and inline definitions.
case_lto() {
	for p in gcc-slim gcc-fat clang-full clang-thin clang-fat mingw-slim; do
		start lto $p
		hidden='__attribute__((visibility("hidden")))'
		[ $p != mingw-slim ] || hidden=
		for x in a b c; do
			object $x <<-END
				number shared(number), concealed(number);
				number ${x}_run(number n) { return shared(n) * 100 + concealed(n); }
			END
		done
		object s -fcommon <<-END
			int counter;
			__attribute__((weak)) number weak(number n) { return n + counter++; }
			$hidden number concealed(number n) { return n + counter; }
			number shared(number n) { return weak(n) + 7; }
		END
		echo 'number unused(number n) { return n; }' | object u
		echo 'number __of_the_runtime(number n) { return n; }' | object k # the compiler may call it
		library a a s u k
		library b b s u
		library c c s u
		alike 'code for LTO' s.o u.o
		check 'index' index_is_alike
		for linker in $linkers; do
			check "strip: $linker" shrunk_is_alike $linker strip
			check "hide: $linker" shrunk_is_alike $linker hide --export '*_run'
			check "prune: $linker" shrunk_is_alike $linker prune --export '*_run'
			case $p in # of machine code, each library would count for itself
			*-fat) ;;
			*) check "prelink: $linker" shrunk_is_alike $linker prelink --export '*_run' ;;
			esac
		done
		check 'pruned' pruned_to a.o s.o k.o
		case $p in
		*-fat) check "hide --rename" shrunk_is_alike bfd hide --rename _of_ours --export '*_run' ;;
		esac
	done
}

pruned_to() { # MEMBER...
	"$armeld" prune -d "$dir/pruned" --export '*_run' "$dir/originals/a$suffix" &&
		printf '%s\n' "$@" >"$dir/expected" &&
		llvm-ar-19 t "$dir/pruned/a$suffix" | diff "$dir/expected" -
}

# Inline functions of C++: each object has them, any is right.
case_comdat() {
	for p in elf mingw msvc apple; do
		start comdat $p
		for x in a b c; do
			object $x -x c++ <<-END
				inline number twice(number n) { static number count; return n * 2 + ++count; }
				number (*volatile pointer_$x)(number) = twice;
				extern "C" number shared(number);
				extern "C" number ${x}_run(number n) { return pointer_$x(n) * 100 + shared(n); }
			END
		done
		object s -x c++ <<-END
			inline number twice(number n) { static number count; return n * 2 + ++count; }
			number (*volatile pointer)(number) = twice;
			extern "C" number shared(number n) { return pointer(n); }
		END
		library a a s
		library b b s
		library c c s
		alike 'F24 COMDAT' s.o
	done
}

case_unique() { # comdat has STB_GNU_UNIQUE on ELF; this makes sure that it does
	start unique elf
	echo 'inline int *f() { static int n; return &n; } int *g() { return f(); }' | object u -x c++
	is_unique() { nm "$dir/u.o" | grep ' u '; }
	check 'F24 g++ makes STB_GNU_UNIQUE' is_unique
}

# What only a directive of the linker's asks for: /alternatename and /include.
case_directives() {
	start directives msvc
	for x in a b c; do
		object $x <<-END
			#pragma comment(linker, "/alternatename:f=f_default")
			#pragma comment(linker, "/include:included")
			number f(number);
			extern number included_count;
			number ${x}_run(number n) { return f(n); }
		END
	done
	echo 'number f_default(number n) { return 1; } number included = 1;' | object v1/v
	echo 'number f_default(number n) { return 2; } number included = 2;' | object v2/v
	library a a v1/v
	library b b v2/v
	library c c v1/v
	alike '/alternatename, /include'
	start directives-captured msvc
	for x in a b; do unit $x f; done
	object c <<-END
		#pragma comment(linker, "/alternatename:f=f_default")
		number f(number);
		number f_default(number n) { return 3; }
		number c_run(number n) { return f(n); }
	END
	echo 'number f(number n) { return 7777; }' | object s
	library a a s
	library b b s
	library c c
	alike '/alternatename captured'
	start directives-include msvc
	for x in a b c; do
		object $x <<-END
			#pragma comment(linker, "/include:marker")
			number * marker_of_$x;
			number marker_value(number);
			number ${x}_run(number n) { return marker_value(n); }
		END
	done
	for v in 1 2; do
		object v$v/v <<-END
			number marker = $v;
		END
	done
	echo 'extern number marker; number marker_value(number n) { return marker; }' | object value
	library a a v1/v value
	library b b v2/v value
	library c c v1/v value
	alike '/include' value.o
}

# The shared object calls back what each library has in a member of its own. A linker that visits
# an archive once has left the library when it comes to the workspace.
case_callback() {
	for p in elf mingw msvc apple; do
		start callback $p
		for x in a b c; do
			unit $x shared
			echo "number callback(number n) { return n + sizeof \"$x\" + $(printf %d "'$x"); }" | object $x-callback
		done
		echo 'number callback(number); number shared(number n) { return callback(n); }' | object s
		library a a s a-callback
		library b b s b-callback
		library c c s c-callback
		[ $p = apple ] && moved=s.o || moved= # whose linkers go back
		alike 'F9 callback' $moved
	done
}

# The same, in the unit that has been loaded by then.
case_own_callback() {
	for p in elf mingw msvc apple; do
		start own-callback $p
		for x in a b; do
			object $x <<-END
				number shared(number (*)(number), number);
				number ${x}_callback(number n) { return n + $(printf %d "'$x"); }
				number ${x}_run(number n) { return shared(${x}_callback, n); }
			END
		done
		object c <<-END
			number called(number);
			number back(number n) { return n + 3; }
			number c_run(number n) { return called(n); }
		END
		object d <<-END
			number called(number);
			number back(number n) { return n + 4; }
			number d_run(number n) { return called(n); }
		END
		echo 'number shared(number (*f)(number), number n) { return f(n); }' | object s
		echo 'number back(number); number called(number n) { return back(n); }' | object called
		library a a s
		library b b s
		library c c called
		library d d called
		[ $p = apple ] && moved='called.o s.o' || moved=s.o # a program might call called() itself
		alike 'F9 own callback' $moved
	done
}

# The shared object needs what only a third library has: a linker that visits an archive once has
# left that when it comes to the workspace.
case_elsewhere() {
	for p in elf mingw msvc apple; do
		start elsewhere $p
		for x in a b; do unit $x shared; done
		echo 'number elsewhere(number); number shared(number n) { return elsewhere(n) + 1; }' | object s
		echo 'number c_run(number n) { return n; }' | object c
		echo 'number elsewhere(number n) { return n + 2; }' | object e
		library a a s
		library b b s
		library c c e
		[ $p = apple ] && moved=s.o || moved=
		check 'F9 elsewhere: meld' meld
		check 'F9 elsewhere: workspace' workspace_holds $moved
		check 'F9 elsewhere: verify' verify
		printf '%s\n' 'a c' 'b c' 'a b c' 'b a c' 'a c b' 'c a' >"$dir/lines"
		for linker in $linkers; do
			check "F9 elsewhere: $linker" lines_are_alike "$linker" <"$dir/lines"
		done
	done
}

# A member with nothing but a constructor and the symbol that pulls it.
case_constructors() {
	for p in elf mingw apple; do
		start constructors $p
		for x in a b c; do unit $x registered; done
		object s <<-END
			number count;
			number pull_me;
			__attribute__((constructor)) static void construct(void) { count += 10; }
		END
		echo 'extern number count, pull_me; number registered(number n) { return count + pull_me; }' | object r
		library a a r s
		library b b r s
		library c c s r
		alike 'constructors' r.o s.o
	done
}

# Members of one name, in several libraries and in one.
case_same_names() {
	for p in elf mingw msvc apple; do
		start same-names $p
		for x in a b c; do
			unit $x f_$x g shared
			mkdir "$dir/$x"
			mv "$dir/$x.o" "$dir/$x/n.o"
			echo "number f_$x(number n) { return $(printf %d "'$x"); }" | object $x/own/n
		done
		echo 'number g(number n) { return 4; }' | object g/n
		echo 'number shared(number n) { return 5; }' | object s/n
		library a a/n a/own/n g/n s/n
		library b b/own/n g/n b/n s/n
		library c s/n c/n g/n c/own/n s/n
		alike 'F17 same names' n.o n.2.o
	done
}

# All members of all archives: what originals that share an object cannot do.
case_whole_archive() {
	for p in elf mingw msvc apple; do
		start whole-archive $p
		for x in a b c; do unit $x shared; done
		echo 'number other(number); number shared(number n) { return other(n) + 1; }' | object s
		echo 'number other(number n) { return n + 1; }' | object t
		library a a s t
		library b b s t
		library c c t s
		check 'meld' meld
		check 'workspace' workspace_holds s.o t.o
		for linker in $linkers; do
			check "F4 $linker" whole_archives_link $linker
		done
	done
}

whole_archives_link() { # LINKER
	program_object $names
	before= between= after=
	case $1 in
	msvc) between=-wholearchive: ;;
	apple) between='-force_load ' ;;
	*) before=-Wl,--whole-archive after=-Wl,--no-whole-archive ;;
	esac
	if link "$1" "$dir/whole.exe" "$main" $before $(paths originals $names | sed "s/^/$between/") $after; then
		echo 'error: the originals link, so this shows nothing'
		return 1
	fi
	link "$1" "$dir/plain.exe" "$main" $(paths originals $names) &&
		link "$1" "$dir/whole.exe" "$main" $before \
			$(paths melded $names workspace | sed "s/^/$between/") $after &&
		result "$1" "$dir/plain.exe" >"$dir/expected" &&
		result "$1" "$dir/whole.exe" | diff "$dir/expected" -
}

# One library of a melded set is replaced by a fresh build that was never melded.
case_mixed_set() {
	for p in elf mingw msvc apple; do
		start mixed-set $p
		for x in a b c; do unit $x shared; done
		echo 'number other(number); number shared(number n) { return other(n) + 1; }' | object s
		echo 'number other(number n) { return n + 1; }' | object t
		library a a s t
		library b b s t
		library c c t s
		check 'meld' meld
		cp "$dir/originals/b$suffix" "$dir/melded/b$suffix"
		orders $names >"$dir/lines"
		for linker in $linkers; do
			check "F21 $linker" lines_are_alike $linker <"$dir/lines"
		done
	done
}

case_nothing_shared() {
	for p in elf mingw msvc apple; do
		start nothing-shared $p
		for x in a b; do
			unit $x f_$x
			echo "number f_$x(number n) { return $(printf %d "'$x"); }" | object f_$x
			library $x $x f_$x
		done
		alike 'F20 nothing shared'
	done
}

# Libraries that stand for those of one std with either panic strategy (u, v) and of another std (w),
# with so many symbols that the proof does not link from each root alone.
panicking() { # NAME PANIC STD
	calls=$(awk 'BEGIN { for (i = 1; i <= 1500; i++) print "+ c" i "()" }')
	declare=$(awk -v of="$1" 'BEGIN {
		for (i = 1; i <= 1500; i++) print "int c" i "(void) __asm__(\"_RNvCs1_1" of "c" i "\");" }')
	rust=-1.$1.2-cgu.0.rcgu
	echo "int f(void) __asm__(\"_RNvCs$3_3std3run\"); $declare int ${1}_run(void) { return f() $calls; }" |
		object "own$rust" -O0 && { echo "$declare" && echo "$declare" |
		sed 's/.* \(c[0-9]*\)(void).*/int \1(void) { return 0; }/'; } | object "more$rust" -O0
	library "$1" "own$rust" "more$rust" "std$3-1.std.2-cgu.0.rcgu" "$2/panic-1.panic.2-cgu.0.rcgu"
}

# A program that uses @1 alone, and names @2 and @3 in this order.
uses_and_names() { # LINKER
	echo "int $2_run(void); int main(void) { return $2_run(); }" >"$dir/one.c"
	behind=
	for name in $3 $4; do
		own=$(awk -v name="/$name.a" 'index($1, name) { print $2 }' "$dir/map")
		case " $behind " in *" $own "*) ;; *) behind="$behind $own" ;; esac
	done
	link="gcc -B$work/bin -fuse-ld=$1 -no-pie $dir/one.c"
	$link "$dir/originals/$3.a" "$dir/originals/$4.a" -o "$dir/before" || return 1
	$link "$dir/melded/$3.a" "$dir/melded/$4.a" $behind -o "$dir/after" || return 1
	was=0 is=0
	"$dir/before" || was=$?
	"$dir/after" || is=$?
	echo "$was before, $is now"
	[ $was -gt 0 ] && [ $was = $is ]
}

case_named_unused() {
	start named-unused elf
	for std in 1 9; do
		object "std$std-1.std.2-cgu.0.rcgu" <<-END
			int p(void) __asm__("_RNvCs${std}_5panic5panic");
			int f(void) __asm__("_RNvCs${std}_3std3run");
			int data[999] = { $std };
			void rust_eh_personality(void) { }
			int f(void) { return data[0] * p(); }
		END
	done
	for panic in 1 2 9; do
		echo "int p(void) __asm__(\"_RNvCs$((panic / 9 * 8 + 1))_5panic5panic\"); int p(void) { return $panic; }" |
			object $panic/panic-1.panic.2-cgu.0.rcgu
	done
	for x in 1 2 3; do
		panicking u$x 1 1
		panicking v$x 2 1
		panicking w$x 9 9
	done
	check 'F11 meld' meld_groups
	for linker in $linkers; do
		check "F11 $linker: u alone" uses_and_names $linker u1 v1 u1
		check "F11 $linker: v alone" uses_and_names $linker v2 u2 v2
		check "F11 $linker: v, first" uses_and_names $linker v3 v3 u1
	done
}

meld_groups() {
	"$armeld" --json --workspaces=auto -o "$dir/melded/workspace.a" -d "$dir/melded" "$dir"/originals/*.a >"$dir/report" &&
		awk -F'"' '/"output": / { output = $4 } /"workspace": "/ { print output, $4 }' "$dir/report" >"$dir/map" &&
		grep -q workspace-2 "$dir/map"
}

# ---- cases of Rust ------------------------------------------------------------------------------

# crate RUSTC TAG NAME FLAG... - a staticlib of plugin.rs, with a shared crate for each TAG. They are
# some 20 MB each and are made once.
crate() {
	tag=$work/rust/$2
	made=$tag/lib$3.a
	names="$names $3"
	for source in plugin shared; do
		[ "$made" -nt "$here/cases/$source.rs" ] || rm -f "$made"
	done
	if ! [ -e "$made" ]; then
		mkdir -p "$tag"
		[ "$tag/libshared.rlib" -nt "$here/cases/shared.rs" ] ||
			"$1" --edition 2021 -O -C codegen-units=1 --crate-type rlib --crate-name shared \
				-o "$tag/libshared.rlib" "$here/cases/shared.rs" || return 1
		sed "s/NAME/$3/" "$here/cases/plugin.rs" >"$tag/$3.rs"
		rustc=$1
		name=$3
		shift 3
		"$rustc" --edition 2021 -O -C codegen-units=1 --crate-type staticlib --crate-name "$name" "$@" \
			--extern shared="$tag/libshared.rlib" -o "$made" "$tag/$name.rs" || return 1
	fi
	ln "$made" "$dir/originals/"
}

rust() { # TAG NAME FLAG...
	check "rustc $2" crate /usr/bin/rustc "$@"
}

# start_rust CASE
start_rust() {
	start "$1" elf
	prefix=lib
}

odd=no # yes: libraries may be left unmelded, and the workspace does not stand behind these; each and
       # together: there may be several workspaces, each behind its libraries, or all behind all

# All libraries are melded; then those are left unmelded that cost more than they save: as far as that
# does not matter to lines with the workspace at the end, then those that must stand elsewhere.
meld_and_link() { # LINE...
	link_lines --workspaces=one "$@"
	link_lines --workspaces=safe "$@"
	odd=yes
	link_lines --workspaces=main "$@"
	odd=no
}

link_lines() { # OPTION LINE...
	option=$1
	shift
	check "meld $option" meld "$option"
	check "verify $option" verify
	for linker in $linkers; do
		printf '%s\n' "$@" >"$dir/lines"
		check "$linker $option" lines_are_alike "$linker" <"$dir/lines"
	done
}

# Plugins that allocate within a shared crate only: the crate needs the allocator shim of each. On
# Windows, it needs an import library as well.
case_allocates() {
	start_rust allocates
	rust plain a
	rust plain b
	rust plain c
	meld_and_link a b c 'a b' 'b a' 'a b c' 'c a b'
	start allocates mingw
	for x in a b c; do cp "fixtures/x86_64-windows-gnu/lib$x.a" "$dir/originals/$x.a"; done
	names='a b c'
	check 'F18 F19 meld' meld
	for linker in $linkers; do
		orders $names >"$dir/lines"
		check "F18 F19 $linker" lines_are_alike "$linker" <"$dir/lines"
	done
}

# One library aborts where the others unwind: std is the same, what it calls to panic is not.
case_panics() {
	start_rust panics
	rust plain pa --cfg panicking
	rust plain pb --cfg panicking -C panic=abort
	rust plain pc --cfg panicking
	meld_and_link pa pb pc 'pa pb' 'pb pa' 'pa pc' 'pa pb pc' 'pb pc pa' 'pc pb pa'
	check 'F11 pb is left unmelded' is_left_out pb
}

# One library has an allocator of its own, the others take the default.
case_allocators() {
	start_rust allocators
	rust plain a
	rust plain counts --cfg counting
	rust plain c
	meld_and_link a counts c 'a counts' 'counts a' 'a counts c' 'counts c a' 'c a counts'
}

download_rustc() { # PACKAGE...
	apt-get download "$@"
}

# Debian's older compiler, beside the one that is installed; both own the same paths.
old_rustc() {
	old=$work/rust/old-compiler
	if ! [ -x "$old/rustc" ]; then
		# shellcheck disable=SC2046 # a list of words
		set -- $(test/need.sh --list link-old-rustc)
		mkdir -p "$old" && (
			cd "$old" &&
				{ download_rustc "$@" || { apt-get update -q && download_rustc "$@"; }; } &&
				for package in *.deb; do dpkg -x "$package" . || exit 1; done &&
				rm ./*.deb
		) &&
			printf '#!/bin/sh\nhere=%s\n%s\n' "$PWD/$old" \
				'LD_LIBRARY_PATH=$here/usr/lib:$here/usr/lib/x86_64-linux-gnu exec $here/usr/bin/rustc "$@"' \
				>"$old/rustc" &&
			chmod +x "$old/rustc"
	fi
	"$old/rustc" --version
}

two_are_left_out() {
	is_left_out a && is_left_out b || { is_left_out oa && is_left_out ob; }
}

case_versions() {
	start_rust versions
	check 'an older rustc' old_rustc
	rust plain a
	rust plain b
	check 'rustc 1.63 oa' crate "$work/rust/old-compiler/rustc" old oa
	check 'rustc 1.63 ob' crate "$work/rust/old-compiler/rustc" old ob
	meld_and_link a b oa ob 'a b' 'b a' 'oa ob' 'a oa' 'oa a' 'a b oa ob' 'oa ob b a'
	check 'F11 two are left unmelded' two_are_left_out
	for odd in each together; do
		link_lines --workspaces=auto 'a b' 'b a' 'oa ob' 'a oa' 'oa a' 'a b oa ob' 'oa ob b a' 'a oa b ob'
		check 'F11 two workspaces' [ -s "$dir/melded/libworkspace-2.a" ]
	done
	odd=no
}

# With fat LTO there is little to share: each library has its own std and shared crate.
case_fat() {
	start_rust fat
	rust fat a -C lto=fat
	rust fat b -C lto=fat
	meld_and_link a b 'a b'
	check 'M6 why little is shared' said_in_meld 'built with lto = "fat"'
}

# ------------------------------------------------------------------------------------------------

test/need.sh link-cases
mkdir -p "$work/log" "$work/bin" build/link
: >"$wine_log"
ln -sf /usr/bin/ld.lld-19 "$work/bin/ld.lld" # gcc looks for this name
/usr/lib/wine/wineserver64 -p30 >/dev/null 2>&1 || true # stays, which is quicker
clang-19 --target=x86_64-pc-windows-msvc -O1 -c "$here/msvc.c" -o "$work/msvc.o"

# Two at a time; those of Rust are together, as they share what they make.
worker() {
	for name in "$@"; do
		"case_$(echo "$name" | tr - _)" || echo "FAIL $name: the case itself"
	done
}

one= two= # whose turn it is goes back and forth
for name in ${*:-$all}; do
	case $name in
	allocates | panics | allocators | versions | fat) one="$one $name" ;;
	*) [ ${#one} -lt ${#two} ] && one="$one $name" || two="$two $name" ;;
	esac
done
{
	worker $one &
	worker $two
	wait
} | tee "$work/lines"
passed=$(grep -c '^ok ' "$work/lines" || true)
failed=$(grep -c '^FAIL ' "$work/lines" || true)
[ $# -gt 0 ] || test/link/coff.sh || failed=$((failed + 1)) # kinds that only COFF has
[ $# -gt 0 ] || test/link/kinds.sh || failed=$((failed + 1)) # of other processors, of Apple's languages
[ $# -gt 0 ] || test/link/resolved.sh || failed=$((failed + 1)) # --merge: the same images
[ $# -gt 0 ] || test/link/prelink.sh || failed=$((failed + 1)) # how often is what in a prelinked set
[ $# -gt 0 ] || test/link/single.sh || failed=$((failed + 1)) # one archive of all objects
[ $# -gt 0 ] || test/link/universal.sh || failed=$((failed + 1)) # of Apple's machines
[ $# -gt 0 ] || test/link/platforms.sh || failed=$((failed + 1)) # what objects are for
[ $# -gt 0 ] || test/link/xcframework.sh || failed=$((failed + 1)) # and platforms
echo "$passed passed, $failed failed$(second_tries)"
[ "$failed" = 0 ]
