#!/bin/sh
# SPDX-License-Identifier: MIT
# selftest.sh - tests of run.sh itself: what passes, what fails, what is refused, what is written.
set -u

top=$(cd "$(dirname "$0")/../.." && pwd -P) || exit 1
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM
work=$scratch
. "$top/test/check.sh"
TESTS=$scratch/tests ARMELD=/bin/echo FIXTURES=$scratch/fixtures MAN=$top/man
export TESTS ARMELD FIXTURES MAN

# Make a test of standard input, in a folder of tests that holds nothing else.
alone() { # VERB/NAME
    rm -rf "$TESTS"
    mkdir -p "$TESTS/${1%/*}"
    cat >"$TESTS/$1.test"
}

runs() { # STATUS ARGUMENT... - run.sh ends with that status; what it says is in $scratch/said
    wanted=$1
    shift
    "$top/test/cli/run.sh" "$@" >"$scratch/said" 2>&1
    status=$?
    cat "$scratch/said"
    [ $status = "$wanted" ]
}

says() { grep -qF -e "$1" "$scratch/said"; }

# ---- tests that hold --------------------------------------------------------------------------------

everything='# Files, both outputs, the status, paths, and lines that look like headers.
--- file sub/list
one
\--- two
\\three
\ no newline at end
--- command
cat sub/list
echo
echo "$PWD $FIXTURES"
echo "$0" >&2
echo "--- stdout"
printf "%s" "\end"
exit 7
--- stdout
one
\--- two
\\three
SCRATCH FIXTURES
\--- stdout
\\end
\ no newline at end
--- stderr
command
--- status
7'

all_sections_hold() {
    printf '%s\n' "$everything" | alone meld/all
    runs 0 && says '1 passed, 0 failed'
}

files_end_as_written() {
    alone meld/a <<-'END' && runs 0
	# A file may end without a newline, and may be in the folder of another.
	--- file a
	x
	\ no newline at end
	--- file d/b
	y
	--- command
	cat a d/b
	ls
	--- stdout
	xy
	a
	d
	END
}

loop_holds() {
    alone meld/loop <<-'END' && runs 0 && says 'ok   meld/loop:b' && says '3 passed, 0 failed'
	# A loop.
	--- for LETTER in a
	b c
	--- command
	echo all
	[ $LETTER = c ] && exit 3
	echo $LETTER >&2
	--- stdout
	all
	--- stderr a
	a
	--- stderr b
	b
	--- status c
	3
	END
}

# ---- tests that fail --------------------------------------------------------------------------------

fails() { # TEXT OF THE TEST BEHIND THE COMMENT... - it fails, and not for its form
    { echo '# What fails.' && printf '%s\n' "$@"; } | alone meld/a
    runs 1 && says 'FAIL meld/a: ' && says '0 passed, 1 failed'
}

stdout_differs() { fails '--- command' 'echo a' '--- stdout' b && says -b && says +a; }
stdout_is_not_expected() { fails '--- command' 'echo a'; }
stdout_is_missing() { fails '--- command' : '--- stdout' a; }
newline_is_missing() { fails '--- command' 'printf a' '--- stdout' a; }
newline_is_too_much() { fails '--- command' 'echo a' '--- stdout' a '\ no newline at end'; }
stderr_differs() { fails '--- command' 'echo a >&2' '--- stderr' b; }
stderr_is_not_expected() { fails '--- command' 'echo a >&2'; }
stderr_is_stdout() { fails '--- command' 'echo a' '--- stderr' a; }
status_differs() { fails '--- command' 'exit 2' '--- status' 3; }
status_is_not_expected() { fails '--- command' 'exit 2'; }
status_is_0() { fails '--- command' : '--- status' 3; }

one_round_fails() {
    alone meld/loop <<-'END' && runs 1 && says 'FAIL meld/loop:b' && says '1 passed, 1 failed'
	# A loop.
	--- for LETTER in a b
	--- command
	echo $LETTER
	--- stdout
	a
	END
}

