#!/bin/sh
# SPDX-License-Identifier: MIT
# tools.sh RUNNER - archives that LLVM's tools make from many kinds of objects, written again by
# armeld, must come out byte for byte. RUNNER is the unit tests' program.
set -eu

here=$(dirname "$0")
runner=$(realpath "$1")
"$here/../need.sh" archives
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cat >one.c <<'C'
int common_one;
int data_one = 1;
extern int elsewhere(void);
__attribute__((weak)) int weak_one(void) { return elsewhere(); }
static int hidden(void) { return data_one; }
int one(void) { return hidden() + common_one; }
C
cat >two.c <<'C'
int one_more(void) { return 2; }
int weak_two(void) { return 2; }
C
echo 'typedef int nothing;' >none.c
printf 'LIBRARY some.dll\nEXPORTS\n f\n g DATA\n' >some.def

# archive NAME FORMAT OPERATION MEMBER...
archive() {
	out=$work/out/$1 format=$2 operation=$3
	shift 3
	llvm-ar-19 --format="$format" "$operation" "$out" "$@"
}

# archives TARGET FORMAT SUFFIX: one object, many, long names, equal names, paths, no symbols
archives() {
	mkdir -p "$work/$1/sub" "$work/out"
	cd "$work/$1"
	for source in one two none; do
		clang-19 --target="$1" -fcommon -c "../$source.c" -o "$source.o"
	done
	cp two.o sub/one.o
	cp one.o a-name-that-needs-the-table.rcgu.o
	cp two.o another-name-that-needs-the-table.o
	archive "$1-one.$3" "$2" rcs one.o
	archive "$1-many.$3" "$2" rcs one.o a-name-that-needs-the-table.rcgu.o two.o none.o \
		another-name-that-needs-the-table.o
	archive "$1-equal.$3" "$2" qcs one.o sub/one.o one.o
	archive "$1-paths.$3" "$2" rcsP one.o sub/one.o
	archive "$1-none.$3" "$2" rcs none.o
	cd "$work"
}

for target in x86_64-linux-gnu i686-linux-gnu aarch64-linux-gnu armv7-linux-gnueabihf \
	powerpc64-linux-gnu x86_64-w64-mingw32; do
	archives $target gnu a
done
for target in x86_64-apple-macosx arm64-apple-ios armv7-apple-ios; do
	archives $target darwin a
done
for target in x86_64-pc-windows-msvc i686-pc-windows-msvc aarch64-pc-windows-msvc \
	arm64ec-pc-windows-msvc; do
	archives $target coff lib
done

# both worlds of ARM64EC in one library, and import libraries of every machine
archive ec.lib coff qcs aarch64-pc-windows-msvc/one.o arm64ec-pc-windows-msvc/one.o \
	arm64ec-pc-windows-msvc/two.o x86_64-pc-windows-msvc/two.o
for machine in i386:x86-64 i386 arm64 arm64ec; do
	llvm-dlltool-19 -m "$machine" -d some.def -l "out/import-$machine.lib"
done


# LLVM's own switch for its tests: 64-bit indexes whatever the size
export SYM64_THRESHOLD=1
archive wide.a gnu rcs x86_64-linux-gnu/one.o x86_64-linux-gnu/a-name-that-needs-the-table.rcgu.o
archive wide-none.a gnu rcs x86_64-linux-gnu/none.o
archive wide-darwin.a darwin rcs arm64-apple-ios/one.o arm64-apple-ios/two.o

count=$(find out -type f | wc -l)
echo "tools.sh: $count archives"
ARMELD_FIXTURES=$work/out "$runner" ar-fixtures
