#!/bin/sh
# SPDX-License-Identifier: MIT
# single.sh - one archive of all objects links as the libraries do, in all ways of shrinking.
#
# Libraries in C that count and have constructors share objects. A program on each, on two and on all of
# them is linked with the libraries and with the one archive by four linkers, and prints the same.
set -eu

cd "$(dirname "$0")/../.." # so that no path has a space in it
armeld=$PWD/${ARMELD:-build/armeld}
suite=single
. test/link/expect.sh
work=build/link/single
rm -rf $work
mkdir -p $work
cd $work

cat >shared.c <<'EOF'
static int count;
int shared(void) { return ++count; }
EOF
cat >own.c <<'EOF'
#include <stdio.h>
int shared(void);
__attribute__((constructor)) static void begin(void) { printf("%s begins %d\n", NAME, shared()); }
int RUN(void) { return shared() * 10; }
EOF
for n in a b c; do
	for source in shared own; do
		cc -O1 -ffunction-sections -DNAME="\"$n\"" -DRUN=${n}_run -c $source.c -o $source-$n.o
	done
	cp shared-$n.o shared.o
	cp own-$n.o $n.o
	ar rcsD lib$n.a $n.o shared.o
done

# program LIBRARY... - what a program prints that is linked with an archive, or with the libraries.
program() {
	linker=$1 archive=$2
	shift 2
	{
		echo '#include <stdio.h>'
		for n; do echo "int ${n}_run(void);"; done
		echo 'int main(void) {'
		for n; do echo "printf(\"%d\\n\", ${n}_run());"; done
		echo 'return 0; }'
	} >main.c
	[ -n "$archive" ] || archive=$(printf 'lib%s.a ' "$@")
	# shellcheck disable=SC2086 # a list of libraries
	cc -fuse-ld=$linker main.c $archive -o program 2>&1 && ./program
}

for way in '' --strip=all --hide --prune --prelink '--prelink --merge'; do
	# shellcheck disable=SC2086 # a list of options
	"$armeld" meld -q $way --single all.a lib[abc].a
	expect "libraries stay${way:+ $way}" '3' "$(for n in a b c; do ar t lib$n.a | sed -n 2p; done | grep -c shared.o)"
	for linker in bfd gold lld mold; do
		for on in a b c 'a b' 'b a' 'c a b'; do
			# shellcheck disable=SC2086 # a list of names
			expect "$linker/$on${way:+ $way}" "$(program $linker '' $on)" "$(program $linker all.a $on)"
		done
	done
	rm -f all.a
done
[ $failed -eq 0 ]
