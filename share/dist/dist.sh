#!/bin/sh
# SPDX-License-Identifier: MIT
# dist.sh VERSION [TARGET...] - what is released, in build/dist: the source, programs for other systems,
# wheels for pip, Debian packages, what is inside, and the sums of all. The targets are linux-x86_64, linux-aarch64,
# windows-x86_64, windows-arm64, and macos-universal; without any, all of them.
#
# The same source gives the same bytes. Files get the time $SOURCE_DATE_EPOCH, or that of the last commit.
set -eu

cd "$(dirname "$0")/../.."
version=$1
shift
targets=${*:-linux-x86_64 linux-aarch64 windows-x86_64 windows-arm64 macos-universal}
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH

mkdir -p build/dist/work
exec 6>build/dist/work/lock # two at a time would spoil each other's files
flock 6
find build/dist -maxdepth 1 -type f -delete
share/dist/programs.sh $(echo "$targets" | sed 's/macos-universal/macos-x86_64 macos-arm64/')
rm -rf build/dist/work/root # what a package holds besides the program
make --no-print-directory install DESTDIR=build/dist/work/root PREFIX=/usr >build/dist/work/install.log
/usr/bin/python3 share/dist/pack.py build/dist "$version" "$SOURCE_DATE_EPOCH" $targets
share/recipes/fill.sh "$version" build/dist/SHA256SUMS build/dist/recipes
