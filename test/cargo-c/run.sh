#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh - the cargo-c example: installed, linked with what pkg-config prints, run; and again. Then Cargo
# workspaces, as cargo built them, as inputs.
set -u

cd "$(dirname "$0")/../.." || exit 1
top=$PWD
work=$top/build/cargo-c
test/need.sh cargo-c || exit 1
[ -x build/armeld ] || {
	echo 'run.sh: build/armeld is not there: run make first' >&2
	exit 1
}
rm -rf "$work"
mkdir -p "$work"
. test/check.sh
cp -r share/cargo-c "$work/example"

# Debian's own compiler, whatever the caller has.
installed() {
	env -i HOME="$work" PATH=/usr/bin:/bin CARGO_HOME="$work/cargo" RUSTC=/usr/bin/rustc ARMELD="$top/build/armeld" \
		"$work/example/install.sh" "$work/prefix"
}

linked() {
	flags=$(PKG_CONFIG_PATH=$work/prefix/lib/pkgconfig pkg-config --static --libs greet count) && echo "$flags" &&
		cc -o "$work/program" "$work/example/main.c" $flags && "$work/program" | grep -x '13 4'
}

undone() {
	build/armeld verify "$work/prefix/lib/librust_workspace.a" && build/armeld restore "$work/prefix/lib/librust_workspace.a" &&
		! grep -q rust_workspace "$work"/prefix/lib/pkgconfig/*.pc && [ ! -e "$work/prefix/lib/librust_workspace.a" ]
}

check "$(cargo-cbuild --version): installed and melded" installed
check 'linked and run' linked
check 'installed again' installed
check 'linked and run again' linked
check 'restored' undone

. test/cargo-c/workspaces.sh
count_checks
