#!/bin/sh
# run.sh [--smoke] [--runs N] - hold armeld to its figures: speed, memory, growth, sizes.
#
# All that is compared runs in turn, N times (7), with the inputs in the cache and everything
# written to the file system that holds them; what is printed is the median of the N ratios, with
# the lowest and the highest. --smoke: a small corpus, three runs and wide limits, for machines
# that do other things as well.
set -eu

cd "$(dirname "$0")/../.." # so that no path has a space in it
here=test/bench
work=build/bench
armeld=${ARMELD:-build/armeld}
jobs=2

smoke=no
runs=7
while [ $# -gt 0 ]; do
	case $1 in
	--smoke) smoke=yes runs=3 ;;
	--runs) runs=${2:?run.sh: --runs takes a number} && shift ;;
	*)
		echo 'usage: run.sh [--smoke] [--runs N]' >&2
		exit 2
		;;
	esac
	shift
done

test/need.sh bench
if [ $smoke = yes ]; then
	set=x86_64-unknown-linux-gnu members=20000
	copying=4 script=3 growth=4 crowd=3 linking='2 1.5 1.2'
else
	set=bench members=100000
	copying=1 script=50 growth=2.1 crowd=1.1 linking='1.15 0.8 0.6'
fi
corpus=build/corpus/$set-release
set -- "$corpus"/*.a
[ $# -ge 45 ] || [ -e "$1" -a $smoke = yes ] || {
	test/corpus/make.sh "$set"
	set -- "$corpus"/*.a
}

rm -rf "$work"
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
mkdir -p "$work"
results=$work/results
for tool in measure many; do
	${CC:-cc} -std=c17 -D_POSIX_C_SOURCE=200809L -O2 -o "$work/$tool" "$here/$tool.c"
done

# ---- what is measured --------------------------------------------------------------------------

fresh() { # FOLDER
	rm -rf "$1"
	mkdir "$1"
}

measure() { # NAME COMMAND...
	"$work/measure" "$results" "$@"
}

# meld NAME OUT PATH... - a run of armeld into an empty folder.
meld() {
	name=$1 out=$work/$2
	shift 2
	fresh "$out"
	measure "$name" "$armeld" -q -j "$jobs" -d "$out" -o "$out/libworkspace.a" "$@"
}

memory() { # NAME OUT PATH...
	name=$1 out=$work/$2
	shift 2
	fresh "$out"
	"$work/measure" -m "$results" "$name" "$armeld" -q -j "$jobs" -d "$out" \
		-o "$out/libworkspace.a" "$@"
}

# The least that has to be done: read the inputs once, copy the outputs, wait for the disk.
copying() {
	fresh "$work/copy"
	measure copying sh -c '
		xxhsum -H2 -q "$1"/*.a >/dev/null && cp "$2"/*.a "$3" && sync "$3"/*.a' \
		copying "$corpus" "$work/out" "$work/copy"
}

bytes() { # PATH...
	cat "$@" | wc -c
}

# Libraries of many small members; all are in two libraries, alike.
crowds() {
	echo 'int bench_0000000(void) { return 0; }' >"$work/many.c"
	${CC:-cc} -c -o "$work/many.o" "$work/many.c"
	mkdir "$work/one" "$work/ten"
	for copy in a b; do
		"$work/many" "$work/many.o" 0 "$members" >"$work/one/$copy.a"
		for part in 0 1 2 3 4 5 6 7 8 9; do
			"$work/many" "$work/many.o" $((part * members / 10)) $((members / 10)) \
				>"$work/ten/$copy$part.a"
		done
	done
}

# ---- what is asked of it -----------------------------------------------------------------------

passed=0
failed=0

# verdict TITLE VALUE RELATION LIMIT [NOTE] - one line.
verdict() {
	if awk "BEGIN { exit !($2 $3 $4) }"; then
		word=ok
		passed=$((passed + 1))
	else
		word=FAILED
		failed=$((failed + 1))
	fi
	echo "$word $1: $2 (must be $3 $4${5:+; $5})"
}

# ratio A B [FACTOR] - A's time by B's of the same round, or of the only one: "MEDIAN LOWEST HIGHEST".
ratio() {
	awk -v a="$1" -v b="$2" -v factor="${3:-1}" '
		$1 == a { first[++n] = $2 }
		$1 == b { second[++m] = $2 }
		END {
			for (i = 1; i <= n || i <= m; i++)
				print factor * first[n == 1 ? 1 : i] / second[m == 1 ? 1 : i]
		}' "$results" | sort -n | awk '
		{ r[NR] = $1 }
		END { printf "%.2f %.2f %.2f\n", (r[int((NR + 1) / 2)] + r[int((NR + 2) / 2)]) / 2, r[1], r[NR] }'
}

compare() { # TITLE A B RELATION LIMIT [FACTOR]
	# shellcheck disable=SC2046 # three words
	set -- "$1" "$4" "$5" $(ratio "$2" "$3" "${6:-1}")
	verdict "$1" "$4" "$2" "$3" "lowest $5, highest $6"
}

# private NAME LIMIT - the peak of a run's private memory in MiB; LIMIT is an expression of awk.
private() {
	peak=$(awk -v name="$1" '$1 == name { printf "%.1f", $2 / 1024 }' "$results")
	verdict "private memory in MiB, $1" "$peak" '<=' "$(awk "BEGIN { printf \"%.1f\", $2 }")"
}

. "$here/links.sh"

# ---- together ----------------------------------------------------------------------------------

input=$(bytes "$@")
echo "corpus: $# libraries, $((input / 1000000)) MB; processors: $(nproc), threads: $jobs"
"$armeld" --version | head -n 1
xxhsum --version 2>&1 | sed 's/ by.*//; q'
llvm-ar --version | sed -n 's/^ *\(.*LLVM version\)/\1/p'

