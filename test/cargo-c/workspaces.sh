# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Sourced by run.sh, which sets $top and $work: a Cargo workspace as an input, its libraries found by
# cargo itself. It is a virtual one of crates without core, so that one rustc makes them for every
# target in no time: `a-one` and `b`, whose library is called bee, depend on `shared`.
ws=$work/workspace

# in_workspace COMMAND... - with Debian's cargo, and nothing of the caller's
in_workspace() {
	(cd "$ws" && env -i HOME="$work" PATH="$work/bin:/usr/bin:/bin" CARGO_HOME="$work/cargo" RUSTC=/usr/bin/rustc \
		RUSTC_BOOTSTRAP=1 "$@")
}

crate() { # NAME [LIB-LINE...] - its source on standard input
	mkdir -p "$ws/$1/src" && cat >"$ws/$1/src/lib.rs"
	name=$1
	shift
	{
		printf '[package]\nname = "%s"\nversion = "0.1.0"\nedition = "2021"\n[lib]\n' "$name"
		printf '%s\n' "$@"
		[ "$name" = shared ] || printf '[dependencies]\nshared.path = "../shared"\n'
	} >"$ws/$name/Cargo.toml"
}

made() {
	mkdir -p "$work/bin" && ln -sf "$top/build/armeld" "$work/bin/armeld" && ln -sf armeld "$work/bin/cargo-meld" || return 1
	crate shared <"$top/fixtures/src/shared.rs" || return 1
	for lib in a-one b; do
		case $lib in
		b) set -- 'name = "bee"' 'crate-type = ["rlib", "staticlib"]' ;;
		*) set -- 'crate-type = ["staticlib"]' ;;
		esac
		crate $lib "$@" <<-END || return 1
			#![no_core]
			#![no_std]
			#![feature(no_core)]
			extern crate shared;
			use shared::{heap::push, mix::mix};
			#[no_mangle]
			pub unsafe extern "C" fn ${lib%-*}_run(n: u32) -> u32 {
			    push(mix(n))
			}
		END
	done
	cat >"$ws/Cargo.toml" <<-END
		[workspace]
		members = ["shared", "a-one", "b"]
		resolver = "2"
		[profile.dev]
		panic = "abort"
		[profile.release]
		panic = "abort"
		[profile.small]
		inherits = "release"
		opt-level = "z"
	END
	in_workspace cargo --version
}

# melds FOLDER FILES ARGUMENT... - both libraries, of FOLDER, are melded, and the second melding finds them again
melds() {
	folder=$1 files=$2
	shift 2
	in_workspace armeld -o w.a "$@" >"$work/out" 2>&1 || { cat "$work/out"; return 1; }
	cat "$work/out"
	for file in $files; do
		grep -q "$folder/$file\$" "$work/out" || return 1
	done
	in_workspace armeld -q -o w.a "$@" && in_workspace armeld verify w.a && in_workspace armeld restore w.a
}

# fails STATUS TEXT ARGUMENT... - armeld says so and writes nothing
fails() {
	status=$1 text=$2
	shift 2
	in_workspace armeld -q -o w.a "$@" >"$work/out" 2>&1
	got=$?
	cat "$work/out"
	[ $got = "$status" ] && grep -qF -e "$text" "$work/out" && [ ! -e "$ws/w.a" ]
}

builds() {
	in_workspace cargo build --quiet --offline "$@"
}

not_built() {
	fails 1 'libbee.a or bee.lib in' Cargo.toml -p b && fails 1 'run cargo build --release -p b' -p b
}

release() {
	builds --release && melds target/release 'liba_one.a libbee.a' Cargo.toml && melds target/release 'liba_one.a libbee.a' . &&
		melds target/release 'libbee.a' -p b@0.1 b/Cargo.toml
}

profiles() {
	fails 1 'run cargo build --profile small -p a-one -p b' --profile small && fails 1 '--profile release' --profile dev &&
		builds --profile small && melds target/small 'liba_one.a libbee.a' --profile small Cargo.toml &&
		builds && melds target/debug 'liba_one.a libbee.a' --profile dev .
}

targets() {
	for target in x86_64-pc-windows-msvc aarch64-apple-darwin; do
		files='liba_one.a libbee.a'
		[ "${target%-msvc}" = $target ] || files='a_one.lib bee.lib'
		fails 1 "--release -p a-one -p b --target $target" --target $target && builds --release --target $target &&
			melds target/$target/release "$files" --target $target Cargo.toml || return 1
	done
	builds --target aarch64-apple-darwin && melds target/aarch64-apple-darwin/debug 'liba_one.a' --target aarch64-apple-darwin --profile dev
}

