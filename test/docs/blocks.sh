# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Put before the blocks of a document: run.sh is told which block runs, and which have passed.

# block_begin PLACE - what the commands print goes to a file of its own.
block_begin() {
    printf '%s\n' "$1" >"$DOC/now"
    exec 4>&1 >"$DOC/stdout"
}

block_end() {
    exec >&4 4>&-
    printf '%s\n' "$(cat "$DOC/now")" >&3
}

# block_output PLACE FILE - the last lines that the block before printed are those of FILE.
block_output() {
    printf '%s\n' "$1" >"$DOC/now"
    tail -n "$(wc -l <"$2")" "$DOC/stdout" >"$DOC/last"
    diff -u "$2" "$DOC/last"
    printf '%s: printed so\n' "$1" >&3
}