crowds
half=$(printf '%s\n' "$@" | awk 'NR % 2')
# shellcheck disable=SC2086 # a list
halves=$(awk "BEGIN { print 2 * $(bytes $half) / $input }")
measure plain "$here/plain.sh" "$work/plain" "$@"
plain=$(bytes "$work"/plain/*.a)
rm -rf "$work/plain"
cat "$@" "$work"/one/* "$work"/ten/* >/dev/null

i=0
while [ $i -lt "$runs" ]; do
	i=$((i + 1))
	meld meld out "$@"
	copying
	# shellcheck disable=SC2016 # another shell's
	measure ranlib sh -c 'for archive; do llvm-ranlib "$archive"; done' ranlib "$work"/copy/*.a
	# shellcheck disable=SC2086 # a list
	meld half half $half
	meld one many "$work"/one/*.a
	meld ten many "$work"/ten/*.a
done
memory libraries out "$@"
memory members many "$work"/one/*.a

compare 'time, by that of xxhsum, cp and sync' meld copying '<=' "$copying"
compare 'time of llvm-ar, xxhsum and a script, by that of armeld' plain meld '>=' "$script"
# shellcheck disable=SC2046 # three words
printf 'time of llvm-ranlib on the outputs alone, by that of armeld: %s (lowest %s, highest %s)\n' \
	$(ratio ranlib meld)
compare 'growth of time with twice the libraries' meld half '<=' "$growth" "$halves"
compare "time of $members members in one archive, by that in ten" one ten '<=' "$crowd"
private libraries "64 + $input / 100 / 1048576"
private members "8 + 58 * 2 * $members / 200000" # 66 MiB for 200,000
verdict 'bytes, by those of the archives that the script made' \
	"$(awk "BEGIN { printf \"%.4f\", $(bytes "$work"/out/*.a) / $plain }")" '<=' 1.01
# shellcheck disable=SC2086 # three numbers
links $linking
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
