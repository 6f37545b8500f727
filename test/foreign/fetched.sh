#!/bin/sh
# SPDX-License-Identifier: MIT
# fetched.sh [--sample | NAME...] - static libraries that nobody here built: those that Go modules, wheels
# and npm packages carry, for Linux, FreeBSD, macOS, iOS, tvOS and Windows; C++, Rust, and C by Microsoft's
# compiler.
#
# The file `downloads` beside this script lists them. Each library goes through every verb; libraries
# of one platform in one wheel, and two versions of one Rust library, become sets. After each, verify
# holds, the names that programs can see are those that they were, restore gives back every byte,
# and lld links what programs call: no other symbols are left undefined, none is defined twice.
# Programs that use the libraries are linked by the linkers at hand, with the originals and with what
# armeld wrote, run, and must say the same; so must a Go module's own tests. xcframeworks become sets.
#
# What is fetched stays in build/fetched. What cannot be fetched is a failure.
# --sample takes the wheels of Microsoft's compiler, which are few megabytes.
set -u
LC_ALL=C
export LC_ALL

cd "$(dirname "$0")/../.." || exit 1
names=$*
case ${1-} in
--sample) names=numpy-x86-msvc ;;
'') names=$(awk '!/^#/ && NF { print $2 }' test/foreign/downloads) ;;
esac
work=$PWD/build/foreign-fetched
kept=$PWD/build/fetched
rm -rf "$work" && mkdir -p "$work" "$kept" || exit 1
. test/check.sh
test/need.sh foreign-fetched || exit 1
armeld=$PWD/${B:-build}/armeld
[ -x "$armeld" ] || {
	echo 'fetched.sh: armeld is not built: run make first' >&2
	exit 1
}
: "${GOMODCACHE:=$kept/go}"
export GOMODCACHE
: >"$work/figures"

# ---- what is fetched -----------------------------------------------------------------------------

# Try three times; say what failed.
fetch() { # COMMAND...
	for try in 1 2 3; do
		"$@" >"$work/fetched" 2>&1 && return
		sleep "$try"
	done
	cat "$work/fetched"
	echo "cannot be fetched: $*"
	return 1
}

# Go's, or Debian's if there is none.
need_go() {
	command -v go >/dev/null || test/need.sh foreign-go
}

fetch_go() { # NAME MODULE VERSION SUM
	need_go && fetch go mod download -json "$2@$3" || return 1
	grep -q "\"Sum\": \"$4\"" "$work/fetched" || { cat "$work/fetched" && echo "another sum than $4"; return 1; }
	ln -sfn "$(sed -n 's/.*"Dir": "\(.*\)".*/\1/p' "$work/fetched")" "$kept/$1"
}

fetch_wheel() { # NAME PACKAGE VERSION PLATFORM SUM
	[ -x "$kept/python/bin/pip" ] || python3 -m venv "$kept/python" || return 1
	rm -rf "${kept:?}/$1" "$work/wheels" && echo "$2==$3 --hash=sha256:$5" >"$work/wheel.txt" || return 1
	fetch "$kept/python/bin/pip" download -q --no-deps --require-hashes --only-binary=:all: --python-version 3.11 \
		--platform "$4" -d "$work/wheels" -r "$work/wheel.txt" &&
		python3 -m zipfile -e "$work"/wheels/*.whl "$kept/$1"
}

# Of an npm package: its xcframeworks.
fetch_npm() { # NAME PACKAGE VERSION SUM
	command -v npm >/dev/null || test/need.sh foreign-npm || return 1
	rm -rf "${kept:?}/$1" "$work/npm" && mkdir -p "$kept/$1" "$work/npm" || return 1
	(cd "$work/npm" && fetch npm pack --silent "$2@$3") && echo "$4  $(ls "$work"/npm/*.tgz)" | sha256sum -c - || return 1
	tar xzf "$work"/npm/*.tgz -C "$kept/$1" --wildcards '*.xcframework/*' && rm -rf "$work/npm"
}

fetch_one() { # NAME
	# shellcheck disable=SC2046 # words
	set -- $(awk -v name="$1" '!/^#/ && $2 == name' test/foreign/downloads)
	[ $# -ge 5 ] || { echo "not in test/foreign/downloads"; return 1; }
	kind=$1
	shift
	"fetch_$kind" "$@"
}

# Archives that hold more than import stubs.
archives_of() { # NAME
	find -L "$kept/$1" -name '*.a' -o -name 'npy*.lib' | sort
}

# The machine and system that objects are for: elf, coff, arm64 or x86_64 of macOS.
kind_of() { # ARCHIVE
	case $(llvm-readobj-19 --file-headers "$1" 2>/dev/null | sed -n 's/^Format: *//p' | head -n 1) in
	elf*) echo elf ;;
	COFF-i386) echo coff-x86 ;;
	COFF*) echo coff ;;
	*arm64*) echo arm64 ;;
	*) echo x86_64 ;;
	esac
}

