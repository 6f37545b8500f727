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

if [ $# = 0 ]; then
    "$B/unit" && test/packages.sh && test/cli/selftest.sh && test/cli/run.sh
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
    echo "make check: no unit suite and no command-line test is called $1: $B/unit --list and test/cli/run.sh --list print the names" >&2
    exit 2
fi
status=0
[ -z "$suites" ] || "$B/unit" "$1" || status=1
[ -z "$tests" ] || test/cli/run.sh "$1" || status=1
exit $status
