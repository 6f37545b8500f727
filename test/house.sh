#!/bin/sh
# SPDX-License-Identifier: MIT
# house.sh - check the shape of src/: who includes whom, how large things are, who prints.
#
# The rooms from the bottom up; a file includes its own room and rooms above it in this list.
# Prints a line for each rule, the offenders first; the last line counts the rules.
set -u
LC_ALL=C
export LC_ALL

cd "$(dirname "$0")/.." || exit 1
rooms='base cargo apple ar obj image shrink census proof slim sidecar write inspect report packaging share api cli'
most_lines=500
most_columns=100
passed=0
failed=0

# rule TITLE OFFENDERS - offenders are listed one a line; none is a pass.
rule() {
	if [ -z "$2" ]; then
		echo "ok   $1"
		passed=$((passed + 1))
	else
		printf '%s\n' "$2" | sed 's/^/     /'
		echo "FAIL $1"
		failed=$((failed + 1))
	fi
}

sources=$(git ls-files 'src/*.[ch]' 'include/*.h' | grep -v '^src/main\.c$')

# Lines "FROM TO FILE": the room that includes, the room that is included.
includes() {
	for file in $sources; do
		from=${file#src/}
		sed -n 's|^#include "\([a-z]*\)/[^"]*".*|\1|p' "$file" | sort -u |
			sed "s|\(.*\)|${from%%/*} \1 $file|"
	done
}

upwards() {
	includes | awk -v rooms="$rooms" '
		BEGIN { n = split(rooms, list, " "); for (i = 1; i <= n; i++) floor[list[i]] = i }
		!($1 in floor) { print $3 ": the room " $1 " is not in the list of test/house.sh"; next }
		floor[$2] > floor[$1] { print $3 ": " $1 "/ includes " $2 "/, which lies above it" }'
}

# What the program does, users of the library can do as well: cli/ has no other way in.
beside_the_api() {
	includes | awk '$1 == "cli" && $2 != "cli" && $2 != "base" {
		print $3 ": cli/ includes " $2 "/, not armeld.h" }'
}

mutual() {
	includes | awk '$1 != $2 && !(($1, $2) in seen) { seen[$1, $2] = $3 }
		END { for (pair in seen) { split(pair, room, SUBSEP)
			if (room[1] < room[2] && (room[2], room[1]) in seen)
				print room[1] "/ and " room[2] "/ include each other: " seen[pair] ", " seen[room[2], room[1]] } }'
}

crowded() {
	# shellcheck disable=SC2086
	wc -l $sources | awk '$2 ~ /^src\// { split($2, part, "/"); lines[part[2]] += $1; all += $1 }
		END { for (room in lines) if (lines[room] * 5 > all)
			print "src/" room ": " lines[room] " of " all " lines, more than a fifth" }'
}

long_files() {
	git ls-files 'src/*.[ch]' 'src/*.js' 'src/*.css' 'include/*.h' 'test/*.[ch]' | xargs wc -l |
		awk -v most=$most_lines '$2 != "total" && $1 > most { print $2 ": " $1 " lines, more than " most }'
}

long_lines() {
	git ls-files 'src/*.[ch]' 'include/*.h' 'test/*.[ch]' | xargs awk -v most=$most_columns '
		{ line = $0; gsub(/\t/, "    ", line) }
		length(line) > most { print FILENAME ":" FNR ": " length(line) " columns, more than " most }'
}

# Below cli/ nobody prints, exits or asserts: a library answers with a status. Report writers are
# given a stream.
loud() {
	# shellcheck disable=SC2046
	grep -nE '(^|[^a-z_])(printf|puts|putchar|perror|exit|_exit|abort|assert)\(|[^a-z_](stdout|stderr)[^a-z_]' \
		$(printf '%s\n' $sources | grep -v '^src/cli/') /dev/null | grep -vE '^[^:]*:[0-9]*: *(\*|//|/\*)'
}

unlisted() {
	git ls-files 'src/*.c' | grep -v '^src/libarmeld' | while read -r file; do
		name=$(printf '%s' "$file" | sed -E 's/(posix|windows)/$(SYSTEM)/')
		grep -qF "	$file" Makefile || grep -qF "$name" Makefile ||
			echo "$file: not in the Makefile"
	done
}

rule 'includes go downwards only' "$(upwards)"
rule 'cli/ includes base/, armeld.h and cli/ only' "$(beside_the_api)"
rule 'no two rooms include each other' "$(mutual)"
rule 'no room has more than a fifth of src/' "$(crowded)"
rule "no file has more than $most_lines lines" "$(long_files)"
rule "no line has more than $most_columns columns" "$(long_lines)"
rule 'nothing below cli/ prints, exits or asserts' "$(loud)"
rule 'the Makefile lists every source file' "$(unlisted)"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
