#!/bin/sh
# SPDX-License-Identifier: MIT
# xcframework.sh - xcframeworks are melded platform by platform, into an xcframework of workspaces.
#
# Libraries for a device, its simulator (two machines) and macOS (two machines) are melded in every way of
# shrinking. Info.plist of the workspaces is read by Python's plistlib; ld64.lld links the libraries for each
# platform and machine before and after; they are verified, melded again, and restored bit for bit. Some lack
# a platform or a machine, or are static frameworks. Then: property lists as plistlib reads them.
set -eu

cd "$(dirname "$0")/../.." # so that no path has a space in it
armeld=$PWD/${ARMELD:-build/armeld}
root=$PWD
suite=xcframework
. test/link/expect.sh
work=build/link/xcframework
rm -rf $work
mkdir -p $work/originals $work/lists
cd $work

package() {
	python3 "$root/test/apple/package.py" "$@"
}

# compile TRIPLE FOLDER - four libraries that share two objects.
compile() {
	mkdir -p "$2"
	printf 'int counter; int shared(void) { return ++counter; }\n' >shared.c
	printf 'int shared(void); int twice(void) { return shared() + shared(); }\n' >twice.c
	for n in a b c d; do
		printf 'int twice(void); int %s_own = %d; int %s_run(void) { return twice() + %s_own; }\n' $n ${#n} $n $n >$n.c
		for source in $n shared twice; do
			clang-19 --target="$1" -O1 -fno-ident -c $source.c -o $source.o
		done
		llvm-ar-19 --format=darwin rcsD "$2/lib$n.a" $n.o shared.o twice.o
	done
}
compile arm64-apple-ios14 device
compile arm64-apple-ios14-simulator simulator-arm64
compile x86_64-apple-ios14-simulator simulator-x86_64
compile arm64-apple-macos11 macos-arm64
compile x86_64-apple-macos11 macos-x86_64

# put NAME IDENTIFIER FILE... - the library of an xcframework for a platform, of files for its machines.
put() {
	to=originals/$1.xcframework/$2
	mkdir -p "$to/Headers"
	echo "int $1_run(void);" >"$to/Headers/$1.h"
	echo "module $1 { header \"$1.h\" export * }" >"$to/Headers/module.modulemap"
	library=$to/lib$1.a
	shift 2
	if [ $# -eq 1 ]; then
		cp "$1" "$library"
	else
		llvm-lipo-19 -create "$@" -output "$library"
	fi
}

simulators='+ ios-arm64_x86_64-simulator ios simulator arm64 x86_64'
computers='+ macos-arm64_x86_64 macos - arm64 x86_64'
for n in a b; do
	put $n ios-arm64 device/lib$n.a
	put $n ios-arm64_x86_64-simulator simulator-arm64/lib$n.a simulator-x86_64/lib$n.a
	put $n macos-arm64_x86_64 macos-arm64/lib$n.a macos-x86_64/lib$n.a
done
# shellcheck disable=SC2086 # lists of words
{
	package make xml originals/a.xcframework ios-arm64 ios - arm64 $simulators $computers
	package make binary originals/b.xcframework ios-arm64 ios - arm64 $simulators $computers
	# without macOS, and with one machine's simulator, whose identifier is another one
	put c ios-arm64 device/libc.a
	put c ios-arm64-simulator simulator-arm64/libc.a
	package make xml originals/c.xcframework ios-arm64 ios - arm64 + ios-arm64-simulator ios simulator arm64
	# a static framework with versions, whose archive has no suffix
	put d macos-arm64_x86_64 macos-arm64/libd.a macos-x86_64/libd.a
	framework=originals/d.xcframework/macos-arm64_x86_64/d.framework
	mkdir -p $framework/Versions/A
	mv originals/d.xcframework/macos-arm64_x86_64/libd.a $framework/Versions/A/d
	printf '#!/bin/sh\n' >$framework/Versions/A/tool
	chmod 755 $framework/Versions/A/tool
	ln -s A $framework/Versions/Current
	ln -s Versions/Current/d $framework/d
	package make xml originals/d.xcframework macos-arm64_x86_64 macos - arm64 x86_64
}

# links FOLDER - what is in the programs for all platforms and machines: all libraries, with their workspaces.
links() {
	for platform in 'ios-arm64 arm64 ios' 'ios-arm64_x86_64-simulator arm64 ios-simulator' \
		'ios-arm64_x86_64-simulator x86_64 ios-simulator' 'macos-arm64_x86_64 arm64 macos' \
		'macos-arm64_x86_64 x86_64 macos'; do
		# shellcheck disable=SC2086 # a list of words
		set -- "$1" $platform
		workspace=$(ls "$1/W.xcframework/$2"/*.a 2>/dev/null || true)
		for library in "$1"/[a-d].xcframework/"${2%%-*}"*/lib?.a "$1"/[a-d].xcframework/"$2"/d.framework/d; do
			case $library in
			*simulator*) [ "$4" = ios-simulator ] || continue ;;
			*) [ "$4" != ios-simulator ] || continue ;;
			esac
			[ -e "$library" ] || continue
			case $library in
			*/ios-arm64-simulator/*) [ "$3" = arm64 ] || continue ;;
			esac
			# shellcheck disable=SC2086 # perhaps none
			ld64.lld-19 -arch "$3" -platform_version "$4" 14.0 14.0 -dylib -undefined dynamic_lookup \
				-force_load "$library" $workspace -o image 2>&1 || echo "no link: $library"
			echo "${library#"$1"/} $3 $(llvm-nm-19 -g image | awk '{ print $NF }' | sort | cksum)"
		done
	done
}

# against FOLDER - what verify finds in it, compared with the originals: 0, nothing
against() {
	shrunk=
	[ $way = plain ] || shrunk=--shrunk
	"$armeld" verify -q $shrunk --against originals/?.xcframework -- "$1"/[a-d].xcframework "$1/W.xcframework" \
		>log 2>&1 && echo 0 || cat log
}

before=$(links originals)
expect 'originals link' 14 "$(echo "$before" | grep -vc 'no link')"
for way in $all_ways; do
	# shellcheck disable=SC2046 # words
	set -- $(options_of $way)
	rm -rf out again
	cp -R originals out
	"$armeld" -n -q "$@" -o out/W.xcframework out/?.xcframework
	expect "$way/dry run" '' "$(diff -r originals out)"
	"$armeld" -q "$@" -o out/W.xcframework out/?.xcframework
	expect "$way/Info.plist" 'ios-arm64 libW.a ios - arm64
ios-arm64_x86_64-simulator libW.a ios simulator arm64 x86_64
macos-arm64_x86_64 libW.a macos - arm64 x86_64' "$(package show out/W.xcframework 2>&1)"
	if [ $way = plain ]; then
		expect "$way/same symbols" "$before" "$(links out)"
	else
		expect "$way/links" '' "$(links out | grep 'no link')"
	fi
	expect "$way/verify" 0 "$("$armeld" verify -q out/W.xcframework >log 2>&1 && echo 0 || cat log)"
	expect "$way/against" 0 "$(against out)"
	cp -R out again
	rm again/W.xcframework.armeld
	expect "$way/against without a sidecar" 0 "$(against again)"
	cp again/a.xcframework/ios-arm64/liba.a again/b.xcframework/ios-arm64/libb.a
	expect "$way/against another library" 1 "$(against again | grep -c '_b_run is undefined now')"
	rm -rf again
	cp -R out again
	"$armeld" -q "$@" -o again/W.xcframework again/* # with the sidecar, and what is written
	expect "$way/again" '' "$(diff -r out again)"
	"$armeld" restore -q out/W.xcframework
	expect "$way/restore" '' "$(diff -r originals out 2>&1)"
done

# The libraries for a platform are what they are when they are melded alone.
rm -rf out alone
cp -R originals out
mkdir alone
cp device/lib[abc].a alone
"$armeld" -q -o out/W.xcframework out/?.xcframework
"$armeld" -q -o alone/libW.a alone/lib[abc].a
for n in a b c W; do
	expect "alone/lib$n.a" '' "$(cmp alone/lib$n.a out/$n.xcframework/ios-arm64/lib$n.a 2>&1)"
done
# One is built again; then one comes without its libraries for a platform that only others have.
cp originals/a.xcframework/ios-arm64/liba.a out/a.xcframework/ios-arm64
"$armeld" -q -o out/W.xcframework out/?.xcframework
expect 'rebuilt/verify' 0 "$("$armeld" verify -q out/W.xcframework >log 2>&1 && echo 0 || cat log)"
expect 'rebuilt/links' "$before" "$(links out)"
mv out/W.xcframework out/V.xcframework
mv out/W.xcframework.armeld out/V.xcframework.armeld
expect 'renamed/verify' 0 "$("$armeld" verify -q out/V.xcframework >log 2>&1 && echo 0 || cat log)"
"$armeld" restore -q out/V.xcframework
expect 'renamed/restore' '' "$(diff -r originals out 2>&1)"

# Platforms go and come: the set is what it would be if it were melded afresh.
ios='ios-arm64 ios - arm64'
simulator=${simulators#+ } macos=${computers#+ }
# have FOLDER PLATFORM... - what a and b have from now on: what is new, as it was built
have() {
	in=$1 entries=
	shift
	for platform in ios simulator macos; do
		eval "entry=\$$platform"
		for n in a b; do
			folder=$n.xcframework/${entry%% *}
			case " $* " in
			*" $platform "*) [ -e "$in/$folder" ] || cp -R "originals/$folder" "$in/$folder" ;;
			*) rm -rf "${in:?}/$folder" ;;
			esac
		done
		case " $* " in *" $platform "*) entries="$entries${entries:+ + }$entry" ;; esac
	done
	for n in a b; do package make xml "$in/$n.xcframework" $entries; done
}
# afresh FOLDER PLATFORM... - originals
afresh() {
	rm -rf "$1" && mkdir "$1" && cp -R originals/[ab].xcframework "$1" && have "$@"
}
for earlier in 'ios simulator macos' 'ios macos' simulator; do
	for after in ios simulator macos 'ios simulator' 'simulator macos' 'ios simulator macos'; do
		afresh out $earlier
		"$armeld" -q -o out/W.xcframework out/[ab].xcframework
		have out $after
		"$armeld" -q -o out/W.xcframework out/[ab].xcframework
		afresh again $after
		cp -R again alone-again
		"$armeld" -q -o again/W.xcframework again/[ab].xcframework
		expect "$earlier, then $after" '' "$(diff -r again out 2>&1)"
		"$armeld" restore -q out/W.xcframework
		expect "$earlier, then $after/restore" '' "$(diff -r alone-again out 2>&1)"
		rm -rf alone-again
	done
done
# Its library is on the disk still: the command that the refusal names makes it one of no set.
afresh out ios simulator macos
"$armeld" -q -o out/W.xcframework out/[ab].xcframework
for n in a b; do package make xml out/$n.xcframework $ios; done
"$armeld" -q -o out/W.xcframework out/[ab].xcframework >log 2>&1 || true
advised=$(sed 's/^[^"]*"//; s/".*//; s/armeld /"$armeld" /' log)
expect 'gone from Info.plist only' 0 "$(eval "$advised" >log 2>&1 && echo 0 || cat log)"
"$armeld" -q -o out/W.xcframework out/[ab].xcframework
expect 'gone from Info.plist only/verify' 0 "$("$armeld" verify -q out/W.xcframework >log 2>&1 && echo 0 || cat log)"

# A shared library is for one platform: the commands that the refusal names make it.
rm -rf out shared
cp -R originals out
"$armeld" -q -o out/W.xcframework out/?.xcframework
"$armeld" share -d shared out/W.xcframework >log 2>&1 || true
advised=$(sed 's/^[^"]*"//; s/"[^"]*$//; s/"[^"]*"/ \&\& /g; s/DIR/shared\/melded/g; s/OUT/shared/; s/armeld /"$armeld" /g' log)
expect 'shared as advised' 0 "$(eval "$advised" >log 2>&1 && echo 0 || cat log)"
expect 'shared as advised/files' 'liba.a libb.a libc.a' "$(cd shared && echo lib[abc].a)"
expect 'shared as advised/originals' '' "$(diff -r originals out 2>&1)"

# In another folder, all else is copied, with modes.
every() {
	(cd "$1" && find . -mindepth 1 -name '[VW].*' -prune -o -mindepth 1 -printf '%p %y %m %l\n' | sort)
}
chmod 750 originals/a.xcframework originals/d.xcframework
find originals/b.xcframework originals/d.xcframework -mindepth 1 -maxdepth 1 -type d -exec chmod 700 {} +
rm -rf out
"$armeld" -q -d out -o out/W.xcframework originals/?.xcframework
expect 'elsewhere/links' "$before" "$(links out)"
expect 'elsewhere/files' "$(every originals)" "$(every out)"
"$armeld" restore -q out/W.xcframework
expect 'elsewhere/restore' '' "$(diff -r originals out 2>&1)"

# Packages of them are unpacked into another folder, with links and modes.
python3 - <<'E'
import os, zipfile
with zipfile.ZipFile('all.zip', 'w', zipfile.ZIP_DEFLATED) as package:
    for folder, folders, files in os.walk('originals'):
        for path in (os.path.join(folder, name) for name in folders + files):
            is_folder = os.path.isdir(path) and not os.path.islink(path)
            entry = zipfile.ZipInfo(os.path.relpath(path, 'originals') + '/' * is_folder)
            entry.create_system, entry.external_attr = 3, os.lstat(path).st_mode << 16
            if os.path.islink(path):
                package.writestr(entry, os.readlink(path))
            elif is_folder:
                package.writestr(entry, '')
            elif os.path.isfile(path):
                package.write(path, entry.filename)
E
tar cJf two.tar.xz -C originals a.xcframework b.xcframework
tar cf third.tar -C originals c.xcframework
for packages in all.zip 'two.tar.xz third.tar originals/d.xcframework'; do
	rm -rf out again
	# shellcheck disable=SC2086 # a list of files
	"$armeld" -q -d out -o out/W.xcframework $packages
	expect "$packages/links" "$before" "$(links out)"
	expect "$packages/files" "$(every originals)" "$(every out)"
	expect "$packages/verify" 0 "$("$armeld" verify -q out/W.xcframework >log 2>&1 && echo 0 || cat log)"
	cp -R out again
	# shellcheck disable=SC2086 # a list of files
	"$armeld" -q -d out -o out/W.xcframework $packages
	expect "$packages/again" '' "$(diff -r out again)"
	"$armeld" restore -q out/W.xcframework
	expect "$packages/restore" '' "$(diff -r --no-dereference originals out 2>&1)"
done

# What plistlib writes, and what both make of lists that were changed.
# shellcheck disable=SC2046 # lists of words
cc -std=c17 -D_POSIX_C_SOURCE=200809L -I"$root/include" -I"$root/src" -I"$root/test" -o print_plist \
	"$root/test/apple/print_plist.c" "$root/test/apple/render.c" "${armeld%/*}/libarmeld-internal.a" \
	$(sed -n 's/^LIBS = //p' "$root/Makefile")
expect 'plistlib' 0 "$("$root/test/apple/plists.py" ./print_plist lists 500 "$(date +%Y%m%d)" >log 2>&1 && echo 0 || tail -n 3 log)"
[ $failed -eq 0 ]
