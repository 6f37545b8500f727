# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Sourced by scripts that check several things: a line for each, what a failing one said, a count.
# The script sets $work, a folder of its own, before.
passed=0 failed=0

# check TITLE COMMAND...
check() {
	title=$1
	shift
	if "$@" >"$work/log" 2>&1; then
		echo "ok   $title"
		passed=$((passed + 1))
	else
		echo "FAIL $title"
		sed 's/^/     /' "$work/log" | tail -n 30
		failed=$((failed + 1))
	fi
}

# The last line, and the script's status.
count_checks() {
	echo "$passed passed, $failed failed"
	[ "$failed" = 0 ]
}
