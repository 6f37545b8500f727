#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh [--sample | PACKAGE...] - static libraries that nobody here built: those of Debian's -dev packages,
# and then, unless packages are named, those of Go modules and wheels (fetched.sh).
#
# Each library goes through every verb, and all libraries of a package become one set in each way of
# shrinking. After each, verify holds, the whole archives can be joined by ld -r as before, the same
# symbols are exported, and restore gives back every byte. A refusal is counted by its message, and
# leaves the file as it was. Programs that use googletest and Boost are linked with the originals and
# with what armeld wrote, and must say the same.
#
# --sample takes the packages of the group foreign-sample, which are few.
set -u
LC_ALL=C
export LC_ALL

cd "$(dirname "$0")/../.." || exit 1
group=foreign fetched=
[ $# -gt 0 ] || fetched=all
if [ "${1-}" = --sample ]; then
	group=foreign-sample fetched=--sample
	shift
fi
work=$PWD/build/foreign
rm -rf "$work" && mkdir -p "$work" || exit 1
. test/check.sh
test/need.sh $group || exit 1
armeld=$PWD/${B:-build}/armeld
[ -x "$armeld" ] || {
	echo 'run.sh: armeld is not built: run make first' >&2
	exit 1
}
libraries=0 runs=0 sets=0
: >"$work/refusals"

# Whole archives, joined: the linker's verdict on what is in them.
joined() { # OUT ARCHIVE...
	out=$1
	shift
	ld -r --whole-archive -o "$out" "$@" 2>"$out.err"
}

# The names that other objects can see, with how they are defined. Weak objects and functions are
# told alike.
exported() { # ARCHIVE...
	nm -g --defined-only "$@" 2>/dev/null | awk 'NF == 3 { print $3 }' | sort -u
}

# Run armeld; remember a refusal. 0: done; 1: refused, nothing changed; 2: neither.
shrink() { # ARG...
	"$armeld" "$@" >"$work/said" 2>&1
	case $? in
	0) return 0 ;;
	1 | 2 | 3)
		sed -n 's/.*: //; 1p' "$work/said" >>"$work/refusals"
		return 1
		;;
	esac
	echo "armeld $*: $(cat "$work/said")"
	return 2
}

one_verb() { # LIBRARY VERB...
	library=$1
	shift
	cp "$library" "$work/l.a" && rm -f "$work/l.a.armeld" || return 1
	runs=$((runs + 1))
	shrink "$@" -q "$work/l.a"
	case $? in
	1) cmp "$library" "$work/l.a" && return ;;
	2) return 1 ;;
	esac
	[ -e "$work/l.a.armeld" ] || { cmp "$library" "$work/l.a" && return; } # nothing to take out
	"$armeld" verify -q "$work/l.a" || return 1
	if joined "$work/before.o" "$library"; then
		joined "$work/after.o" "$work/l.a" || { cat "$work/after.o.err"; return 1; }
	fi
	exported "$library" >"$work/before.txt"
	exported "$work/l.a" >"$work/after.txt"
	case $1 in
	prelink | hide) # names that are hidden or local already may go
		comm -13 "$work/before.txt" "$work/after.txt" >"$work/more.txt"
		[ ! -s "$work/more.txt" ] || { echo 'new names:' && head "$work/more.txt"; return 1; }
		;;
	strip) cmp "$work/before.txt" "$work/after.txt" || return 1 ;;
	esac
	"$armeld" restore -q "$work/l.a" && cmp "$library" "$work/l.a"
}

each_verb() { # LIBRARY...
	for file; do
		libraries=$((libraries + 1))
		for verb in strip prune prelink 'prelink --merge' 'hide --strip=all'; do
			# shellcheck disable=SC2086 # words
			one_verb "$file" $verb || { echo "$file: $verb"; return 1; }
		done
	done
}

