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
all='directives'
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