# ---- the judges ----------------------------------------------------------------------------------

exported() { # ARCHIVE...
	llvm-nm-19 -g --defined-only "$@" 2>/dev/null | awk 'NF == 3 { print $3 }' | sort -u
}

# What programs call.
roots() { # ARCHIVE...
	exported "$@" | grep -E '^_?(duckdb|wasm|wasmtime|wasi|npy|random)_'
}

platform='macos 11.0 11.0' # that Mach-O is linked for

# Link what programs call; print which symbols are undefined. Fails on duplicates.
linked() { # KIND ROOTS ARCHIVE...
	kind=$1 wanted=$2
	shift 2
	case $kind in
	elf)
		sed 's/^/-u /' "$wanted" >"$work/options"
		ld.lld-19 -o "$work/linked" -e 0 --gc-sections --no-demangle --warn-unresolved-symbols --error-limit=0 \
			"@$work/options" "$@" ;;
	coff*)
		sed 's/^/-include:/' "$wanted" >"$work/options"
		machine=x64
		[ "$kind" = coff ] || machine=x86
		lld-link-19 -dll -noentry -nodefaultlib -force:unresolved -opt:ref -errorlimit:0 -demangle:no -safeseh:no -lldmingw \
			-machine:$machine "-out:$work/linked" "@$work/options" "$@" ;;
	*)
		sed 's/^/-u /' "$wanted" >"$work/options"
		ld64.lld-19 -arch "$kind" -platform_version $platform -dylib -dead_strip -undefined dynamic_lookup \
			-exported_symbols_list "$wanted" -o "$work/linked" "@$work/options" "$@" ;;
	esac 2>"$work/linked.err" || { head -n 5 "$work/linked.err" >&2; return 1; }
	case $kind in
	elf | coff*) sed -n 's/.*undefined symbol: //p' "$work/linked.err" ;;
	*) llvm-nm-19 -u "$work/linked" | awk '{ print $NF }' ;;
	esac | sort -u
}

# Compare the links of originals and outputs.
same_link() { # KIND BEFORE... -- AFTER...
	kind=$1 before=
	shift
	while [ "$1" != -- ]; do before="$before $1" && shift; done
	shift
	# shellcheck disable=SC2086 # paths of this script, without blanks
	roots $before >"$work/roots" && [ -s "$work/roots" ] || { echo 'no root'; return 1; }
	# shellcheck disable=SC2086
	linked "$kind" "$work/roots" $before >"$work/undefined.before" || { echo 'the originals do not link'; return 1; }
	linked "$kind" "$work/roots" "$@" >"$work/undefined.after" || { echo 'the outputs do not link'; return 1; }
	case $kind in
	coff*) # linkers keep all that is in no COMDAT, which pruning removes
		comm -13 "$work/undefined.before" "$work/undefined.after" >"$work/undefined.more"
		[ ! -s "$work/undefined.more" ] || { echo 'undefined now:' && head "$work/undefined.more"; return 1; } ;;
	*) diff "$work/undefined.before" "$work/undefined.after" ;;
	esac
}

# ---- single libraries ----------------------------------------------------------------------------

