# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2154
# Sourced by scripts that print a line a check; $suite is the script's name. $failed counts.
failed=0

# expect TITLE WANTED FOUND
expect() {
	if [ "$2" = "$3" ]; then
		echo "ok $suite/$1"
	else
		echo "FAIL $suite/$1: '$3', not '$2'"
		failed=$((failed + 1))
	fi
}
