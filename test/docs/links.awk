# SPDX-License-Identifier: MIT
# links.awk - the relative links of Markdown documents that lead nowhere, one a line.
#
# Run at the top of the tree with all documents as arguments: their headings are read first, in a
# pass of its own. -v exists=FILE lists all files and folders of the tree, one a line.

# The anchor that web views of Markdown give to a heading.
function anchor(text,    n) {
    gsub(/`/, "", text)
    gsub(/\]\([^)]*\)/, "", text)
    gsub(/\[/, "", text)
    text = tolower(text)
    gsub(/[^a-z0-9 _-]/, "", text)
    gsub(/ /, "-", text)
    return text
}

# DIR/PATH without "." and "..".
function resolve(dir, path,    parts, n, i, out, depth) {
    n = split(dir == "" ? path : dir "/" path, parts, "/")
    depth = 0
    for (i = 1; i <= n; i++) {
        if (parts[i] == "" || parts[i] == ".") continue
        if (parts[i] == "..") {
            if (depth == 0) return "(above the tree)"
            depth--
        } else
            out[++depth] = parts[i]
    }
    path = depth ? out[1] : "."
    for (i = 2; i <= depth; i++) path = path "/" out[i]
    return path
}

function look(target,    file, place, dir) {
    if (target ~ /^[a-z]+:/) return
    place = ""
    file = target
    if (match(target, /#/)) {
        place = substr(target, RSTART + 1)
        file = substr(target, 1, RSTART - 1)
    }
    dir = FILENAME
    if (!sub(/\/[^\/]*$/, "", dir)) dir = ""
    file = file == "" ? FILENAME : resolve(dir, file)
    if (!(file in there))
        print FILENAME ":" FNR ": " target ": there is no " file
    else if (place != "" && !((file, place) in headings))
        print FILENAME ":" FNR ": " target ": " file " has no such heading"
}

BEGIN {
    while ((getline line <exists) > 0) there[line] = 1
    there["."] = 1
    for (i = 1; i < ARGC; i++) {
        fenced = 0
        while ((getline line <ARGV[i]) > 0) {
            if (line ~ /^ *```/) fenced = !fenced
            if (!fenced && line ~ /^#+ /) {
                sub(/^#+ +/, "", line)
                headings[ARGV[i], anchor(line)] = 1
            }
        }
        close(ARGV[i])
    }
    fenced = 0
}

/^ *```/ { fenced = !fenced }
fenced || /^    / { next }
{
    text = $0
    gsub(/`[^`]*`/, "", text)
    while (match(text, /\]\([^)]*\)/)) {
        target = substr(text, RSTART + 2, RLENGTH - 3)
        text = substr(text, RSTART + RLENGTH)
        sub(/ .*/, "", target)
        look(target)
    }
    # pictures that depend on the theme are written as HTML
    text = $0
    while (match(text, /src(set)?="[^"]*"/)) {
        target = substr(text, RSTART, RLENGTH - 1)
        text = substr(text, RSTART + RLENGTH)
        sub(/^[^"]*"/, "", target)
        look(target)
    }
}
