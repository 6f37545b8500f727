#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh [NAME] - the unit suites and the command-line tests, all of them or those called NAME:
# `make check` and `make check T=NAME`. NAME is a unit suite, a command-line test (see cli/run.sh),
# or a pattern of the shell for such names.
set -u

cd "$(dirname "$0")/.." || exit 1
: "${B:=build}"
: "${ARMELD:=$B/armeld}"
export B ARMELD

# The unit suites, each in a process of its own, as many at once as there are processors.
unit() { # [NAME]
    said=$(mktemp) || exit 1
    # shellcheck disable=SC2016 # the inner shell expands them
    "$B/unit" --list "$@" | xargs -n 1 -P "${JOBS:-$(getconf _NPROCESSORS_ONLN)}" sh -c '
        said=$("$0" "$1" 2>&1)
        status=$?
        printf "%s\n" "$said" "end of $1: status $status"' "$B/unit" >"$said"
    awk '
        /^[0-9]+%: Checks: / {
            checks = $3 + 0
            next
        }
        /^end of / {
            suites++
            sum += checks
            if ($NF != 0 || checks == "") {
                failed++
                print "FAIL unit suite " $3 " " $4 " " $5 text
            } else {
                print "ok   unit suite " $3 " " checks " checks"
            }
            checks = text = ""
            next
        }
        !/^Running suite/ { text = text "\n     " $0 }
        END {
            print sum " checks in " suites + 0 " unit suites, " failed + 0 " suites failed"
            exit failed > 0 || !suites || text != ""
        }' "$said"
    status=$?
    wanted=$("$B/unit" --list "$@" | wc -l)
    ended=$(grep -c '^end of ' "$said")
    rm -f "$said"
    [ "$wanted" = "$ended" ] || {
        echo "FAIL: $ended of $wanted unit suites ended"
        status=1
    }
    return $status
}

if [ $# = 0 ]; then
    unit && test/packages.sh && test/cli/selftest.sh && test/cli/run.sh
    exit
fi

suites=$("$B/unit" --list "$1" 2>/dev/null)
tests=$(test/cli/run.sh --list "$1" 2>/dev/null)
case $? in
0 | 3) ;;
*)
    test/cli/run.sh --list
    exit 2
    ;;
esac
if [ -z "$suites$tests" ]; then
    echo "make check: no unit suite and no command-line test is called $1:" \
        "$B/unit --list and test/cli/run.sh --list print the names" >&2
    exit 2
fi
status=0
[ -z "$suites" ] || unit "$1" || status=1
[ -z "$tests" ] || test/cli/run.sh "$1" || status=1
exit $status
