# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Sourced by run.sh and cases.sh, which set $wine_log, a file.

# Wine itself fails now and then, when its server is just going. A second try tells this from a
# program that fails; second_tries tells how many there were.
run_in_wine() { # PROGRAM
	for try in first second; do
		status=0
		/usr/lib/wine/wine64 "$1" >"$1.out" 2>"$1.err" || status=$?
		[ $status != 0 ] || break
		echo "wine, $try try of $1: status $status" >&2
		[ $try = second ] || echo "$1: status $status" >>"$wine_log"
	done
	cat "$1.err" >&2
	cat "$1.out"
	return $status
}

# How many programs wine had to start twice, for the last line; which, on standard error.
second_tries() {
	[ -s "$wine_log" ] || return 0
	sort "$wine_log" | uniq -c | sed 's/^/wine tried twice:/' >&2
	printf ', wine tried %d programs twice' "$(wc -l <"$wine_log")"
}
