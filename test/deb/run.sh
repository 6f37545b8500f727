#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh [--sample] - Debian packages: built twice from what git tracks, once with their tests (with
# --sample without: they are those of `make check`), checked by lintian, installed, used and removed
# again. They are left in build/deb.
set -u

cd "$(dirname "$0")/../.." || exit 1
top=$PWD
work=$top/build/deb
packages='armeld libarmeld2 libarmeld-dev'

test/need.sh deb || exit 1
rm -rf "$work"
mkdir -p "$work"

. test/check.sh

build() { # FOLDER [PROFILE]
	tree=$work/$1/armeld
	mkdir -p "$tree" &&
		git ls-files -z | xargs -0 tar cf - | tar xf - -C "$tree" &&
		cp -r share/debian "$tree/debian" &&
		(cd "$tree" && DEB_BUILD_OPTIONS="parallel=$(nproc) ${2-}" dpkg-buildpackage -us -uc -b)
}

same_again() {
	for package in "$work"/first/*.deb; do
		cmp "$package" "$work/again/${package##*/}" || return 1
	done
}

hardened() {
	dpkg -x "$work"/first/armeld_*.deb "$work/root" &&
		readelf -d "$work/root/usr/bin/armeld" | grep -q BIND_NOW &&
		readelf -h "$work/root/usr/bin/armeld" | grep -q 'Type:.*DYN'
}

sudo=
[ "$(id -u)" = 0 ] || sudo=sudo

# What is there already is not ours to replace and remove.
none_installed() {
	for package in $packages; do
		! dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep '^install ok' || return 1
	done
}

installs() {
	none_installed || return 1
	files=
	for package in $packages; do
		files="$files $(echo "$work/first/$package"_*.deb)"
	done
	# shellcheck disable=SC2086 # a list of words
	$sudo dpkg -i $files
}

works() {
	cp -r fixtures/x86_64-linux "$work/set" &&
		(cd "$work/set" && /usr/bin/armeld -o w.a ./*.a && /usr/bin/armeld verify w.a) &&
		man -w armeld >/dev/null && man -w 3 armeld >/dev/null && man -w 5 armeld >/dev/null
}

links() {
	sed -n '/^.Sh EXAMPLES/,/^.Sh ERRORS/{/^.Bd/,/^.Ed/{/^[.]/d;s/\\e/\\/g;p;};}' man/armeld.3 >"$work/example.c"
	# shellcheck disable=SC2046 # a list of words
	cc -o "$work/example" "$work/example.c" $(pkg-config --cflags --libs armeld) &&
		cp -r fixtures/x86_64-linux "$work/again-set" && "$work/example" "$work/again-set/w.a" "$work/again-set"
}

removed() {
	# shellcheck disable=SC2086 # a list of words
	$sudo dpkg --purge $packages && ! [ -e /usr/bin/armeld ]
}

if [ "${1-}" = --sample ]; then
	echo "sampled: the packages are built without their tests, which are those of make check"
	check 'packages are built' build first nocheck
else
	check 'packages are built, with their tests' build first
fi
check 'the same again, byte for byte: build' build again nocheck
check 'the same again, byte for byte' same_again
check lintian lintian --fail-on error,warning --suppress-tags initial-upload-closes-no-bugs \
	--allow-root "$work"/first/*.changes
check hardening hardened
check install installs
check 'the program works' works
check 'the library links' links
check remove removed
count_checks
