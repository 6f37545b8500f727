# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Sourced by scripts that check several things: a line for each, what a failing one said, a count.
# The script sets $work, a folder of its own, before, or $check_log, a file of its own.
passed=0 failed=0
: "${check_log:=$work/log}"

# check TITLE COMMAND...
check() {
	title=$1
	shift
	if "$@" >"$check_log" 2>&1; then
		echo "ok   $title"
		passed=$((passed + 1))
	else
		echo "FAIL $title"
		sed 's/^/     /' "$check_log" | tail -n 30
		failed=$((failed + 1))
	fi
}

# The last line, and the script's status.
count_checks() {
	echo "$passed passed, $failed failed"
	[ "$failed" = 0 ]
}
