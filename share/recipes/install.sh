#!/bin/sh
# SPDX-License-Identifier: MIT
# install.sh VERSION FOLDER [SHA256] - the program of a release into FOLDER, for this system, once its sum is right:
# SHA256, or else what the release's SHA256SUMS says, which finds damage but no forgery.
#
# ARMELD_ADDRESS is where the releases are, if not where `address` says.
set -eu

[ $# -ge 2 ] || {
	echo 'usage: install.sh VERSION FOLDER [SHA256]' >&2
	exit 2
}
version=${1#v} folder=$2 wanted=${3-}
address=${ARMELD_ADDRESS:-$(cat "$(dirname "$0")/address")}

case $(uname -s) in
Linux) system=linux end=.tar.gz exe='' ;;
Darwin) system=macos end=.tar.gz exe='' ;;
MINGW* | MSYS* | CYGWIN*) system=windows end=.zip exe=.exe ;;
*) system='' ;;
esac
case $system-$(uname -m) in
macos-*) target=macos-universal ;;
linux-x86_64 | windows-x86_64) target=$system-x86_64 ;;
linux-aarch64 | linux-arm64) target=linux-aarch64 ;;
windows-aarch64 | windows-arm64) target=windows-arm64 ;;
*)
	echo "install.sh: no program is released for $(uname -sm): build armeld from its source" >&2
	exit 1
	;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

fetch() { # NAME
	curl -fsSL --retry 3 -o "$work/$1" "$address/v$version/$1" || {
		echo "install.sh: $address/v$version/$1 cannot be fetched" >&2
		exit 1
	}
}

name=armeld-$version-$target
fetch "$name$end"
if [ -z "$wanted" ]; then
	fetch SHA256SUMS
	wanted=$(awk -v name="$name$end" '$2 == name || $2 == "*" name { print $1 }' "$work/SHA256SUMS")
fi
sum=$({ sha256sum "$work/$name$end" || shasum -a 256 "$work/$name$end"; } 2>/dev/null | sed 's/^\\//; s/ .*//')
if [ -z "$sum" ] || [ "$sum" != "$wanted" ]; then
	echo "install.sh: $name$end has the sum ${sum:-(no sha256sum)}, not ${wanted:-one of SHA256SUMS}: nothing is installed" >&2
	exit 1
fi
case $end in
.zip) unzip -q "$work/$name$end" -d "$work" ;;
*) tar -xzf "$work/$name$end" -C "$work" ;;
esac
mkdir -p "$folder"
cp "$work/$name/armeld$exe" "$folder/armeld$exe"
cp "$work/$name/armeld$exe" "$folder/cargo-meld$exe"
"$folder/armeld$exe" --version | head -n 1
