#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh [--sample] - what `make dist` makes: twice the same bytes; each program that can run here melds a set
# as build/armeld does, under qemu and wine where it must; each wheel that can run is installed in a fresh
# virtual environment, from the file alone; the programs for macOS have the structure and a signature
# that macOS asks for; the source builds.
#
# With --sample, the program for x86_64 Linux only.
set -u

cd "$(dirname "$0")/../.." || exit 1
top=$PWD
work=$top/build/dist/test
targets='linux-x86_64 linux-aarch64 windows-x86_64 windows-arm64 macos-universal'
groups='dist dist-run'
if [ "${1-}" = --sample ]; then
	targets=linux-x86_64 groups=dist
	echo 'sampled: the program and the wheel for x86_64 Linux: make nightly makes and tries those for other systems'
fi
test/need.sh $groups || exit 1
. test/check.sh
[ -x build/armeld ] || {
	echo 'run.sh: build/armeld is not there: run make first' >&2
	exit 1
}
version=$(sed -n 's/^VERSION = //p' Makefile)
rm -rf "$work" && mkdir -p "$work"

has() { # TARGET
	case " $targets " in *" $1 "*) ;; *) return 1 ;; esac
}

made() {
	share/dist/dist.sh "$version" $targets
}

# armeld's own objects are compiled again; the libraries beside it are not.
same_again() {
	rm -rf "$work/first" && mkdir -p "$work/first" && find build/dist -maxdepth 1 -type f -exec cp {} "$work/first" \; &&
		rm -rf build/dist/work/*/build && sleep 1 && made && find build/dist -maxdepth 1 -type f | sort >"$work/names" &&
		[ "$(wc -l <"$work/names")" = "$(find "$work/first" -type f | wc -l)" ] &&
		while read -r name; do cmp "$name" "$work/first/${name##*/}" || return 1; done <"$work/names"
}

sums_hold() (
	cd build/dist && sha256sum -c SHA256SUMS && [ "$(wc -l <SHA256SUMS)" = "$(find . -maxdepth 1 -type f ! -name SHA256SUMS | wc -l)" ]
)

# Nothing in them tells where they were built.
no_paths() {
	! grep -rlF "$top" build/dist/work/*/armeld build/dist/work/*/armeld.exe 2>/dev/null
}

source_builds() {
	rm -rf "$work/source" && mkdir "$work/source" && tar -xzf "build/dist/armeld-$version.tar.gz" -C "$work/source" &&
		(cd "$work/source/armeld-$version" && make -j"$(nproc)" CFLAGS=-O0 build/armeld && build/armeld --version | grep -F "$version") &&
		git ls-files | sort >"$work/listed" && (cd "$work/source/armeld-$version" && find . -path ./build -prune -o -type f -print -o -type l -print) |
		sed 's|^\./||' | sort | cmp "$work/listed" -
}

unpacked() { # TARGET
	mkdir -p "$work/$1" && case $1 in
	windows-*) (cd "$work/$1" && /usr/bin/python3 -m zipfile -e "$top/build/dist/armeld-$version-$1.zip" .) ;;
	*) tar -xzf "build/dist/armeld-$version-$1.tar.gz" -C "$work/$1" ;;
	esac && [ -s "$work/$1/armeld-$version-$1/LICENSE" ] && [ -s "$work/$1/armeld-$version-$1/licenses/libarchive.txt" ]
}

is_static() { # TARGET
	! llvm-readelf-19 -l "$work/$1/armeld-$version-$1/armeld" | grep -E 'INTERP|DYNAMIC'
}

# Melded by the program as here, verified and restored.
melds() { # TARGET STARTER...
	program=$work/$1/armeld-$version-$1/armeld target=$1
	case $1 in windows-*) program=$program.exe ;; esac
	shift
	for set in x86_64-linux x86_64-msvc aarch64-apple; do
		rm -rf "$work/set" && mkdir -p "$work/set/here" "$work/set/there" && cp fixtures/$set/*.[al]* "$work/set/here" &&
			cp "$work"/set/here/* "$work/set/there" && (cd "$work/set/here" && "$top/build/armeld" -q -o w.a --prune ./*.[al]*) &&
			(cd "$work/set/there" && "$@" "$program" -q -o w.a --prune ./*.[al]* && "$@" "$program" verify w.a) &&
			diff -r "$work/set/here" "$work/set/there" && (cd "$work/set/there" && "$@" "$program" restore -q w.a) &&
			for file in fixtures/$set/*.[al]*; do cmp "$file" "$work/set/there/${file##*/}" || return 1; done || return 1
	done
	"$@" "$program" --version | grep -F "$version" && echo "$target: as here"
}

