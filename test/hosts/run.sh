#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh [--sample] [HOST...] - armeld built for other hosts than this one, and run as far as they can be run here:
#
#   windows  mingw-w64, run by wine: the command-line tests, and what is peculiar to Windows
#   musl     x86_64 Linux without glibc, run natively
#   aarch64, armhf (32 bit), s390x (big-endian)  Linux, run by qemu
#   macos    compiled and linked only
#
# With --sample, aarch64 is left out, where most is as it is here; Windows takes every second
# command-line test, each other host every third of its own; armeld is compiled with -O1; and for macOS
# it is compiled with the headers that the libraries have on musl, and linked without the libraries.
#
# Runs with other hosts may go on side by side. On each, the command-line tests pass, and melding sets of every flavour gives the bytes that it
# gives here.
set -u

cd "$(dirname "$0")/../.." || exit 1
top=$PWD
work=$top/build/hosts
sample=no
if [ "${1-}" = --sample ]; then
	sample=yes
	shift
fi
hosts=${*:-windows musl aarch64 armhf s390x macos}
if [ $sample = yes ]; then
	case " $hosts " in
	*' macos '*) hosts=$(echo "$hosts" | sed 's/\<musl\> *//; s/^/musl /') # its headers are needed
		echo 'sampled: macos: compiled and linked without the libraries, which are not built for it' ;;
	esac
	case " $hosts " in
	*' aarch64 '*) hosts=$(echo "$hosts" | sed 's/\<aarch64\> *//')
		echo 'skipped: aarch64: 64 bits and little-endian, as here; armhf and s390x are not: make nightly' ;;
	esac
fi
optimise=-O2
[ $sample = no ] || {
	optimise=-O1
	echo 'sampled: every second command-line test for Windows, every third for other hosts, compiled with -O1: make nightly takes all'
}
mkdir -p "$work"
check_log=$work/log-${hosts%% *}
. test/check.sh
test/need.sh hosts || exit 1
[ -x build/armeld ] || {
	echo 'run.sh: build/armeld is not there: run make first' >&2
	exit 1
}
unset HOST_AR HOST_RANLIB HOST_RC HOST_EMULATOR HOST_DEBIAN

# zig carries a compiler and headers for macOS.
need_zig() { # TARGET
	zig=$(share/dist/zig.sh) || return 1
	mkdir -p "$work/$host/bin"
	for tool in cc c++ ar ranlib; do
		target="-target $1"
		case $tool in ar | ranlib) target= ;; esac
		printf '#!/bin/sh\nexec "%s" -m ziglang %s %s "$@"\n' "$zig" "$tool" "$target" >"$work/$host/bin/$tool"
		chmod +x "$work/$host/bin/$tool"
	done
	HOST_CC=$work/$host/bin/cc HOST_CXX=$work/$host/bin/c++ HOST_AR=$work/$host/bin/ar HOST_RANLIB=$work/$host/bin/ranlib
	export HOST_CC HOST_CXX HOST_AR HOST_RANLIB
}

# Linux on another processor: Debian's libraries, linked dynamically, and qemu.
need_gcc() { # TRIPLET ARCHITECTURE QEMU
	test/need.sh "hosts-$1" || return 1
	HOST_CC="$1-gcc --sysroot=$work/$host/root" HOST_DEBIAN=$2
	export HOST_CC HOST_DEBIAN
	libs='-larchive -lxxhash -ljansson -lzstd -lz -lm -pthread'
	starter "exec $3 -L '$work/$host/root' '$work/$host/build/armeld' \"\$@\""
}

# How armeld is started on the host.
starter() {
	printf '#!/bin/sh\n%s\n' "$1" >"$work/$host/armeld"
	chmod +x "$work/$host/armeld"
}

