#!/bin/sh
# SPDX-License-Identifier: MIT
# deps.sh DIRECTORY - the libraries that armeld needs, static, for another host: built
# by cross.cmake (see there) from Debian's source packages (with Debian's patches) into DIRECTORY/prefix.
# What is there already is not built again.
set -eu

toolchain=$(cd "$(dirname "$0")" && pwd)/cross.cmake
mkdir -p "$1"
work=$(realpath "$1")
top=$(cd "$(dirname "$0")/../.." && pwd)
sources=$top/build/hosts/sources
"$top/test/need.sh" cmake make dpkg-dev ca-certificates

# The machine's own sources of packages, asked for sources.
fetch() {
	[ ! -e "$sources/done" ] || return 0
	rm -rf "$sources" && mkdir -p "$sources/parts" "$sources/lists/partial" && cd "$sources"
	for file in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
		case $file in
		*.sources) sed 's/^Types:.*/Types: deb-src/' "$file" ;;
		*.list) sed -n 's/^deb /deb-src /p' "$file" ;;
		*) continue ;;
		esac >"parts/${file##*/}" 2>/dev/null || true
	done
	cat >apt.conf <<-END
		Dir::Etc::SourceList "/dev/null";
		Dir::Etc::SourceParts "$sources/parts";
		Dir::State::Lists "$sources/lists";
		APT::Sandbox::User "root";
	END
	apt-get -c apt.conf update -q
	apt-get -c apt.conf source --download-only -q libarchive jansson xxhash libzstd xz-utils zlib
	for name in libarchive jansson xxhash libzstd xz-utils zlib; do
		dpkg-source --no-check -x "$name"_*.dsc "$name"
	done
	mkdir -p zlib/win32 && : >zlib/win32/zlib1.rc # Debian leaves it out, CMake looks for it
	touch "$sources/done"
}

# build NAME FOLDER CMAKE-OPTION...
build() {
	name=$1 folder=$2
	shift 2
	[ ! -e "$work/$name.done" ] || return 0
	rm -rf "$work/$name"
	cmake -S "$sources/$folder" -B "$work/$name" -DCMAKE_TOOLCHAIN_FILE="$toolchain" -DCMAKE_BUILD_TYPE=Release \
		-DCMAKE_INSTALL_PREFIX="$work/prefix" -DCMAKE_PREFIX_PATH="$work/prefix" -DCMAKE_INSTALL_LIBDIR=lib \
		-DCMAKE_FIND_ROOT_PATH="$work/prefix" -DBUILD_SHARED_LIBS=OFF -DCMAKE_POSITION_INDEPENDENT_CODE=ON "$@" >"$work/$name.log" 2>&1 &&
		cmake --build "$work/$name" -j"$(nproc)" >>"$work/$name.log" 2>&1 &&
		cmake --install "$work/$name" >>"$work/$name.log" 2>&1 || {
		tail -n 30 "$work/$name.log"
		echo "deps.sh: $name cannot be built: $work/$name.log" >&2
		exit 1
	}
	rm -rf "$work/$name"
	touch "$work/$name.done"
}

# zlib cannot be told to leave its shared library out, and makes none with every toolchain. It takes
# macOS for the one before X, which had no fdopen().
build_zlib() {
	[ ! -e "$work/zlib.done" ] || return 0
	mkdir -p "$work/prefix/lib" "$work/prefix/include"
	cmake -S "$sources/zlib" -B "$work/zlib" -DCMAKE_TOOLCHAIN_FILE="$toolchain" -DCMAKE_BUILD_TYPE=Release \
		-DCMAKE_C_FLAGS=-Dfdopen=fdopen \
		-DCMAKE_POSITION_INDEPENDENT_CODE=ON >"$work/zlib.log" 2>&1 &&
		cmake --build "$work/zlib" --target zlibstatic >>"$work/zlib.log" 2>&1 &&
		cp "$work"/zlib/libz*.a "$work/prefix/lib/libz.a" && cp "$work/zlib/zconf.h" "$work/prefix/include/" || {
		tail -n 30 "$work/zlib.log"
		exit 1
	}
	cp "$sources/zlib/zlib.h" "$work/prefix/include/"
	rm -rf "$work/zlib"
	touch "$work/zlib.done"
}

fetch
build_zlib
build xz xz-utils
build zstd libzstd/build/cmake -DZSTD_BUILD_PROGRAMS=OFF -DZSTD_BUILD_SHARED=OFF -DZSTD_BUILD_TESTS=OFF
build xxhash xxhash/cmake_unofficial -DXXHASH_BUILD_XXHSUM=OFF
build jansson jansson -DJANSSON_BUILD_DOCS=OFF -DJANSSON_EXAMPLES=OFF -DJANSSON_WITHOUT_TESTS=ON
build libarchive libarchive -DENABLE_TEST=OFF -DENABLE_OPENSSL=OFF -DENABLE_LIBXML2=OFF -DENABLE_EXPAT=OFF \
	-DENABLE_NETTLE=OFF -DENABLE_LZ4=OFF -DENABLE_LZO=OFF -DENABLE_BZip2=OFF -DENABLE_LIBB2=OFF -DENABLE_CNG=OFF \
	-DENABLE_ICONV=OFF -DENABLE_ACL=OFF -DENABLE_XATTR=OFF -DENABLE_PCREPOSIX=OFF -DENABLE_TAR=OFF -DENABLE_CPIO=OFF \
	-DENABLE_CAT=OFF -DENABLE_WERROR=OFF -DZLIB_LIBRARY="$work/prefix/lib/libz.a" -DZLIB_INCLUDE_DIR="$work/prefix/include"
cd "$work/prefix/lib"
rm -f libarchive.dll.a libarchive.so* libarchive*.dylib # its shared library is always made
[ ! -e libarchive_static.a ] || mv libarchive_static.a libarchive.a
echo ./*.a
