# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2154
# Sourced by scripts that print a line a check; $suite is the script's name. $failed counts.
failed=0

# Ways of melding by name, and their options.
all_ways='plain strip hide prune prelink merge'
options_of() { # WAY
	case $1 in
	plain) ;;
	strip) echo --strip=all ;;
	merge) echo --prelink --merge ;;
	*) echo "--$1" ;;
	esac
}

# expect TITLE WANTED FOUND
expect() {
	if [ "$2" = "$3" ]; then
		echo "ok $suite/$1"
	else
		echo "FAIL $suite/$1: '$3', not '$2'"
		failed=$((failed + 1))
	fi
}
