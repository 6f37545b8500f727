#!/bin/sh
# SPDX-License-Identifier: MIT
# compile_commands.sh - what `make -n` prints, on standard input, as a compilation database for editors
# and analysers. Fails if nothing is compiled.
set -eu

awk -v directory="$PWD" '
    function quoted(text) {
        gsub(/\\/, "\\\\", text)
        gsub(/"/, "\\\"", text)
        gsub(/\t/, " ", text)
        return "\"" text "\""
    }
    # A recipe may be several commands: the compiler is behind the last "&&".
    / -c -o [^ ]*\.o [^ ]*\.c$/ {
        sub(/^.* && /, "")
        printf "%s{\n  \"directory\": %s,\n  \"command\": %s,\n  \"file\": %s,\n  \"output\": %s\n}",
            count++ ? ",\n" : "[\n", quoted(directory), quoted($0), quoted($NF), quoted($(NF - 1))
    }
    END {
        if (!count) {
            print "compile_commands.sh: make compiles nothing" >"/dev/stderr"
            exit 1
        }
        print "\n]"
    }'