runner_dies() {
    printf '%s\n' '# Kills its runner.' '--- command' 'kill -9 $PPID' | alone meld/a
    cp "$TESTS/meld/a.test" "$TESTS/meld/b.test"
    JOBS=2 runs 1 && says '0 of 2 tests ended'
}

# ---- what is refused --------------------------------------------------------------------------------

refused() { # MESSAGE LINE...
    message=$1
    shift
    printf '%s\n' "$@" | alone meld/a
    runs 2 && says "meld/a.test:$message"
}

no_comment() { refused '1: lacks the comment' '--- command' :; }
no_command() { refused '3: lacks --- command' '# A.' '--- stdout' a; }
unknown_section() { refused '4: unknown section: --- stdin' '# A.' '--- command' : '--- stdin' a; }
wrong_order() { refused '4: --- command is too late' '# A.' '--- stdout' a '--- command' 'echo a'; }
twice() { refused '4: stands twice: --- command' '# A.' '--- command' : '--- command' :; }
empty_section() { refused '4: --- stdout is empty' '# A.' '--- command' : '--- stdout'; }
empty_command() { refused '2: --- command is empty' '# A.' '--- command' '--- stdout' a; }
status_0() { refused '4: --- status is followed by one number' '# A.' '--- command' : '--- status' 0; }
no_loop() { refused '4: no loop has the value x' '# A.' '--- command' 'echo a' '--- stdout x' a; }
no_values() { refused '2: a loop reads' '# A.' '--- for X in' '--- command' :; }
file_outside() { refused '2: a file reads' '# A.' '--- file ../x' a '--- command' :; }
no_text_before() { refused '2: before the first section' '# A.' 'echo a' '--- command' :; }
value_twice() {
    refused '7: stands twice: --- stdout b' '# A.' '--- for X in a b' '--- command' 'echo a' '--- stdout' a '--- stdout b' a
}

empty_file() {
    printf '' | alone meld/a
    runs 2 && says '1 test files are empty'
}

old_form() {
    printf '%s\n' '# A.' '--- command' : | alone meld/a
    echo : >"$TESTS/old.sh"
    runs 2 && says "$TESTS/old.sh" && rm "$TESTS/old.sh" && echo : >"$TESTS/meld/a.out" && runs 2 && says "$TESTS/meld/a.out"
}

# ---- names ------------------------------------------------------------------------------------------

names() {
    printf '%s\n' '# A.' '--- for X in 1 2' '--- command' : | alone meld/a
    printf '%s\n' '# B.' '--- command' : >"$TESTS/meld/ab.test"
    mkdir "$TESTS/strip" && cp "$TESTS/meld/ab.test" "$TESTS/strip/ab.test"
    for pair in 'a 2' ab:2 meld:3 meld/ab:1 meld/a:2 'a* 4' 'meld/a* 3' '*/ab 2'; do
        case $pair in
        *' '*) pattern=${pair% *} count=${pair#* } ;;
        *) pattern=${pair%:*} count=${pair##*:} ;;
        esac
        runs 0 "$pattern" && says "$count passed, 0 failed" || return 1
    done
    runs 0 a:2 && says 'ok   meld/a:2' && says '1 passed' && runs 0 meld/a:1 strip && says '2 passed' &&
        runs 3 meld/b && says 'no test is called meld/b' && runs 3 a nothing && says 'no test is called nothing' &&
        runs 0 --list strip && [ "$(cat "$scratch/said")" = strip/ab ] && runs 2 --nothing
}

# make check T=NAME
by_make() { # STATUS NAME
    "$top/test/run.sh" "$2" >"$scratch/said" 2>&1
    status=$?
    cat "$scratch/said"
    [ $status = "$1" ]
}

