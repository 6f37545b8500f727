# SPDX-License-Identifier: MIT
# blocks.awk - the command blocks of one Markdown document as a shell script.
#
# -v name=DOCUMENT -v work=DIR. A block is fenced, or indented by four spaces behind an empty line.
# The comment before the block says what becomes of the commands:
#   <!-- run -->              they run, one block after the other, in one shell
#   <!-- output -->           no commands: the last lines that the block before prints
#   <!-- not run: REASON -->  nobody runs them here
# A block without such a comment is an error. Prints the script; errors go to DIR/errors.

function problem(text) {
    print name ":" FNR ": " text >errors
}

# A block begins at line FNR + 1 or here: what its comment says.
function begin(at) {
    start = at
    body = ""
    if (mark == "")
        problem("no comment before this block says whether its commands are run")
    kind = mark
    mark = ""
}

function finish() {
    if (kind == "run") {
        printf "block_begin %s:%d\n%sblock_end\n", name, start, body
        blocks++
    } else if (kind == "output") {
        if (!blocks)
            problem("no block before this one prints anything")
        file = work "/expected-" ++outputs
        printf "%s", body >file
        close(file)
        printf "block_output %s:%d %s\n", name, start, file
    }
    inside = 0
}

BEGIN {
    errors = work "/errors"
    empty = 1
}

inside == 1 {
    if ($0 ~ /^ *```/)
        finish()
    else
        body = body substr($0, margin + 1) "\n"
    next
}
inside == 2 {
    if ($0 ~ /^    / || $0 == "") {
        # Empty lines belong to the block if more of it follows.
        if ($0 == "") {
            gap = gap "\n"
        } else {
            body = body gap substr($0, 5) "\n"
            gap = ""
        }
        next
    }
    gap = ""
    empty = 1
    finish()
}

/^ *```/ {
    match($0, /^ */)
    margin = RLENGTH
    begin(FNR + 1)
    inside = 1
    next
}
/^    / && empty && !list {
    begin(FNR)
    inside = 2
    body = substr($0, 5) "\n"
    next
}

/^<!-- run -->$/ { mark = "run"; empty = 1; next }
/^<!-- output -->$/ { mark = "output"; empty = 1; next }
/^<!-- not run: .+ -->$/ { mark = "not run"; empty = 1; next }
/^<!-- *(run|not run|output)/ { problem("comment not understood: " $0) }

{
    if ($0 == "") {
        empty = 1
        next
    }
    if (mark != "") {
        problem("the comment \"" mark "\" is not followed by a block")
        mark = ""
    }
    # What is indented below an item of a list belongs to the item.
    list = $0 ~ /^ *([-*]|[0-9]+\.) / || (list && $0 ~ /^ /)
    empty = 0
}

END {
    if (inside == 1)
        problem("a block does not end")
    if (inside == 2)
        finish()
    if (mark != "")
        problem("the comment \"" mark "\" is not followed by a block")
    close(errors)
}
