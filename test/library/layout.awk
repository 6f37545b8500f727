# SPDX-License-Identifier: MIT
# layout.awk - of the public headers without comments (cc -E -P), a C program that prints what callers are
# compiled with: the size of each struct, the offset and size of each field, the value of each enumerator.

BEGIN {
	print "#include <armeld_cargo.h>\n#include <stddef.h>\n#include <stdio.h>\n\nint main(void)\n{"
}

function field(name) {
	printf "    printf(\"%s.%s %%zu %%zu\\n\", offsetof(%s, %s), sizeof(((%s *)0)->%s));\n", what, name, what, name, what, name
}

# The names in a declaration, behind its type.
function fields(line,    part, count, i) {
	if (match(line, /\(\*[a-z_]+\)/)) {
		field(substr(line, RSTART + 2, RLENGTH - 3))
		return
	}
	count = split(line, part, ",")
	for (i = 1; i <= count; i++) {
		sub(/(\[[A-Z_]+\])?;?$/, "", part[i])
		sub(/.*[ *]/, "", part[i])
		field(part[i])
	}
}

function enumerators(line,    part, count, i) {
	gsub(/.*\{|\};|[ ]|=[^,]*/, "", line)
	count = split(line, part, ",")
	for (i = 1; i <= count; i++)
		if (part[i] != "") printf "    printf(\"%s %%d\\n\", (int)%s);\n", part[i], part[i]
}

/^struct armeld_[a-z_]+ \{/ {
	what = $1 " " $2
	printf "    printf(\"%s %%zu\\n\", sizeof(%s));\n", what, what
	sub(/^[^{]*\{ */, "")
	while (match($0, /^[^;}]*;/)) { # on the same line
		line = substr($0, 1, RLENGTH)
		$0 = substr($0, RLENGTH + 2)
		fields(line)
	}
	if ($0 !~ /\};$/ && $0 !~ /^\};?$/) next
	what = ""
}
/^enum armeld_[a-z_]+ \{/ { listing = 1 }
listing { enumerators($0) }
what && !/^\};/ { fields($0) }
/\};$/ { what = ""; listing = 0 }

END { print "    return 0;\n}" }
