#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh - the lines for cerbero, run as cerbero would: recipe.py stands for cerbero, gst-plugins-rs.recipe for its
# recipe. Then the prefix is used, linked by pkg-config.
set -u

cd "$(dirname "$0")/../.." || exit 1
top=$PWD
work=$top/build/cerbero
test/need.sh cerbero || exit 1
[ -x build/armeld ] || {
	echo 'run.sh: build/armeld is not there: run make first' >&2
	exit 1
}
rm -rf "$work"
mkdir -p "$work/tools/bin"
ln -s "$top/build/armeld" "$work/tools/bin/armeld"
TOOLS=$work/tools
export TOOLS
. test/check.sh
plugins=lib/gstreamer-1.0

built() { # PLATFORM FIXTURES SUFFIX: what cargo-c made
	mkdir -p "$work/$1.built" || return 1
	for letter in a b c; do
		case $3 in
		.a) cp "fixtures/$2/lib$letter.a" "$work/$1.built/libgst$letter.a" ;;
		*) cp "fixtures/$2/$letter.lib" "$work/$1.built/gst$letter.lib" ;;
		esac || return 1
	done
}

installed() { # PLATFORM
	mkdir -p "$work/$1/lib" && echo other >"$work/$1/lib/libother.a" && # of another recipe
		python3 test/cerbero/recipe.py "$work/$1" "$1" "$work/$1.built" && find "$work/$1" -type f &&
		[ "$(cat "$work/$1/lib/libother.a")" = other ] && [ -z "$(find "$work/$1" -name '*.armeld' -o -name '*.bak' -o -name '*.txt')" ]
}

melded() { built linux x86_64-linux .a && installed linux; }

by_pkg_config() { # PREFIX
	flags=$(PKG_CONFIG_PATH=$1/lib/pkgconfig:$1/$plugins/pkgconfig pkg-config --static --libs gsta gstb gstc) &&
		echo "$flags" && cc -o "$work/program" fixtures/x86_64-linux/main.c $flags && "$work/program"
}

moved() { mv "$work/linux" "$work/elsewhere" && by_pkg_config "$work/elsewhere" && mv "$work/elsewhere" "$work/linux"; }

sums() { (cd "$work/linux" && find . -type f -exec md5sum {} + | sort -k2); }

again() { sums >"$work/first" && installed linux && sums | diff "$work/first" -; } # built again, into the same prefix

# MSVC's archives come as gsta.lib, and rustc names libraries that are inside them.
on_windows() {
	built windows x86_64-msvc .lib && installed windows || return 1
	cat "$work/windows/lib/pkgconfig/gstrsworkspace.pc" "$work/windows/$plugins/pkgconfig/gsta.pc"
	grep -qx 'Libs: -L${libdir} -lgstrsworkspace -lkernel32 -lws2_32 -lntdll -lsecur32 -lcrypt32 -lncrypt -luserenv' \
		"$work/windows/lib/pkgconfig/gstrsworkspace.pc" &&
		grep -qx 'Libs.private: -lkernel32 -lws2_32' "$work/windows/$plugins/pkgconfig/gsta.pc" &&
		grep -qx 'Requires: gstrsworkspace' "$work/windows/$plugins/pkgconfig/gsta.pc" &&
		! grep -rq FORCE "$work/windows/lib/pkgconfig" "$work/windows/$plugins/pkgconfig"
}

# Only the plugin's entry is global afterwards, and no .pc changes.
on_macos() {
	mkdir -p "$work/darwin.built" && for letter in a b c; do
		printf 'int shared_%s(void);\nint gst_plugin_%s_register(void) { return shared_%s(); }\n' $letter $letter $letter >"$work/$letter.c"
		printf 'int shared_%s(void) { return 1; }\n' $letter >"$work/shared_$letter.c"
		for name in $letter shared_$letter; do
			clang-19 --target=arm64-apple-macosx11 -c -o "$work/$name.o" "$work/$name.c" || return 1
		done
		llvm-ar-19 --format=darwin rcs "$work/darwin.built/libgst$letter.a" "$work/$letter.o" "$work/shared_$letter.o" || return 1
	done
	installed darwin || return 1
	for letter in a b c; do
		llvm-nm-19 -g --defined-only "$work/darwin/$plugins/libgst$letter.a" | awk 'NF == 3 { print $3 }' >"$work/names"
		[ "$(cat "$work/names")" = _gst_plugin_${letter}_register ] || { cat "$work/names"; return 1; }
	done
	! grep -rq unwind "$work/darwin/$plugins/pkgconfig"
}

# The recipe of armeld itself says nothing that is not so.
recipe_of_armeld() { python3 test/cerbero/recipe.py --recipe share/cerbero/armeld.recipe include/armeld.h; }

check 'plugins are melded' melded
check 'pkg-config: links and runs' by_pkg_config "$work/linux"
check 'the prefix was moved' moved
check 'again: nothing changes' again
check 'Windows: flavour, names, system libraries' on_windows
check 'macOS: prelinked' on_macos
check 'the recipe of armeld' recipe_of_armeld
count_checks