one_name() {
    printf '%s\n' '# A.' '--- command' : | alone meld/arena
    by_make 0 arena && says '1 passed, 0 failed' && says '1 unit suites, 0' &&
        by_make 0 meld && ! says 'unit suites' && by_make 0 glob && ! says passed &&
        by_make 2 nothing && says 'no command-line test is called nothing' &&
        echo 'exit 1' >>"$TESTS/meld/arena.test" && by_make 1 arena && says '0 passed, 1 failed' &&
        rm "$TESTS/meld/arena.test" && echo : >"$TESTS/meld/arena.sh" && by_make 2 arena && says 'no tests: '
}

# Unit suites that hold, fail, are killed, and say nothing.
unit_suites() (
    printf '%s\n' '# A.' '--- command' : | alone meld/a
    mkdir -p "$scratch/build"
    cat >"$scratch/build/unit" <<-'END'
	#!/bin/sh
	case $1 in
	--list) echo "$SUITES" | tr ' ' '\n' ;;
	good) printf '%s\n' 'Running suite(s): good' '100%: Checks: 3, Failures: 0, Errors: 0' ;;
	bad) printf '%s\n' 'Running suite(s): bad' '50%: Checks: 2, Failures: 1, Errors: 0' 'x.c:1:F: no' && exit 1 ;;
	killed) kill -9 $$ ;;
	esac
	END
    chmod +x "$scratch/build/unit"
    export SUITES B="$scratch/build"
    SUITES=good
    by_make 0 x && says 'ok   unit suite good: 3 checks' && says '3 checks in 1 unit suites, 0 suites failed' || return 1
    SUITES='good bad good'
    by_make 1 x && says 'FAIL unit suite bad: status 1' && says 'x.c:1:F: no' &&
        says '8 checks in 3 unit suites, 1 suites failed' || return 1
    SUITES='killed good'
    by_make 1 x && says 'FAIL unit suite killed: status 137' && says '1 suites failed' || return 1
    SUITES='silent good'
    by_make 1 x && says 'FAIL unit suite silent: status 0'
)

# ---- --update ---------------------------------------------------------------------------------------

written() { # What --update makes of standard input is $1.
    alone meld/a
    runs 0 --update && says new && diff -u - "$TESTS/meld/a.test" <<-END && runs 0 && runs 0 --update && says ' 0 new'
	$1
	END
}

update_writes() {
    written '# A.
--- command
echo "--- x"
printf a >&2
exit 4
--- stdout
\--- x
--- stderr
a
\ no newline at end
--- status
4' <<-'END'
	# A.
	--- command
	echo "--- x"
	printf a >&2
	exit 4
	--- stdout
	old
	END
}

update_removes() {
    printf '%s\n' '# A.' '--- command' : '--- stdout' a '--- stderr' b '--- status' 3 | written '# A.
--- command
:'
}

update_groups() {
    written '# A.
--- for X in a b c
--- command
echo all
[ $X = b ] || echo other
exit 1
--- stdout a c
all
other
--- stdout b
all
--- status
1' <<-'END'
	# A.
	--- for X in a b c
	--- command
	echo all
	[ $X = b ] || echo other
	exit 1
	END
}

update_of_one_round() {
    printf '%s\n' '# A.' '--- for X in a b' '--- command' 'echo $X' | alone meld/a
    runs 0 --update a:b && runs 0 && says '2 passed'
}

for name in all_sections_hold files_end_as_written loop_holds \
    stdout_differs stdout_is_not_expected stdout_is_missing newline_is_missing newline_is_too_much \
    stderr_differs stderr_is_not_expected stderr_is_stdout \
    status_differs status_is_not_expected status_is_0 one_round_fails runner_dies \
    no_comment no_command unknown_section wrong_order twice empty_section empty_command status_0 \
    no_loop no_values file_outside no_text_before value_twice empty_file old_form names one_name unit_suites \
    update_writes update_removes update_groups update_of_one_round; do
    check "run.sh: $(echo $name | tr _ ' ')" $name
done
count_checks
