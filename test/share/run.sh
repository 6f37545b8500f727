#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh [SET...] - a workspace as a shared library: linked by three linkers, with plugins that are
# shared libraries, loaded together and alone. What they do is compared with the same plugins with
# everything in them, and their size and the time that loading takes, too.
set -eu

cd "$(dirname "$0")/../.."
work=$PWD/build/share
armeld=$PWD/${ARMELD:-build/armeld}
mkdir -p "$work/bin"
. test/check.sh
test/need.sh gcc libc6-dev binutils lld-19 mold llvm-19
ln -sf /usr/bin/ld.lld-19 "$work/bin/ld.lld"

# plugin OUTPUT LIBRARY LINKER ARG... - one shared library of a static one
plugin() {
	output=$1 library=$2 with=$3
	shift 3
	gcc -B"$work/bin" -fuse-ld="$with" -shared -o "$output" -Wl,--gc-sections -Wl,-z,defs \
		"-Wl,--undefined=${name}_run" -Wl,--version-script="$dir/$name.map" "$library" "$@" -lgcc_s -lutil -lrt -lpthread -lm -ldl
}

prepare() {
	test/corpus/make.sh "$set" "$profile" &&
		rm -rf "$dir" && mkdir -p "$dir/bundled" "$dir/melded" &&
		gcc -O1 -o "$dir/load" test/share/load.c -ldl
}

bundle() {
	for name in $names; do
		printf '{ global: %s_run; local: *; };\n' "$name" >"$dir/$name.map"
		plugin "$dir/bundled/lib$name.so" "$originals/lib$name.a" lld || return 1
	done
}

share() {
	"$armeld" -q -o "$dir/melded/libw.a" -d "$dir/melded" --strip=all "$originals"/lib*.a &&
		cksum "$dir/melded"/* >"$dir/before" &&
		"$armeld" share -d "$dir/shared" "$dir/melded/libw.a" &&
		cksum "$dir/melded"/* | diff "$dir/before" -
}

link_workspace() { # LINKER
	rm -f "$dir/shared/libw.so"
	CC="gcc -B$work/bin -fuse-ld=$1" sh "$dir/shared/link-libw.sh" && [ -s "$dir/shared/libw.so" ]
}

link_plugins() { # LINKER
	for name in $names; do
		plugin "$dir/shared/lib$name.so" "$dir/shared/lib$name.a" "$1" -L"$dir/shared" -lw \
			"-Wl,-rpath,$dir/shared" || return 1
	done
}

# It depends on the workspace and has nothing of it.
carries_nothing() {
	for name in $names; do
		readelf -d "$dir/shared/lib$name.so" | grep -q 'NEEDED.*libw\.so' || return 1
		nm "$dir/shared/lib$name.so" | awk 'NF == 3 && $2 ~ /[TtDdBbRrVW]/ { print $3 }' | sort -u >"$dir/has"
		sed -n 's/^    "\(.*\)";$/\1/p' "$dir/shared/libw.map" | LC_ALL=C sort -u >"$dir/shares"
		LC_ALL=C sort -u "$dir/has" | LC_ALL=C comm -12 - "$dir/shares" >"$dir/both"
		[ ! -s "$dir/both" ] || { head -3 "$dir/both"; return 1; }
	done
}

# What is exported is what is listed, no more.
exports_the_list() {
	nm -D --defined-only "$dir/shared/libw.so" | awk '{ print $NF }' | LC_ALL=C sort -u >"$dir/exported"
	sed -n 's/^    "\(.*\)";$/\1/p' "$dir/shared/libw.map" | LC_ALL=C sort -u | diff - "$dir/exported"
}

alone_alike() {
	for name in $names; do
		"$dir/load" "$dir/bundled/lib$name.so" >"$dir/expected" 2>"$dir/said" &&
			timeout 60 "$dir/load" "$dir/shared/lib$name.so" 2>"$dir/said" | diff "$dir/expected" - || return 1
	done
}

paths() { # FOLDER
	for name in $names; do
		echo "$dir/$1/lib$name.so"
	done
}

# With one copy of each static, as in one program of the static libraries.
together_alike() {
	calls=$(printf 'X(%s) ' $names)
	gcc -O1 -fno-builtin -DPLUGINS="$calls" -o "$dir/static" test/link/main.c \
		$(for name in $names; do echo "$originals/lib$name.a"; done) -lgcc_s -lutil -lrt -lpthread -lm -ldl &&
		"$dir/static" >"$dir/expected" 2>"$dir/said" &&
		timeout 60 "$dir/load" $(paths shared) 2>"$dir/said" | diff "$dir/expected" -
}

missing_is_named() {
	mv "$dir/shared/libw.so" "$dir/shared/hidden.so"
	failed_link=0
	link_plugins lld >"$dir/out" 2>&1 && failed_link=1
	set -- $(paths shared)
	"$dir/load" "$1" >"$dir/loaded" 2>&1 && failed_link=1
	mv "$dir/shared/hidden.so" "$dir/shared/libw.so"
	cat "$dir/out" "$dir/loaded"
	[ $failed_link = 0 ] && grep -q 'lw' "$dir/out" && grep -q 'libw\.so' "$dir/loaded"
}

sizes() {
	strip "$dir"/bundled/*.so "$dir"/shared/*.so
	before=$(cat "$dir"/bundled/*.so | wc -c)
	after=$(cat "$dir"/shared/*.so | wc -c)
	echo "$set: bundled $before bytes, shared $after" | tee -a "$work/figures"
	for i in 1 2 3 4 5; do
		a=$("$dir/load" -c $(paths bundled) 2>&1)
		b=$("$dir/load" -c $(paths shared) 2>&1)
		echo "$set: loading all: bundled $a us, shared $b us" | tee -a "$work/figures"
	done
	[ "$after" -lt "$before" ]
}

: >"$work/figures"
for set in ${*:-x86_64-unknown-linux-gnu real}; do
	profile=release
	dir=$work/$set
	originals=$PWD/build/corpus/$set-$profile
	check "$set: corpus" prepare
	names=$(ls "$originals" | sed -n 's/^lib\(.*\)\.a$/\1/p')
	check "$set: bundled plugins" bundle
	check "$set: share" share
	for linker in bfd lld mold; do
		check "$set: $linker: workspace" link_workspace $linker
		check "$set: $linker: exports what is listed" exports_the_list
		check "$set: $linker: plugins" link_plugins $linker
		check "$set: $linker: plugins carry nothing of it" carries_nothing
		check "$set: $linker: alone" alone_alike
		check "$set: $linker: together" together_alike
	done
	check "$set: a missing workspace is named" missing_is_named
	check "$set: sizes" sizes
done
cat "$work/figures"
count_checks
