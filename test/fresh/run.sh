#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh - the two commands of README.md in systems where nothing is installed but git and make: a
# bare Debian 12 and a bare Debian 13, each in a folder. There HEAD is cloned; then run
#   - the commands, by root, who gets the missing packages installed;
#   - on Debian 12 the commands by a user, now that all packages are there;
#   - and with one package missing: they must fail, say what root has to type, and do nothing else.
#
# run.sh TARGET... - in a bare Debian 12 for each, `make TARGET` by root. A TARGET with a space is a
# command for the shell ('timeout 300 make link').
#
# Root is needed, for chroot. Mirror, proxies and certificates are those of this machine. With
# ROOTS=FOLDER, bare systems are taken from there, and left there for the next time: for work on
# this script. What the commands said stands in build/fresh/log.
set -u
LC_ALL=C
export LC_ALL

cd "$(dirname "$0")/../.." || exit 1
here=test/fresh
top=$PWD
folder=$top/build/fresh
roots=${ROOTS:-$folder/roots}

[ "$(id -u)" = 0 ] || {
	echo 'FAIL run.sh: bare systems are made by debootstrap and entered by chroot: only root can'
	exit 1
}
test/need.sh fresh || exit 1

clean() {
	[ -n "${ROOTS-}" ] || rm -rf --one-file-system "$roots"
	rm -rf --one-file-system "$folder/systems"
}

# All work is done in name spaces of its own: processes and mounts there end with their first
# process, so that what is removed then holds nothing of this machine.
if [ -z "${FRESH_INSIDE-}" ]; then
	stop() {
		kill -KILL $child
		wait $child
		sleep 1 # the last processes are going
		clean
		exit 1
	}
	child=
	clean
	rm -rf "$folder/log"
	mkdir -p "$roots" "$folder/systems" "$folder/log"
	FRESH_INSIDE=yes unshare --mount --pid --fork --kill-child --mount-proc $here/run.sh "$@" &
	child=$!
	trap stop HUP INT TERM
	wait $child
	status=$?
	clean
	exit $status
fi

# ---- bare systems ------------------------------------------------------------------------------

# Debian's own entries of this machine's sources, in their order, which decides where apt fetches
# what several hold: URI, SUITE, COMPONENT a line.
own_sources() {
	codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
	apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
		grep -E "^[^ ]+ $codename(-updates|-security)? main\$" | awk '!seen[$0]++'
}

# The same for another suite.
sources_of() { # SUITE
	own_sources | sed -E "s/ $codename(-updates|-security)? / $1\\1 /"
}

# What apt is told of proxies and certificates here, by its configuration or by the environment.
network() {
	apt-config dump | grep -E '^Acquire::(http|https|Check-|Retries)'
	[ -z "${http_proxy-}" ] || echo "Acquire::http::Proxy \"$http_proxy\";"
	[ -z "${https_proxy-}" ] || echo "Acquire::https::Proxy \"$https_proxy\";"
}

bare() { # SUITE
	codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
	mirror=$(own_sources | sed -n "s/ $codename main\$//p" | head -n 1)
	[ -n "$mirror" ] || {
		echo "no mirror of Debian $codename among apt's sources of this machine"
		return 1
	}
	[ ! -e "$roots/$1/bare" ] || return 0
	debootstrap --variant=minbase --include=git,make "$1" "$roots/$1.new" "$mirror" || return 1
	root=$roots/$1.new
	sources_of "$1" | sed 's/^/deb /' >"$root/etc/apt/sources.list" &&
		network >"$root/etc/apt/apt.conf.d/90network" &&
		echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/quick" || return 1
	for file in /etc/resolv.conf /etc/hosts /etc/pip.conf /etc/ssl/certs/ca-certificates.crt \
		/usr/local/share/ca-certificates; do
		[ ! -e "$file" ] || { mkdir -p "$root${file%/*}" && cp -RL "$file" "$root${file%/*}/"; } || return 1
	done
	touch "$root/bare" && mv "$root" "$roots/$1"
}

# A bare system of one's own, $system, where root has cloned HEAD.
start() { # NAME SUITE
	system=$folder/systems/$1
	bare "$2" && cp -a --reflink=auto "$roots/$2" "$system" &&
		git clone -q --bare --depth 1 "file://$top" "$system/home/clone" &&
		inside root /root 'git clone -q /home/clone armeld'
}

