#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh [SET...] - a workspace as a shared library: linked by three linkers, with plugins that are
# shared libraries, loaded together and alone. What they do is compared with the same plugins with
# everything in them, and their size and the time that loading takes, too. Of a set with two
# workspaces, plugins of both are loaded into one program.
set -eu

cd "$(dirname "$0")/../.."
work=$PWD/build/share
armeld=$PWD/${ARMELD:-build/armeld}
mkdir -p "$work/bin"
. test/check.sh
test/need.sh share
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

# One flag in a .pc file, one given to share.
share() {
	"$armeld" -q -o "$dir/melded/libw.a" -d "$dir/melded" --strip=all --pc-dir "$dir/melded" \
		--libs '-lgcc_s -lutil -lrt -lpthread -lm' "$originals"/lib*.a &&
		cksum "$dir/melded"/* >"$dir/before" &&
		"$armeld" share --libs -ldl -d "$dir/shared" "$dir/melded/libw.a" &&
		cksum "$dir/melded"/* | diff "$dir/before" -
}

# The script knows all that is needed: LIBS is empty.
link_workspace() { # LINKER
	rm -f "$dir/shared/libw.so"
	LIBS='' CC="gcc -B$work/bin -fuse-ld=$1" sh "$dir/shared/link-libw.sh" && [ -s "$dir/shared/libw.so" ]
}

# The line of armeld(1).
link_plugins() { # LINKER
	flags=$(PKG_CONFIG_LIBDIR=$dir/shared pkg-config --libs w) || return 1
	for name in $names; do
		library=$dir/shared/lib$name
		gcc -B"$work/bin" -fuse-ld="$1" -Wl,-z,defs "-Wl,-rpath,$dir/shared" \
			-shared -o "$library.so" -Wl,--gc-sections "-Wl,--version-script=$library.map" \
			-Wl,--whole-archive "$library.a" -Wl,--no-whole-archive $flags || return 1
	done
}

# As in a cdylib of cargo's: what the plugin is called by.
plugins_export_theirs() {
	for name in $names; do
		nm -D --defined-only "$dir/shared/lib$name.so" | awk '{ print $NF }' >"$dir/exported"
		[ "$(cat "$dir/exported")" = "${name}_run" ] || { head "$dir/exported"; return 1; }
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
	nm -D --defined-only "$dir/shared/libw.so" | awk '$2 != "A" { sub(/@@LIBW$/, "", $NF); print $NF }' |
		LC_ALL=C sort -u >"$dir/exported"
	sed -n 's/^    "\(.*\)";$/\1/p' "$dir/shared/libw.map" | LC_ALL=C sort -u | diff - "$dir/exported"
}

alone_alike() {
	for name in $names; do
		"$dir/load" "$dir/bundled/lib$name.so" >"$dir/expected" 2>"$dir/said" &&
			timeout 300 "$dir/load" "$dir/shared/lib$name.so" 2>"$dir/said" | diff "$dir/expected" - || return 1
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
		timeout 300 "$dir/load" $(paths shared) 2>"$dir/said" | diff "$dir/expected" -
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

# ---- two workspaces in one program -----------------------------------------------------------

share_groups() {
	rm -rf "$dir" && mkdir -p "$dir" &&
		"$armeld" -q --workspaces=auto -o "$dir/libw.a" -d "$dir" fixtures/x86_64-linux-groups &&
		"$armeld" share -q -d "$dir/shared" "$dir/libw.a" &&
		cat >"$dir/call.c" <<-'END'
			#include <stdio.h>
			#define X(name) unsigned name##_run(unsigned);
			CALLS
			#undef X
			#define X(name) printf(#name " %u\n", name##_run(3));
			int main(void) { CALLS }
		END
}

# call PROGRAM NAMES FILE... - a program that calls the libraries of these names
call() {
	program=$1 calls=$(printf 'X(%s) ' $2)
	shift 2
	gcc -B"$work/bin" -fuse-ld="$linker" "-Wl,-rpath-link,$dir/shared" "-DCALLS=$calls" -o "$program" "$dir/call.c" "$@"
}

# Each plugin takes each symbol from the workspace that it was linked with, whichever is loaded first.
groups_apart() {
	rm -f "$dir"/shared/*.so
	for name in w w-2; do
		LIBS='' CC="gcc -B$work/bin -fuse-ld=$linker" sh "$dir/shared/link-lib$name.sh" || return 1
	done
	for name in a b d e; do
		case $name in a | b) of=w-2 ;; *) of=w ;; esac
		gcc -B"$work/bin" -fuse-ld="$linker" -shared -Wl,-z,defs -o "$dir/shared/lib$name.so" \
			"-Wl,--version-script=$dir/shared/lib$name.map" -Wl,--whole-archive "$dir/shared/lib$name.a" \
			-Wl,--no-whole-archive $(PKG_CONFIG_LIBDIR=$dir/shared pkg-config --libs $of) || return 1
	done
	so=$dir/shared
	call "$dir/ab" 'a b' fixtures/x86_64-linux-groups/liba.a fixtures/x86_64-linux-groups/libb.a &&
		call "$dir/de" 'd e' fixtures/x86_64-linux-groups/libd.a fixtures/x86_64-linux-groups/libe.a &&
		call "$dir/first" 'a b d e' "$so/liba.so" "$so/libb.so" "$so/libd.so" "$so/libe.so" &&
		call "$dir/last" 'a b d e' "$so/libe.so" "$so/libd.so" "$so/libb.so" "$so/liba.so" || return 1
	{ "$dir/ab" && "$dir/de"; } >"$dir/expected" || return 1
	for program in first last; do
		LD_LIBRARY_PATH=$so LD_DEBUG=bindings LD_BIND_NOW=1 "$dir/$program" >"$dir/printed" 2>"$dir/bindings" &&
			diff "$dir/expected" "$dir/printed" &&
			grep -q 'lib[ab]\.so .* to .*/libw-2\.so' "$dir/bindings" &&
			grep -q 'lib[de]\.so .* to .*/libw\.so' "$dir/bindings" || return 1
		! grep -e '/lib\(a\|b\|w-2\)\.so .* to .*/libw\.so' -e '/lib[dew]\.so .* to .*/libw-2\.so' \
			"$dir/bindings" || return 1
	done
}