HOST_SYSTEM=Linux HOST_PROCESSOR=
export HOST_SYSTEM HOST_PROCESSOR
prepare() {
	mkdir -p "$work/$host"
	static="-L$work/$host/prefix/lib -larchive -lxxhash -ljansson -lzstd -llzma -lz"
	headers=$work/$host/prefix/include
	system=posix exe='' extra='' libs="$static -lm -pthread -static"
	case $host in
	windows)
		test/need.sh hosts-windows || return 1
		HOST_CC=x86_64-w64-mingw32-gcc-posix HOST_CXX=x86_64-w64-mingw32-g++-posix HOST_RC=x86_64-w64-mingw32-windres
		HOST_SYSTEM=Windows HOST_PROCESSOR=x86_64 HOST_EMULATOR=/usr/lib/wine/wine64
		export HOST_CC HOST_CXX HOST_RC HOST_EMULATOR
		WINEPREFIX=$work/wine WINEDEBUG=-all
		export WINEPREFIX WINEDEBUG
		# the server stays until the end, or each run starts it again
		/usr/lib/wine/wineserver64 -p 2>/dev/null
		/usr/lib/wine/wine64 cmd /c exit >/dev/null 2>&1 </dev/null
		system=windows exe=.exe extra='-D__USE_MINGW_ANSI_STDIO=1 -DLIBARCHIVE_STATIC' libs="$static -lm -lbcrypt -lws2_32 -lshell32 -static"
		starter "LC_ALL=C.UTF-8 exec /usr/lib/wine/wine64 '$work/windows/build/armeld.exe' \"\$@\""
		;;
	musl)
		test/need.sh hosts-musl || return 1
		HOST_CC=musl-gcc HOST_CXX=g++ HOST_PROCESSOR=x86_64
		export HOST_CC HOST_CXX
		starter "exec '$work/musl/build/armeld' \"\$@\""
		;;
	macos)
		need_zig aarch64-macos || return 1
		HOST_SYSTEM=Darwin HOST_PROCESSOR=arm64
		extra='-D_DARWIN_C_SOURCE' libs="$static -lm -pthread"
		[ $sample = no ] || libs='-Wl,-undefined,dynamic_lookup -lm -pthread' headers=$work/musl/prefix/include
		;;
	aarch64)
		need_gcc aarch64-linux-gnu arm64 qemu-aarch64 || return 1
		;;
	armhf)
		need_gcc arm-linux-gnueabihf armhf qemu-arm || return 1
		extra='-D_FILE_OFFSET_BITS=64'
		;;
	s390x)
		need_gcc s390x-linux-gnu s390x qemu-s390x || return 1
		;;
	*)
		echo "run.sh: no host is called $host" >&2
		return 1
		;;
	esac
}

libraries() {
	[ $sample-$host = yes-macos ] || test/hosts/deps.sh "$work/$host"
}

built() {
	rm -rf "$work/$host/build"
	libraries &&
		make -j"$(nproc)" SYSTEM=$system B="build/hosts/$host/build" CC="$HOST_CC" AR="${HOST_AR:-ar}" LIBIBERTY= \
			CFLAGS="$optimise -g -Werror -I$headers $extra" \
			LIBS="$libs" \
			"build/hosts/$host/build/armeld$exe" && file "build/hosts/$host/build/armeld$exe"
}