# inside USER FOLDER COMMAND - run the command there, with what a new login has in its environment.
inside() {
	case $1 in
	root) id=0 home=/root ;;
	*) id=1000 home=/home/$1 ;;
	esac
	# shellcheck disable=SC2016 # the inner shells expand it
	unshare --mount --pid --fork --kill-child sh -c '
		mount -t proc proc "$1/proc" && mount -t tmpfs -o mode=1777 tmpfs "$1/dev/shm" &&
			exec chroot --userspec="$2:$2" --groups="$2" "$1" /usr/bin/env -i HOME="$4" LOGNAME="$3" \
				USER="$3" PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb \
				sh -c "cd \"\$1\" && eval \"\$2\"" sh "$5" "$6"
		' sh "$system" "$id" "$1" "$home" "$2" "$3" </dev/null
}

# ---- checks ------------------------------------------------------------------------------------

check_log=$folder/log/README.md
. test/check.sh

# checked TITLE COMMAND... - as `check`, with the name of the system; the whole log stays.
checked() {
	title=$1
	shift
	check_log=$folder/log/$label-$(printf '%s' "$title" | tr -c 'a-zA-Z0-9' -)
	check "$label: $title" "$@"
}

# The block of README.md that has `make check`, a command a line.
commands() {
	awk -v RS= '/(^|\n)(    )?make check/ { print; exit }' README.md | sed '/^```/d; s/^    //'
}

run_commands() { # USER FOLDER
	user=$1 where=$2
	lines=$(commands)
	while [ -n "$lines" ]; do
		command=${lines%%"$newline"*}
		checked "$command, by $user" inside "$user" "$where" "$command"
		case $lines in
		*"$newline"*) lines=${lines#*"$newline"} ;;
		*) lines= ;;
		esac
	done
}
newline='
'

# The user has what root has compiled, which would be the same again, and a clone of his own.
add_user() {
	inside root / 'useradd --create-home user && cp -a /root/armeld /home/user &&
		chown -R user:user /home/clone /home/user/armeld' &&
		inside user /home/user 'git clone -q /home/clone untouched'
}

# refused PACKAGE COMMAND - it fails, its last words are what root has to type, and the tree is as
# before.
refused() {
	inside root / "dpkg --remove --force-depends $1" || return 1
	inside user /home/user/untouched "$2" >"$system/said" 2>&1
	status=$?
	cat "$system/said"
	[ $status != 0 ] && grep -qx "apt-get install --no-install-recommends $1" "$system/said" &&
		[ -z "$(inside user /home/user/untouched 'git status --porcelain --ignored')" ]
}

test_debian_12() {
	checked 'a bare system' start debian-12 bookworm
	[ $failed = 0 ] || return
	run_commands root /root/armeld
	checked 'a user' add_user
	run_commands user /home/user/armeld
	checked 'make check, by user, without the package check' refused check 'make check'
	checked 'make demo, by user, without the package libxxhash-dev' refused libxxhash-dev 'make demo'
}

test_debian_13() {
	checked 'a bare system' start debian-13 trixie
	[ $failed = 0 ] || return
	run_commands root /root/armeld
}

# A command with a space is taken as it stands.
test_target() { # COMMAND
	case $1 in
	*' '*) command=$1 ;;
	*) command="make $1" ;;
	esac
	label=$(printf '%s' "$1" | tr -c 'a-zA-Z0-9.-' _)
	before=$failed
	checked 'a bare system' start "$label" bookworm
	[ $failed != "$before" ] || checked "$command" inside root /root/armeld "$command"
	rm -rf --one-file-system "$system"
}

# part LABEL COMMAND... - runs in the background; what it counted is added up at the end.
part() {
	label=$1
	shift
	{
		"$@"
		echo "$passed $failed" >"$folder/systems/$label.counted"
	} &
}

if [ $# = 0 ]; then
	label=README.md
	checked 'has the commands' eval '[ "$(commands | grep -c .)" -ge 2 ]'
	part debian-12 test_debian_12
	part debian-13 test_debian_13
	wait
	for label in debian-12 debian-13; do
		read -r one two <"$folder/systems/$label.counted" || failed=$((failed + 1)) one=0 two=0
		passed=$((passed + one)) failed=$((failed + two))
	done
else
	for target; do
		test_target "$target"
	done
fi
count_checks