one_verb() { # LIBRARY VERB...
	library=$1
	shift
	rm -f "$work/l.a" "$work/l.a.armeld"
	cp "$library" "$work/l.a" && chmod u+w "$work/l.a" || return 1
	"$armeld" "$@" -q "$work/l.a" || return 1
	echo "$library $(($(wc -c <"$library"))) $(($(wc -c <"$work/l.a"))) $*" >>"$work/figures"
	[ -e "$work/l.a.armeld" ] || { cmp "$library" "$work/l.a"; return; } # there was nothing to take out
	"$armeld" verify -q "$work/l.a" || return 1
	exported "$library" >"$work/before.txt"
	exported "$work/l.a" >"$work/after.txt"
	comm -13 "$work/before.txt" "$work/after.txt" >"$work/more.txt"
	[ ! -s "$work/more.txt" ] || { echo 'new names:' && head "$work/more.txt"; return 1; }
	roots "$library" | comm -23 - "$work/after.txt" >"$work/less.txt"
	[ ! -s "$work/less.txt" ] || { echo 'names that went:' && head "$work/less.txt"; return 1; }
	[ "$1" != strip ] || cmp "$work/before.txt" "$work/after.txt" || return 1
	same_link "$(kind_of "$library")" "$library" -- "$work/l.a" || return 1
	"$armeld" restore -q "$work/l.a" && cmp "$library" "$work/l.a"
}

each_verb() { # LIBRARY
	exports=
	case $1 in */libduckdb.a) exports='--export duckdb_* --export _duckdb_*' ;; esac
	set -f
	for verb in strip "prune $exports" "prelink $exports" "prelink --merge $exports" "hide --strip=all $exports"; do
		# shellcheck disable=SC2086 # words
		one_verb "$1" $verb || { set +f && echo "$verb"; return 1; }
	done
	set +f
}

# ---- sets ----------------------------------------------------------------------------------------

# Copy libraries under names of their own; they may all have the same.
copy_set() { # FOLDER LIBRARY...
	folder=$1 number=0
	shift
	rm -rf "$folder" && mkdir -p "$folder" || return 1
	for file; do
		number=$((number + 1))
		cp "$file" "$folder/l$number.a" && chmod u+w "$folder/l$number.a" || return 1
	done
}

each_way() { # LIBRARY...
	kind=$(kind_of "$1")
	copy_set "$work/set.before" "$@" || return 1
	for way in '' '--strip=all' '--prune' '--prelink' '--prelink --merge'; do
		copy_set "$work/set" "$@" || return 1
		# shellcheck disable=SC2086 # words
		"$armeld" -q -o "$work/set/w.a" $way "$work"/set/l*.a && "$armeld" verify -q "$work/set/w.a" ||
			{ echo "set: $way"; return 1; }
		cat "$work"/set/*.a | wc -c | sed "s|.*|$1 set & $way|" >>"$work/figures"
		for file in "$work"/set.before/l*.a; do # each alone: versions of one library are no program
			same_link "$kind" "$file" -- "$work/set/$(basename "$file")" "$work/set/w.a" || { echo "set: $way"; return 1; }
		done
		"$armeld" restore -q "$work/set/w.a" || return 1
		for file in "$work"/set.before/l*.a; do
			cmp "$file" "$work/set/$(basename "$file")" || return 1
		done
	done
}

# ---- xcframeworks --------------------------------------------------------------------------------

# The slice of a universal archive for a machine, or all of it. llvm-lipo 19 crashes on Rust's archives.
thin() { # ARCHIVE ARCH OUT
	python3 - "$@" <<-'P'
		import struct, sys
		data = open(sys.argv[1], 'rb').read()
		wanted = {'arm64': (0x100000c, 0), 'x86_64': (0x1000007, 3)}[sys.argv[2]]
		if data[:4] == b'\xca\xfe\xba\xbe':
		    for i in range(struct.unpack('>I', data[4:8])[0]):
		        machine, subtype, at, size, _ = struct.unpack('>5I', data[8 + 20 * i:28 + 20 * i])
		        if (machine, subtype & 0xffffff) == wanted:
		            data = data[at:at + size]
		            break
		open(sys.argv[3], 'wb').write(data)
	P
}

# What an Info.plist says of libraries, a line each: identifier and machines.
platforms_of() { # XCFRAMEWORK
	python3 - "$1/Info.plist" <<-'P'
		import plistlib, sys
		for library in plistlib.load(open(sys.argv[1], 'rb'))['AvailableLibraries']:
		    print(library['LibraryIdentifier'], *library['SupportedArchitectures'])
	P
}

# Every twentieth name that one library alone defines, of those that C programs and C++ call.
some_roots() { # ARCHIVE ARCHIVE...
	exported "$1" | grep -E '^_(_ZN|[a-z])' | grep -v '17h[0-9a-f]*E$' | awk 'NR % 20 == 1' >"$work/some"
	shift
	[ $# = 0 ] || { exported "$@" | comm -23 "$work/some" - >"$work/few" && mv "$work/few" "$work/some"; }
	cat "$work/some"
}

# Link every library for a platform and machine, alone and with its workspace. lld has no arm64e.
same_platform() { # IDENTIFIER ARCH
	case $1 in *simulator) variant=-simulator ;; *catalyst) variant=-catalyst ;; *) variant= ;; esac
	platform="${1%%-*}$variant 15.0 15.0"
	for file in "$work"/x.before/*.xcframework/"$1"/*.a; do
		after=$(echo "$file" | sed 's/x[.]before/x/')
		others=$(ls "$work"/x.before/*.xcframework/"$1"/*.a | grep -v -x -F "$file")
		thin "$file" "$2" "$work/thin.a" || return 1
		# shellcheck disable=SC2086 # paths of this script, without blanks
		some_roots "$work/thin.a" $others >"$work/roots"
		for lib in before:"$file" "after:$after $work/x/W.xcframework/$1/libW.a"; do
			# shellcheck disable=SC2086
			linked "$2" "$work/roots" ${lib#*:} >"$work/undefined.${lib%%:*}" && exported "$work/linked" >"$work/has.${lib%%:*}" ||
				{ echo "${lib%%:*} does not link"; return 1; }
		done
		echo "${file##*/}, $1, $2: $(wc -l <"$work/has.before") roots, $(wc -l <"$work/undefined.before") undefined"
		diff "$work/undefined.before" "$work/undefined.after" && diff "$work/has.before" "$work/has.after" || return 1
	done
}

