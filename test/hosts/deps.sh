#!/bin/sh
# SPDX-License-Identifier: MIT
# deps.sh DIRECTORY - the libraries that armeld needs, for another host.
#
# Debian has some hosts' libraries: the packages of the architecture $HOST_DEBIAN are unpacked into
# DIRECTORY/root. For other hosts, static libraries are built by cross.cmake (see there) from Debian's
# source packages (with Debian's patches) into DIRECTORY/prefix. What is there already is not made
# again. They are optimised little, for tests, if $HOST_OPTIMISE does not say more.
set -eu

toolchain=$(cd "$(dirname "$0")" && pwd)/cross.cmake
top=$(cd "$(dirname "$0")/../.." && pwd)
sources=$top/build/hosts/sources
"$top/test/need.sh" hosts-libraries
mkdir -p "$1"
work=$(realpath "$1")

if [ "${HOST_DEBIAN-}" ]; then
	[ -e "$work/root.done" ] || "$top/test/unpack.sh" "$HOST_DEBIAN" "$work" hosts-packages
	touch "$work/root.done"
	exit
fi
names=$("$top/test/need.sh" --list hosts-sources)

# The newest version that can be had: a mirror may list an update before it has it.
download() { # NAME
	for version in $(apt-cache -c apt.conf showsrc --only-source "$1" | sed -n 's/^Version: //p' | sort -rVu); do
		apt-get -c apt.conf source --download-only -q "$1=$version" && return
	done
	return 1
}

# The machine's own sources of packages, asked for sources.
fetch() {
	mkdir -p "${sources%/*}"
	exec 8>"$sources.lock"
	flock 8
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
		Acquire::Retries "3";
	END
	apt-get -c apt.conf update -q
	for name in $names; do
		download "$name"
		dpkg-source --no-check -x "$name"_*.dsc "$name"
	done
	mkdir -p zlib/win32 && : >zlib/win32/zlib1.rc # Debian leaves it out, CMake looks for it
	touch "$sources/done"
}

(fetch)
options="-DCMAKE_TOOLCHAIN_FILE=$toolchain -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_FLAGS_RELEASE=${HOST_OPTIMISE:--O1}
	-DCMAKE_INSTALL_PREFIX=$work/prefix -DCMAKE_PREFIX_PATH=$work/prefix -DCMAKE_FIND_ROOT_PATH=$work/prefix
	-DCMAKE_INSTALL_LIBDIR=lib -DBUILD_SHARED_LIBS=OFF -DCMAKE_POSITION_INDEPENDENT_CODE=ON"

# build NAME FOLDER TARGET CMAKE-OPTION... - TARGET is `install`, or one that is not installed.
# shellcheck disable=SC2086 # options is a list of words
build() {
	name=$1 folder=$2 target=$3
	shift 3
	[ ! -e "$work/$name.done" ] || return 0
	rm -rf "$work/$name"
	{
		cmake -S "$sources/$folder" -B "$work/$name" $options "$@" &&
			cmake --build "$work/$name" -j"$(nproc)" --target "$target"
	} >"$work/$name.log" 2>&1 || {
		tail -n 30 "$work/$name.log"
		echo "deps.sh: $name cannot be built: $work/$name.log" >&2
		exit 1
	}
	"take_$target"
	rm -rf "$work/$name"
	touch "$work/$name.done"
}

take_install() { :; }

take_zlibstatic() {
	cp "$work"/zlib/libz*.a "$work/prefix/lib/libz.a"
	cp "$work/zlib/zconf.h" "$sources/zlib/zlib.h" "$work/prefix/include/"
}

take_liblzma() {
	cp "$work"/xz/liblzma*.a "$work/prefix/lib/liblzma.a"
	cp -R "$sources"/xz-utils/src/liblzma/api/lzma* "$work/prefix/include/"
}

take_archive_static() {
	cp "$work"/libarchive/libarchive/libarchive*.a "$work/prefix/lib/libarchive.a"
	cp "$sources/libarchive/libarchive/archive.h" "$sources/libarchive/libarchive/archive_entry.h" "$work/prefix/include/"
}

mkdir -p "$work/prefix/lib" "$work/prefix/include"
# zlib and libarchive cannot be told to leave their shared libraries out, nor xz its programs. zlib takes macOS for the one
# before X, which had no fdopen().
build zlib zlib zlibstatic -DCMAKE_C_FLAGS=-Dfdopen=fdopen
build xz xz-utils liblzma
build zstd libzstd/build/cmake install -DZSTD_BUILD_PROGRAMS=OFF -DZSTD_BUILD_SHARED=OFF -DZSTD_BUILD_TESTS=OFF
build xxhash xxhash/cmake_unofficial install -DXXHASH_BUILD_XXHSUM=OFF
build jansson jansson install -DJANSSON_BUILD_DOCS=OFF -DJANSSON_EXAMPLES=OFF -DJANSSON_WITHOUT_TESTS=ON
build libarchive libarchive archive_static -DENABLE_TEST=OFF -DENABLE_OPENSSL=OFF -DENABLE_LIBXML2=OFF -DENABLE_EXPAT=OFF \
	-DENABLE_NETTLE=OFF -DENABLE_LZ4=OFF -DENABLE_LZO=OFF -DENABLE_BZip2=OFF -DENABLE_LIBB2=OFF -DENABLE_CNG=OFF \
	-DENABLE_ICONV=OFF -DENABLE_ACL=OFF -DENABLE_XATTR=OFF -DENABLE_PCREPOSIX=OFF -DENABLE_TAR=OFF -DENABLE_CPIO=OFF \
	-DENABLE_CAT=OFF -DENABLE_WERROR=OFF -DZLIB_LIBRARY="$work/prefix/lib/libz.a" -DZLIB_INCLUDE_DIR="$work/prefix/include"
echo "$work"/prefix/lib/*.a
