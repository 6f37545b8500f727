#!/bin/sh
# demo.sh - meld a copy of the shipped fixtures, one flavour after the other, then link the melded
# set for this machine with the system compiler and run it.
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
armeld=${ARMELD:-$top/build/armeld}
case $armeld in /*) ;; *) armeld=$(pwd)/$armeld ;; esac
scratch=$(mktemp -d)
trap '{ set +x; } 2>/dev/null; rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM

cp -R "$top/fixtures" "$scratch/"
cd "$scratch/fixtures"
for folder in */; do
	folder=${folder%/}
	case $folder in src | kept | images) continue ;; esac
	echo "== $folder: armeld -o $folder/libworkspace.a $folder"
	"$armeld" -o "$folder/libworkspace.a" "$folder"
	echo
done

cd "x86_64-linux"
if [ "$(uname -sm)" != 'Linux x86_64' ]; then
	echo "demo: this is no x86_64 Linux machine: the melded libraries cannot be run here"
	exit 0
fi
echo "== linking and running the melded x86_64-linux libraries"
set -x
${CC:-cc} -o main main.c ./liba.a ./libb.a ./libc.a ./libworkspace.a
./main
