#!/bin/sh
# SPDX-License-Identifier: MIT
# shrink.sh [SET PROFILE] - what shrinking saves on a set of real libraries, side by side with other
# tools on the same inputs, in one run. Sizes in bytes; times as ratios to armeld's.
set -eu

cd "$(dirname "$0")/../.."
set_name=${1:-real} profile=${2:-release}
work=build/bench-shrink
armeld=$PWD/${ARMELD:-build/armeld}
test/need.sh bench-shrink >&2
test/corpus/make.sh "$set_name" "$profile" >&2
originals=$PWD/build/corpus/$set_name-$profile
rm -rf "$work"
mkdir -p "$work"
cd "$work"
cat "$originals"/*.a >/dev/null # warm

size() { # FOLDER
	cat "$1"/*.a | wc -c
}

now() {
	date +%s%N
}

# timed NAME COMMAND... - leaves the milliseconds in the file NAME.ms
timed() {
	what=$1
	shift
	start=$(now)
	"$@" >"$what.log" 2>&1 || echo "$what failed: $(tail -n 1 "$what.log")" >&2
	echo $((($(now) - start) / 1000000)) >"$what.ms"
}

meld() { # FOLDER OPTION...
	folder=$1
	shift
	timed "$folder" "$armeld" -q -o "$folder/libw.a" -d "$folder" "$@" "$originals"/*.a
}

meld melded
meld stripped --strip=bitcode,debug
meld stripped-all --strip=all
meld hidden --strip=all --hide
meld pruned --strip=all --prune
meld prelinked --strip=all --prelink
meld merged --strip=all --prelink --merge

# The libraries alone: armeld, then the others on copies.
alone() { # FOLDER VERB OPTION...
	folder=$1
	shift
	timed "$folder" "$armeld" "$@" -q --no-sidecar -d "$folder" "$originals"/*.a
}
alone alone-stripped strip
alone alone-stripped-all strip --bitcode --debug --locals --comments
alone alone-pruned prune --strip=all --export '*_run'
alone alone-prelinked prelink --strip=all --export '*_run'
alone alone-merged prelink --strip=all --merge --export '*_run'

copies() {
	mkdir "$1" && cp "$originals"/*.a "$1"
}

llvm_strip() {
	for library in llvm-stripped/*.a; do
		llvm-objcopy-19 --strip-debug -R .llvmbc -R .llvmcmd "$library" || return 1
	done
}

llvm_strip_melded() {
	for library in melded-llvm/*.a; do
		llvm-objcopy-19 --strip-debug -R .llvmbc -R .llvmcmd "$library" || return 1
	done
}

gnu_strip() {
	for library in gnu-stripped/*.a; do
		objcopy --strip-debug -R .llvmbc -R .llvmcmd "$library" || return 1
	done
}

# The usual recipe for one object: link it partly, keep the API global, strip.
gnu_prelink() {
	for library in "$originals"/*.a; do
		name=$(basename "$library" .a)
		symbol=${name#lib}_run
		ld -r --gc-sections -u "$symbol" -o "gnu-prelinked/$name.o" --whole-archive "$library" &&
			objcopy --keep-global-symbol="$symbol" --strip-debug -R .llvmbc -R .llvmcmd \
				"gnu-prelinked/$name.o" &&
			ar rc "gnu-prelinked/$name.a" "gnu-prelinked/$name.o" || return 1
	done
}

cp -r melded melded-llvm
timed melded-llvm llvm_strip_melded
# armerge, if it can be had: one object of each library, then what it does not do itself.
armerge=$PWD/armerge/bin/armerge
get_armerge() {
	cargo=$(command -v cargo || echo /usr/bin/cargo)
	CARGO_HOME=$PWD/../corpus/cargo "$cargo" install --quiet armerge --version 2.2.2 --root armerge
}
armerge_all() {
	for library in "$originals"/*.a; do
		base=$(basename "$library" .a)
		"$armerge" -k "^${base#lib}_run\$" -o "armerge-kept/$base.a" "$library" &&
			objcopy --strip-debug -R .llvmbc -R .llvmcmd "armerge-kept/$base.a" || return 1
	done
}
if get_armerge >armerge.install 2>&1; then
	mkdir armerge-kept
	timed armerge-kept armerge_all
	if [ "$(ls armerge-kept | wc -l)" != "$(ls "$originals" | wc -l)" ]; then
		rm -r armerge-kept
		echo 'armerge fails on these libraries (its ranlib cannot read their bitcode)' >&2
	fi
else
	echo "armerge does not build here: $(tail -n 1 armerge.install)" >&2
fi

copies llvm-stripped
timed llvm-stripped llvm_strip
copies gnu-stripped
timed gnu-stripped gnu_strip
mkdir gnu-prelinked
timed gnu-prelinked gnu_prelink

before=$(size "$originals")
row() { # TITLE FOLDER [TO COMPARE WITH]
	if ! ls "$2"/*.a >/dev/null 2>&1; then # some names may collide
		echo "| $1 | refused | | |"
		return
	fi
	bytes=$(size "$2")
	awk -v title="$1" -v bytes="$bytes" -v before="$before" -v ms="$(cat "$2.ms")" \
		-v other="$([ -z "${3-}" ] || cat "$3.ms")" 'BEGIN {
		printf "| %s | %d | %.2f %% | %s |\n", title, bytes, 100 * bytes / before,
		       other ? sprintf("%.1f", ms / (other ? other : 1)) : "1" }'
}

echo "| $set_name, $profile: $(ls "$originals"/*.a | wc -l) libraries | bytes | of the originals | time |"
echo '|---|---|---|---|'
echo "| originals | $before | 100 % | |"
row 'meld' melded
row 'meld --strip=bitcode,debug' stripped
row 'meld, then llvm-objcopy' melded-llvm
row 'meld --strip=all' stripped-all
row 'meld --strip=all --hide' hidden
row 'meld --strip=all --prune' pruned
row 'meld --strip=all --prelink' prelinked
row 'meld --strip=all --prelink --merge' merged
row 'strip' alone-stripped
row 'llvm-objcopy, the same' llvm-stripped alone-stripped
row 'GNU objcopy, the same' gnu-stripped alone-stripped
row 'strip --bitcode --debug --locals --comments' alone-stripped-all
row 'prune --strip=all' alone-pruned
row 'prelink --strip=all' alone-prelinked
row 'prelink --strip=all --merge' alone-merged
row 'ld -r --gc-sections and objcopy' gnu-prelinked alone-merged
[ ! -d armerge-kept ] || row 'armerge -k, then objcopy' armerge-kept alone-merged
for failed in *.log; do
	[ ! -s "$failed" ] || echo "$failed: $(tail -n 1 "$failed" | cut -c 1-200)" >&2
done
