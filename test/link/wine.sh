# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Sourced by run.sh and cases.sh.

# Wine itself fails now and then, when its server is just going: a second try tells it from a program
# that fails.
run_in_wine() { # PROGRAM
	for try in first second; do
		status=0
		/usr/lib/wine/wine64 "$1" >"$1.out" 2>"$1.err" || status=$?
		[ $status != 0 ] || break
		echo "wine, $try try of $1: status $status" >&2
	done
	cat "$1.err" >&2
	cat "$1.out"
	return $status
}
