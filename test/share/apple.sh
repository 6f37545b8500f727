#!/bin/sh
# SPDX-License-Identifier: MIT
# apple.sh - Mach-O: what share writes, and the manual's line for plugins, linked as they stand by ld64.lld.
# A plugin imports from the shared library what the melded library lacks, and exports what that of the
# originals does. No Apple machine runs them.
set -eu

cd "$(dirname "$0")/../.."
armeld=$PWD/${ARMELD:-build/armeld}
work=$PWD/build/share-apple
rm -rf "$work"
mkdir -p "$work/bin" "$work/sdk/usr/lib"
. test/check.sh
test/need.sh share-apple
ln -s /usr/bin/ld64.lld-19 "$work/bin/ld64.lld"

# what plugins need of a system that is not here
cat >"$work/sdk/usr/lib/libSystem.tbd" <<'END'
--- !tapi-tbd
tbd-version:     4
targets:         [ arm64-macos, x86_64-macos, arm64-ios, arm64-ios-simulator ]
install-name:    '/usr/lib/libSystem.B.dylib'
exports:
  - targets:     [ arm64-macos, x86_64-macos, arm64-ios, arm64-ios-simulator ]
    symbols:     [ dyld_stub_binder, __tlv_bootstrap ]
...
END

# objects TARGET - liba.a and libb.a, which share code, constants, variables and thread-locals
objects() {
	mkdir -p "$dir/o"
	cat >"$dir/s.c" <<-'END'
		int state;
		static _Thread_local int own;
		const char *const words[] = {"one", "two"};
		int more(int by) { return state += by + own++; }
		int *place(void) { return &state; }
	END
	printf 'extern int state; int more(int); int twice(int n) { return more(n) + more(n) + state; }\n' >"$dir/t.c"
	for name in a b; do
		printf 'extern const char *const words[]; extern int state; int twice(int), more(int), *place(void);
			static int (*const table[])(int) = {twice, more};
			const char *%s_word(int n) { return words[n]; }
			int %s_run(int n) { return table[n & 1](n) + state + *place(); }\n' $name $name >"$dir/$name.c"
		for source in $name s t; do
			clang-19 --target="$1" -O1 -fPIC -c "$dir/$source.c" -o "$dir/$source.o" || return 1
		done
		llvm-ar-19 --format=darwin rcsD "$dir/o/lib$name.a" "$dir/$name.o" "$dir/s.o" "$dir/t.o" || return 1
	done
}

share() {
	"$armeld" -q -d "$dir/m" -o "$dir/m/libw.a" "$dir"/o/lib?.a && "$armeld" share -q -d "$dir/s" "$dir/m/libw.a"
}

link_script() {
	sh "$dir/s/link-libw.sh" && [ -s "$dir/s/libw.dylib" ]
}

# the line of armeld(1), in the folder with the files, and the same of the originals
# shellcheck disable=SC2046 # flags
plugins() {
	cd "$dir/s"
	for name in a b; do
		$CC -dynamiclib -o lib$name.dylib -Wl,-dead_strip -Wl,-exported_symbols_list,lib$name.exports \
			-Wl,-force_load,lib$name.a -Wl,-rpath,@loader_path $(PKG_CONFIG_PATH=. pkg-config --libs w) || return 1
		$CC -dynamiclib -o "$dir/lib$name.dylib" -Wl,-dead_strip -Wl,-exported_symbols_list,lib$name.exports \
			-Wl,-force_load,"$dir/o/lib$name.a" || return 1
	done
}

# exports are those of the originals; what is imported comes from the shared library, which exports it
alike() {
	llvm-nm-19 -gj --defined-only "$dir/s/libw.dylib" | sort >"$dir/shared"
	for name in a b; do
		llvm-nm-19 -gj --defined-only "$dir/lib$name.dylib" >"$dir/before"
		llvm-nm-19 -gj --defined-only "$dir/s/lib$name.dylib" | diff "$dir/before" - || return 1
		llvm-nm-19 -m -u "$dir/s/lib$name.dylib" | grep -v 'from libSystem' >"$dir/needs" || return 1
		! grep -v 'from libw)$' "$dir/needs" || return 1
		sed 's/.*external //; s/ (from.*//' "$dir/needs" | sort | comm -23 - "$dir/shared" | grep . && return 1
		llvm-otool-19 -L "$dir/s/lib$name.dylib" | grep -q '@rpath/libw.dylib' || return 1
		llvm-otool-19 -l "$dir/s/lib$name.dylib" | grep -q 'path @loader_path' || return 1
	done
	grep -q . "$dir/needs"
}

for target in arm64-apple-macos11 x86_64-apple-macos11 arm64-apple-macos13 arm64-apple-ios14 arm64-apple-ios14-simulator; do
	dir=$work/$target
	CC="clang-19 --target=$target -B$work/bin -fuse-ld=lld -isysroot $work/sdk"
	export CC
	check "$target: objects" objects $target
	check "$target: is shared" share
	check "$target: its script links" link_script
	check "$target: plugins link" plugins
	check "$target: they import and export as they should" alike
done
count_checks
