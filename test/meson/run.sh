#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh - the Meson example: built and run, built again when nothing has changed, and when a library
# has.
set -u

cd "$(dirname "$0")/../.." || exit 1
top=$PWD
work=$top/build/meson
test/need.sh meson || exit 1
[ -x build/armeld ] || {
	echo 'run.sh: build/armeld is not there: run make first' >&2
	exit 1
}
rm -rf "$work"
mkdir -p "$work"
. test/check.sh
PATH=$top/build:$PATH

configure() {
	cp -r fixtures/x86_64-linux "$work/set" && cp -r share/meson "$work/source" &&
		meson setup "$work/build" "$work/source" -Dset="$work/set"
}

builds() { ninja -C "$work/build"; }
runs() { "$work/build/program" | grep -x 'a 1434, b 1345, c 1502'; }
melded() { armeld verify "$work/build/librust_workspace.a"; }
nothing_to_do() { builds | grep 'no work to do'; }

one_changed() {
	sleep 1
	cp fixtures/x86_64-linux-variant/libb.a "$work/set/libb.a"
	builds && melded && runs
}

check configure configure
check build builds
check 'the program runs' runs
check melded melded
check 'nothing to do' nothing_to_do
check 'one library changed' one_changed
count_checks
