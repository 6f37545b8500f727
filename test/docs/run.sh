#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh - `make docs`: run the commands that README.md and the other documents print, in a scratch
# copy of the tree with armeld on the PATH, and follow all relative links.
# run.sh --tree DIR [DOCUMENT...] - the same for another tree, by default for its README.md.
#
# The top of blocks.awk says how a document marks its command blocks. Prints a line for each block
# and document; the last line counts them.
set -u
LC_ALL=C
export LC_ALL

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
tree=$top
documents=
if [ "${1-}" = --tree ]; then
    tree=$(cd "$2" && pwd) || exit 2
    shift 2
    documents=${*:-README.md}
fi
cd "$tree" || exit 2

: "${ARMELD:=$top/build/armeld}"
if [ "$tree" = "$top" ]; then
    documents='README.md HACKING.md CONTRIBUTING.md SECURITY.md docs/*.md'
    "$top/test/need.sh" docs || exit 1
    [ -x "$ARMELD" ] || {
        echo "run.sh: $ARMELD is not there: run make first" >&2
        exit 1
    }
    "$here/selftest.sh" || exit 1
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
mkdir "$work/bin"
ln -s "$ARMELD" "$work/bin/armeld"
passed=0 failed=0

good() {
    echo "ok   $1"
    passed=$((passed + 1))
}

bad() {
    echo "FAIL $1"
    sed 's/^/     /' "$2" | tail -n 30
    failed=$((failed + 1))
}

# The files of the tree: what git tracks or would track, so that nothing built is copied.
files() {
    if [ "$tree" = "$top" ]; then
        git ls-files --cached --others --exclude-standard
    else
        find . -type f | sed 's|^\./||'
    fi
}

# run_document NAME - its blocks in a copy of the tree, in one shell that ends at the first failure.
run_document() {
    rm -rf "$work/copy" "$work/doc"
    mkdir "$work/copy" "$work/doc"
    awk -v name="$1" -v work="$work/doc" -f "$here/blocks.awk" "$1" >"$work/doc/blocks"
    if [ -s "$work/doc/errors" ]; then
        bad "$1: its blocks are marked" "$work/doc/errors"
        return
    fi
    good "$1: its blocks are marked"
    grep -q '^block_begin' "$work/doc/blocks" || return
    files | tar -cf - -T - | tar -xf - -C "$work/copy"
    if [ "$tree" = "$top" ]; then
        (cd build && tar -cf - armeld libarmeld* src include) | (mkdir "$work/copy/build" && cd "$work/copy/build" && tar -xf -)
    fi
    {
        cat "$here/blocks.sh"
        cat "$work/doc/blocks"
    } >"$work/doc/script"
    (cd "$work/copy" && env -i HOME="$work/doc" TMPDIR="$work/doc" DOC="$work/doc" \
        PATH="$work/bin:/usr/local/bin:/usr/bin:/bin" \
        sh -eu "$work/doc/script" >"$work/doc/out" 2>&1 3>"$work/doc/passed" </dev/null)
    status=$?
    while read -r line; do
        good "$line"
    done <"$work/doc/passed"
    if [ "$status" != 0 ]; then
        cat "$work/doc/stdout" >>"$work/doc/out" 2>/dev/null
        bad "$(cat "$work/doc/now"): status $status" "$work/doc/out"
    fi
}

for document in $documents; do
    if [ -f "$document" ]; then
        run_document "$document"
    else
        echo "$document is not there" >"$work/missing"
        bad "$document" "$work/missing"
    fi
done

files >"$work/files"
sed -n 's|/[^/]*$||p' "$work/files" | sort -u |
    awk '{ n = split($0, part, "/"); path = part[1]; print path
        for (i = 2; i <= n; i++) print path = path "/" part[i] }' | sort -u >"$work/folders"
cat "$work/folders" >>"$work/files"
grep '\.md$' "$work/files" | xargs awk -v exists="$work/files" -f "$here/links.awk" >"$work/links"
if [ -s "$work/links" ]; then
    bad 'links of all documents' "$work/links"
else
    good "links of all documents: $(grep -c '\.md$' "$work/files") documents"
fi

# What documents promise about themselves and the tree.
missing() {
    make -pnq 2>/dev/null | sed -n 's/^\.PHONY: //p' | tr ' ' '\n' | while read -r target; do
        case $target in all | ready | clean) continue ;; esac
        grep -q "^| .*\`make $target\`.* |" HACKING.md || echo "HACKING.md: no make $target"
    done
    git ls-files 'src/*/*' | cut -d / -f 2 | sort -u | while read -r room; do
        grep -q "^| \`src/$room/\` |" HACKING.md || echo "HACKING.md: no room src/$room/"
    done
    # shellcheck disable=SC2016 # no expansion is meant
    sed -n 's/^| `src\/\([a-z]*\)\/` |.*/\1/p' HACKING.md | while read -r room; do
        [ -d "src/$room" ] || echo "HACKING.md: src/$room/ is not there"
    done
    [ "$(wc -w <README.md)" -le 1500 ] || echo 'README.md: more than 1,500 words'
    words=$(sed '/^## /q' docs/glossary.md | grep -c '^| [a-z]')
    [ "$words" -le 26 ] || echo "docs/glossary.md: $((words - 1)) words, more than 25" # and the heading
}
if [ "$tree" = "$top" ]; then
    missing >"$work/missing"
    if [ -s "$work/missing" ]; then
        bad 'HACKING.md names rooms and targets; README.md and the glossary are short' "$work/missing"
    else
        good 'HACKING.md names rooms and targets; README.md and the glossary are short'
    fi
fi

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
