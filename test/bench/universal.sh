#!/bin/sh
# SPDX-License-Identifier: MIT
# universal.sh [ARM64-FOLDER X86_64-FOLDER] - melding universal libraries costs what their slices cost.
#
# Two sets of real libraries for Apple's machines are melded one after the other, and in turn with that,
# put together by lipo, as universal ones. Prints the median of seven ratios of the times, with the lowest
# and the highest, for each way of shrinking; at most 1.1 is right.
set -eu
cd "$(dirname "$0")/../.."
armeld=$PWD/${ARMELD:-build/armeld}
work=$PWD/build/bench/universal
if [ $# -eq 0 ]; then
	for target in aarch64-apple-darwin x86_64-apple-darwin; do
		test/corpus/make.sh $target
		set -- "$@" $PWD/build/corpus/$target-release
	done
fi
rm -rf $work
trap 'rm -rf $work' EXIT
trap 'exit 1' HUP INT TERM
mkdir -p $work/arm64 $work/x86_64 $work/fat
cc -std=c17 -D_POSIX_C_SOURCE=200809L -O2 -o $work/measure test/bench/measure.c
cp "$1"/*.a $work/arm64
cp "$2"/*.a $work/x86_64
cd $work
for library in arm64/*.a; do
	llvm-lipo-19 -create "$library" x86_64/"${library##*/}" -output fat/"${library##*/}"
done

# meld OPTION... -- FOLDER... - each of them, apart from its originals.
cat >meld <<'EOF'
options=
while [ "$1" != -- ]; do
	options="$options $1"
	shift
done
shift
for folder; do
	rm -rf "out-$folder"
	"$armeld" -q -j2 $options -d "out-$folder" -o "out-$folder/w.a" "$folder" 2>>log
done
EOF
export armeld
failed=0
for way in plain --prune '--prelink --merge'; do
	options=$way
	[ "$way" != plain ] || options=
	rm -f results
	for run in 1 2 3 4 5 6 7; do
		# shellcheck disable=SC2086 # a list of options
		{
			./measure results fat sh meld $options -- fat
			./measure results slices sh meld $options -- arm64 x86_64
		}
	done
	awk -v way="$way" '
		{ if ($1 == "fat") fat = $2; else ratio[++n] = fat / $2 }
		END {
			for (i = 1; i <= n; i++) for (k = i + 1; k <= n; k++) if (ratio[k] < ratio[i]) {
				t = ratio[i]; ratio[i] = ratio[k]; ratio[k] = t
			}
			printf "%s: %.2f (%.2f to %.2f)\n", way, ratio[4], ratio[1], ratio[n]
			exit ratio[4] > 1.1
		}' results || failed=1
done
[ $failed -eq 0 ]
