#!/bin/sh
# SPDX-License-Identifier: MIT
# selftest.sh - what run.sh must find wrong in a document, and must not.
set -u

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
passed=0 failed=0

# expect STATUS TEXT TITLE - the document on standard input: run.sh's status, and a text it prints.
expect() {
    rm -rf "$work/tree"
    mkdir "$work/tree"
    cat >"$work/tree/README.md"
    echo '# Other' >"$work/tree/other.md"
    "$here/run.sh" --tree "$work/tree" >"$work/log" 2>&1
    status=$?
    if [ "$status" = "$1" ] && grep -qF -- "$2" "$work/log"; then
        passed=$((passed + 1))
    else
        echo "FAIL $3: status $status, expected $1 and: $2"
        sed 's/^/     /' "$work/log"
        failed=$((failed + 1))
    fi
}

expect 0 '4 passed, 0 failed' 'a good document' <<'END'
# A heading, `with` code
[here](#a-heading-with-code) [there](other.md#other) `[not](a-link)`

<!-- run -->

    cd /
    echo one; echo two

<!-- output -->

    two
END
expect 1 'README.md:3: status 7' 'a command that fails' <<'END'
<!-- run -->
```sh
(exit 7)
echo on
```
END
expect 1 'README.md:3: no comment' 'a block without a mark' <<'END'
Text.

    echo unmarked
END
expect 1 'README.md:1: no comment' 'a fenced block without a mark' <<'END'
```
echo unmarked
```
END
expect 1 'is not followed by a block' 'a mark without a block' <<'END'
<!-- run -->

Text.
END
expect 1 'comment not understood' 'a mark without a reason' <<'END'
<!-- not run -->

    false
END
expect 1 '+two' 'another output' <<'END'
<!-- run -->

    echo two

<!-- output -->

    three
END
expect 1 'there is no nowhere.md' 'a link to no file' <<'END'
[text](nowhere.md)
END
expect 1 'has no such heading' 'a link to no heading' <<'END'
[text](other.md#another)
END

[ "$failed" = 0 ] || exit 1
echo "ok   selftest: $passed cases"
