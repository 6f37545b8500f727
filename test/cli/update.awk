# SPDX-License-Identifier: MIT
# update.awk - write a test file with other expected sections. Call:
#     awk -v values="VALUE..." -f update.awk i=0 FILE i=1 RESULT i=2 RESULT...
# FILE is the test file; the RESULTs are in its format, one for each value of the loop.
# Values that have the same result share a section.

BEGIN {
    count = split(values, value, " ")
    split("stdout stderr status", RESULT, " ")
}

i == 0 {
    if (/^--- (stdout|stderr|status)/) {
        over = 1
    }
    if (!over) {
        print
    }
    next
}

/^--- / {
    section = $2
    next
}

{ text[section, i] = text[section, i] $0 "\n" }

END {
    for (k = 1; k <= 3; k++) {
        name = RESULT[k]
        for (i = 1; i <= count || i == 1; i++) {
            if (written[name, i] || text[name, i] == "") {
                continue
            }
            header = "--- " name
            same = 0
            for (j = i; j <= count; j++) {
                if (text[name, j] == text[name, i]) {
                    written[name, j] = 1
                    header = header " " value[j]
                    same++
                }
            }
            printf "%s\n%s", (same < count ? header : "--- " name), text[name, i]
        }
    }
}
