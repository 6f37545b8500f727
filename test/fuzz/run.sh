#!/bin/sh
# SPDX-License-Identifier: MIT
# Fuzz: run.sh [--runs N] [--seconds S] [HARNESS...]
#
# Builds the harnesses (fuzz_HARNESS.c) with clang's libFuzzer, address and undefined-behaviour
# sanitizers in build/fuzz, makes seed corpora from fixtures/, runs each for N executions or S
# seconds, whichever comes first (default: a smoke run of 2 seconds each), then the bombs.
# What a run finds is kept in build/fuzz/corpus and build/fuzz/found.
set -eu
export LC_ALL=C

here=$(cd "$(dirname "$0")" && pwd -P)
root=$(cd "$here/../.." && pwd -P)
out=$root/build/fuzz
all='ar elf coff macho import rcgu package manifest sidecar undo meld'
usage() {
    echo "usage: run.sh [--runs N] [--seconds S] [HARNESS...]" >&2
    exit 2
}

runs=-1
seconds=
while [ $# -gt 0 ]; do
    case $1 in
    --runs) runs=${2-} ;;
    --seconds) seconds=${2-} ;;
    -*) usage ;;
    *) break ;;
    esac
    [ $# -gt 1 ] || usage
    shift 2
done
[ "$runs" -ge -1 ] && [ "${seconds:-0}" -ge 0 ] || usage
if [ -z "$seconds" ]; then # with a number of runs, 0: as long as they take
    seconds=2
    [ "$runs" = -1 ] || seconds=0
fi
[ $# -gt 0 ] || set -- $all bombs

"$root/test/need.sh" clang-19 libclang-rt-19-dev make libxxhash-dev libarchive-dev \
    libjansson-dev
sanitize='-O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all'
make -s -C "$root" -j"$(getconf _NPROCESSORS_ONLN)" B=build/fuzz/lib CC=clang-19 \
    CFLAGS="$sanitize -fsanitize=fuzzer-no-link" build/fuzz/lib/libarmeld.a >/dev/null

libs=$(sed -n "s/^LIBS = //p" "$root/Makefile")

# link NAME FLAGS SOURCE...: a program of the harnesses' own sources and the library
link() {
    program=$out/bin/$1
    flags=$2
    shift 2
    sources=
    for source; do
        sources="$sources $here/$source"
    done
    # shellcheck disable=SC2086 # lists of words
    clang-19 -std=c17 -D_GNU_SOURCE -I"$root/include" -I"$root/src" -I"$here" \
        -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wmissing-prototypes -Wstrict-prototypes \
        -Werror $sanitize $flags -o "$program" $sources "$out/lib/libarmeld.a" \
        $libs
}

mkdir -p "$out/bin"
link seeds '' seeds.c
link packages '' packages.c
link bombs '' bombs.c heap.c
rm -rf "$out/seeds"
mkdir -p "$out/seeds/package" "$out/seeds/manifest" "$out/seeds/melded"

"$out/bin/seeds" "$out/seeds" "$root"/fixtures/*/
"$out/bin/packages" "$out/seeds/package" "$root"/fixtures/x86_64-linux/lib?.a
"$out/bin/packages" --unpack "$out/seeds" "$out"/seeds/sidecar/*

# Objects of other machines, bit widths and byte orders than the fixtures have.
cat >"$out/seeds/seed.c" <<'END'
extern int far(int), other;
int common[2], set = 3;
static int hidden;
__attribute__((weak)) int weak(int i) { return far(i) + hidden; }
__attribute__((section("__TEXT,__mine"))) int placed(void) { hidden = other; return set; }
int (*const table[])(int) = {weak, far};
const char *text(void) { return "text"; }
int big(int i) { switch (i) { case 1: return far(2); case 2: return 7; case 3: return far(9);
    case 4: return other; case 5: return weak(3); } return common[1]; }
END
seed() {
    mkdir -p "$out/seeds/$1"
    clang-19 -w -c -g1 -fcommon -ffunction-sections -fexceptions --target="$2" -O1 \
        -o "$out/seeds/$1/$2" "$out/seeds/seed.c"
}
for target in i386-linux-gnu mips-linux-gnu mips64el-linux-gnuabi64 powerpc-linux-gnu \
    powerpc64-linux-gnu riscv32-linux-gnu s390x-linux-gnu armv7-linux-gnueabi; do
    seed elf $target
done
for target in i386-apple-macosx10.6 armv7-apple-ios7 arm64-apple-macosx11; do
    seed macho $target
done
for target in x86_64-w64-windows-gnu i686-w64-windows-gnu arm64ec-pc-windows-msvc \
    thumbv7-pc-windows-msvc; do
    seed coff $target
done

passed=0
failed=0
verdict() {
    if [ "$1" = 0 ]; then
        echo "ok   $2"
        passed=$((passed + 1))
    else
        echo "FAIL $2"
        tail -n 60 "$3"
        failed=$((failed + 1))
    fi
}

# Limits beside those that the harnesses check: memory in all, one allocation, time of one input.
for name; do
    log=$out/$name.log
    status=0
    if [ "$name" = bombs ]; then
        ASAN_OPTIONS=quarantine_size_mb=16:hard_rss_limit_mb=4096 \
            "$out/bin/bombs" >"$log" 2>&1 || status=$?
        verdict $status "bombs: $(tail -n 1 "$log")" "$log"
        continue
    fi
    [ -f "$here/fuzz_$name.c" ] || { echo "run.sh: no harness $name" >&2 && exit 2; }
    case $name in
    elf | coff | macho | import) more=object.c ;;
    *) more= ;;
    esac
    # shellcheck disable=SC2086 # nothing or a word
    link "fuzz_$name" -fsanitize=fuzzer "fuzz_$name.c" heap.c $more
    limits='-max_len=32768 -timeout=10 -rss_limit_mb=2048 -malloc_limit_mb=512'
    case $name in
    rcgu) limits='-max_len=256 -timeout=10 -rss_limit_mb=512 -malloc_limit_mb=64' ;;
    # libarchive lets xz ask for 1 GiB
    package) limits='-max_len=32768 -timeout=20 -rss_limit_mb=4096 -malloc_limit_mb=2048' ;;
    esac
    dict=$here/$name.dict
    [ "$name" != import ] || dict=$here/coff.dict
    [ "$name" != meld ] || dict=$here/elf.dict
    [ "$name" != package ] || dict=$here/ar.dict
    [ "$name" != sidecar ] || dict=$here/manifest.dict
    [ ! -f "$dict" ] || limits="$limits -dict=$dict"
    mkdir -p "$out/corpus/$name" "$out/found/$name" "$out/seeds/$name"
    # shellcheck disable=SC2086 # a list of words
    ARMELD_FIXTURES=$root/fixtures \
        ASAN_OPTIONS=allocator_may_return_null=1:quarantine_size_mb=16:detect_leaks=1 \
        "$out/bin/fuzz_$name" $limits -use_value_profile=0 -print_final_stats=1 -verbosity=1 \
        -runs="$runs" -max_total_time="$seconds" -artifact_prefix="$out/found/$name/" \
        "$out/corpus/$name" "$out/seeds/$name" >"$log" 2>&1 || status=$?
    done=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    reached=$(sed -n 's/.*\(cov: [0-9]* ft: [0-9]*\).*/\1/p' "$log" | tail -n 1)
    verdict $status "$name: ${done:-?} executions, $reached" "$log"
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