each_platform() { # NAME WAY...
	name=$1
	shift
	rm -rf "$work/x.before" "$work/x" && mkdir "$work/x.before" || return 1
	find -L "$kept/$name" -name '*.a' | sed 's|\(.*[.]xcframework\)/.*|\1|' | sort -u >"$work/frameworks"
	while read -r framework; do cp -RL "$framework" "$work/x.before" || return 1; done <"$work/frameworks"
	cp -R "$work/x.before" "$work/x" && "$armeld" -q -o "$work/x/W.xcframework" "$@" "$work"/x/*.xcframework &&
		"$armeld" verify -q "$work/x/W.xcframework" || return 1
	platforms_of "$work/x/W.xcframework" >"$work/platforms" && cat "$work/platforms" || return 1
	du -sk --exclude='*.armeld' "$work/x" "$work/x.before" | awk -v way="$*" -v name="$name" '{ print name, $1, way }' >>"$work/figures"
	while read -r folder machines; do
		for arch in $machines; do
			case $arch in arm64e) continue ;; esac
			same_platform "$folder" "$arch" || { echo "$folder $arch $*"; return 1; }
		done
	done <"$work/platforms"
	"$armeld" restore -q "$work/x/W.xcframework" && diff -r "$work/x.before" "$work/x"
}

# ---- programs ------------------------------------------------------------------------------------

cat >"$work/duckdb.c" <<'C'
#include <duckdb.h>
#include <stdio.h>
int main(void) {
	duckdb_database database;
	duckdb_connection connection;
	duckdb_result result;
	const char *queries[] = {"select sum(i * i) from range(1000) t(i)", "select list_sort([3, 1, 2])::varchar",
	    "select strftime(date '2024-02-29', '%A')", "select regexp_replace('hello', 'l+', 'L')", "select cast('x' as int)",
	    "select count(*) from (select i % 7 k, avg(i) from range(100000) t(i) group by k having k > 2)"};
	if (duckdb_open(NULL, &database) || duckdb_connect(database, &connection)) return 1;
	for (unsigned i = 0; i < sizeof queries / sizeof *queries; i++) {
		if (duckdb_query(connection, queries[i], &result)) printf("error: %s\n", duckdb_result_error(&result));
		else printf("%s\n", duckdb_value_varchar(&result, 0, 0));
	}
	return 0;
}
C
cat >"$work/wasmtime.c" <<'C'
#include <stdio.h>
#include <string.h>
#include <wasm.h>
#include <wasmtime.h>
int main(void) {
	static const char text[] = "(module (func (export \"f\") (param i32) (result i32) local.get 0 i32.const 0 i32.eq"
	    " if (result i32) unreachable else local.get 0 local.get 0 i32.mul end))";
	wasm_engine_t *engine = wasm_engine_new();
	wasmtime_store_t *store = wasmtime_store_new(engine, NULL, NULL);
	wasmtime_context_t *context = wasmtime_store_context(store);
	wasm_byte_vec_t wasm;
	wasmtime_module_t *module;
	wasmtime_instance_t instance;
	wasmtime_extern_t item;
	wasm_trap_t *trap = NULL;
	if (wasmtime_wat2wasm(text, strlen(text), &wasm) ||
	    wasmtime_module_new(engine, (uint8_t *)wasm.data, wasm.size, &module) ||
	    wasmtime_instance_new(context, module, NULL, 0, &instance, &trap) ||
	    !wasmtime_instance_export_get(context, &instance, "f", 1, &item)) return 1;
	for (int i = 12; i >= 0; i -= 12) {
		wasmtime_val_t in = {.kind = WASMTIME_I32, .of.i32 = i}, out;
		wasmtime_error_t *error = wasmtime_func_call(context, &item.of.func, &in, 1, &out, 1, &trap);
		printf("%d: %s\n", i, error ? "error" : trap ? "trap" : "");
		if (!error && !trap) printf("%d\n", out.of.i32);
	}
	return 0;
}
C

# Link a program by one linker, run it.
run_program() { # NAME HOST LINKER LIBRARY...
	program=$1 host=$2 linker=$3 out=$work/program.exe runner=
	shift 3
	case $program in
	duckdb) headers=$kept/duckdb system='-lstdc++' ;;
	*) headers=$kept/$program/build/include system= ;;
	esac
	case $host in
	linux) compiler=gcc options="-B$work/bin -fuse-ld=$linker -lm -ldl -lpthread" ;;
	aarch64)
		compiler=aarch64-linux-gnu-gcc options="-fuse-ld=$linker -lm -ldl -lpthread"
		runner='qemu-aarch64 -L /usr/aarch64-linux-gnu' ;;
	windows) # the libraries were built for another C library, whose mbstate_t C++ names spell out
		compiler=x86_64-w64-mingw32-gcc-posix runner=wine
		options='-static -lws2_32 -lwsock32 -lrstrtmgr -luserenv -lole32 -lntdll -lbcrypt -lm -lpthread'
		options="$options -Wl,--defsym=__intrinsic_setjmpex=_setjmp"
		streams=_ZNSt15basic_streambufIcSt11char_traitsIcEE7seekposESt4fposI9_MbstatetESt13_Ios_Openmode
		[ "$program" != duckdb ] || options="$options -Wl,--defsym=$streams=abort" ;;
	esac
	rm -f "$out"
	define=
	[ "$host" != windows ] || define='-DWASM_API_EXTERN= -DWASI_API_EXTERN= -DDUCKDB_STATIC_BUILD'
	# shellcheck disable=SC2086 # words
	$compiler $define -I"$headers" -o "$out" "$work/${program%-*}.c" "$@" $system $options || return 1
	(cd "$work" && WINEDEBUG=-all $runner "$out" 2>/dev/null)
}

same_program() { # NAME HOST LINKER LIBRARY VERB...
	name=$1 on=$2 by=$3 library=$4
	shift 4
	run_program "$name" "$on" "$by" "$library" >"$work/said.before" || return 1
	rm -f "$work/p.a" "$work/p.a.armeld"
	cp "$library" "$work/p.a" && chmod u+w "$work/p.a" && "$armeld" "$@" -q "$work/p.a" || return 1
	run_program "$name" "$on" "$by" "$work/p.a" >"$work/said.after" || return 1
	[ -s "$work/said.before" ] && cat "$work/said.before" && diff "$work/said.before" "$work/said.after"
}

programs() { # NAME
	test/need.sh foreign-programs || return 1
	mkdir -p "$work/bin" && ln -sf "$(command -v ld.lld-19)" "$work/bin/ld.lld" || return 1
	case $1 in
	duckdb) here=$kept/duckdb/deps/linux_amd64/libduckdb.a there=$kept/duckdb/deps/linux_arm64/libduckdb.a
		windows=$kept/duckdb/deps/windows_amd64/libduckdb.a exports="--export duckdb_*" ;;
	*) here=$kept/$1/build/linux-x86_64/libwasmtime.a there=$kept/$1/build/linux-aarch64/libwasmtime.a
		windows=$kept/$1/build/windows-x86_64/libwasmtime.a exports= ;;
	esac
	set -f
	for verb in 'prune' 'prelink' 'prelink --merge' 'hide --strip=all'; do
		# shellcheck disable=SC2086 # words
		check "$1: a program, aarch64: $verb" same_program "$1" aarch64 bfd "$there" $verb $exports
		# shellcheck disable=SC2086
		check "$1: a program, Windows: $verb" same_program "$1" windows bfd "$windows" $verb $exports
		for linker in bfd gold lld mold; do
			# shellcheck disable=SC2086
			check "$1: a program, $linker: $verb" same_program "$1" linux $linker "$here" $verb $exports
		done
	done
	set +f
}

# The tests of a Go module, with its library as it came and shrunk: the same ones pass.
module_tests() { # NAME LIBRARY VERB...
	name=$1 library=$work/module/$2
	shift 2
	rm -rf "$work/module"
	cp -rL "$kept/$name" "$work/module" && chmod -R u+w "$work/module" || return 1
	need_go && (cd "$work/module" && fetch go mod download) || return 1
	for when in before after; do
		[ $when = before ] || { "$armeld" "$@" -q "$library" && rm -f "$library.armeld"; } || return 1
		(cd "$work/module" && CGO_ENABLED=1 go test -count=1 -v . 2>&1) >"$work/tests.$when"
		sed -n 's/^ *--- \([A-Z]*: [^ ]*\).*/\1/p' "$work/tests.$when" | sort >"$work/tests.$when.txt"
	done
	grep -q '^PASS: ' "$work/tests.before.txt" || { tail "$work/tests.before" && return 1; }
	diff "$work/tests.before.txt" "$work/tests.after.txt"
}

