#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh [--update] - the library as others use it: installed, found by pkg-config, linked shared
# and static, with the example of armeld(3), and prelinked by armeld itself; its symbols and the layout
# of its structures are those of abi.txt, which --update writes anew, and have what those of the release had.
set -u

cd "$(dirname "$0")/../.." || exit 1
here=test/library
work=$PWD/build/library
prefix=$work/prefix
update=no
[ "${1-}" != --update ] || update=yes

test/need.sh library || exit 1
rm -rf "$work"
mkdir -p "$work"

. test/check.sh

installed() {
	make -s install PREFIX="$prefix" && man -l "$prefix/share/man/man3/armeld.3" >/dev/null
}

# The program between .Bd and .Ed under EXAMPLES, as nroff would show it.
example() {
	sed -n '/^.Sh EXAMPLES/,/^.Sh ERRORS/{/^.Bd/,/^.Ed/{/^[.]/d;s/\\e/\\/g;p;};}' man/armeld.3 >"$work/example.c"
	[ -s "$work/example.c" ]
}

pkgconfig() {
	PKG_CONFIG_PATH=$prefix/lib/pkgconfig pkg-config "$@" armeld
}

# shellcheck disable=SC2046 # lists of words
shared() {
	cc -std=c17 -Wall -Wextra -Werror -o "$work/shared" "$work/example.c" $(pkgconfig --cflags --libs) &&
		readelf -d "$work/shared" | grep -q 'NEEDED.*libarmeld\.so\.[0-9]'
}

# shellcheck disable=SC2046 # lists of words
static() {
	flags=$(pkgconfig --static --libs | sed "s|-larmeld|$prefix/lib/libarmeld.a|") &&
		cc -std=c17 -o "$work/static" "$work/example.c" $(pkgconfig --cflags) $flags &&
		! readelf -d "$work/static" | grep -q libarmeld
}

# Other libraries in a program may have functions of any other name.
armeld_only() {
	{
		nm -g --defined-only "$prefix/lib/libarmeld.a"
		nm -D --defined-only "$prefix/lib/libarmeld.so"
	} | awk '$2 == "T" { count++ } $2 ~ /^[A-Z]$/ && $3 !~ /^(armeld_[a-z_]*(@@.*)?|ARMELD_[0-9]+(@.*)?)$/ { print; bad = 1 }
		END { exit bad || !count }'
}

# What the Makefile does with ld -r and objcopy, armeld does as well.
prelinks_itself() {
	mkdir -p "$work/own" && cp build/libarmeld-internal.a "$work/own/libarmeld.a" &&
		build/armeld prelink --export 'armeld_*' "$work/own/libarmeld.a" &&
		nm -g --defined-only "$prefix/lib/libarmeld.a" | awk 'NF == 3 { print $3 }' | sort >"$work/visible" &&
		nm -g --defined-only "$work/own/libarmeld.a" | awk 'NF == 3 { print $3 }' | sort | diff "$work/visible" - &&
		flags=$(pkgconfig --static --libs | sed "s|-larmeld|$work/own/libarmeld.a|") &&
		cc -std=c17 -o "$work/prelinked" "$work/example.c" $(pkgconfig --cflags) $flags
}

cplusplus() {
	printf '#include <armeld_cargo.h>\nint main() { return armeld_version() == nullptr; }\n' >"$work/plus.cc"
	# shellcheck disable=SC2046 # lists of words
	g++ -std=c++17 -Wall -Wextra -Werror -o "$work/plus" "$work/plus.cc" $(pkgconfig --cflags --libs) &&
		LD_LIBRARY_PATH=$prefix/lib "$work/plus"
}

# Melds a copy of the fixtures and puts them back.
runs() { # PROGRAM
	rm -rf "$work/set"
	cp -r fixtures/x86_64-linux "$work/set"
	LD_LIBRARY_PATH=$prefix/lib "$1" "$work/set/w.a" "$work/set" &&
		cmp "$work/set/liba.a" fixtures/x86_64-linux/liba.a && [ ! -e "$work/set/w.a" ]
}

fails() { # PROGRAM - what is not there is an error, and told
	! LD_LIBRARY_PATH=$prefix/lib "$1" "$work/w.a" "$work/missing.a" 2>"$work/err" &&
		grep -q 'missing.a: No such file' "$work/err"
}

abi() {
	{
		nm -D --defined-only --with-symbol-versions "$prefix/lib/libarmeld.so" | awk '{ print $NF }' | sort
		cc -E -P -I"$prefix/include" "$prefix/include/armeld_cargo.h" | awk -f "$here/layout.awk" >"$work/layout.c" &&
			cc -o "$work/layout" "$work/layout.c" -I"$prefix/include" && "$work/layout"
	} >"$work/abi.txt"
	[ $update = no ] || cp "$work/abi.txt" "$here/abi.txt"
	diff "$here/abi.txt" "$work/abi.txt"
}

# What the release promised, and what is not kept is found.
abi_of_release() {
	kept=fixtures/kept/abi
	awk -f "$here/kept.awk" "$work/abi.txt" $kept >"$work/missed"
	cat "$work/missed"
	sed '/armeld_share/d; s/^struct armeld_row 128/struct armeld_row 136/; s/^ARMELD_UNPROVEN 3/ARMELD_UNPROVEN 4/
		s/^struct armeld_options [0-9]*$/struct armeld_options 999\nstruct armeld_options.new 45 1/
		s/^\(struct armeld_report.proof_rounds\) 232/\1 240/' $kept >"$work/less"
	[ ! -s "$work/missed" ] && [ "$(awk -f "$here/kept.awk" "$work/less" $kept | wc -l)" = 5 ]
}

# Names of functions on standard input, sorted.
functions() {
	grep -o 'armeld_[a-z_]*' | sort -u
}

# Header, version script, shared library, list of symbols and manual name the same functions.
complete() {
	mkdir -p "$work/lists"
	cc -E -P -Iinclude include/armeld_cargo.h | grep -o '[ *]armeld_[a-z_]*(' | functions >"$work/lists/header"
	sed -n '/^global:/,/^local:/p' src/libarmeld.map | functions >"$work/lists/map"
	sed -n 's/^ \(armeld_[a-z_]*\)@.*/\1/p' share/debian/libarmeld*.symbols | functions >"$work/lists/symbols"
	nm -D --defined-only "$prefix/lib/libarmeld.so" | awk '$2 == "T"' | sed 's/@.*//' | functions >"$work/lists/library"
	sed -n '/^.Sh SYNOPSIS/,/^.Sh DESCRIPTION/s/^\.F[no] \([a-z_]*\).*/\1/p' man/armeld.3 | functions >"$work/lists/manual"
	sed -n '/^.Sh NAME/,/^.Nd/s/^\.Nm \([a-z_]*\).*/\1/p' man/armeld.3 | functions >"$work/lists/name"
	[ "$(wc -l <"$work/lists/header")" -gt 15 ] &&
		for list in map symbols library manual name; do
			diff "$work/lists/header" "$work/lists/$list" || return 1
		done
}

check 'make install' installed
check 'armeld(3) has a program' example
check 'pkg-config --libs, shared' shared
check 'pkg-config --static --libs' static
check 'the header in C++' cplusplus
check 'no other global symbols than armeld_*' armeld_only
check 'armeld prelinks its own library' prelinks_itself
for kind in shared static prelinked; do
	check "the example runs, $kind" runs "$work/$kind"
	check "the example fails well, $kind" fails "$work/$kind"
done
check 'ABI' abi
check 'ABI of the release' abi_of_release
check 'header, libraries and manual have the same functions' complete
count_checks
