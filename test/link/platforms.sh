#!/bin/sh
# SPDX-License-Identifier: MIT
# platforms.sh - what objects are for: of two platforms, of none, LLVM bitcode, which says it in its triple.
#
# ld64.lld links programs for each platform, with the originals and with what armeld made of them. Sets that
# would not link are refused; libraries that name no platform share among themselves only.
set -eu

cd "$(dirname "$0")/../.." # so that no path has a space in it
armeld=$PWD/${ARMELD:-build/armeld}
suite=platforms
. test/link/expect.sh
work=build/link/platforms
rm -rf $work
mkdir -p $work
cd $work

# nameless OBJECT... - no load command names a platform any more.
nameless() {
	/usr/bin/python3 - "$@" <<-'E'
		import struct, sys
		for name in sys.argv[1:]:
		    data = bytearray(open(name, 'rb').read())
		    at = 0
		    while (at := data.find(struct.pack('<II', 0x32, 24), at)) > 0:
		        struct.pack_into('<I', data, at, 0x1b)  # LC_UUID is as long
		        data[at + 8:at + 24] = bytes(16)
		        at += 24
		    open(name, 'wb').write(data)
	E
}

# compile NAME SHARED OPTION... - libNAME.a: NAME.c, which calls the shared object.
compile() {
	own=$1 shared=$2
	shift 2
	printf 'int %s(void); int %s_run(void) { return %s(); }\n' "$shared" "$own" "$shared" >"$own.c"
	printf 'int %s(void) { static int c; return ++c; }\n' "$shared" >"$shared.c"
	clang-19 "$@" -O1 -fno-ident -c "$own.c" -o "$own.o"
	clang-19 "$@" -O1 -fno-ident -c "$shared.c" -o "$shared.o"
	[ "$shared" != plain ] || nameless "$own.o" "$shared.o"
	rm -f "lib$own.a"
	llvm-ar-19 --format=darwin rcsD "lib$own.a" "$own.o" "$shared.o"
}

link() { # PLATFORM SYMBOL FILE...
	platform=$1 symbol=$2
	shift 2
	ld64.lld-19 -dylib -arch arm64 -platform_version "$platform" 15 15 -u "_$symbol" "$@" -o image 2>log
}

refused() { # WHAT SAID COMMAND...
	what=$1 said=$2
	shift 2
	expect "$what" refused "$("$@" 2>&1 >/dev/null | grep -q "$said" && echo refused)"
}

mac=--target=arm64-apple-macos11
phone=--target=arm64-apple-ios14
zippered="$mac -darwin-target-variant arm64-apple-ios14-macabi"
for name in a b; do
	compile $name shared $mac
	mv lib$name.a mac-$name.a
	compile $name shared $phone
	mv lib$name.a phone-$name.a
	# shellcheck disable=SC2086 # several words
	compile $name both $zippered
	mv lib$name.a zip-$name.a
	compile n$name plain $mac
	compile l$name late $mac -flto
	compile x$name late --target=x86_64-apple-macos11 -flto
	compile e$name late --target=x86_64-linux-gnu -flto
	compile f$name early --target=aarch64-linux-gnu
done

refused 'for two platforms, and for one of them' 'for macOS and Mac Catalyst' "$armeld" -o w.a mac-[ab].a zip-[ab].a
refused 'bitcode for another machine' 'x86_64 LLVM bitcode' "$armeld" -o w.a mac-[ab].a libx[ab].a
refused 'bitcode for another platform' 'LLVM bitcode for macOS' "$armeld" -o w.a phone-[ab].a libl[ab].a
refused 'bitcode for another machine, ELF' 'x86_64 LLVM bitcode' "$armeld" -o w.a libe[ab].a libf[ab].a

compile watch shared --target=arm64_32-apple-watchos5
compile late late --target=arm64_32-apple-watchos5 -flto
refused 'a machine of Apple alone' 'arm64_32 Mach-O for watchOS' "$armeld" -o w.a phone-a.a libwatch.a
refused 'the same in bitcode' 'arm64_32 LLVM bitcode for watchOS' "$armeld" -o w.a phone-a.a liblate.a
rm libwatch.a liblate.a