# Tests that say what no other system says, with the reason.
peculiar() {
	echo common/demangled # no libiberty is built for them
	echo meld/limit # thousands of files: slow where emulated
	case $host in
	windows)
		# why writing failed, its C library forgets: see full below
		printf '%s/output-full\n' explain help inspect meld restore strip verify
		printf '%s/output-full-json\n' meld restore verify
		echo common/version-output-full
		echo common/closed-output # wine opens what a shell closed, or waits
		# names that are no Unicode, or hold control characters or backslashes, cannot be
		printf '%s/name-is-escaped\n' inspect restore
		printf '%s-name-is-escaped\n' meld/input meld/json
		echo common/option-in-quoted-command inspect/html-title # quoted in another way there
		# no links are made there
		echo meld/xcframework-links
		# no modes but read-only; no pipes in folders; /proc; ulimit
		echo meld/no-permission meld/waits # no flock(1) either
		echo meld/mode-kept restore/mode meld/output-pipe meld/output-in-read-only-directory meld/output-too-large
		;;
	musl)
		# its texts of errors are others
		grep -lE 'Not a directory|No such file|Is a directory|Permission denied|No space left|File too large|Too many|Bad file descriptor' \
			test/cli/*/*.test | sed 's|^test/cli/||; s|\.test$||'
		;;
	esac
}

# Of a list of tests, those that the host takes: in a sample, all hosts but Windows together take each.
taken() {
	case $sample-$host in
	yes-windows) awk 'NR % 2 == 0' ;;
	yes-armhf) awk 'NR % 3 == 0' ;;
	yes-musl) awk 'NR % 3 == 1' ;;
	yes-*) awk 'NR % 3 == 2' ;;
	no-*) cat ;;
	esac
}

# Once in thousands of runs wine ends before the program begins. At most two tests that failed are run
# a second time, each alone, and named at the end of all checks.
again() {
	names=$(sed -n 's/^FAIL \([^ ]*\):.*/\1/p' "$work/$host/cli.log")
	[ "$(echo "$names" | wc -w)" -le 2 ] || return
	cp "$work/$host/cli.log" "$work/$host/cli-first.log"
	# shellcheck disable=SC2086 # a list of names
	ARMELD=$work/$host/armeld JOBS=1 test/cli/run.sh $names >"$work/$host/cli.log" 2>&1
	status=$?
	for name in $names; do
		grep -a -A 20 "^FAIL $name:" "$work/$host/cli-first.log" | sed 's/^FAIL/failed first/'
		echo "repeated: windows: $name, which had failed"
	done
}

# A test that is left out and is not there is a mistake.
command_line() {
	peculiar | tr ' ' '\n' | sort -u >"$work/$host/peculiar"
	test/cli/run.sh --list >"$work/$host/rounds" || return 1
	sed 's/:.*//' "$work/$host/rounds" | sort -u >"$work/$host/all"
	[ -z "$(comm -13 "$work/$host/all" "$work/$host/peculiar")" ] || {
		echo 'no such tests:' && comm -13 "$work/$host/all" "$work/$host/peculiar"
		return 1
	}
	# shellcheck disable=SC2046 # a list of names
	ARMELD=$work/$host/armeld test/cli/run.sh $(comm -23 "$work/$host/all" "$work/$host/peculiar" | taken) >"$work/$host/cli.log" 2>&1
	status=$?
	[ "$status$host" != 1windows ] || again
	grep -a -A 20 '^FAIL' "$work/$host/cli.log"
	tail -n 1 "$work/$host/cli.log"
	echo "skipped: $host: $(wc -l <"$work/$host/peculiar") command-line tests that say what no other system says: peculiar in test/hosts/run.sh"
	return $status
}

