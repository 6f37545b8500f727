#!/bin/sh
# SPDX-License-Identifier: MIT
# Run the command-line tests: run.sh [--update] [NAME...]
#
# A test is a line of shell, NAME.sh. It runs in a new empty directory with these variables:
#   ARMELD    the program (default: build/armeld)
#   FIXTURES  tiny libraries of every flavour
#   MAN       the manual pages
# What it writes is compared with NAME.out and NAME.err, its exit status with NAME.status; a file
# that is not there stands for no output, or 0. --update writes them anew: read the diff before
# you commit it. As many run at once as there are processors, or JOBS says.

LC_ALL=C TERM=dumb
export LC_ALL TERM
unset NO_COLOR CDPATH
umask 022

here=$(cd "$(dirname "$0")" && pwd -P) || exit 1
root=$(cd "$here/../.." && pwd -P) || exit 1
: "${ARMELD:=$root/build/armeld}"
: "${FIXTURES:=$root/fixtures}"
: "${MAN:=$root/man}"
case $ARMELD in
/*) ;;
*) ARMELD=$(pwd)/$ARMELD ;; # tests run in another directory
esac
export ARMELD FIXTURES MAN

if [ ! -x "$ARMELD" ]; then
    echo "run.sh: $ARMELD is not there: run make first" >&2
    exit 1
fi
update=
if [ "$1" = --update ]; then
    update=yes
    shift
fi
if [ $# -eq 0 ]; then
    set -- $(cd "$here" && ls ./*.sh | sed 's|^\./||; s|\.sh$||; /^run$/d')
fi

scratch=$(mktemp -d) || exit 1
scratch=$(cd "$scratch" && pwd -P)
trap 'chmod -R u+rwX "$scratch"; rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM

jobs=${JOBS:-$(getconf _NPROCESSORS_ONLN)}
if [ "$jobs" -gt 1 ] && [ $# -ge 16 ] && [ ! "$update" ]; then
    job=0
    while [ $job -lt "$jobs" ]; do
        list=
        number=0
        for name; do
            [ $((number % jobs)) -ne $job ] || list="$list $name"
            number=$((number + 1))
        done
        JOBS=1 "$here/run.sh" $list >"$scratch/job.$job" &
        job=$((job + 1))
    done
    wait
    sed '/^[0-9]* passed, [0-9]* failed$/d' "$scratch"/job.*
    grep -h '^[0-9]* passed, [0-9]* failed$' "$scratch"/job.* | awk -v jobs="$jobs" '
        { passed += $1; failed += $3 }
        END { print passed " passed, " failed " failed"; exit failed > 0 || NR != jobs }'
    exit
fi

# Leave no paths of this machine in what is stored.
clean() {
    sed "s|[A-Z]:\($scratch/dir\)|\1|g; s|$scratch/dir|SCRATCH|g; s|[A-Z]:\($FIXTURES\)|\1|g; s|$FIXTURES|FIXTURES|g" "$1"
}

# Store a file, or remove the stored one if it says nothing.
store() {
    if [ -s "$1" ] && [ "$(cat "$1")" != "$3" ]; then
        cp "$1" "$2"
    else
        rm -f "$2"
    fi
}

# Compare a file with the stored one; $3 is what a missing one stands for.
same() {
    if [ -f "$2" ]; then
        diff -u "$2" "$1"
    else
        printf "$3" | diff -u - "$1"
    fi
}

passed=0
failed=0
for name; do
    if [ ! -f "$here/$name.sh" ]; then
        echo "FAIL $name: no such test"
        failed=$((failed + 1))
        continue
    fi
    mkdir "$scratch/dir"
    (cd "$scratch/dir" && sh "$here/$name.sh") \
        >"$scratch/raw.out" 2>"$scratch/raw.err" </dev/null
    echo $? >"$scratch/status"
    clean "$scratch/raw.out" >"$scratch/out"
    clean "$scratch/raw.err" >"$scratch/err"
    chmod -R u+rwX "$scratch/dir"
    rm -rf "$scratch/dir"
    if [ "$update" ]; then
        store "$scratch/out" "$here/$name.out" ''
        store "$scratch/err" "$here/$name.err" ''
        store "$scratch/status" "$here/$name.status" 0
    fi
    : >"$scratch/diff"
    same "$scratch/status" "$here/$name.status" '0\n' >>"$scratch/diff"
    same "$scratch/out" "$here/$name.out" '' >>"$scratch/diff"
    same "$scratch/err" "$here/$name.err" '' >>"$scratch/diff"
    if [ -s "$scratch/diff" ]; then
        echo "FAIL $name: $(cat "$here/$name.sh")"
        cat "$scratch/diff"
        failed=$((failed + 1))
    else
        echo "ok   $name"
        passed=$((passed + 1))
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
