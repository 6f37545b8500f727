#!/bin/sh
# SPDX-License-Identifier: MIT
# Run the command-line tests: run.sh [--update | --list] [NAME...]
#
# A NAME is that of a test (restore/twice, or twice), of a folder (restore), of one round of a loop
# (strip/all:x86_64-linux), or a pattern of the shell for such names ('*/json*'). Without one, all
# tests run. --list prints their names only. --update writes what the tests say now into their
# files: read the diff before you commit it. As many run at once as there are processors, or $JOBS.
# Exit status: 0 all passed, 1 one failed, 2 wrong usage or a file that is no test, 3 no such NAME.
#
# A test is one file, VERB/NAME.test, of comments and sections in this order:
#
#     # What the test shows, in a plain sentence.
#     --- for FIXTURE in x86_64-linux aarch64-apple      (optional: run once with each value;
#     x86_64-msvc                                        the values may go on in more lines)
#     --- file args                                      (optional: a file for the command)
#     -o w.a
#     --- command
#     cp "$FIXTURES/$FIXTURE"/*.a .
#     $ARMELD @args *.a
#     --- stdout                                         (absent: prints nothing)
#     --- stderr                                         (absent: prints nothing)
#     --- status                                         (absent: 0)
#
# The command is a script for sh. It runs in a new folder that holds nothing but the files of the
# test, with nothing on standard input and these variables:
#   ARMELD    the program (default: build/armeld)
#   FIXTURES  tiny libraries of every flavour
#   MAN       the manual pages
# In a loop, `--- stdout VALUE...` says what is printed with these values. Values that print the
# same share a section; `--- stdout` stands for all values. So do --- stderr and --- status.
#
# A section is the lines between its header and the next header or the end of the file. Each ends
# in a newline, unless the line `\ no newline at end` follows. In files and in what is printed, a
# line that begins with a backslash or with `--- ` has a backslash more in front. The paths of the
# folder, the fixtures and the script read SCRATCH, FIXTURES and `command`.

LC_ALL=C TERM=dumb
export LC_ALL TERM
unset NO_COLOR CLICOLOR_FORCE COLUMNS CDPATH PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR
PKG_CONFIG_LIBDIR=/nowhere # the modules of this machine
export PKG_CONFIG_LIBDIR
umask 022

here=$(cd "$(dirname "$0")" && pwd -P) || exit 1
root=$(cd "$here/../.." && pwd -P) || exit 1
: "${TESTS:=$here}" # another folder of tests: for selftest.sh
: "${ARMELD:=$root/build/armeld}"
: "${FIXTURES:=$root/fixtures}"
: "${MAN:=$root/man}"
case $ARMELD in
/*) ;;
*) ARMELD=$(pwd)/$ARMELD ;; # tests run in another directory
esac
export ARMELD FIXTURES MAN

mode=run
case ${1-} in
--update | --list)
    mode=${1#--}
    shift
    ;;
-*)
    echo 'usage: run.sh [--update | --list] [NAME...]' >&2
    exit 2
    ;;
esac
if [ "$mode" != list ] && [ ! -x "$ARMELD" ]; then
    echo "run.sh: $ARMELD is not there: run make first" >&2
    exit 1
fi

# No file is passed over in silence.
strays=
for file in "$TESTS"/* "$TESTS"/*/*; do
    [ -e "$file" ] || continue
    case ${file#"$TESTS"/} in
    */*.test | run.sh | selftest.sh | parse.awk | update.awk) ;;
    */*) strays="$strays $file" ;;
    *) [ -d "$file" ] || strays="$strays $file" ;;
    esac
done
if [ "$strays" ]; then
    echo "run.sh: these are no tests: a test is VERB/NAME.test, see run.sh:$strays" >&2
    exit 2
fi

scratch=$(mktemp -d) || exit 1
scratch=$(cd "$scratch" && pwd -P)
trap 'chmod -R u+rwX "$scratch"; rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM

awk -v scratch="$scratch" -f "$here/parse.awk" root="$TESTS/" "$TESTS"/*/*.test \
    >"$scratch/all" || exit 2

# Whether a test is among those that are named; each NAME that names one is noted in $used.
named() {
    number=0
    for pattern; do
        number=$((number + 1))
        [ "$mode" != update ] || pattern=${pattern%%:*}
        # shellcheck disable=SC2254 # it is a pattern
        case $name in
        $pattern | $pattern:* | */$pattern | */$pattern:* | $pattern/*)
            case $used in
            *" $number "*) ;;
            *) used="$used$number " ;;
            esac
            chosen=yes
            ;;
        esac
    done
}

used=' '
tab=$(printf '\t')
if [ $# -eq 0 ]; then
    mv "$scratch/all" "$scratch/chosen"
else
    : >"$scratch/chosen"
    while IFS= read -r line; do
        name=${line#*"$tab"*"$tab"}
        name=${name%%"$tab"*}
        chosen=
        named "$@"
        [ ! "$chosen" ] || printf '%s\n' "$line" >>"$scratch/chosen"
    done <"$scratch/all"
    number=0
    for pattern; do
        number=$((number + 1))
        case $used in
        *" $number "*) ;;
        *)
            echo "run.sh: no test is called $pattern" >&2
            exit 3
            ;;
        esac
    done
fi
if [ "$mode" = list ]; then
    cut -f 3 "$scratch/chosen"
    exit
fi

# Print what a command printed as a section: no paths of this machine, and a line that looks like
# a header gets a backslash. The last line is an addition that shows whether a newline is there.
section() {
    printf -- '--- %s\n' "$1"
    sed "s|[A-Z]:\($dir\)|\1|g; s|$dir|SCRATCH|g; s|[A-Z]:\($FIXTURES\)|\1|g; s|$FIXTURES|FIXTURES|g
        s|$scratch/[0-9]*\.command|command|g; s/^\\\\/&&/; s/^--- /\\\\&/
        \${/^E\$/d; s/E\$/\\
\\\\ no newline at end/; }" "$2"
}

# Run one test.
run() {
    dir=$scratch/$job/dir
    out=$scratch/$job/out
    err=$scratch/$job/err
    want=$scratch/$number.$round.want
    got=$scratch/$number.$round.got
    if [ -d "$scratch/$number.files" ]; then
        cp -R "$scratch/$number.files" "$dir"
    else
        mkdir "$dir"
    fi
    (
        cd "$dir" && { [ ! "$variable" ] || export "$variable=$value"; } &&
            exec sh "$scratch/$number.command"
    ) >"$out" 2>"$err" </dev/null
    status=$?
    {
        [ ! -s "$out" ] || { echo E >>"$out" && section stdout "$out"; }
        [ ! -s "$err" ] || { echo E >>"$err" && section stderr "$err"; }
        [ $status = 0 ] || printf -- '--- status\n%s\n' $status
    } >"$got"
    rm -rf "$dir" 2>/dev/null || { chmod -R u+rwX "$dir" && rm -rf "$dir"; }
    if cmp -s "$want" "$got"; then
        echo "ok   $name"
        passed=$((passed + 1))
    elif [ "$mode" = update ]; then
        echo "new  $name"
        failed=$((failed + 1))
    else
        echo "FAIL $name: $file"
        sed 's/^/    /' "$scratch/$number.command"
        diff -a -u "$want" "$got" | sed '1s/.*/--- expected/; 2s/.*/+++ got/'
        failed=$((failed + 1))
    fi
}

# Run every test whose place in the list is $job, modulo $jobs.
work() {
    mkdir "$scratch/$job"
    passed=0 failed=0 place=0
    while IFS=$tab read -r number round name file variable value; do
        place=$(((place + 1) % jobs))
        [ $place != "$job" ] || run
    done <"$scratch/chosen"
    echo "$passed $failed" >"$scratch/$job/count"
}

jobs=${JOBS:-$(getconf _NPROCESSORS_ONLN)}
if [ "$jobs" -gt 1 ]; then
    job=0
    while [ $job -lt "$jobs" ]; do
        work >"$scratch/log.$job" 2>&1 &
        job=$((job + 1))
    done
    wait
    cat "$scratch"/log.*
else
    job=0
    work
fi

# Write test files anew, each with the results of all values.
renew() {
    set --
    values=
    while IFS=$tab read -r number round name file variable value; do
        if [ "$round" = 1 ]; then
            [ $# = 0 ] || renew_one "$@"
            set -- "$file"
            values=
        fi
        values="$values $value"
        set -- "$@" "i=$round" "$scratch/$number.$round.got"
    done <"$scratch/chosen"
    [ $# = 0 ] || renew_one "$@"
}

renew_one() {
    test_file=$1
    shift
    awk -v values="$values" -f "$here/update.awk" i=0 "$test_file" "$@" >"$scratch/new" || exit 1
    cmp -s "$scratch/new" "$test_file" || {
        cat "$scratch/new" >"$test_file"
        echo "written: $test_file"
    }
}

[ "$mode" != update ] || renew
all=$(wc -l <"$scratch/chosen")
cat "$scratch"/[0-9]*/count | awk -v jobs="$jobs" -v all="$all" -v mode="$mode" '
    { passed += $1; failed += $2 }
    END {
        if (NR != jobs || passed + failed != all) {
            print "run.sh: " passed + failed " of " all + 0 " tests ended"
            exit 1
        }
        print passed + 0 (mode == "update" ? " as before, " : " passed, ") failed + 0 \
            (mode == "update" ? " new" : " failed")
        exit mode != "update" && failed > 0
    }'