# ---- Windows, under wine ---------------------------------------------------------------------

windows_tools() {
	test/need.sh share-windows &&
		test/corpus/make.sh "$set" release && rm -rf "$dir" && mkdir -p "$dir/melded" &&
		x86_64-w64-mingw32-gcc -O1 -o "$dir/load.exe" test/share/load_windows.c &&
		x86_64-w64-mingw32-gcc -O1 -shared test/link/prng.c -o "$dir/bcryptprimitives.dll" -ladvapi32
}

share_windows() { # WORKSPACE LIBRARY...
	workspace=$1
	shift
	"$armeld" -q -o "$dir/melded/$workspace" -d "$dir/melded" "$@" &&
		"$armeld" share -d "$dir/shared" "$dir/melded/$workspace" &&
		cp "$dir/load.exe" "$dir/bcryptprimitives.dll" "$dir/shared"
}

mingw_dlls() {
	cp "$(x86_64-w64-mingw32-gcc -print-file-name=libgcc_s_seh-1.dll)" "$dir/shared" || return 1
	sh "$dir/shared/link-libw.sh" || return 1
	for name in alpha beta delta gamma; do
		x86_64-w64-mingw32-gcc -shared -o "$dir/shared/$name.dll" "$dir/shared/lib$name.def" -Wl,-u,${name}_run \
			"$dir/shared/lib$name.a" -L"$dir/shared" -lw -lntdll -lws2_32 -luserenv || return 1
	done
}

msvc_dlls() {
	import=/usr/x86_64-w64-mingw32/lib
	target=x86_64-pc-windows-msvc
	printf 'int main(void) { return 0; }\n' >"$dir/nothing.c"
	clang-19 --target=$target -c "$dir/nothing.c" -o "$dir/nothing.o" &&
		clang-19 --target=$target -O1 -c test/link/msvc.c -o "$dir/msvc.o" || return 1
	printf 'LIBRARY vcruntime140.dll\nEXPORTS\n__CxxFrameHandler3\n_CxxThrowException\n' >"$dir/vcruntime140.def"
	llvm-dlltool-19 -m i386:x86-64 -d "$dir/vcruntime140.def" -l "$dir/vcruntime140.lib" || return 1
	system="$dir/nothing.o $dir/msvc.o $dir/vcruntime140.lib $import/libkernel32.a $import/libntdll.a
		$import/libws2_32.a $import/libuserenv.a $import/libmsvcrt.a"
	LD=lld-link-19 sh "$dir/shared/link-w.sh" -noentry $system || return 1
	for name in alpha beta delta gamma; do
		lld-link-19 -dll -noentry -out:"$dir/shared/$name.dll" -def:"$dir/shared/$name.def" \
			"$dir/shared/$name.lib" "$dir/shared/w.lib" $system || return 1
	done
}

# One copy of each static: gamma's number tells how many libraries have called before it. Nothing is
# piped: wine's server keeps a pipe open.
dlls_run() {
	expected='alpha 100620
beta 3678
delta 1042196
gamma 400940'
	(cd "$dir/shared" && WINEPREFIX=$work/wine WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml=' \
		timeout 300 /usr/lib/wine/wine64 ./load.exe alpha.dll beta.dll delta.dll gamma.dll \
		>"$dir/printed" 2>"$dir/said" </dev/null) || { cat "$dir/said"; return 1; }
	tr -d '\r' <"$dir/printed" >"$dir/actual"
	echo "$expected" | diff - "$dir/actual"
}

# Without the workspace's DLL nothing is loaded.
dll_is_missed() {
	for dll in "$dir"/shared/*w.dll; do
		mv "$dll" "$dll.away"
	done
	! dlls_run
	missed=$?
	for dll in "$dir"/shared/*w.dll.away; do
		mv "$dll" "${dll%.away}"
	done
	return $missed
}

test_windows() {
	dir=$work/$set
	check "$set: tools and corpus" windows_tools
	case $set in
	*-gnu)
		check "$set: share" share_windows libw.a build/corpus/"$set"-release/*.a
		check "$set: GNU ld: workspace and plugins" mingw_dlls
		;;
	*)
		check "$set: share" share_windows w.lib build/corpus/"$set"-release/*.lib
		check "$set: lld-link: workspace and plugins" msvc_dlls
		;;
	esac
	check "$set: together, under wine" dlls_run
	check "$set: a missing workspace" dll_is_missed
}

: >"$work/figures"
for set in ${*:-groups x86_64-unknown-linux-gnu real x86_64-pc-windows-gnu x86_64-pc-windows-msvc}; do
	case $set in
	*-windows-*)
		test_windows
		continue
		;;
	groups)
		dir=$work/groups
		check 'groups: share' share_groups
		for linker in bfd lld mold; do
			check "groups: $linker: each has its own workspace" groups_apart
		done
		continue
		;;
	esac
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
		check "$set: $linker: plugins export their own" plugins_export_theirs
	check "$set: $linker: plugins carry nothing of it" carries_nothing
		check "$set: $linker: alone" alone_alike
		check "$set: $linker: together" together_alike
	done
	check "$set: a missing workspace is named" missing_is_named
	check "$set: sizes" sizes
done
cat "$work/figures"
count_checks
