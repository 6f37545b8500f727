# SPDX-License-Identifier: MIT
# parse.awk - take test files apart for run.sh, which describes the format. Call:
#     awk -v scratch=FOLDER -f parse.awk [root=PREFIX] FILE...
# Writes FOLDER/N.command and FOLDER/N.files/ for the Nth test file, FOLDER/N.M.want for the Mth
# value of its loop (1 without a loop), and a line for each of those runs on standard output:
# N, M, name, file, and the variable and value of a loop; tabs between them. Anything wrong with a
# file is said, and the exit status is 2.

function wrong(line, text) {
    printf "%s:%d: %s\n", file, line, text >"/dev/stderr"
    bad = 1
}

function start() {
    file = FILENAME
    number++
    section = variable = ""
    rank = values = comments = 0
    split("", text)
    split("", seen)
    split("", value)
    split("", files)
}

# A header; `words` are the words after the dashes.
function header(words,    count, word, i, j, known) {
    count = split(words, word, " ")
    if (section != "") {
        leave()
    }
    section = word[1]
    begun = FNR
    targets = 0
    if (!(section in RANK)) {
        wrong(FNR, "unknown section: --- " words)
        return
    }
    if (RANK[section] < rank) {
        wrong(FNR, "--- " section " is too late: the order is " ORDER)
    }
    if (section == "for" && rank == RANK[section]) {
        wrong(FNR, "a second loop")
    }
    rank = RANK[section]
    if (section == "for") {
        loop = substr(words, 4)
    } else if (section == "file") {
        if (count != 2 || word[2] !~ /^[A-Za-z0-9._\/-]+$/ || word[2] ~ /^\/|\.\./) {
            wrong(FNR, "a file reads: --- file NAME, without spaces and ..")
        }
        target[++targets] = "file " word[2]
        files[target[1]] = word[2]
    } else if (section == "command" || count == 1) {
        if (count > 1) {
            wrong(FNR, "--- command stands alone")
        }
        for (i = 1; i <= values || i == 1; i++) {
            target[++targets] = section (section == "command" ? "" : " " i)
        }
        if (section == "command") {
            targets = 1
        }
    } else {
        for (i = 2; i <= count; i++) {
            for (j = 1; j <= values && value[j] != word[i]; j++) {
            }
            if (j > values) {
                wrong(FNR, "no loop has the value " word[i])
            }
            target[++targets] = section " " j
        }
    }
    for (i = 1; i <= targets; i++) {
        if (target[i] in seen) {
            wrong(FNR, "stands twice: --- " words)
        }
        seen[target[i]] = text[target[i]] = ""
    }
}

# The end of --- for.
function set_loop(    count, word, i) {
    count = split(loop, word, " ")
    variable = word[1]
    values = count - 2
    if (word[2] != "in" || count < 3 || variable !~ /^[A-Z_]+$/) {
        wrong(begun, "a loop reads: --- for VARIABLE in VALUE...")
    }
    for (i = 1; i <= values; i++) {
        value[i] = word[i + 2]
    }
}

# The end of a section.
function leave() {
    if (section == "for") {
        set_loop()
    } else if (targets && section != "file" && text[target[1]] == "") {
        wrong(begun, "--- " section " is empty: leave it out")
    }
    if (section == "status" && text[target[1]] !~ /^[1-9][0-9]*\n$/) {
        wrong(begun, "--- status is followed by one number, which is not 0")
    }
}

# What a file section stands for: no backslashes in front, no newline at the end if it says so.
function plain(lines,    cut, count, line, i, result) {
    cut = sub(/\\ no newline at end\n$/, "", lines)
    count = split(lines, line, "\n") - 1
    for (i = 1; i <= count; i++) {
        sub(/^\\/, "", line[i])
        result = result line[i] (i < count || !cut ? "\n" : "")
    }
    return result
}

function finish(    name, path, folder, key, i, k, want) {
    if (section != "") {
        leave()
    }
    if (!comments) {
        wrong(1, "lacks the comment that says what the test shows")
    }
    if (!("command" in seen)) {
        wrong(last, "lacks --- command")
    }
    printf "%s", text["command"] >(path = scratch "/" number ".command")
    close(path)
    for (key in files) {
        path = scratch "/" number ".files/" files[key]
        folder = path
        sub(/\/[^\/]*$/, "", folder)
        system("mkdir -p '" folder "'")
        printf "%s", plain(text[key]) >path
        close(path)
    }
    name = file
    sub(/\.test$/, "", name)
    name = substr(name, length(root) + 1)
    for (i = 1; i <= values || i == 1; i++) {
        path = scratch "/" number "." i ".want"
        printf "" >path
        for (k = 1; k <= 3; k++) {
            want = text[RESULT[k] " " i]
            if (want != "") {
                printf "--- %s\n%s", RESULT[k], want >path
            }
        }
        close(path)
        printf "%d\t%d\t%s\t%s\t%s\t%s\n", number, i, name (values ? ":" value[i] : ""), file, \
            variable, value[i]
    }
}

BEGIN {
    ORDER = "for, file, command, stdout, stderr, status"
    for (i = split(ORDER, names, ", "); i > 0; i--) {
        RANK[names[i]] = i
    }
    split("stdout stderr status", RESULT, " ")
}

FNR == 1 {
    if (number) {
        finish()
    }
    start()
}

{ last = FNR }

/^--- / {
    header(substr($0, 5))
    next
}

section == "" {
    if ($0 !~ /^# ./) {
        wrong(FNR, "before the first section stand comments only")
    }
    comments++
    next
}

section == "for" {
    loop = loop " " $0
    next
}

{
    for (i = 1; i <= targets; i++) {
        text[target[i]] = text[target[i]] $0 "\n"
    }
}

END {
    if (number) {
        finish()
    }
    for (i = 1; i < ARGC; i++) {
        given += ARGV[i] !~ /=/
    }
    if (given != number) {
        printf "%d test files are empty\n", given - number >"/dev/stderr"
        bad = 1
    }
    exit bad ? 2 : 0
}