# The settings of a workspace's own folder count for who names it from elsewhere; --manifest-path is cargo's.
from_elsewhere() {
	(ws=$work && in_workspace armeld -n -o w.a workspace/Cargo.toml) | grep elsewhere/aarch64-unknown-linux-gnu/release/libbee.a &&
		(ws=$work && in_workspace armeld -n -o w.a --manifest-path workspace/Cargo.toml) | grep target/release/libbee.a &&
		(ws=$work && in_workspace armeld -n -o w.a --profile small workspace 2>&1) | grep 'run (cd workspace && cargo build --profile small -p a-one -p b --target aarch64-unknown-linux-gnu)'
}

# Cargo's own settings: another target directory, another target.
configured() {
	mkdir -p "$ws/.cargo" && printf '[build]\ntarget-dir = "elsewhere"\ntarget = "aarch64-unknown-linux-gnu"\n' >"$ws/.cargo/config.toml" &&
		builds --release && [ -e "$ws/elsewhere/aarch64-unknown-linux-gnu/release/libbee.a" ] &&
		melds elsewhere/aarch64-unknown-linux-gnu/release 'liba_one.a libbee.a' Cargo.toml && from_elsewhere
	result=$?
	rm -rf "$ws/.cargo"
	[ $result = 0 ] && in_workspace env CARGO_TARGET_DIR="$ws/third" cargo build --quiet --offline --release &&
		melds third/release 'liba_one.a libbee.a' --target-dir third &&
		in_workspace env CARGO_TARGET_DIR="$ws/third" armeld -n -o w.a Cargo.toml | grep third/release/libbee.a
}

# What is there but was built for another target than the settings name is not taken.
stale() {
	mkdir -p "$ws/.cargo" && echo 'build.target = "x86_64-pc-windows-gnu"' >"$ws/.cargo/config.toml"
	fails 1 'target/x86_64-pc-windows-gnu/release' Cargo.toml && rm -r "$ws/.cargo" &&
		fails 1 'package a-one is not built' Cargo.toml -p a-one --target x86_64-pc-windows-gnu
}

# cargo-c puts libraries where its target says, under a name of their own.
by_cargo_c() {
	sed -i '/crate-type/s/.*/crate-type = ["rlib"]/' "$ws/b/Cargo.toml" &&
		printf '[features]\ncapi = []\n[package.metadata.capi]\nmin_version = "0.9.14"\n[package.metadata.capi.header]\nenabled = false\n[package.metadata.capi.library]\nname = "bumble"\n' >>"$ws/b/Cargo.toml" &&
		fails 1 'run cargo cbuild --release -p b' Cargo.toml -p b &&
		rm "$ws/Cargo.lock" && # cargo-c is older than its format
		in_workspace cargo cbuild --offline --release -p b --library-type staticlib &&
		melds release 'libbumble.a liba_one.a' Cargo.toml
}

messages() {
	in_workspace cargo build --offline --message-format=json --profile small >"$work/messages" 2>/dev/null &&
		melds target/small 'liba_one.a libbee.a' --cargo-messages "$work/messages" &&
		in_workspace cargo metadata --format-version 1 --no-deps --offline >"$work/metadata" &&
		melds target/small 'libbee.a' --cargo-metadata "$work/metadata" -p b --profile small
}

by_cargo() {
	in_workspace cargo meld -o w.a --release -q && in_workspace cargo meld verify w.a &&
		(ws=$ws/b && in_workspace cargo meld -q -r -o ../w.a) && in_workspace cargo meld restore w.a &&
		in_workspace cargo meld inspect --csv --profile small | grep target/small/liba_one.a &&
		! in_workspace cargo meld --json
}

no_cargo() {
	in_workspace env PATH=/nowhere "$work/bin/armeld" -o w.a Cargo.toml 2>"$work/out" && return 1
	cat "$work/out"
	grep -q 'armeld: cargo: No such file or directory; .*--cargo-metadata' "$work/out" || return 1
	echo 'x = [' >"$ws/a-one/Cargo.toml"
	in_workspace armeld -o w.a Cargo.toml 2>"$work/out" && return 1
	cat "$work/out"
	grep -q '^error: ' "$work/out" && grep -q 'armeld: cargo metadata: exit status 101' "$work/out"
}

check 'a Cargo workspace of crates without core' made
check 'not built' not_built
check 'release, virtual, names with dashes, [lib] name' release
check 'dev and a profile of its own' profiles
check 'for Windows (MSVC) and Apple' targets
check 'build.target, build.target-dir, CARGO_TARGET_DIR' configured
check 'a target that is not built' stale
check 'cargo build --message-format=json, cargo metadata' messages
check 'cargo meld' by_cargo
check 'a library by cargo-c' by_cargo_c
check 'without cargo, with a broken workspace' no_cargo
