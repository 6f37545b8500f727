#!/bin/sh
# SPDX-License-Identifier: MIT
# programs.sh TARGET... - armeld for other systems, without debug information and without libraries that
# are not the system's: build/dist/work/TARGET/armeld, or armeld.exe.
#
#   linux-x86_64  linux-aarch64      static, with musl: for each Linux
#   windows-x86_64  windows-arm64    needs no DLL but the system's
#   macos-x86_64  macos-arm64        from macOS 11 on, signed ad hoc by the linker
#
# zig's compiler from PyPI knows all these systems; the libraries are built from Debian's sources.
set -eu

cd "$(dirname "$0")/../.."
top=$PWD
work=$top/build/dist/work
test/need.sh dist

# tools TRIPLET - the compiler and its like under names of their own, since CMake takes no options there.
tools() {
	mkdir -p "$place/bin"
	for tool in cc c++ ar ranlib rc; do
		case $tool in cc | c++) option="-target $1" ;; *) option= ;; esac
		printf '#!/bin/sh\nexec "%s" -m ziglang %s %s "$@"\n' "$zig" "$tool" "$option" >"$place/bin/$tool"
		chmod +x "$place/bin/$tool"
	done
	HOST_CC=$place/bin/cc HOST_CXX=$place/bin/c++ HOST_AR=$place/bin/ar HOST_RANLIB=$place/bin/ranlib HOST_RC=$place/bin/rc
	export HOST_CC HOST_CXX HOST_AR HOST_RANLIB HOST_RC
}

# target NAME - what is peculiar to it
target() {
	place=$work/$1 posix=posix exe='' flags='' libs='-lm -pthread'
	HOST_PROCESSOR=${1#*-}
	case $1 in
	linux-*) HOST_SYSTEM=Linux triplet=$HOST_PROCESSOR-linux-musl libs="$libs -static" ;;
	windows-*)
		HOST_SYSTEM=Windows triplet=$(echo "$HOST_PROCESSOR" | sed 's/arm64/aarch64/')-windows-gnu posix=windows exe=.exe
		HOST_EMULATOR=/bin/false # CMake crashes without one
		export HOST_EMULATOR
		flags='-D__USE_MINGW_ANSI_STDIO=1 -DLIBARCHIVE_STATIC' libs='-lm -lbcrypt -lws2_32 -lshell32 -static'
		;;
	macos-*)
		HOST_SYSTEM=Darwin triplet=$(echo "$HOST_PROCESSOR" | sed 's/arm64/aarch64/')-macos.11.0 flags=-D_DARWIN_C_SOURCE
		;;
	*)
		echo "programs.sh: no target is called $1" >&2
		exit 2
		;;
	esac
	export HOST_SYSTEM HOST_PROCESSOR
	tools "$triplet"
}

program() {
	HOST_OPTIMISE=-O2 test/hosts/deps.sh "$place" >"$place/deps.log" 2>&1 || {
		cat "$place/deps.log" >&2
		exit 1
	}
	rm -rf "$place/build"
	make -s -j"$(nproc)" SYSTEM=$posix B="build/dist/work/${place##*/}/build" CC="$HOST_CC" AR="$HOST_AR" LIBIBERTY= \
		CFLAGS="-O2 -g0 -fno-sanitize=all -Werror -ffile-prefix-map=$top=. -I$place/prefix/include $flags" \
		LIBS="-L$place/prefix/lib -larchive -lxxhash -ljansson -lzstd -llzma -lz $libs -s" \
		"build/dist/work/${place##*/}/build/armeld$exe" >"$place/build.log" 2>&1 || {
		cat "$place/build.log" >&2
		exit 1
	}
	cp "$place/build/armeld$exe" "$place/armeld$exe"
}

# What is linked into the programs, and in which version.
versions() {
	for file in build/hosts/sources/*.dsc; do
		sed -n 's/^Source: //p; s/^Version: //p' "$file" | paste -d ' ' - -
	done
	echo "zig $(share/dist/zig.sh --version)"
}

zig=$(share/dist/zig.sh)
for name; do
	target "$name"
	program
	echo "$place/armeld$exe"
done
versions >"$work/versions"
