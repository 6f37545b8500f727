#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh [--files] - `make coverage`: which lines and branches of src/ the tests of `make check` reach.
#
# Runs the tests with the build in $B, compiled with --coverage, then prints a table of the rooms
# of src/ (with --files: of its files), from what gcov says of each source file. A branch counts if
# it was taken at least once. The status is that of the tests.
set -u
LC_ALL=C
export LC_ALL

cd "$(dirname "$0")/../.." || exit 1
: "${B:=build/coverage}"
export B
by=rooms
case ${1-} in
'') ;;
--files) by=files ;;
*)
    echo 'usage: run.sh [--files]' >&2
    exit 2
    ;;
esac

find "$B" -name '*.gcda' -exec rm -f {} +
ARMELD=$B/armeld
export ARMELD

# step NAME COMMAND... - what fails is shown; the last line counts.
status=0
step() {
    log=$B/check-$1.log
    shift
    "$@" >"$log" 2>&1 || {
        status=1
        grep '^FAIL\|:[EF]:' "$log"
    }
    tail -n 1 "$log"
}

# One test limits the size of files, and would leave half of a file of counts: it counts for nothing.
limited=meld/output-too-large
step unit "$B/unit"
# shellcheck disable=SC2046 # a list of names
step cli test/cli/run.sh $(test/cli/run.sh --list | grep -vx "$limited")
step limited env GCOV_PREFIX="$PWD/$B/limited" GCOV_ERROR_FILE=/dev/null test/cli/run.sh "$limited"

# gcov says, for each source file of an object:
#   File 'src/base/arena.c'
#   Lines executed:97.50% of 40
#   Branches executed:100.00% of 22
#   Taken at least once:90.91% of 22
find "$B/src" -name '*.gcno' | sort | xargs gcov -b -n 2>"$B/gcov.log" | awk -v by=$by '
    function share(done, all) { return all ? sprintf("%5.1f %%", 100 * done / all) : "      -" }
    function row(name, l, lines, b, branches) {
        printf "| %s | %d | %s | %d | %s |\n", name, lines, share(l, lines), branches, share(b, branches)
    }
    /^File / {
        split($0, part, "\047")
        file = name = part[2]
        # Headers are seen from many files: only sources count, each once. In the end gcov adds up
        # all files.
        counts = name ~ /^src\/.*\.c$/
        if (by == "rooms") sub(/\/[^\/]*$/, "/", name)
    }
    /^(Lines|Taken)/ && counts {
        kind = /^Lines/ ? "lines" : "branches"
        if ((kind, file) in counted) next
        counted[kind, file] = 1
        split($0, part, /[:%]/)
        n = $NF
        all[kind, name] += n
        all[kind] += n
        done[kind, name] += part[2] * n / 100
        done[kind] += part[2] * n / 100
        if (!(name in seen)) { seen[name] = 1; names[++count] = name }
    }
    END {
        if (!count) { print "run.sh: gcov says nothing of src/" >"/dev/stderr"; exit 1 }
        print "| | lines | reached | branches | taken |"
        print "|---|---|---|---|---|"
        for (i = 1; i <= count; i++) row("`" names[i] "`", done["lines", names[i]], all["lines", names[i]],
            done["branches", names[i]], all["branches", names[i]])
        row("all", done["lines"], all["lines"], done["branches"], all["branches"])
    }' || status=1
exit $status