# Whether Go is as new as a module asks for.
go_is_new_enough() { # NAME
	need_go >/dev/null && wanted=$(sed -n 's/^go //p' "$kept/$1/go.mod") && have=$(go version | sed 's/.* go\([0-9.]*\).*/\1/') &&
		[ "$(printf '%s\n' "$wanted" "$have" | sort -V | head -n 1)" = "$wanted" ] && return
	echo "$1: its own tests are left out: they ask for Go $wanted, here is ${have-none}"
	return 1
}

# ---- all of it -----------------------------------------------------------------------------------

for name in $names; do
	before=$failed
	check "$name: fetched" fetch_one "$name"
	[ "$failed" = "$before" ] || continue
	case $name in skia | libsql)
		for way in '' --strip=all '--strip=all --prune'; do
			# shellcheck disable=SC2086 # words
			check "$name: its xcframeworks as a set: $way" each_platform "$name" $way
		done
		continue ;;
	esac
	files=$(archives_of "$name")
	for file in $files; do
		short=${file#"$kept/$name/"}
		check "$name: $short through every verb" each_verb "$file"
	done
	# shellcheck disable=SC2086 # paths of this script, without blanks
	case $name in numpy*) check "$name: its libraries as a set" each_way $files ;; esac
	case $name in duckdb | wasmtime-19) programs "$name" ;; esac
	case $name in wasmtime-19)
		for file in $files; do
			short=${file#"$kept/$name/"}
			check "wasmtime: two versions as a set: $short" each_way "$kept/wasmtime-18/$short" "$file"
		done
		! go_is_new_enough "$name" ||
			check "$name: its own tests" module_tests "$name" build/linux-x86_64/libwasmtime.a prelink --merge ;;
	duckdb)
		! go_is_new_enough "$name" ||
			check "$name: its own tests" module_tests "$name" deps/linux_amd64/libduckdb.a prelink --merge --export 'duckdb_*' ;;
	esac
done
awk '{ sub(".*/fetched/", "", $1); print }' "$work/figures" >"$kept/figures"
echo "sizes before and after: build/fetched/figures"
rm -rf "$work"
count_checks
