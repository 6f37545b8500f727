#!/bin/sh
# SPDX-License-Identifier: MIT
# resolved.sh [ARCHIVE EXPORT MAIN.c [LIBRARY...]] - what --merge resolves is what linkers would write.
#
# A library is prelinked, and its sections joined in two forms: with all relocations, and with those
# applied that no linker can change. Both are linked in all ways by all linkers: the images have
# the same bytes. So has what armeld writes by itself. With arguments: a library of yours for this machine.
set -eu

cd "$(dirname "$0")/../.." # so that no path has a space in it
armeld=$PWD/${ARMELD:-build/armeld}
suite=resolved
. test/link/expect.sh
work=build/link/resolved
rm -rf $work
mkdir -p $work
libs=$(sed -n 's/^LIBS = //p' Makefile)
# shellcheck disable=SC2086 # a list of words
${CC:-cc} -std=c17 -D_GNU_SOURCE -O1 -Iinclude -Isrc -o $work/resolved test/link/resolved.c \
	build/libarmeld-internal.a $libs
cd $work

# two_forms TITLE ARCHIVE EXPORT - joined.o, resolved.o, and armeld's own form, merged.o.
two_forms() {
	title=$1
	rm -rf prelinked merged
	"$armeld" prelink -q --no-sidecar --strip=locals,comments -d prelinked --export "$3" "$2"
	"$armeld" prelink -q --no-sidecar --strip=locals,comments --merge -d merged --export "$3" "$2"
	./resolved prelinked/"${2##*/}" joined.o resolved.o || expect "$title/less" 'less' 'no less'
	llvm-ar-19 p merged/"${2##*/}" >merged.o
}

# same_images HOW COMMAND... - COMMAND links the object in form.o to image; three forms, one image.
same_images() {
	how=$1
	shift
	for form in joined resolved merged; do
		cp $form.o form.o
		rm -f image
		"$@" -o image >log 2>&1 || { echo "$(head -n 2 log)" && break; }
		mv image $form.image
	done >failed.log
	expect "$title/$how" '' "$(cat failed.log; rm -f failed.log
		cmp joined.image resolved.image 2>&1 && cmp joined.image merged.image 2>&1)"
	rm -f ./*.image
}

# all_ways LINKER COMMAND... - as programs and as a shared library, with and without unused sections.
all_ways() {
	linker=$1
	shift
	for gc in --no-gc-sections --gc-sections; do
		same_images "$linker -static $gc" "$@" -s -e run -static $gc form.o
		same_images "$linker -pie $gc" "$@" -s -e run -pie $gc form.o
		same_images "$linker -shared $gc" "$@" -s -shared $gc form.o
	done
}

if [ $# -gt 0 ]; then
	library=$1 export=$2 main=$3
	shift 3
	cd ../../..
	cc -O1 -fPIC -c -o $work/main.o "$main"
	cp "$library" $work/l.a
	cd $work
	mkdir linkers
	ln -s "$(command -v ld.lld-19)" linkers/ld.lld
	two_forms "${library##*/}" l.a "$export"
	for linker in bfd gold lld mold; do
		for how in '-pie' '-no-pie' '-shared' '-static'; do
			for gc in --no-gc-sections --gc-sections; do
				same_images "$linker $how $gc" cc -Blinkers -fuse-ld=$linker -s -Wl,--build-id=none $how \
					-Wl,$gc main.o form.o "$@"
			done
		done
	done
	exit $failed
fi

# ---- functions that call each other, for all processors ----------------------------------------

