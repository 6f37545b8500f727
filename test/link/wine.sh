# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Sourced by run.sh and cases.sh.

wine_again=$PWD/build/link/wine-again.$$
mkdir -p build/link

# Wine itself fails now and then, when its server is just going: a second try tells it from a program
# that fails. wine_retries counts these.
run_in_wine() { # PROGRAM
	for try in first second; do
		status=0
		/usr/lib/wine/wine64 "$1" >"$1.out" 2>"$1.err" || status=$?
		[ $status != 0 ] || break
		echo "wine, $try try of $1: status $status" >&2
		[ $try = second ] || echo "$1" >>"$wine_again"
	done
	cat "$1.err" >&2
	cat "$1.out"
	return $status
}

# For the last line of a script: how many programs wine was asked to run twice.
wine_retries() {
	[ ! -s "$wine_again" ] || echo ", $(wc -l <"$wine_again") programs run twice by wine"
	rm -f "$wine_again"
}