mkdir apart
cp ./*.a apart
cd apart
"$armeld" --workspaces=auto -o w.a phone-[ab].a mac-[ab].a zip-[ab].a libn[ab].a libl[ab].a >log
expect 'what names no platform is for any' 1 "$(grep -c 'w-4.a is for libna.a and 1 other: any platform arm64' log)"
# the workspace with which a library links for a platform, also if all of both is loaded
found() { # PLATFORM SYMBOL LIBRARY
	for file in w*.a; do
		link "$1" "$2" -all_load "$3" "$file" && echo "$file"
	done | xargs
}
expect 'iOS' w.a "$(found ios a_run phone-a.a)"
expect 'macOS' w-2.a "$(found macos a_run mac-a.a)"
expect 'macOS of macOS and Mac Catalyst' w-3.a "$(found macos a_run zip-a.a)"
expect 'Mac Catalyst of macOS and Mac Catalyst' w-3.a "$(found mac-catalyst a_run zip-a.a)"
expect 'iOS of no platform' w-4.a "$(found ios na_run libna.a)"
expect 'macOS of no platform' w-4.a "$(found macos na_run libna.a)"
expect 'bitcode for macOS' w-2.a "$(found macos la_run libla.a)"
expect 'verified' 0 "$("$armeld" verify w.a >/dev/null 2>&1; echo $?)"

# without the sidecar, a library was melded into the workspace of its platform
mkdir lost
cp phone-[ab].a mac-[ab].a w.a w-2.a lost
cd lost
refused 'melding libraries of a lost set' 'phone-a.a.* lacks _shared, which .*/w.a defines' \
	"$armeld" --workspaces=auto -o w.a phone-[ab].a mac-[ab].a
refused 'the same for the second platform' 'mac-a.a.* lacks _shared, which .*/w-2.a defines' \
	"$armeld" -o other.a mac-[ab].a
rm w-2.a # what macOS libraries lack, an iOS workspace does not have
expect 'the workspace of another platform does not count' 0 \
	"$("$armeld" -q -o other.a mac-[ab].a >/dev/null 2>&1; echo $?)"
cd ../..

expect 'bitcode alone is for the linkers of its triple' 1 \
	"$("$armeld" -o late/w.a -d late libl[ab].a | grep -c "proof holds for ld64.lld and Apple's ld")"

# lipo takes what is left of bitcode that was shared, and empty workspaces, beside a slice for another machine
clang-19 --target=x86_64-apple-macos11 -c late.c -o other.o
llvm-ar-19 --format=darwin rcsD other.a other.o
for target in arm64-apple-macos11 arm64-apple-ios14-simulator arm64e-apple-ios14 armv7k-apple-watchos4 arm64_32-apple-watchos5; do
	rm -rf bits && mkdir bits
	clang-19 --target=$target -flto -c late.c -o bits/late.o
	llvm-ar-19 --format=darwin rcsD bits/a.a bits/late.o
	cp bits/a.a bits/b.a
	"$armeld" -q -o bits/w.a bits/[ab].a
	llvm-ar-19 --format=darwin rcsD bits/c.a bits/late.o
	"$armeld" -q -o bits/none.a bits/c.a
	for file in a.a w.a none.a; do
		llvm-lipo-19 -create bits/$file other.a -output bits/both.a && llvm-lipo-19 -archs bits/both.a
	done >bits/archs 2>&1
	expect "lipo, $target" 3 "$(grep -w x86_64 bits/archs | grep -cw "${target%%-*}")"
done
clang-19 $mac -flto -c late.c -o late.o
llvm-ar-19 --format=darwin rcsD last.a late.o
"$armeld" -q -o none.a last.a
expect 'a program with an empty workspace of bitcode' 0 "$(link macos late -all_load last.a none.a >/dev/null 2>&1; echo $?)"

# -all_load and -ObjC load what no symbol asks for, also of bitcode
printf 'int hits; __attribute__((constructor)) static void go(void) { hits++; }\n' >ctor.c
clang-19 $mac -flto -O1 -c ctor.c -o ctor.o
llvm-ar-19 --format=darwin rcsD libla.a ctor.o
"$armeld" prune -q --export la_run libla.a
expect 'prune keeps bitcode that is loaded without a symbol' ctor.o "$(llvm-ar-19 t libla.a | grep ctor)"

# joined, an object for two platforms would be for one of them
rm -rf both && mkdir both && cd both
llvm-ar-19 --format=darwin x ../zip-a.a && llvm-ar-19 --format=darwin x ../mac-b.a b.o
llvm-ar-19 --format=darwin rcsD liba.a a.o both.o b.o
refused 'joining them' 'they cannot be one object' "$armeld" prelink --export '*_run' liba.a
[ $failed -eq 0 ]
