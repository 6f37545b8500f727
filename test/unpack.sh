#!/bin/sh
# SPDX-License-Identifier: MIT
# unpack.sh [--alone] ARCHITECTURE DIRECTORY GROUP [VERSION] - Debian's packages of another architecture.
#
# The packages of GROUP (test/packages), in their VERSION, and, but for --alone, what they depend on
# are fetched from the machine's own sources and unpacked into DIRECTORY/root, made anew.
set -eu

with='install -qy --download-only'
if [ "$1" = --alone ]; then
	with='download -q'
	shift
fi
architecture=$1 group=$3 version=${4-}
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$2"
cd "$2"
rm -rf root apt
mkdir -p apt/lists/partial apt/archives/partial root
: >apt/status
cat >apt/conf <<-END
	APT::Architecture "$architecture";
	APT::Architectures { "$architecture"; };
	APT::Install-Recommends "false";
	APT::Sandbox::User "root";
	Dir::State "$PWD/apt";
	Dir::State::Lists "$PWD/apt/lists";
	Dir::State::status "$PWD/apt/status";
	Dir::Cache "$PWD/apt";
	Dir::Cache::archives "$PWD/apt/archives";
	Acquire::Retries "3";
END
export APT_CONFIG="$PWD/apt/conf"
root=$PWD/root
cd apt/archives
# an index that one mirror lacks for this machine is no failure, a package that is nowhere is one
apt-get update -q || echo "unpack.sh: some index is not to be had"
# shellcheck disable=SC2046,SC2086 # lists of words
apt-get $with $("$here/need.sh" --list "$group" | sed "${version:+s/\$/=$version/}")
for package in *.deb; do
	dpkg -x "$package" "$root"
done
rm -rf "${root%/root}/apt"
