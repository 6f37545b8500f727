#!/bin/sh
# make.sh SET [PROFILE] - build real Rust static libraries, in build/corpus/SET-PROFILE/.
#
# SET is a Rust target (the four plugins of small/ for it), `real` (a plugin for each file in
# real/, on well known crates), `sample` (five of those) or `bench` (45: those and mixtures of them).
# PROFILE is `release`, cargo's default, or `size`, see small/Cargo.toml.
# The archives are hard links into cargo's own tree: read them, copy them, never write to them.
# A set that is there and was made of the same sources by the same compiler is left alone; callers
# wait for each other, so that checks that run side by side share the sets.
set -eu

set=${1:?usage: make.sh SET [PROFILE]}
profile=${2:-release}
here=$(cd "$(dirname "$0")" && pwd)
top=${here%/test/corpus}
corpus=$top/build/corpus
source=$corpus/source
mkdir -p "$corpus"

"$top/test/need.sh" corpus

exec 8>"$corpus/lock" # open to the compilers, too: the lock is held until the last of them ends
flock 8
out=$corpus/$set-$profile
made_of=$(cd "$here" && { /usr/bin/rustc -vV && find . -type f | LC_ALL=C sort | xargs cksum; } | cksum)
[ ! -d "$out" ] || [ ! -e "$out.made" ] || [ "$(cat "$out.made")" != "$made_of" ] || exit 0
rm -f "$out.made"

# Debian's own compilers and their defaults, whatever the caller's PATH, home folder or make says.
for variable in $(env | sed -n 's/^\(\(CARGO\|RUST\)[A-Z_]*\|AR\|CC\|C[PX]*FLAGS\|LDFLAGS\|M[A-Z]*FLAGS\)=.*/\1/p'); do
	unset "$variable"
done
export PATH=/usr/bin:/bin RUSTC=/usr/bin/rustc CARGO_HOME="$corpus/cargo" CARGO_TARGET_DIR="$corpus/target"

build() { # DIRECTORY ARG...
	cd "$1"
	shift
	/usr/bin/cargo build --quiet --locked --profile "$profile" "$@"
}

# put FILE - standard input, leaving a file alone that holds it already: cargo goes by times.
put() {
	mkdir -p "${1%/*}"
	cat >"$corpus/new"
	cmp -s "$corpus/new" "$1" || mv "$corpus/new" "$1"
}

# crate NAME TYPE - its Cargo.toml, with the dependencies on standard input.
crate() {
	put "$source/$1/Cargo.toml" <<-EOF
		[package]
		name = "$1"
		version = "0.1.0"
		edition = "2021"

		[lib]
		crate-type = ["$2"]

		[dependencies]
		$(cat)
	EOF
}

# plugin NAME WORK... - a static library whose one function does these works.
plugin() {
	name=$1
	shift
	plugins="$plugins $name"
	for work; do
		echo "work-$work.path = \"../work-$work\""
	done | crate "$name" staticlib
	put "$source/$name/src/lib.rs" <<-EOF
		#[no_mangle]
		pub extern "C" fn ${name}_run(n: u64) -> u64 {
		    let works: &[(&str, fn(u64) -> u64)] = &[
		$(printf '        ("%s", work_%s::run),\n' $(for work; do echo "$work" "$work"; done))
		    ];
		    let lines: Vec<String> = works.iter().map(|(name, run)| format!("{name} {}", run(n))).collect();
		    lines.join("\n").bytes().fold(0, |sum, byte| sum * 31 % 1_000_000_007 + byte as u64)
		}
	EOF
}

# Debian's std for another of its architectures, of this compiler's version. Debug information and bitcode
# go, which a std that is built here has none of either: x86_64 Linux is there for these.
unpack_std() { # ARCHITECTURE
	version=$(dpkg-query -W -f '${Version}' rustc-web)
	[ "$(cat "$corpus/$1/version" 2>/dev/null)" != "$version" ] || return 0
	"$top/test/need.sh" corpus-foreign
	"$top/test/unpack.sh" --alone "$1" "$corpus/$1" corpus-unpacked "$version"
	find "$corpus/$1/root" -name '*.rlib' -exec llvm-objcopy-19 --strip-debug --remove-section=.llvmbc \
		--remove-section=.llvmcmd {} ';'
	echo "$version" >"$corpus/$1/version"
}

# Writes the workspace of real, sample and bench: a crate for each work, which names what it depends on in
# its first lines, a plugin for each, then plugins of three works until there are 45.
generate() {
	works=$(basename -s .rs "$here"/real/*.rs)
	for work in $works; do
		sed -n 's|^//@ ||p' "$here/real/$work.rs" | crate "work-$work" rlib
		put "$source/work-$work/src/lib.rs" <"$here/real/$work.rs"
		plugin "plug_$work" "$work"
	done
	real=$plugins
	# C, assembly and vectors, threads, tables, async: no crate that takes long to compile.
	sample='plug_hash plug_rayon plug_regex plug_time plug_tokio'
	set -- $plugins
	count=$#
	set -- $works
	while [ "$count" -lt 45 ]; do
		count=$((count + 1))
		plugin "plug_mix$count" "$1" "$3" "$6"
		set -- "$@" "$1"
		shift
	done
	members=$(printf '"%s", ' $plugins)
	sed "s/^members = .*/members = [$members]/" "$here/small/Cargo.toml" | put "$source/Cargo.toml"
	put "$source/Cargo.lock" <"$here/real/Cargo.lock"
}

plugins=
case $set in
real | sample | bench)
	generate
	case $set in
	real) plugins=$real ;;
	sample) plugins=$sample ;;
	esac
	build "$source" $(printf ' -p %s' $plugins)
	from=$CARGO_TARGET_DIR/$profile
	;;
x86_64-unknown-linux-gnu)
	plugins='alpha beta gamma delta'
	build "$here/small"
	from=$CARGO_TARGET_DIR/$profile
	;;
aarch64-unknown-linux-gnu)
	plugins='alpha beta gamma delta'
	unpack_std arm64
	RUSTFLAGS="--sysroot $corpus/arm64/root/usr" build "$here/small" --target "$set"
	from=$CARGO_TARGET_DIR/$set/$profile
	;;
*-*) # no std is packaged for it: build one
	plugins='alpha beta gamma delta'
	"$top/test/need.sh" corpus-std
	case $set in *-windows-gnu) "$top/test/need.sh" corpus-windows-gnu ;; esac
	library=$($RUSTC --print sysroot)/lib/rustlib/src/rust/library
	RUSTC_BOOTSTRAP=1 build "$here/small" --target "$set" -Z build-std=std,panic_unwind \
		--config 'source.crates-io.replace-with="std"' \
		--config "source.std.directory='$library/vendor'"
	from=$CARGO_TARGET_DIR/$set/$profile
	;;
*)
	echo "make.sh: no such set: $set" >&2
	exit 2
	;;
esac

rm -rf "$out"
mkdir -p "$out"
for name in $plugins; do
	archive=$from/$name.lib
	[ -e "$archive" ] || archive=$from/lib$name.a
	ln "$archive" "$out"
done
echo "$made_of" >"$out.made"
