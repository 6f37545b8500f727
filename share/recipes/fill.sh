#!/bin/sh
# SPDX-License-Identifier: MIT
# fill.sh VERSION SUMS FOLDER - the packaging recipes of a release, in FOLDER: the templates beside this script
# with the version, with the sum of the source from SUMS, a file as sha256sum writes it, and with the
# address of the releases, which is written in `address` and nowhere else.
set -eu

[ $# = 3 ] || {
	echo 'usage: fill.sh VERSION SUMS FOLDER' >&2
	exit 2
}
here=$(cd "$(dirname "$0")" && pwd)
address=$(cat "$here/address")
sum=$(sed -n "s/ [ *]armeld-$1\.tar\.gz\$//p" "$2")
[ ${#sum} = 64 ] || {
	echo "fill.sh: $2 has no sum of armeld-$1.tar.gz" >&2
	exit 1
}
rm -rf "$3"
(cd "$here" && find . -name "*.in" -o -path '*/cargo-meld/*' -type f ! -path '*/target/*') | sort | while read -r file; do
	to=$3/${file%.in}
	mkdir -p "$(dirname "$to")"
	sed "s|@VERSION@|$1|g; s|@ADDRESS@|$address|g; s|@SHA256@|$sum|g" "$here/$file" >"$to"
done
