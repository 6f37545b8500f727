#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh [--full] [--seed N] [NAME...] - disturb armeld in every way and look at what is left.
#
# Scenarios: a meld, melds again and restores, on sets of three flavours, are run again and again;
# each time another call fails, or the program is killed there, or a file is cut short, or a signal
# comes at a random moment (crash.c and faults.c). Afterwards every library is its original or its
# melded form, all links (x86_64-linux) and computes the same, the same command finishes the job,
# and restoring gives back the originals. Conditions: what needs no trick. Without --full a sample
# is taken; its seed is printed.
set -u

cd "$(dirname "$0")/../.." || exit 1
top=$(pwd)
armeld=${ARMELD:-build/armeld}
case $armeld in /*) ;; *) armeld=$top/$armeld ;; esac
fixtures=$top/fixtures
build=$top/build/crash

most=8 kills=40 times=10
seed=$(($(date +%s) % 100000))
while [ $# -gt 0 ]; do
	case $1 in
	--full) most=0 kills=1500 times=100 ;;
	--seed) seed=${2:?run.sh: --seed takes a number} && shift ;;
	-*)
		echo 'usage: run.sh [--full] [--seed N] [NAME...]' >&2
		exit 2
		;;
	*) break ;;
	esac
	shift
done
only=" $* "

test/need.sh crash || exit 1
[ -x "$armeld" ] || {
	echo "run.sh: $armeld is not there: run make first" >&2
	exit 1
}
mkdir -p "$build" && cp -p "$armeld" "$build/armeld" && armeld=$build/armeld || exit 1
cc -std=c17 -O1 -Wall -Wextra -o "$build/crash" test/crash/crash.c test/crash/left.c \
	test/crash/program.c test/crash/tree.c &&
	cc -std=c17 -O1 -Wall -Wextra -fPIC -shared -o "$build/faults.so" test/crash/faults.c -ldl &&
	cc -c -o "$build/main.o" "$fixtures/x86_64-linux/main.c" &&
	cc -c -o "$build/two.o" test/crash/two.c || exit 1

# in memory, if possible: there are thousands of runs, and each waits for its disk
scratch=$(mktemp -d /dev/shm/armeld-crash-XXXXXX 2>/dev/null || mktemp -d) || exit 1
chmod 755 "$scratch"
trap 'umount "$scratch/full" 2>/dev/null; rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM

passed=0
failed=0

# check NAME COMMAND... - one line; what a failing one said comes before it.
check() {
	name=$1
	shift
	case $only in "  " | *" $name "*) ;; *) return ;; esac
	if "$@" >"$scratch/log" 2>&1; then
		echo "ok $name: $(tail -n 1 "$scratch/log")"
		passed=$((passed + 1))
	else
		cat "$scratch/log"
		echo "FAIL $name"
		failed=$((failed + 1))
	fi
}

# ---- scenarios ------------------------------------------------------------------------------------

words() {
	for word; do
		echo "$word"
	done
}

# Begin a scenario in a directory of its own.
scenario() {
	rm -rf "$scratch/scene"
	mkdir -p "$scratch/scene" && cd "$scratch/scene" && mkdir start original melded between &&
		cp "$build/main.o" .
}

# Meld in a directory, with options behind it.
meld_in() {
	(cd "$1" && shift && "$armeld" -q -j1 -o w.a "$@")
}

# run_scene COMMAND... - find out where it leads when nothing disturbs it, then disturb it.
run_scene() {
	words "$armeld" "$@" >command
	cp -R start end && (cd end && "$armeld" "$@") >/dev/null || return 1
	SCENARIO=$name "$build/crash" . "$build/faults.so" "$seed" "$most" "$kills"
	status=$?
	cd "$top"
	return $status
}

how= # options of every meld

# set_of FOLDER - the libraries of a folder: originals, what melding them gives, how to get there.
set_of() {
	cp "$fixtures/$1"/*.[al]* original && cp original/* melded || return 1
	libraries=$(cd original && echo *.[al]*)
	meld_in melded $how $libraries || return 1
	words "$armeld" -q -j1 -o w.a $how $libraries >meld
	words "$armeld" restore --partial w.a >restore
	[ "$1" != x86_64-linux ] || words $libraries w.a >link
}

first_meld() {
	scenario && set_of "$1" && cp original/* start && run_scene -q "$2" -o w.a $libraries
}

# shrunk_meld FOLDER OPTION... - with objects that are written anew
shrunk_meld() {
	folder=$1
	shift
	how=$*
	scenario && set_of "$folder" && cp original/* start || return 1
	run_scene -q -o w.a $how $libraries
	set -- $?
	how=
	return "$1"
}

# strip_alone - one library, which is replaced in one step, or one that was stripped otherwise before
strip_alone() { # [OPTION BEFORE]
	scenario && cp "$fixtures/x86_64-linux-debug/liba.a" original && cp original/* melded &&
		cp original/* start && (cd melded && "$armeld" strip -q -j1 liba.a) || return 1
	[ $# = 0 ] || (cd start && "$armeld" strip -q -j1 "$@" liba.a) || return 1
	words "$armeld" strip -q -j1 liba.a >meld
	words "$armeld" restore liba.a >restore
	run_scene strip -q -j1 liba.a
}

# One library was rebuilt (from the folder $2), one removed, one added. The removed one was the first,
# so of members that are equal but for file names the workspace has others now.
meld_again() {
	scenario && set_of "$1" || return 1
	set -- "$1" "$2" $libraries
	cp "$fixtures/$1/$3" "$fixtures/$2/$4" start && cp "$fixtures/$1/$5" start/removed.a &&
		meld_in start removed.a "$3" "$4" && rm start/removed.a &&
		cp "$fixtures/$1/$4" "$fixtures/$1/$5" start && run_scene -q -j1 -o w.a "$3" "$4" "$5" &&
		diff -r "$scratch/scene/end" "$scratch/scene/melded"
}

# What only it and another library shared leaves the workspace with the one that is removed.
one_removed() {
	scenario && set_of x86_64-linux && rm original/libc.a melded/* && cp original/* melded &&
		libraries='liba.a libb.a' && meld_in melded $libraries &&
		words "$armeld" -q -j1 -o w.a $libraries >meld && words $libraries w.a >link &&
		cp "$build/two.o" main.o && cp "$fixtures"/x86_64-linux/*.a start &&
		meld_in start libc.a $libraries && rm start/libc.a && run_scene -q -j1 -o w.a $libraries
}

# Nothing but one library changes, and not the workspace.
one_rebuilt() {
	scenario && set_of x86_64-linux && cp original/* start &&
		cp "$fixtures/x86_64-linux-variant/libb.a" start && meld_in start $libraries &&
		cp original/libb.a start && run_scene -q -j1 -o w.a $libraries
}

# groups HOW... - two groups of libraries; a program uses those of one, with what is there of both
# workspaces.
groups() {
	how=$*
	scenario && set_of x86_64-linux-groups && cp "$build/two.o" main.o &&
		words liba.a libb.a w-2.a w.a >link
}

with_groups() { groups --workspaces=auto && cp original/* start && run_groups; }

# Libraries for two machines of Apple's, each with a workspace of its own.
platforms() {
	how=--workspaces=auto
	scenario && for folder in aarch64-apple x86_64-apple; do
		for letter in a b; do
			cp "$fixtures/$folder/lib$letter.a" "original/$folder-$letter.a" || return 1
		done
	done && cp original/* melded && libraries=$(cd original && echo *.a) && meld_in melded $how $libraries &&
		words "$armeld" -q -j1 -o w.a $how $libraries >meld && words "$armeld" restore --partial w.a >restore
}

with_platforms() { platforms && cp original/* start && run_groups; }

platforms_again() {
	platforms && cp original/* start && cp "$fixtures/x86_64-apple/libc.a" start/x86_64-apple-a.a &&
		(cd start && "$armeld" -q -j1 $how -o w.a $libraries) && cp original/x86_64-apple-a.a start && run_groups
}

# A workspace of a group comes, or goes.
groups_change() {
	groups "$2" && cp original/* start && (cd start && "$armeld" -q -j1 "$1" -o w.a $libraries) &&
		run_groups
}

# One library of a group was rebuilt: the group is no more.
groups_rebuilt() {
	groups --workspaces=auto && cp original/* start && cp original/libb.a start/kept.a &&
		cp "$fixtures/x86_64-linux/libb.a" start/libb.a &&
		(cd start && "$armeld" -q -j1 $how -o w.a $libraries && mv kept.a libb.a) && run_groups
}

run_groups() {
	run_scene -q -j1 $how -o w.a $libraries
	set -- $?
	how=
	return "$1"
}

groups_restored() {
	groups --workspaces=auto && cp melded/* start && how= && run_scene restore -q w.a
}

restoring() {
	scenario && set_of "$1" && cp melded/* start && run_scene restore -q w.a
}

with_backups() {
	scenario && set_of x86_64-linux && cp original/* start && echo old >start/liba.bak &&
		rm restore && words "$armeld" -q -j1 -b -o w.a $libraries >meld &&
		run_scene -q -j1 -b -o w.a $libraries
}

# The sidecar that is there for a while lets an interrupted run finish.
without_sidecar() {
	scenario && set_of x86_64-linux && cp original/* start && rm -r melded restore &&
		run_scene -q -j1 --no-sidecar -o w.a $libraries
}

# Melded libraries in another directory are replaced by others; originals come between them.
elsewhere() {
	scenario && set_of x86_64-linux && cp original/* start && mkdir between/out start/out &&
		cp original/* between/out && cp "$fixtures/x86_64-linux-variant/libb.a" start &&
		(cd start && "$armeld" -q -j1 -d out -o out/w.a libc.a liba.a libb.a) &&
		cp original/* start && words out/liba.a out/libb.a out/libc.a out/w.a >link &&
		rm -r melded restore && run_scene -q -j1 -d out -o out/w.a $libraries
}

in_folders() {
	scenario && set_of x86_64-linux && rm -r original melded && mkdir -p start/sub original/sub &&
		cp "$fixtures/x86_64-linux/liba.a" original && cp "$fixtures"/x86_64-linux/lib[bc].a original/sub &&
		cp -R original/* start && libraries='liba.a sub/libb.a sub/libc.a' && cp -R start melded &&
		meld_in melded $libraries && words $libraries w.a >link &&
		words "$armeld" -q -j1 -o w.a $libraries >meld && run_scene -q -j1 -o w.a $libraries
}

# tell_of FOLDER LETTER IDENTIFIER... - the Info.plist of an xcframework.
tell_of() {
	python3 - lib$2.a "$@" >"$1/$2.xcframework/Info.plist" <<-'E'
		import plistlib, sys
		libraries = [{'LibraryIdentifier': name, 'LibraryPath': sys.argv[1], 'SupportedPlatform': name.split('-')[0],
		              'SupportedArchitectures': ['arm64']} for name in sys.argv[4:]]
		plistlib.dump({'CFBundlePackageType': 'XFWK', 'XCFrameworkFormatVersion': '1.0',
		               'AvailableLibraries': libraries}, sys.stdout.buffer)
	E
}

# Two xcframeworks with two platforms each, and one of workspaces.
frameworks() {
	scenario && rm -r original melded && for letter in a b; do
		mkdir -p start/$letter.xcframework/ios start/$letter.xcframework/macos &&
			cp "$fixtures/aarch64-apple/lib$letter.a" start/$letter.xcframework/ios &&
			cp "$fixtures/universal-apple/lib$letter.a" start/$letter.xcframework/macos &&
			tell_of start $letter ios macos || return 1
	done && cp -R start original && cp -R start melded && libraries='a.xcframework b.xcframework' &&
		(cd melded && "$armeld" -q -j1 -o w.xcframework $libraries) &&
		words "$armeld" -q -j1 -o w.xcframework $libraries >meld && words "$armeld" restore --partial w.xcframework >restore
}

with_frameworks() { frameworks && run_scene -q -j1 -o w.xcframework $libraries; }

# With headers and links, into another folder, from folders or from a package.
frameworks_elsewhere() { # FROM
	frameworks && for folder in start/?.xcframework/macos; do
		mkdir -p $folder/A/Headers && echo 'int x;' >$folder/A/Headers/x.h && ln -s A/Headers $folder/Headers || return 1
	done && case $1 in *.tar) (cd start && tar cf $1 $libraries && rm -r $libraries) ;; esac &&
		rm -r melded original restore && cp -R start original && run_scene -q -j1 -d out -o out/w.xcframework $1
}

# A library of one platform was rebuilt.
frameworks_again() {
	frameworks && cp "$fixtures/aarch64-apple/libc.a" start/b.xcframework/ios/libb.a &&
		(cd start && "$armeld" -q -j1 -o w.xcframework $libraries) &&
		cp original/b.xcframework/ios/libb.a start/b.xcframework/ios && run_scene -q -j1 -o w.xcframework $libraries
}

# frameworks_change OLD NEW [OTHER] - the set is melded again without OLD, whose workspace goes; with OTHER, NEW is
# new, and has libraries that were built again.
frameworks_change() {
	frameworks && rm -r start melded && cp -R original start &&
		(cd start && "$armeld" -q -j1 -o w.xcframework $libraries) || return 1
	for tree in start original; do
		for letter in a b; do
			[ -e $tree/$letter.xcframework/$2 ] ||
				cp -R original/$letter.xcframework/$1 $tree/$letter.xcframework/$2 || return 1
			rm -rf $tree/$letter.xcframework/$1 && tell_of $tree $letter $2 ${3-} || return 1
		done
	done
	cp -R original melded && (cd melded && "$armeld" -q -j1 -o w.xcframework $libraries) &&
		run_scene -q -j1 -o w.xcframework $libraries
}

frameworks_restored() { frameworks && rm -r start && cp -R melded start && run_scene restore -q w.xcframework; }

# The files that tell of the workspace are written with the archives, or not at all.
told_of() {
	scenario && set_of x86_64-linux && mkdir start/pc && for letter in a b c; do
		printf 'Name: x\nDescription: d\nVersion: 1\nLibs: -l%s\n' $letter >"start/pc/$letter.pc"
	done && cp -R start/pc original && cp original/*.a start && rm -r melded && cp -R start melded &&
		meld_in melded --pc-dir pc --dep-json pc/w.json $libraries &&
		words "$armeld" -q -j1 -o w.a --pc-dir pc --dep-json pc/w.json $libraries >meld
}

with_pc() { told_of && run_scene -q -j1 -o w.a --pc-dir pc --dep-json pc/w.json $libraries; }

# A .pc was written anew by its build, and the others get other contents.
with_pc_again() {
	told_of && meld_in start --pc-dir pc --dep-json pc/w.json --libs -lx $libraries && cp original/pc/b.pc start/pc &&
		run_scene -q -j1 -o w.a --pc-dir pc --dep-json pc/w.json $libraries
}

# A library was rebuilt, too; partly restored, files that tell of the workspace stay, as it does.
with_pc_rebuilt() {
	told_of && cp "$fixtures/x86_64-linux-variant/libb.a" start &&
		meld_in start --pc-dir pc --dep-json pc/w.json --libs -lx $libraries && cp original/libb.a start &&
		rm restore && run_scene -q -j1 -o w.a --pc-dir pc --dep-json pc/w.json $libraries
}

# Killed, it leaves new files where the sidecar knows of none: the same command sweeps them.
pc_afterwards() { told_of && meld_in start $libraries && rm restore && run_scene pkgconfig -q --pc-dir pc --dep-json pc/w.json w.a; }

pc_restored() { told_of && cp -R melded/* start && run_scene restore -q w.a; }

# The set stays as it is; the new files are there or not, each whole.
sharing() {
	scenario && set_of x86_64-linux && cp melded/* start && rm restore && run_scene share -q -d out w.a
}

# Files of an earlier sharing, of another build of the set, are replaced.
sharing_again() {
	scenario && set_of x86_64-linux && cp melded/* start && mkdir between/other &&
		cp original/* between/other && cp "$fixtures/x86_64-linux-variant/libb.a" between/other &&
		(cd between/other && meld_in . $libraries && "$armeld" share -q -d ../../start/out w.a) &&
		echo old >start/out/libw.map && echo old >start/out/liba.a && rm -r restore between/other &&
		run_scene share -q -d out w.a
}

check meld first_meld x86_64-linux -j1
check meld-threads first_meld x86_64-linux -j4
check meld-coff first_meld x86_64-msvc -j1
check meld-darwin first_meld aarch64-apple -j1
check meld-universal first_meld universal-apple -j1
check meld-backup with_backups
check meld-no-sidecar without_sidecar
check meld-folders in_folders
check meld-xcframework with_frameworks
check meld-xcframework-elsewhere frameworks_elsewhere 'a.xcframework b.xcframework'
check meld-xcframework-package frameworks_elsewhere sdk.tar
check again meld_again x86_64-linux x86_64-linux-variant
check again-rebuilt one_rebuilt
check again-removed one_removed
check again-elsewhere elsewhere
check again-coff meld_again x86_64-msvc x86_64-msvc-debug
check again-darwin meld_again aarch64-apple aarch64-apple
check again-xcframework frameworks_again
check again-xcframework-first-gone frameworks_change ios macos
check again-xcframework-last-gone frameworks_change macos ios
check again-xcframework-renamed frameworks_change ios ios-arm64 macos
check again-universal meld_again universal-apple universal-apple
check meld-shrunk shrunk_meld x86_64-linux --strip=all --prune
check groups with_groups
check platforms with_platforms
check platforms-again platforms_again
check groups-come groups_change --workspaces=one --workspaces=auto
check groups-go groups_change --workspaces=auto --workspaces=one
check groups-rebuilt groups_rebuilt
check groups-restored groups_restored
check strip strip_alone
check strip-again strip_alone --locals
check pc with_pc
check pc-again with_pc_again
check pc-rebuilt with_pc_rebuilt
check pc-afterwards pc_afterwards
check pc-restored pc_restored
check restore restoring x86_64-linux
check restore-coff restoring x86_64-msvc
check restore-darwin restoring aarch64-apple
check restore-universal restoring universal-apple
check restore-xcframework frameworks_restored
check share sharing
check share-again sharing_again

# ---- conditions -----------------------------------------------------------------------------------

# fresh DIRECTORY - a set to be melded there; go there.
fresh() {
	rm -rf "$1"
	mkdir "$1" && cd "$1" && cp "$fixtures"/x86_64-linux/*.a . && chmod 644 ./*.a
}

# Libraries here are originals; nothing else is here but the files named.
untouched() {
	for library in liba.a libb.a libc.a; do
		cmp "$library" "$fixtures/x86_64-linux/$library" || return 1
	done
	[ "$(ls -A)" = "$(printf '%s\n' liba.a libb.a libc.a "$@")" ] || {
		ls -A
		return 1
	}
}

# As untouched, but the set is melded here.
all_melded() {
	for file in liba.a libb.a libc.a w.a w.a.armeld; do
		cmp "$file" "$scratch/melded/$file" || return 1
	done
	[ "$(ls -A)" = "$(cd "$scratch/melded" && ls -A)" ] || {
		ls -A
		return 1
	}
}

# expect STATUS COMMAND... - it ends with that status; what it said is in $said.
expect() {
	wanted=$1
	shift
	said=$("$@" 2>&1)
	got=$?
	[ $got = "$wanted" ] || {
		echo "exit status $got instead of $wanted: $*: $said"
		return 1
	}
	[ $got = 0 ] || case $said in
	"armeld: "*) ;;
	*)
		echo "no message: $*: $said"
		return 1
		;;
	esac
}

as_nobody() {
	if [ "$(id -u)" = 0 ]; then
		setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
	else
		"$@"
	fi
}

give_to_nobody() {
	[ "$(id -u)" != 0 ] || chown -R 65534:65534 "$1"
}

read_only_file() {
	fresh "$scratch/set" && chmod 444 liba.a && give_to_nobody . &&
		expect 0 as_nobody "$armeld" -q -o w.a lib*.a && cmp liba.a "$scratch/melded/liba.a" &&
		[ "$(stat -c %a liba.a)" = 444 ] && echo 'replaced, and read-only as before'
}

read_only_directory() {
	fresh "$scratch/set" && give_to_nobody . && chmod 555 . &&
		expect 1 as_nobody "$armeld" -q -o w.a lib*.a && untouched && echo "$said"
}

unreadable_file() {
	fresh "$scratch/set" && give_to_nobody . && chmod 0 libb.a &&
		expect 1 as_nobody "$armeld" -q -o w.a lib*.a && chmod 644 libb.a && untouched && echo "$said"
}

read_only_restore() {
	fresh "$scratch/set" && "$armeld" -q -o w.a lib*.a && give_to_nobody . && chmod 555 . &&
		expect 1 as_nobody "$armeld" restore -q w.a && all_melded && chmod 755 . &&
		expect 0 as_nobody "$armeld" restore -q w.a && untouched && echo 'refused, then restored'
}

# A file system that is too small by ever less.
full_disk() {
	mkdir -p "$scratch/full"
	refused=0
	for size in 36k 40k 44k 48k 52k 56k 60k 64k 68k 72k 76k 128k; do
		cd "$scratch" || return 1
		umount "$scratch/full" 2>/dev/null
		mount -t tmpfs -o size=$size,mode=755 armeld-crash "$scratch/full" || {
			echo 'skipped: a full disk: file systems cannot be mounted here'
			return 0
		}
		cd "$scratch/full" && cp "$fixtures"/x86_64-linux/*.a . || return 1
		if "$armeld" -q -d new/below -o new/below/w.a lib*.a 2>"$scratch/said"; then
			rm -r new
		else # no folder that nothing came into
			[ ! -e new ] && grep -q '^armeld: .*No space left' "$scratch/said" || return 1
		fi
		if "$armeld" -q -o w.a lib*.a 2>"$scratch/said"; then
			all_melded || return 1
		else
			untouched && grep -q '^armeld: .*No space left' "$scratch/said" || return 1
			refused=$((refused + 1))
		fi
	done
	cd "$scratch" && umount "$scratch/full"
	[ "$refused" -gt 1 ] && echo "refused on $refused file systems, melded on the largest"
}

file_size_limit() {
	refused=0
	for blocks in 0 1 2 3 4 6 8 12 14 15 16 24; do
		fresh "$scratch/set" || return 1
		if (ulimit -f $blocks && exec "$armeld" -q -o w.a lib*.a) 2>"$scratch/said"; then
			all_melded || return 1
		else
			untouched || return 1
			refused=$((refused + 1))
		fi
	done
	[ "$refused" -gt 1 ] && [ "$refused" -lt 12 ] && echo "refused under $refused limits of 12"
}

two_melds() {
	for i in $(seq "$times"); do
		fresh "$scratch/set" || return 1
		"$armeld" -q -o w.a lib*.a & first=$!
		"$armeld" -q -o w.a lib*.a & second=$!
		wait $first && wait $second && all_melded || return 1
	done
	echo "$times times, both melded"
}

meld_and_restore() {
	restored=0
	for i in $(seq "$times"); do
		fresh "$scratch/set" && "$armeld" -q -o w.a lib*.a || return 1
		"$armeld" restore -q w.a & first=$!
		"$armeld" -q -o w.a lib*.a & second=$!
		wait $first
		status=$?
		wait $second || status=9
		# the first one to come restores, or there is nothing to do for the second
		case $status in
		0) all_melded || { untouched && restored=$((restored + 1)); } || return 1 ;;
		*) return 1 ;;
		esac
	done
	echo "$times times; $restored times the restore came last"
}

# They share no workspace, but their libraries.
two_workspaces() {
	for i in $(seq "$times"); do
		fresh "$scratch/set" && mkdir x y || return 1
		"$armeld" -q -o x/w.a lib*.a 2>x/said & first=$!
		"$armeld" -q -o y/w.a lib*.a 2>y/said & second=$!
		wait $first
		one=$?
		wait $second
		two=$?
		case $one$two in
		00 | 01 | 10) ;;
		*)
			cat x/said y/said
			return 1
			;;
		esac
		rm x/said y/said
		[ -z "$(find . -name '.*armeld*')" ] || return 1
		"$armeld" restore -q --partial x/w.a 2>/dev/null
		"$armeld" restore -q --partial y/w.a 2>/dev/null
		rm -rf x y && untouched || return 1
	done
	echo "$times times; the originals can always be restored"
}

# What was left behind by a killed run, whatever its files were called.
left_overs() {
	fresh "$scratch/set" && touch .gone.a.armeld-new .w.a.armeld.armeld-passing &&
		touch .liba.a.armeld-original && "$armeld" -q -o w.a lib*.a && all_melded &&
		touch .gone.a.armeld-new && "$armeld" restore -q w.a && untouched && echo swept
}

ignored_signals() {
	fresh "$scratch/set" || return 1
	(
		trap '' INT HUP # before armeld begins: it may get the signals at once
		"$armeld" -q -o w.a lib*.a &
		run=$!
		kill -INT $run
		kill -HUP $run
		wait $run
	) && all_melded && echo 'nohup works'
}

rm -rf "$scratch/melded"
(fresh "$scratch/melded" && "$armeld" -q -o w.a lib*.a) || exit 1
check read-only-file read_only_file
check read-only-directory read_only_directory
check read-only-restore read_only_restore
check unreadable-file unreadable_file
check full-disk full_disk
check file-size-limit file_size_limit
check two-melds two_melds
check meld-and-restore meld_and_restore
check two-workspaces two_workspaces
check left-overs left_overs
check ignored-signals ignored_signals

echo "seed $seed"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