# From the file alone, into an environment that has nothing else.
wheel_works() {
	rm -rf "$work/venv" && /usr/bin/python3 -m venv "$work/venv" &&
		"$work/venv/bin/pip" install --no-index --no-deps --find-links build/dist armeld &&
		[ "$("$work/venv/bin/armeld" --version | head -n 1)" = "armeld $version" ] &&
		"$work/venv/bin/python" -m armeld --version | cmp - "$work/version" &&
		(cd "$work" && env -u ARMELD PATH=/usr/bin:/bin "$work/venv/bin/python" -I "$top/test/dist/module.py" "$top/fixtures/x86_64-linux")
}

# As build systems do that bring their own tools: a folder, and the program beside the module.
wheel_in_folder() {
	rm -rf "$work/folder" && "$work/venv/bin/pip" install --no-index --no-deps --find-links build/dist --target "$work/folder" armeld &&
		(cd "$work" && env -u ARMELD PATH=/usr/bin:/bin PYTHONPATH="$work/folder" /usr/bin/python3 "$top/test/dist/module.py" "$top/fixtures/x86_64-linux")
}

wheels_are_right() {
	/usr/bin/python3 test/dist/wheels.py build/dist/*.whl
}

# By dpkg, into a root of its own; no library is needed.
deb_works() { # MACHINE STARTER...
	package=build/dist/armeld_${version}_$1.deb root=$work/root
	shift
	rm -rf "$root" && mkdir -p "$root/var/lib/dpkg" && touch "$root/var/lib/dpkg/status" &&
		dpkg-deb --info "$package" && dpkg --root="$root" --force-not-root --force-architecture -i "$package" &&
		dpkg --root="$root" --verify armeld | sed 's/^/changed: /' >"$work/changed" && [ ! -s "$work/changed" ] &&
		"$@" "$root/usr/bin/armeld" --version | grep -F "$version" && [ -x "$root/usr/bin/cargo-meld" ] &&
		while read -r path; do [ -e "$root/$path" ] || [ -e "$root/$path.gz" ] || return 1; done <share/debian/armeld.install &&
		gzip -t "$root"/usr/share/man/man*/*.gz && lintian --fail-on error --suppress-tags statically-linked-binary,embedded-library "$package"
}

lists_what_is_inside() {
	/usr/bin/python3 test/dist/inside.py "build/dist/armeld-$version.spdx.json"
}

mac_program() {
	program=$work/macos-universal/armeld-$version-macos-universal/armeld
	[ "$(llvm-lipo-19 -archs "$program" | xargs)" = 'x86_64 arm64' ] && [ -x "$program" ] &&
		for machine in x86_64 arm64; do
			llvm-lipo-19 -thin $machine -output "$work/thin" "$program" && /usr/bin/python3 test/dist/signature.py "$work/thin" || {
				[ $machine = x86_64 ] && echo "$machine: not signed, as is allowed there" || return 1
			}
			llvm-objdump-19 --macho --dylibs-used "$work/thin" | grep -v -E ':$|/usr/lib/' && return 1
			llvm-objdump-19 --macho --private-headers "$work/thin" | grep -A 5 LC_BUILD_VERSION | grep -E 'minos 11' || return 1
		done
}

check 'made' made
[ $failed = 0 ] || exit 1
check 'twice the same bytes' same_again
check 'sums' sums_hold
check 'no path of the build' no_paths
check 'wheels' wheels_are_right
check 'what is inside' lists_what_is_inside
check 'the source builds' source_builds
for target in $targets; do
	check "$target: unpacked" unpacked "$target"
done
check 'linux-x86_64: static' is_static linux-x86_64
check 'linux-x86_64: melds' melds linux-x86_64 env -i
"$work/linux-x86_64/armeld-$version-linux-x86_64/armeld" --version >"$work/version"
check 'wheel: in a fresh environment' wheel_works
check 'wheel: in a folder' wheel_in_folder
check 'deb: amd64' deb_works amd64 env
if has linux-aarch64; then
	check 'deb: arm64' deb_works arm64 qemu-aarch64
	check 'linux-aarch64: static' is_static linux-aarch64
	check 'linux-aarch64: melds' melds linux-aarch64 qemu-aarch64
	WINEPREFIX=$work/wine WINEDEBUG=-all
	export WINEPREFIX WINEDEBUG
	check 'windows-x86_64: melds' melds windows-x86_64 /usr/lib/wine/wine64
	check 'macos: machines, libraries, signature' mac_program
	echo 'skipped: windows-arm64: built only: nothing here runs its programs'
	echo 'skipped: macos-universal: looked at only: nothing here runs its programs'
fi
count_checks
