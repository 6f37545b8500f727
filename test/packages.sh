#!/bin/sh
# SPDX-License-Identifier: MIT
# packages.sh - the file `packages` is the only one that names packages, and need.sh does as it says.
#
# need.sh runs with programs that only pretend: `dpkg-query` knows what is installed, `id` who
# runs it, and `apt-get` and `sudo` note that they were called.
set -u
LC_ALL=C
export LC_ALL

cd "$(dirname "$0")/.." || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
. test/check.sh

# ---- who names packages ------------------------------------------------------------------------

if [ -e .git ]; then
	files=$(git ls-files Makefile .ci fixtures test share '*.md')
else # a source package
	files=$(find Makefile fixtures test share ./*.md -type f)
fi
scripts=$(printf '%s\n' "$files" | grep -E '(^|/)(Makefile|run|[^/]*\.sh)$' | grep -v '^test/packages\.sh$')

# No line that is given: none is printed.
none() {
	! grep .
}

# What is between `need.sh` and the end of the command must be groups; need.sh itself refuses
# what is not known before it runs.
groups_only() {
	printf '%s\n' "$scripts" | grep -v '^test/need\.sh$' | xargs grep -hoE 'need\.sh"?( +("[^"]*"|[^ |&;)"]+))+' |
		sed -E 's/need\.sh"? +//; s/--list +//; s/ *[0-9]?>.*//; s/"//g' | tr ' ' '\n' | grep -vE '^(\$.*)?$' |
		while read -r group; do
			pattern=$(printf '%s' "$group" | sed 's/\$.*/[^:]*/')
			grep -q "^$pattern:" test/packages || echo "need.sh $group: no group of test/packages"
		done | none
}

# --print-uris only asks where packages come from.
apt_elsewhere() {
	printf '%s\n' "$scripts" | grep -v '^test/need\.sh$' | xargs grep -nE '(^|[^a-z])apt(-get)? .*(install|download|source) ' |
		grep -vE 'print-uris|(install|download|source) +(-[^ ]* +)*"?\$' | none
}

lists_in_documents() {
	printf '%s\n' "$files" | grep '\.md$' | xargs grep -nE '[a-z0-9]-dev[^a-z].*[a-z0-9]-dev([^a-z]|$)' /dev/null |
		grep -v libarmeld | none
}

every_group() {
	# shellcheck disable=SC2046 # a list of words
	test/need.sh --list $(sed -n 's/^\([^ #]*\):.*/\1/p' test/packages)
}

# ---- need.sh -----------------------------------------------------------------------------------

mkdir "$work/bin" "$work/try"
cp test/need.sh "$work/try"
printf '# Some.\n\nbuild: cc libz\nbuild: libx\ncheck: @build check\nloop: a @loop\n' >"$work/try/packages"
for tool in sh awk dirname env cat; do
	ln -s "$(command -v $tool)" "$work/bin/$tool"
done

pretend() { # PROGRAM SCRIPT
	printf '#!/bin/sh\n%s\n' "$2" >"$work/bin/$1"
	chmod +x "$work/bin/$1"
}

# A machine where USER works and all but the missing packages are there.
machine() { # USER-ID MISSING...
	pretend id "echo $1"
	shift
	pretend dpkg-query "case ' $* ' in *\" \$4 \"*) exit 1 ;; esac; echo 'install ok installed'"
	pretend apt-get "echo \"apt-get \$*\" >>'$work/calls'"
	rm -f "$work/bin/sudo"
}

# need STATUS LAST-LINE CALLS GROUP... - how need.sh ends, what it says last, what it calls.
need() {
	status=$1 last=$2 calls=$3
	shift 3
	: >"$work/calls"
	PATH=$work/bin "$work/try/need.sh" "$@" >"$work/said" 2>&1
	got=$?
	cat "$work/said" "$work/calls"
	[ $got = "$status" ] && [ "$(tail -n 1 "$work/said")" = "$last" ] && [ "$(cat "$work/calls")" = "$calls" ]
}

installs="apt-get update -q
apt-get install -qy --no-install-recommends"
root_command='apt-get install --no-install-recommends'

test_need() {
	machine 1000
	check 'nothing is missing' need 0 '' '' check
	check 'a list, each package once' need 0 check '' --list build check
	check 'a group that holds itself' need 0 a '' --list loop
	check 'a group that is not there' need 2 "need.sh: no group is called nix in $work/try/packages" '' build nix
	check 'no group' need 2 'usage: need.sh [--list] GROUP...' ''
	machine 1000 libx check other
	check 'no root, no sudo: the command is printed, nothing is done' \
		need 1 "$root_command libx check" '' check
	pretend sudo "echo sudo >>'$work/calls'; exec \"\$@\""
	check 'sudo' need 0 'need.sh: installing: libx' "sudo
apt-get update -q
sudo
apt-get install -qy --no-install-recommends libx" build
	machine 0 libx check other
	check 'root' need 0 'need.sh: installing: libx check' "$installs libx check" check
	pretend apt-get "echo \"apt-get \$*\" >>'$work/calls'; exit 100"
	check 'apt-get fails' need 1 "$root_command libx" 'apt-get update -q' build
	rm "$work/bin/apt-get"
	check 'no apt-get' need 1 "$root_command libx" '' build
	rm "$work/bin/dpkg-query"
	check 'no dpkg' need 0 "need.sh: this system has no dpkg: see to it that what $work/try/packages lists is installed, under build" '' build
}

check 'scripts name groups' groups_only
check 'only need.sh installs packages' apt_elsewhere
check 'documents list no packages' lists_in_documents
check 'each group can be listed' every_group
test_need
count_checks
