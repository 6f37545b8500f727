#!/bin/sh
# SPDX-License-Identifier: MIT
# need.sh GROUP...         install the Debian packages of these groups that are missing
# need.sh --list GROUP...  print the packages of these groups, one a line
#
# The groups are those of the file `packages` beside this script. Where packages are missing and
# neither root nor sudo is at hand, nothing is changed: the command that root has to run is printed,
# and the status is 1. A wrong group is status 2. On a system without dpkg, whose packages have
# other names, nothing is installed: the compiler and the tests say what they miss.
set -eu
[ $# -gt 0 ] || {
	echo 'usage: need.sh [--list] GROUP...' >&2
	exit 2
}
LC_ALL=C
export LC_ALL

list=$(dirname "$0")/packages
mode=install
if [ "${1-}" = --list ]; then
	mode=list
	shift
fi

packages=$(awk -v groups="$*" '
	function take(group,    words, count, i) {
		if (group in taken) return
		taken[group] = 1
		if (!(group in holds)) {
			print "need.sh: no group is called " group " in " FILENAME > "/dev/stderr"
			failed = 1
			return
		}
		count = split(holds[group], words, " ")
		for (i = 1; i <= count; i++)
			if (words[i] ~ /^@/) take(substr(words[i], 2))
			else if (!(words[i] in printed)) { printed[words[i]] = 1; print words[i] }
	}
	/^#/ || NF == 0 { next }
	$1 !~ /:$/ { print "need.sh: " FILENAME ":" FNR ": no group" > "/dev/stderr"; failed = 1; next }
	{ group = substr($1, 1, length($1) - 1); $1 = ""; holds[group] = holds[group] $0 }
	END {
		count = split(groups, named, " ")
		for (i = 1; i <= count; i++) take(named[i])
		exit failed ? 2 : 0
	}' "$list")

if [ $mode = list ]; then
	printf '%s\n' "$packages"
	exit
fi
if ! command -v dpkg-query >/dev/null; then
	echo "need.sh: this system has no dpkg: see to it that what $list lists is installed, under $*" >&2
	exit
fi

look() {
	missing=
	for package in $packages; do
		state=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) || state=
		[ "$state" = 'install ok installed' ] || missing="$missing $package"
	done
	[ -n "$missing" ] || exit 0
}
look
if command -v flock >/dev/null; then # what another check is just installing
	exec 9<"$(dirname "$0")"
	flock 9
	look
fi

# The last line is the command, as root has to type it.
refuse() {
	echo "need.sh: $1; as root, run:" >&2
	echo "apt-get install --no-install-recommends$missing" >&2
	exit 1
}

sudo=
if [ "$(id -u)" != 0 ]; then
	sudo=$(command -v sudo) || refuse "missing:$missing; neither root nor sudo"
fi
command -v apt-get >/dev/null || refuse "missing:$missing; no apt-get"
echo "need.sh: installing:$missing" >&2
# shellcheck disable=SC2086 # lists of words
$sudo apt-get update -q >&2 &&
	$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends $missing >&2 ||
	refuse "apt-get cannot install:$missing"
