#!/bin/sh
# odd.sh - what odd libraries cost a set: 17 plugins of one rustc, two of another, one that aborts.
#
# The libraries are made by $RUSTC and $OTHER_RUSTC (default: rustc, and rustc of the nightly
# toolchain) in build/bench/odd, once. Prints the bytes of the originals, of all melded into one
# workspace, by default, without those that cost more than they save, and in a workspace for each group.
set -eu
cd "$(dirname "$0")/../.."
armeld=${ARMELD:-build/armeld}
work=build/bench/odd
mkdir -p "$work/in"

# plugin NUMBER RUSTC FLAG...
plugin() {
	number=$1 rustc=$2
	shift 2
	[ -e "$work/in/libp$number.a" ] && return
	cat >"$work/p$number.rs" <<EOF
use std::collections::HashMap;
#[no_mangle]
pub extern "C" fn p${number}_run(n: u32) -> u32 {
    let m: HashMap<String, u32> = (0..n).map(|k| (format!("k{k}"), k * $number)).collect();
    std::panic::catch_unwind(|| m.values().sum::<u32>()).unwrap_or(7)
}
EOF
	# shellcheck disable=SC2086 # rustc may be several words
	$rustc -O -C metadata="m$number" --crate-type staticlib "$@" -o "$work/in/libp$number.a" \
		"$work/p$number.rs"
}

bytes() { # FILE...
	cat "$@" | wc -c
}

# meld NAME OPTION... - the bytes that it leaves, sidecar not counted.
meld() {
	name=$1
	shift
	rm -rf "${work:?}/$name"
	"$armeld" -q -d "$work/$name" -o "$work/$name/w.a" "$@" 2>>"$work/log"
	"$armeld" verify "$work/$name/w.a" >>"$work/log"
	bytes "$work/$name"/*.a
}

: >"$work/log"
main=
for i in $(seq 17); do
	plugin "$i" "${RUSTC:-rustc}"
	main="$main $work/in/libp$i.a"
done
for i in 18 19; do plugin "$i" "${OTHER_RUSTC:-rustc +nightly}"; done
plugin 20 "${RUSTC:-rustc}" -C panic=abort
echo "originals: $(bytes "$work/in"/*.a)"
for how in '' '--strip=all --prune' '--strip=all --prelink --merge'; do
	echo "${how:-melded}:"
	# shellcheck disable=SC2086 # main and how are lists of words
	{
		echo "  all in one workspace: $(meld one --workspaces=one $how "$work/in")"
		echo "  by default: $(meld safe --workspaces=safe $how "$work/in")"
		echo "  without the odd ones: $(meld main --workspaces=main $how "$work/in")"
		echo "  each group in its own workspace: $(meld auto --workspaces=auto $how "$work/in")"
		[ -n "$how" ] || echo "  a workspace for each group: $(meld first $main) +" \
			"$(meld second "$work"/in/libp18.a "$work"/in/libp19.a) +" \
			"$(bytes "$work/in/libp20.a")"
	}
done