# All libraries of a package as a set.
each_way() { # LIBRARY...
	sets=$((sets + 1))
	for way in '' '--strip=all' '--prune' '--prelink' '--prelink --merge'; do
		rm -rf "$work/set" && mkdir "$work/set" && cp "$@" "$work/set" || return 1
		runs=$((runs + 1))
		# shellcheck disable=SC2086 # words
		shrink -q -o "$work/set/w.a" $way "$work"/set/*.a
		case $? in
		1) for file; do cmp "$file" "$work/set/$(basename "$file")" || return 1; done && continue ;;
		2) return 1 ;;
		esac
		"$armeld" verify -q "$work/set/w.a" || { echo "set: $way"; return 1; }
		"$armeld" restore -q "$work/set/w.a" || return 1
		for file; do
			cmp "$file" "$work/set/$(basename "$file")" || return 1
		done
	done
}

archives_of() { # PACKAGE
	dpkg -L "$1" | grep '\.a$' | while read -r file; do
		[ -L "$file" ] || [ "$(head -c 8 "$file")" != '!<arch>' ] || echo "$file"
	done
}

# A program of googletest: fixtures, parameters, exceptions, death tests.
googletest() { # FOLDER
	g++ -std=c++17 -o "$1/tests" "$work/tests.o" -L"$1" -lgtest -lgtest_main ${2-} -lpthread &&
		(cd "$1" && ./tests 2>&1 | sed 's/([0-9]* ms[^)]*)//; s/0x[0-9a-f]*//g; s|/[^ ]*/tests|tests|') >"$1/said"
	[ -s "$1/said" ] && grep -q 'PASSED  . 6 tests' "$1/said"
}

same_googletest() { # WAY...
	rm -rf "$work/gtest" && mkdir -p "$work/gtest/before" "$work/gtest/after" || return 1
	files=$(archives_of libgtest-dev)
	# shellcheck disable=SC2086 # a list
	cp $files "$work/gtest/before" && cp $files "$work/gtest/after" || return 1
	"$armeld" -q -o "$work/gtest/after/libw.a" "$@" "$work/gtest/after/libgtest.a" "$work/gtest/after/libgtest_main.a" &&
		googletest "$work/gtest/before" && googletest "$work/gtest/after" -lw &&
		diff "$work/gtest/before/said" "$work/gtest/after/said"
}

cat >"$work/tests.cc" <<'C'
#include <gtest/gtest.h>
#include <stdexcept>
#include <vector>
struct Fixture : testing::Test { std::vector<int> v{1, 2, 3}; };
TEST_F(Fixture, Size) { EXPECT_EQ(v.size(), 3u); }
TEST_F(Fixture, Throws) { EXPECT_THROW(v.at(7), std::out_of_range); }
TEST(Death, Exits) { EXPECT_EXIT(exit(3), testing::ExitedWithCode(3), ""); }
TEST(Death, Aborts) { EXPECT_DEATH({ fprintf(stderr, "gone\n"); abort(); }, "gone"); }
struct Numbers : testing::TestWithParam<int> {};
TEST_P(Numbers, Even) { EXPECT_EQ(GetParam() % 2, 0); }
INSTANTIATE_TEST_SUITE_P(All, Numbers, testing::Values(2, 4));
C

for package in ${*:-$(test/need.sh --list $group | grep -e '-dev$')}; do
	files=$(archives_of "$package")
	[ -n "$files" ] || continue
	# shellcheck disable=SC2086 # a list
	check "$package: each library through every verb" each_verb $files
	# shellcheck disable=SC2086
	set -- $files
	[ $# -lt 2 ] || check "$package: its $# libraries as a set" each_way "$@"
done
g++ -std=c++17 -c -o "$work/tests.o" "$work/tests.cc" || exit 1
for way in '--strip=debug' '--strip=all --prune' '--prelink' '--prelink --merge'; do
	# shellcheck disable=SC2086 # words
	check "googletest's fixtures, exceptions and death tests: $way" same_googletest $way
done
echo "$libraries libraries, $sets sets, $runs runs; refused:"
sort "$work/refusals" | uniq -c | sort -rn | head -n 8
rm -rf "$work"
count_checks || exit 1
case $fetched in
all) exec test/foreign/fetched.sh ;;
--sample) exec test/foreign/fetched.sh --sample ;;
esac
