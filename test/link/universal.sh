#!/bin/sh
# SPDX-License-Identifier: MIT
# universal.sh [ARM64-FOLDER X86_64-FOLDER] - universal libraries are melded as their slices are.
#
# Libraries for two machines are melded machine by machine, and, put together by lipo, as universal
# files. The slices of what was written have the same bytes as what each machine's run wrote, so that all
# that is tested of those holds for them; they are restored bit for bit; and ld64.lld links both
# slices. Some libraries have one slice, or one that is a single object. With arguments: libraries of yours.
set -eu

cd "$(dirname "$0")/../.." # so that no path has a space in it
armeld=$PWD/${ARMELD:-build/armeld}
suite=universal
. test/link/expect.sh
work=build/link/universal
rm -rf $work
mkdir -p $work/arm64 $work/x86_64 $work/fat
[ $# -eq 0 ] || cp "$1"/*.a $work/arm64
[ $# -eq 0 ] || cp "$2"/*.a $work/x86_64
cd $work

# compile TRIPLE FOLDER - three libraries that share two objects.
compile() {
	printf 'int counter; int shared(void) { return ++counter; }\n' >shared.c
	printf 'int shared(void); int twice(void) { return shared() + shared(); }\n' >twice.c
	for n in a b c; do
		printf 'int twice(void); int %s_own = %d; int %s_run(void) { return twice() + %s_own; }\n' $n ${#n} $n $n >$n.c
		for source in $n shared twice; do
			clang-19 --target="$1" -O1 -fno-ident -c $source.c -o $source.o
		done
		llvm-ar-19 --format=darwin rcsD "$2/lib$n.a" $n.o shared.o twice.o
	done
}
if [ $# -eq 0 ]; then
	compile arm64-apple-macos11 arm64
	compile x86_64-apple-macos11 x86_64
fi

# together FOLDER-1 FOLDER-2 TO FILE...
together() {
	one=$1 two=$2 to=$3
	shift 3
	for file; do
		if [ -e "$one/$file" ] && [ -e "$two/$file" ]; then
			llvm-lipo-19 -create "$one/$file" "$two/$file" -output "$to/$file"
		elif [ -e "$one/$file" ]; then
			cp "$one/$file" "$to/$file"
		else
			cp "$two/$file" "$to/$file"
		fi
	done
}

# has FILE MACHINE - whether a file has a slice; llvm-lipo asks no file that is not universal.
has() {
	case $(od -An -N 4 -tx1 "$1") in
	*'ca fe ba be'*) llvm-lipo-19 "$1" -verify_arch "$2" ;;
	*) [ -e "$2/${1##*/}" ] ;;
	esac
}

# slices FOLDER-OF-FAT - those of all files, as what each machine's run wrote; says what differs.
slices() {
	for machine in arm64 x86_64; do
		[ $machine = arm64 ] && other=x86_64 || other=arm64
		for file in "$1"/*.a; do
			name=${file##*/}
			if has "$file" $machine; then
				cp "$file" slice.a
				[ ! -e $other/"$name" ] && [ "$name" != w.a ] || llvm-lipo-19 -thin $machine "$file" -output slice.a
				cmp slice.a thin/$machine/"$name" 2>&1
			else
				[ ! -e thin/$machine/"$name" ] || echo "$name has no slice for $machine"
			fi
		done
	done
}

# links FOLDER - what is in the programs for both machines: all libraries, each with the workspace.
links() {
	for machine in arm64 x86_64; do
		for library in "$1"/lib*.a; do
			has "$library" $machine || continue
			workspace=
			[ ! -e "$1"/w.a ] || workspace=$1/w.a
			ld64.lld-19 -arch $machine -platform_version macos 11.0 11.0 -dylib -undefined dynamic_lookup \
				-force_load "$library" $workspace -o image 2>&1 || echo "no link: $library"
			echo "${library##*/} $machine $(llvm-nm-19 -g image | awk '{ print $NF }' | sort | cksum)"
		done
	done
}

# ways NAME OPTION... - melds thin and fat folders in one way, and compares.
ways() {
	name=$1
	shift
	rm -rf thin out && mkdir thin out
	for machine in arm64 x86_64; do
		mkdir thin/$machine
		"$armeld" meld -q "$@" --no-sidecar -d thin/$machine -o thin/$machine/w.a $machine
	done
	cp fat/* out
	"$armeld" meld -q "$@" -o out/w.a out/lib*.a
	expect "$name/slices" '' "$(slices out)"
	expect "$name/verify" 0 "$("$armeld" verify -q out/w.a >log 2>&1 && echo 0 || cat log)"
	"$armeld" meld -q "$@" -o out/w.a out/lib*.a
	expect "$name/again" '' "$(slices out)"
	expect "$name/links" '' "$(links out | grep 'no link')"
	"$armeld" restore -q out/w.a
	expect "$name/restore" '' "$(diff -r fat out 2>&1)"
}

together arm64 x86_64 fat $(cd arm64 && ls)
asked=$#
for way in $all_ways; do
	# shellcheck disable=SC2046 # words
	set -- $(options_of $way)
	ways $way "$@"
done
if [ $asked -eq 0 ]; then # whose libraries are loaded whole
	before=$(links fat)
	cp fat/* out
	"$armeld" meld -q -o out/w.a out/lib*.a
	expect 'plain/same symbols' "$before" "$(links out)"
fi

# A library with one slice takes part for its machine; a slice that is one object stays what it is.
first=$(cd fat && ls | head -n 1)
second=$(cd fat && ls | head -n 2 | tail -n 1)
rm -f x86_64/"$first"
cp arm64/"$first" fat
ways 'one machine'
printf 'int alone(void) { return 7; }\n' >alone.c
clang-19 --target=arm64-apple-macos11 -c alone.c -o alone.o
llvm-lipo-19 -create alone.o x86_64/"$second" -output fat/"$second"
rm -f arm64/"$second"
rm -rf thin out && mkdir thin thin/x86_64 thin/arm64 out
"$armeld" meld -q --no-sidecar -d thin/x86_64 -o thin/x86_64/w.a x86_64
cp fat/* out
"$armeld" meld -q -o out/w.a out/lib*.a
llvm-lipo-19 -thin arm64 out/"$second" -output slice.o
expect 'object/stays' '' "$(cmp slice.o alone.o 2>&1)"
llvm-lipo-19 -thin x86_64 out/"$second" -output slice.a
expect 'object/other slice' '' "$(cmp slice.a thin/x86_64/"$second" 2>&1)"
expect 'object/verify' 0 "$("$armeld" verify -q out/w.a >log 2>&1 && echo 0 || cat log)"
"$armeld" restore -q out/w.a
expect 'object/restore' '' "$(diff -r fat out 2>&1)"
# So it is if all its slices are objects; a package has it, too.
rm -rf objects && mkdir objects && cp fat/* objects
clang-19 --target=x86_64-apple-macos11 -c alone.c -o alone-x86_64.o
llvm-lipo-19 -create alone.o alone-x86_64.o -output objects/libobjects.a
tar -cf objects.tar -C objects .
cp objects/libobjects.a .
for way in "-d beside -o beside/w.a objects" "-d packed -o packed/w.a objects.tar" "-o objects/w.a objects"; do
	# shellcheck disable=SC2086 # words
	expect "objects/$way" 0 "$("$armeld" -q $way 2>&1; echo $?)"
done
for folder in beside packed objects; do
	expect "objects/$folder/stays" '' "$(cmp libobjects.a $folder/libobjects.a 2>&1)"
	expect "objects/$folder/verify" 0 "$("$armeld" verify -q $folder/w.a 2>&1; echo $?)"
done

# Where all slices for a machine are objects, the workspace has a slice for it with nothing in it: linkers
# that are given none say so, and with -fatal_warnings they stop.
mkdir -p mono/o ios/o
for place in mono:macos11 ios:ios14-simulator; do
	folder=${place%%:*}
	for n in a b; do
		printf 'int shared(void); int %s_run(void) { return shared(); }\n' $n >$n.c
		printf 'int shared(void) { return 1; }\n' >shared.c
		for source in $n shared; do
			clang-19 --target=arm64-apple-${place#*:} -O1 -fno-ident -c $source.c -o $source.o
			clang-19 --target=x86_64-apple-${place#*:} -O1 -fno-ident -c $source.c -o $source-x86_64.o
		done
		rm -f $folder/$n.a
		llvm-ar-19 --format=darwin rcsD $folder/$n.a $n.o shared.o
		llvm-lipo-19 -create $folder/$n.a $n-x86_64.o -output $folder/o/lib$n.a
		llvm-lipo-19 -create $n.o $n-x86_64.o -output $folder/o/objects-$n.a
	done
done
cp -r mono/o mono/m
"$armeld" -q -o mono/m/w.a mono/m/lib?.a
mono() {
	arch=$1
	shift
	ld64.lld-19 -dylib -fatal_warnings -undefined dynamic_lookup -arch "$arch" -platform_version macos 12 12 "$@" 2>&1
}
for flags in '' -ObjC; do
	for arch in arm64 x86_64; do
		# shellcheck disable=SC2086 # no word, or one
		expect "mono/$arch $flags" "$(mono $arch $flags mono/o/liba.a mono/o/libb.a -o mono/before && llvm-nm-19 -gj mono/before)" \
			"$(mono $arch $flags mono/m/liba.a mono/m/libb.a mono/m/w.a -o mono/after && llvm-nm-19 -gj mono/after)"
	done
done
expect 'mono/-all_load' '' "$(mono x86_64 -all_load mono/m/liba.a mono/m/libb.a mono/m/w.a -o mono/after)"
expect 'mono/slices' 'x86_64 arm64' "$(llvm-lipo-19 -archs mono/m/w.a | xargs)"
expect 'mono/verify' 0 "$("$armeld" verify -q mono/m/w.a; echo $?)"
expect 'mono/against' 0 "$("$armeld" verify -q --against mono/o/lib?.a -- mono/m/lib?.a mono/m/w.a; echo $?)"
before=$(cat mono/m/*.a | cksum)
"$armeld" -q -o mono/m/w.a mono/m/lib?.a
expect 'mono/again' "$before" "$(cat mono/m/*.a | cksum)"
# equal slices that are objects do not move
for n in a b; do llvm-lipo-19 -create mono/$n.a shared-x86_64.o -output mono/lib$n.a; done
expect 'mono/explain' 0 "$("$armeld" explain --machine x86_64 mono/lib?.a | grep -c moves)"
expect 'mono/reason' 1 "$("$armeld" inspect --by reason mono/lib?.a | grep -c 'its slice is an object')"
# an archive for the machine takes the place of the object
"$armeld" restore -q mono/m/w.a
expect 'mono/restore' '' "$(diff -r mono/o mono/m 2>&1)"
# of a platform, all may be objects
mkdir all
cp mono/o/lib?.a all
for n in a b; do cp ios/o/objects-$n.a all; done
"$armeld" --workspaces=auto -o all/w.a all/lib?.a all/objects-?.a >log
expect 'mono/platforms' 'x86_64 arm64' "$(llvm-lipo-19 -archs all/w-2.a | xargs)"
expect 'mono/platforms, said' 1 "$(grep -c 'w-2.a is for .*objects-a.a and 1 other: iOS simulator' log)"
expect 'mono/platforms/verify' 0 "$("$armeld" verify -q all/w.a; echo $?)"
expect 'mono/only objects' 1 "$("$armeld" inspect mono/o/objects-?.a | grep -c 'only archives are melded')"

# lipo takes a workspace with nothing in it, and libraries of which all members moved.
rm -rf bare && mkdir bare && cd bare
printf 'int only(void) { return 1; }\n' >only.c
for machine in arm64 x86_64; do
	clang-19 --target=$machine-apple-macos11 -c only.c -o only.o
	for n in a b c; do
		llvm-ar-19 --format=darwin rcsD $machine-$n.a only.o
	done
	"$armeld" meld -q -o $machine-none.a $machine-a.a
	"$armeld" meld -q -o $machine-w.a $machine-[bc].a
done
for n in none w b c; do
	llvm-lipo-19 -create arm64-$n.a x86_64-$n.a -output $n.a >log 2>&1 && llvm-lipo-19 -archs $n.a >log 2>&1
	expect "empty/lipo takes $n.a" 'x86_64 arm64' "$(sed 's/ *$//' log)"
	for machine in arm64 x86_64; do
		expect "empty/$n.a links whole for $machine" '' "$(ld64.lld-19 -arch $machine -platform_version macos \
			11.0 11.0 -dylib -all_load $n.a -o image 2>&1)"
	done
done
# Of machines whose code armeld does not write, too.
for machine in armv7k-apple-watchos4 arm64_32-apple-watchos6 i386-apple-macos10.9; do
	clang-19 --target=$machine -c only.c -o only.o
	llvm-ar-19 --format=darwin rcsD only-a.a only.o
	cp only-a.a only-b.a
	"$armeld" meld -q -o only-w.a only-[ab].a
	expect "empty/lipo takes ${machine%%-*}" "${machine%%-*}" \
		"$(llvm-lipo-19 -create only-a.a arm64-none.a -output image && llvm-lipo-19 -archs image | sed 's/ *arm64 *$//')"
	rm only-*
done
# What is not proven is said once for all machines; of some, with their names.
for n in x y; do
	for machine in arm64 x86_64; do
		printf 'int twice(void) { return %s; } int own_%s(void) { return twice(); }\n' $(($(printf %d "'$n") - 96)) $n >twice.c
		clang-19 --target=$machine-apple-macos11 -c twice.c -o twice.o
		llvm-ar-19 --format=darwin rcsD $machine-$n.a twice.o
	done
	llvm-lipo-19 -create arm64-$n.a x86_64-$n.a -output $n.a
done
unproven() {
	"$armeld" -n -v -o new.a "$@" | sed -n 's/: the originals define _twice twice$//p' | sed 's/^ *//'
}
expect 'unproven/all machines' 'x.a with y.a
all libraries together' "$(unproven x.a y.a)"
expect 'unproven/one machine' 'x.a[arm64] with arm64-y.a
arm64: all libraries together' "$(unproven x.a arm64-y.a)"
# Where one machine cannot be shrunk, verify knows it: here for a local symbol outside of its section.
printf 'static int counter; int shared(int x) { counter += x; return counter; }\n' >shared.c
for n in a b; do
	printf 'int shared(int); int own_%s(int x) { return shared(x); }\n' $n >own.c
	for machine in arm64 x86_64; do
		for source in own shared; do clang-19 --target=$machine-apple-macos11 -g -O1 -c $source.c -o $source.o; done
		[ $n$machine != aarm64 ] || python3 - <<-'E'
			import struct
			data = bytearray(open("shared.o", "rb").read())
			at = 32
			while struct.unpack_from("<I", data, at)[0] != 2:  # LC_SYMTAB
			    at += struct.unpack_from("<I", data, at + 4)[0]
			symbols, count, strings = struct.unpack_from("<III", data, at + 8)
			for at in range(symbols, symbols + 16 * count, 16):
			    name = strings + struct.unpack_from("<I", data, at)[0]
			    if data[name:name + 9] == b"_counter\0":
			        data[at + 12] = 1
			open("shared.o", "wb").write(data)
		E
		llvm-ar-19 --format=darwin rcsD $machine-$n.a own.o shared.o
	done
	llvm-lipo-19 -create arm64-$n.a x86_64-$n.a -output lib$n.a
done
"$armeld" -q -d odd -o odd/w.a --prelink --strip=debug liba.a libb.a 2>log
expect 'odd/said' 'arm64: ' "$(sed -n 's/.*warning: \(arm64: \)the set is not prelinked.*/\1/p' log)"
expect 'odd/verify' 0 "$("$armeld" verify -q odd/w.a 2>&1; echo $?)"
# Platforms are melded apart if that is asked for: plain archives also by machine, universal ones by platform.
cd ..
rm -rf apart && mkdir apart apart/thin apart/fat && cd apart
platforms='ios:arm64-apple-ios14 ios:x86_64-apple-ios14-simulator sim:arm64-apple-ios14-simulator
	sim:x86_64-apple-ios13-simulator mac:arm64-apple-macos11 mac:x86_64-apple-macos11'
printf 'int counter; int shared(void) { return ++counter; }\n' >shared.c
for n in a b; do
	printf 'int shared(void); int own_%s(void) { return shared() + %s; }\n' $n ${#n} >own.c
	for platform in $platforms; do
		for source in own shared; do
			clang-19 --target="${platform#*:}" -O1 -fno-ident -c $source.c -o $source.o
		done
		llvm-ar-19 --format=darwin rcsD thin/"$n-${platform%:*}-${platform#*:}.a" own.o shared.o
	done
	# device and simulator in one file, as before there was arm64 for both
	for platform in ios sim mac; do
		llvm-lipo-19 -create thin/$n-$platform-*.a -output fat/$n-$platform.a
	done
done
# of a folder's workspaces: a platform and the objects of each
contents() {
	for file in "$1"/w*.a; do
		echo "$(llvm-objdump-19 -m --private-headers --arch=all "$file" | sed -n 's/^ *platform //p' | sort -u | tr '\n' ' ')"
	done | sort | tr '\n' '|'
}
# against FOLDER - what verify finds in it, compared with the originals: 0, nothing
against() {
	shrunk=
	[ $way = plain ] || shrunk=--shrunk
	"$armeld" verify $shrunk --against $kind/[ab]-*.a -- "$1"/[ab]-*.a "$1/w.a" >log 2>&1 && echo 0 || cat log
}
for kind in thin fat; do
	rm -rf out again && cp -R $kind out
	"$armeld" -q -o out/w.a out/?-*.a >log 2>&1 || true
	expect "apart/$kind/refused" 1 "$(grep -c 'different kinds.*; --workspaces=auto melds them apart$' log)"
	expect "apart/$kind/nothing changed" '' "$(diff -r $kind out)"
	for way in $all_ways; do
		# shellcheck disable=SC2046 # words
		set -- $(options_of $way)
		rm -rf out again && cp -R $kind out
		"$armeld" -q "$@" --workspaces=auto -o out/w.a out/?-*.a
		case $kind in
		thin) expect "apart/$kind/$way/workspaces" 'ios |iossimulator |iossimulator |macos |macos |' "$(contents out)" ;;
		fat) expect "apart/$kind/$way/workspaces" 'ios iossimulator |iossimulator |macos |' "$(contents out)" ;;
		esac
		expect "apart/$kind/$way/verify" 0 "$("$armeld" verify -q out/w.a >log 2>&1 && echo 0 || cat log)"
		expect "apart/$kind/$way/against" 0 "$(against out)"
		cp -R out again
		rm again/w.a.armeld
		expect "apart/$kind/$way/against without a sidecar" 0 "$(against again)"
		last=$(ls again/w-*.a | tail -n 1)
		mv $last aside.a
		expect "apart/$kind/$way/against a workspace less" 1 "$(against again | grep -c 'not everything links as with the originals' || true)"
		mv aside.a $last
		"$armeld" -q "$@" --workspaces=auto -o out/w.a out/b-*.a out/a-*.a
		expect "apart/$kind/$way/verify in another order" 0 "$("$armeld" verify -q out/w.a >log 2>&1 && echo 0 || cat log)"
		for file in out/w*.a; do
			expect "apart/$kind/$way/platform of ${file##*/}" "$(contents again)" "$(contents out)"
		done
		"$armeld" restore -q out/w.a
		expect "apart/$kind/$way/restore" '' "$(diff -r $kind out 2>&1)"
	done