awk 'BEGIN {
	for (i = 0; i < 80; i++) {
		printf "HIDDEN unsigned f%d(unsigned x);\n", i
	}
	for (i = 0; i < 80; i++) {
		printf "static unsigned seen%d = %d; static const unsigned more%d[] = {%d, 7, 1, 8};\n", i, i, i, i
		printf "static NOINLINE unsigned own%d(unsigned x) { return x * %d + seen%d++; }\n", i, 2 * i + 3, i
		printf "unsigned f%d(unsigned x) {\n\tif (x < 2) return own%d(x) + more%d[x & 3];\n", i, i, i
		printf "\tswitch (x & 7) {\n"
		for (c = 0; c < 7; c++) {
			printf "\tcase %d: return f%d(x / 2) ^ own%d(x + %d);\n", c, (i * 7 + c * 11 + 1) % 80, i, c
		}
		printf "\tdefault: return f%d(x - 1) + own%d(x);\n\t}\n}\n", (i + 1) % 80, i
	}
	printf "typedef unsigned function(unsigned);\nstatic function *const all[] = {"
	for (i = 0; i < 80; i++) printf "f%d, ", i
	printf "};\nunsigned called(unsigned x) { return x; }\n"
	printf "unsigned run(unsigned x) { return all[x %% 80](x) + called(x) + own3(x); }\n"
}' >parts.c

# compile TARGET FLAG... - parts.o and parts.a, of which run() is called.
compile() {
	clang-19 --target="$@" -O2 -fno-builtin -ffreestanding -ffunction-sections -fdata-sections \
		-fno-stack-protector -mno-implicit-float -DNOINLINE='__attribute__((noinline))' -c -o parts.o parts.c
	rm -f parts.a
	llvm-ar-19 rcs parts.a parts.o
}
hidden='-DHIDDEN=__attribute__((visibility("hidden")))'

compile x86_64-linux-gnu -fPIC "$hidden"
two_forms x86_64 parts.a run
cat >main.c <<'E'
#include <stdio.h>
unsigned run(unsigned x);
int main(void) { unsigned sum = 0; for (unsigned i = 0; i < 9999; i++) sum = sum * 31 + run(i); printf("%u\n", sum); }
E
cc -o original main.c parts.o && cc -o after main.c merged.o
expect 'x86_64/runs as before' "$(./original)" "$(./after)"
all_ways 'GNU ld' ld.bfd -m elf_x86_64
all_ways gold ld.gold -m elf_x86_64
all_ways lld ld.lld-19 -m elf_x86_64
all_ways mold ld.mold -m elf_x86_64

compile i386-linux-gnu -fPIC "$hidden"
two_forms i386 parts.a run
all_ways 'GNU ld' ld.bfd -m elf_i386
all_ways gold ld.gold -m elf_i386
all_ways lld ld.lld-19 -m elf_i386
all_ways mold ld.mold -m elf_i386

compile aarch64-linux-gnu -fPIC "$hidden"
two_forms aarch64 parts.a run
all_ways 'GNU ld' aarch64-linux-gnu-ld
all_ways 'GNU ld, errata' aarch64-linux-gnu-ld --fix-cortex-a53-843419 --fix-cortex-a53-835769
all_ways gold aarch64-linux-gnu-ld.gold
all_ways lld ld.lld-19 -m aarch64linux --fix-cortex-a53-843419
all_ways mold ld.mold -m aarch64linux

# ---- COFF ------------------------------------------------------------------------------------------

# coff TITLE MACHINE - lld-link names its output in another way.
coff() {
	title=$1 machine=$2
	same_images 'lld-link' sh -c "lld-link-19 -nologo -dll -noentry -brepro -machine:$machine \
		-export:run form.o -out:\$2" sh
	same_images 'lld-link -opt:ref,icf' sh -c "lld-link-19 -nologo -dll -noentry -brepro \
		-machine:$machine -opt:ref,icf -export:run form.o -out:\$2" sh
}
compile x86_64-pc-windows-msvc -DHIDDEN=
two_forms 'COFF x86_64' parts.a run
coff 'COFF x86_64' x64
same_images 'GNU ld' x86_64-w64-mingw32-ld -s --no-insert-timestamp -shared -e 0 form.o
same_images 'GNU ld --gc-sections' x86_64-w64-mingw32-ld -s --no-insert-timestamp -shared -e run \
	--gc-sections form.o
compile i686-pc-windows-msvc -DHIDDEN=
two_forms 'COFF i686' parts.a run
coff 'COFF i686' x86
compile aarch64-pc-windows-msvc -DHIDDEN=
two_forms 'COFF aarch64' parts.a run
coff 'COFF aarch64' arm64

exit $failed
