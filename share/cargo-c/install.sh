#!/bin/sh
# install.sh PREFIX - both libraries by cargo-c, then melded: their .pc files name the workspace.
#
#   cc main.c $(PKG_CONFIG_PATH=PREFIX/lib/pkgconfig pkg-config --static --libs greet count)
set -eu

cd "$(dirname "$0")"
prefix=${1:?usage: install.sh PREFIX}
: "${ARMELD:=armeld}"

cargo cinstall --release --workspace --library-type staticlib --prefix "$prefix" --libdir "$prefix/lib"
"$ARMELD" -o "$prefix/lib/librust_workspace.a" --pc-dir "$prefix/lib/pkgconfig" \
	"$prefix/lib/libgreet.a" "$prefix/lib/libcount.a"