done
# A shared library is for one platform: the commands that the refusal names make it.
rm -rf out shared && cp -R thin out
"$armeld" -q --workspaces=auto -o out/w.a out/?-*.a
"$armeld" share -d shared out/w.a >log 2>&1 || true
advised=$(sed 's/^[^"]*"//; s/"[^"]*$//; s/"[^"]*"/ \&\& /g; s/DIR/shared\/melded/g; s/OUT/shared/; s/armeld /"$armeld" /g' log)
expect 'apart/shared as advised' 0 "$(eval "$advised" >log 2>&1 && echo 0 || cat log)"
expect 'apart/shared as advised/files' 1 "$(find shared/w-objects.a | wc -l)"
expect 'apart/shared as advised/originals' '' "$(diff -r thin out 2>&1)"
# A platform is given up: its workspace goes, unless a library on the disk needs it.
gives_up() { # KIND GONE
	rm -rf out aside && cp -R $1 out
	"$armeld" -q --workspaces=auto -o out/w.a out/?-*.a
	before=$(find out -name 'w*.a' | wc -l)
	mkdir aside && mv out/?-$2*.a aside
	others=$(ls out/?-*.a)
	cp aside/a-$2*.a out
	"$armeld" -q --workspaces=auto -o out/w.a $others >log 2>&1 || true
	expect "apart/$1/without $2/melded one left" 1 "$(grep -c 'a-.* was melded into this workspace and needs it' log)"
	rm out/a-$2*.a
	for file in aside/a-$2*.a; do cp "$file" "out/copy-${file##*/}"; done
	"$armeld" -q --workspaces=auto -o out/w.a $others >log 2>&1 || true
	expect "apart/$1/without $2/copies left" 1 "$(grep -c 'copy-a-.* needs _shared of ' log)"
	expect "apart/$1/without $2/nothing changed" $before "$(find out -name 'w*.a' | wc -l)"
	rm out/copy-*
	"$armeld" -q --workspaces=auto -o out/w.a $others
	expect "apart/$1/without $2/workspaces" $((before - 1)) "$(find out -name 'w*.a' | wc -l)"
	expect "apart/$1/without $2/verify" 0 "$("$armeld" verify -q out/w.a >log 2>&1 && echo 0 || cat log)"
	"$armeld" restore -q out/w.a
	rm -rf again && cp -R $1 again && rm again/?-$2*.a
	expect "apart/$1/without $2/restore" '' "$(diff -r again out 2>&1)"
}
for gone in ios sim mac; do gives_up fat $gone; done
for gone in ios-arm64 sim-arm64 mac-arm64 mac-x86_64; do gives_up thin $gone; done
# Each links with its own.
rm -rf out && cp -R fat out && cp thin/*.a out
"$armeld" -q --workspaces=auto -o out/w.a out/?-*.a
for file in out/w*.a; do
	platform=$(llvm-objdump-19 -m --private-headers "$file" | sed -n 's/^ *platform //p' | head -n 1)
	machine=$(llvm-lipo-19 -archs "$file" | tr -d ' ')
	case $platform in
	ios) name=ios version=ios ;;
	iossimulator) name=*-simulator version=ios-simulator ;;
	macos) name=mac version=macos ;;
	esac
	for library in out/a-*$machine*.a; do
		case $library in out/a-*$name*) ;; *) continue ;; esac
		case $name-$library in ios-*simulator*) continue ;; esac
		expect "apart/${library##*/} links with ${file##*/}" '_own_a _shared' "$(ld64.lld-19 -arch "$machine" \
			-platform_version $version 14.0 14.0 -dylib -all_load "$library" "$file" -o image 2>&1 &&
			llvm-nm-19 -gU image | awk '$3 != "_counter" { print $3 }' | xargs)"
	done
done
[ $failed -eq 0 ]