# Melded here and there, every set is the same, sidecar and report included.
same_bytes() {
	for set in fixtures/*/; do
		name=$(basename "$set")
		case $name in src | kept | images) continue ;; esac
		rm -rf "$work/$host/set" && mkdir -p "$work/$host/set/here" "$work/$host/set/there" || return 1
		cp "$set"/*.a "$set"/*.lib "$work/$host/set/here" 2>/dev/null
		cp "$work/$host"/set/here/* "$work/$host/set/there"
		(cd "$work/$host/set/here" && "$top/build/armeld" --json -o w.a ./*.[al]* >report.txt 2>&1) || return 1
		(cd "$work/$host/set/there" && "$work/$host/armeld" --json -o w.a ./*.[al]* >report.txt 2>&1) || return 1
		diff -r "$work/$host/set/here" "$work/$host/set/there" || return 1
		(cd "$work/$host/set/there" && "$work/$host/armeld" verify w.a && "$work/$host/armeld" inspect --json --by member w.a >/dev/null &&
			"$work/$host/armeld" restore -q w.a) || return 1
		for file in "$work/$host"/set/there/*.[al]*; do
			cmp "$file" "$set/$(basename "$file")" || return 1
		done
	done
}

# ---- Windows ----------------------------------------------------------------------------------------

fresh() {
	rm -rf "$work/w" && mkdir -p "$work/w" && cd "$work/w" && cp "$top"/fixtures/x86_64-msvc/*.lib .
}

melded_here() {
	rm -rf "$work/expected" && mkdir "$work/expected" && cp "$top"/fixtures/x86_64-msvc/*.lib "$work/expected" &&
		(cd "$work/expected" && "$top/build/armeld" -q -o w.lib a.lib b.lib c.lib)
}

backslashes() {
	fresh && mkdir -p sub/deep && mv ./*.lib sub/deep && "$armeld" -q -o 'sub\w.lib' 'sub\deep\a.lib' '.\sub\deep\b.lib' \
		"Z:$(pwd | tr / '\\')\\sub\\deep\\c.lib" && cmp sub/deep/a.lib "$work/expected/a.lib" &&
		cmp sub/w.lib "$work/expected/w.lib" && "$armeld" verify "Z:$(pwd | tr / '\\')\\sub\\w.lib" &&
		mv sub moved && "$armeld" restore -q 'moved\w.lib' && cmp moved/deep/a.lib "$top/fixtures/x86_64-msvc/a.lib"
}

unicode() {
	fresh && mkdir 'Größe 日本' && mv a.lib 'Größe 日本/ä€𝄞.lib' && "$armeld" -o 'wörk.lib' 'Größe 日本' b.lib c.lib >said &&
		grep -q 'wörk.lib' said && "$armeld" verify 'wörk.lib' && cmp b.lib "$work/expected/b.lib" &&
		"$armeld" restore -q 'wörk.lib' && cmp 'Größe 日本/ä€𝄞.lib' "$top/fixtures/x86_64-msvc/a.lib"
}

long_paths() {
	fresh && name=$(printf '%0100d' 0) && mkdir -p "$name/$name/$name/$name" && mv ./*.lib "$name/$name/$name/$name" &&
		"$armeld" -q -o "$name\\$name\\$name\\$name\\w.lib" "$name/$name/$name/$name" &&
		cmp "$name/$name/$name/$name/w.lib" "$work/expected/w.lib" && "$armeld" restore -q "$name/$name/$name/$name/w.lib"
}

argument_file() {
	fresh && printf '%s\r\n' -o w.lib 'a.lib' '.\b.lib' 'c.lib' >args.txt && "$armeld" -q '@.\args.txt' && cmp w.lib "$work/expected/w.lib"
}

# Lines end in LF: reports are the same on every host.
no_carriage_returns() {
	fresh && "$armeld" -o w.lib a.lib b.lib c.lib >out && "$armeld" --json inspect . >>out 2>&1
	"$armeld" inspect --json . >>out && "$armeld" --help >>out && "$armeld" --nothing 2>>out
	! grep -q "$(printf '\r')" out && [ -s out ]
}

# hold.c has a file open, or mapped, while it is to be replaced.
held() {
	x86_64-w64-mingw32-gcc-posix -O1 -Wall -Wextra -Werror -o "$work/hold.exe" "$top/test/hosts/hold.c" || return 1
	for how in share deny; do
		fresh && rm -f "$work/held"
		LC_ALL=C.UTF-8 /usr/lib/wine/wine64 "$work/hold.exe" $how b.lib "$work/held" & holder=$!
		while kill -0 $holder 2>/dev/null; do
			[ ! -e "$work/held" ] || break
			sleep 0.1
		done
		[ -e "$work/held" ] || return 1
		# into a file: what wine leaves running would keep a pipe open
		"$armeld" -q -o w.lib a.lib b.lib c.lib >"$work/said" 2>&1
		status=$?
		echo "$how: exit status $status: $(cat "$work/said")"
		rm -f "$work/held"
		wait $holder || return 1
		case $how$status in
		share0) cmp b.lib "$work/expected/b.lib" || return 1 ;;
		deny1) # nothing changed
			for library in a b c; do
				cmp $library.lib "$top/fixtures/x86_64-msvc/$library.lib" || return 1
			done
			[ "$(ls -A)" = "$(printf '%s\n' a.lib b.lib c.lib)" ] || return 1
			;;
		*) return 1 ;;
		esac
		"$armeld" -q -o w.lib a.lib b.lib c.lib && cmp b.lib "$work/expected/b.lib" || return 1
	done
}

# Killed between the two steps of replacing it, a file waits under another name.
stepped_aside() {
	fresh && mv b.lib .b.lib.armeld-old && "$armeld" -q -o w.lib a.lib b.lib c.lib && cmp b.lib "$work/expected/b.lib" &&
		[ ! -e .b.lib.armeld-old ] && echo left >.a.lib.armeld-old && "$armeld" -q -o w.lib a.lib b.lib c.lib &&
		cmp a.lib "$work/expected/a.lib" && [ ! -e .a.lib.armeld-old ]
}

read_only_files() {
	fresh && chmod 444 a.lib && "$armeld" -q -o w.lib a.lib b.lib c.lib && cmp a.lib "$work/expected/a.lib" &&
		[ "$(stat -c %a a.lib)" = 444 ] && "$armeld" restore -q w.lib && [ "$(stat -c %a a.lib)" = 444 ] &&
		cmp a.lib "$top/fixtures/x86_64-msvc/a.lib"
}

full() {
	"$armeld" --version >/dev/full
	[ $? = 1 ]
}

# Two runs at once: the second waits.
two_runs() {
	for try in 1 2 3; do
		fresh && { "$armeld" -q -o w.lib a.lib b.lib c.lib & first=$!; } &&
			"$armeld" -q -o w.lib a.lib b.lib c.lib && wait $first && cmp w.lib "$work/expected/w.lib" || return 1
	done
}

real_set() {
	"$top/test/corpus/make.sh" x86_64-pc-windows-msvc || return 1
	from=$(ls -d "$top"/build/corpus/x86_64-pc-windows-msvc-release) || return 1
	rm -rf "$work/$host/set" && mkdir -p "$work/$host/set/here" "$work/$host/set/there" && cp "$from"/*.lib "$work/$host/set/here" &&
		cp "$from"/*.lib "$work/$host/set/there" && (cd "$work/$host/set/here" && "$top/build/armeld" -f coff -o ws.lib ./*.lib) &&
		(cd "$work/$host/set/there" && "$armeld" -f coff -o ws.lib ./*.lib) && diff -r "$work/$host/set/here" "$work/$host/set/there" &&
		(cd "$work/$host/set/there" && "$armeld" verify ws.lib && "$armeld" restore ws.lib) || return 1
	for file in "$from"/*.lib; do
		cmp "$file" "$work/$host/set/there/$(basename "$file")" || return 1
	done
}

windows_only() {
	armeld=$work/windows/armeld
	melded_here || return 1
	check 'windows: backslashes, drive letters' backslashes
	check 'windows: Unicode arguments and names' unicode
	check 'windows: paths of more than 260 characters' long_paths
	check 'windows: @FILE with CR LF' argument_file
	check 'windows: no CR in what is printed' no_carriage_returns
	check 'windows: files that others hold open' held
	check 'windows: a file that stepped aside comes back' stepped_aside
	check 'windows: read-only files' read_only_files
	check 'windows: output that cannot be written' full
	check 'windows: two runs at once' two_runs
	check 'windows: a real MSVC set, melded as here' real_set
	cd "$top" || exit 1
}

# The libraries first, of two hosts at a time: configuring them keeps one processor busy.
waiting=
for host in $hosts; do
	unset HOST_AR HOST_RANLIB HOST_RC HOST_EMULATOR HOST_DEBIAN
	HOST_SYSTEM=Linux
	prepare || exit 1
	libraries >"$work/$host/deps.log" 2>&1 &
	if [ -n "$waiting" ]; then
		wait
		waiting=
	else
		waiting=yes
	fi
done
wait

for host in $hosts; do
	unset HOST_AR HOST_RANLIB HOST_RC HOST_EMULATOR HOST_DEBIAN
	HOST_SYSTEM=Linux
	prepare || exit 1
	check "$host: built" built
	[ -e "$work/$host/build/armeld$exe" ] || continue # there is nothing to run
	if [ "$host" != macos ]; then
		check "$host: command-line tests" command_line
		grep -a -E ' passed, |^(skipped|repeated): ' "$check_log" | sed 's/^/     /'
		check "$host: sets of every flavour, the same bytes as here" same_bytes
	fi
	[ "$host" != macos ] || echo '     skipped: macos: command-line tests: nothing here runs its programs'
	[ "$host" != windows ] || windows_only
done
[ -z "${WINEPREFIX:-}" ] || /usr/lib/wine/wineserver64 -k 2>/dev/null
count_checks
