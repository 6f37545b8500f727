#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh - the CMake module: a project whose libraries are made by the build, melded and linked; built
# again when nothing has changed, and when one of them has. Then the package that --cmake writes.
set -u

cd "$(dirname "$0")/../.." || exit 1
top=$PWD
work=$top/build/cmake
test/need.sh cmake || exit 1
[ -x build/armeld ] || {
	echo 'run.sh: build/armeld is not there: run make first' >&2
	exit 1
}
rm -rf "$work"
mkdir -p "$work"
. test/check.sh
. test/cmake/package.sh

configure() {
	cp -r fixtures/x86_64-linux "$work/set" &&
		cmake -S test/cmake/project -B "$work/build" -DSET="$work/set" \
			-DARMELD_MODULES="$top/share/cmake" -DARMELD_PROGRAM="$top/build/armeld"
}

build() { cmake --build "$work/build" -j2; }

runs_alike() {
	"$work/build/originals" >"$work/expected" && "$work/build/program" >"$work/actual" &&
		diff "$work/expected" "$work/actual" && [ -s "$work/actual" ]
}

melded() {
	"$top/build/armeld" verify "$work/build/rust_workspace/librust_workspace.a" &&
		cmp "$work/set/liba.a" "$work/build/rust/liba.a"
}

# Each library comes before the workspace, which comes before what they all need.
in_order() {
	tr ' ' '\n' <"$work/build/CMakeFiles/program.dir/link.txt" | grep -E '\.a$|^-lm$' | sed 's|.*/||' >"$work/order"
	printf '%s\n' liba.a libb.a libc.a librust_workspace.a -lm | diff - "$work/order"
}

nothing_to_do() {
	ls -l --time-style=full-iso "$work"/build/rust_workspace/* >"$work/before"
	build >"$work/again" && ! grep -q Melding "$work/again" &&
		ls -l --time-style=full-iso "$work"/build/rust_workspace/* | diff "$work/before" -
}

one_changed() {
	sleep 1
	cp fixtures/x86_64-linux-variant/libb.a "$work/set/libb.a"
	build >"$work/again" && grep -q Melding "$work/again" && melded && runs_alike
}

wrong_use() { # TEXT CALL - said when the project is configured
	mkdir -p "$work/wrong"
	{
		printf 'cmake_minimum_required(VERSION 3.17)\nproject(wrong C)\ninclude("%s/share/cmake/Armeld.cmake")\n' "$top"
		echo 'add_library(nowhere STATIC IMPORTED)'
		echo "$2"
	} >"$work/wrong/CMakeLists.txt"
	! cmake -S "$work/wrong" -B "$work/wrong/build" -DARMELD_PROGRAM="$top/build/armeld" >"$work/said" 2>&1 &&
		tr '\n' ' ' <"$work/said" | tr -s ' ' | grep -q "$1"
}

check configure configure
check build build
check 'runs as with the originals' runs_alike
check 'melded, the originals left alone' melded
check 'order of the link' in_order
check 'nothing to do' nothing_to_do
check 'one library changed' one_changed
check 'no workspace' wrong_use 'WORKSPACE and TARGETS must be given' 'armeld_meld(TARGETS nowhere)'
check 'no location' wrong_use 'nowhere has no IMPORTED_LOCATION' 'armeld_meld(WORKSPACE w TARGETS nowhere)'
check 'an unknown word' wrong_use 'what is SURPRISE' 'armeld_meld(SURPRISE WORKSPACE w TARGETS nowhere)'
check 'a package, its module static' package static
check 'links by make' links_static 'Unix Makefiles'
check 'links by ninja' links_static Ninja
check 'a package, its module shared' package shared
check 'links' links_shared
check 'a module that is too old' wants_newer 'pkg-config does not find module' 'module >= 1.5'
check 'a module that is not there' wants_newer 'pkg-config does not find absent' 'absent'
check 'a package without modules' without_modules
count_checks
