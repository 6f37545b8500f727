#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh [SET...] - every object of real libraries is taken apart, written, read and compared; then
# LLVM's tools say of some, as they were and as they are now, the same: symbols, relocations,
# sections' contents, debug info.
set -eu

cd "$(dirname "$0")/../.."
work=$PWD/build/writers
mkdir -p "$work"
. test/check.sh
test/need.sh writers
libs=$(sed -n 's/^LIBS = //p' Makefile)

# shellcheck disable=SC2086 # a list of words
compile() {
	gcc -std=c17 -D_GNU_SOURCE -O2 -Wall -Wextra -Iinclude -Isrc -o "$work/again" \
		test/writers/again.c build/libarmeld-internal.a $libs
}

all_again() { # SET PROFILE
	test/corpus/make.sh "$1" "$2" && "$work/again" build/corpus/"$1-$2"/*
}

# What LLVM's tools say of an object.
said_of() {
	llvm-nm-19 -a --no-sort "$1" | sort
	llvm-objdump-19 -r "$1" | sed '1,3d' # the name of the file
	llvm-objdump-19 -h "$1" | awk 'NF > 4 { print $2, $3 }' | grep -v -E '^\.(rela?\.|symtab|strtab|shstrtab|group|symtab_shndx)|^ ' | sort
	llvm-dwarfdump-19 --debug-info --debug-line "$1" 2>/dev/null | sed '1d'
}

# Every so many objects of a library.
tools_agree() { # SET PROFILE
	rm -rf "$work/objects" && mkdir "$work/objects"
	library=$(ls build/corpus/"$1-$2"/* | head -n 1)
	"$work/again" -o "$work/objects" "$library" >/dev/null || return 1
	count=0
	for old in "$work/objects"/*0.old "$work/objects"/*7.old; do
		said_of "$old" >"$work/before" 2>&1
		said_of "${old%.old}.new" >"$work/after" 2>&1
		sed 's/\.old/.new/g' "$work/before" | diff - "$work/after" | head -n 20 >"$work/differences"
		[ ! -s "$work/differences" ] || { echo "$old"; cat "$work/differences"; return 1; }
		count=$((count + 1))
	done
	echo "$count objects compared"
	[ "$count" -gt 5 ]
}

check 'the program' compile
for set in ${*:-x86_64-unknown-linux-gnu real aarch64-unknown-linux-gnu armv7-linux-androideabi \
	x86_64-pc-windows-msvc i686-pc-windows-msvc aarch64-pc-windows-msvc x86_64-pc-windows-gnu \
	aarch64-apple-darwin}; do
	check "$set: all objects" all_again "$set" release
	check "$set: tools agree" tools_agree "$set" release
done
count_checks
