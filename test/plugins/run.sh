#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh - three plugins of gst-plugins-rs: fetched, built as static libraries by cargo-c against Debian's
# GStreamer, melded, pruned, prelinked. A program that registers them and runs elements of each is linked
# with the originals and with each form, and prints the same. Then everything is verified and restored.
set -u

cd "$(dirname "$0")/../.." || exit 1
top=$PWD
work=$top/build/plugins
test/need.sh plugins || exit 1
[ -x build/armeld ] || {
	echo 'run.sh: build/armeld is not there: run make first' >&2
	exit 1
}
rm -rf "$work/forms"
mkdir -p "$work/forms/originals"
. test/check.sh
crates='gst-plugin-file gst-plugin-json gst-plugin-regex'
libraries='libgstjson.a libgstregex.a libgstrsfile.a'
workspace=librust_workspace.a
exports='--export gst_plugin_*_get_desc --export gst_plugin_*_register'

# with_cargo COMMAND... - with Debian's own compiler, and nothing of the caller's but how to get out
with_cargo() {
	env -i HOME="$work" PATH=/usr/bin:/bin CARGO_HOME="$work/cargo" RUSTC=/usr/bin/rustc \
		${https_proxy+https_proxy="$https_proxy"} ${http_proxy+http_proxy="$http_proxy"} \
		${CARGO_HTTP_CAINFO+CARGO_HTTP_CAINFO="$CARGO_HTTP_CAINFO"} \
		${SSL_CERT_FILE+SSL_CERT_FILE="$SSL_CERT_FILE"} "$@"
}

# What Cargo.lock names, by a cargo that knows today's crates.io: that of cargo-c is older.
fetched() (
	mkdir -p "$work/list/src" && cp test/plugins/Cargo.toml test/plugins/Cargo.lock "$work/list" &&
		: >"$work/list/src/lib.rs" && cd "$work/list" || return 1
	[ -e "$work/vendor.made" ] && cmp -s Cargo.lock "$work/vendor.made" && return
	with_cargo /usr/bin/cargo vendor --quiet --locked --versioned-dirs "$work/vendor" >/dev/null &&
		cp Cargo.lock "$work/vendor.made"
)

# The plugins in one workspace, which is built offline; their own tests need more crates.
workspace_made() (
	rm -rf "$work/workspace/.cargo" && mkdir -p "$work/workspace/.cargo" || return 1
	for crate in $crates; do
		folder=$work/workspace/$crate
		[ -e "$folder" ] || cp -R "$work/vendor/$crate"-[0-9]* "$folder" || return 1
		rm -f "$folder/.cargo-checksum.json"
		awk '/^\[/ { skip = /^\[dev-dep/ } !skip' "$folder/Cargo.toml" >"$work/Cargo.toml" &&
			{ cmp -s "$work/Cargo.toml" "$folder/Cargo.toml" || cp "$work/Cargo.toml" "$folder/Cargo.toml"; } || return 1
	done
	cat >"$work/workspace/.cargo/config.toml" <<-END
		[source.crates-io]
		replace-with = "vendored"
		[source.vendored]
		directory = "$work/vendor"
	END
	{
		printf '[workspace]\nresolver = "2"\nmembers = ['
		printf '"%s", ' $crates
		printf ']\n[profile.release]\nopt-level = 0\ndebug = 0\n'
	} >"$work/workspace/Cargo.toml"
)

built() (
	cd "$work/workspace" &&
		with_cargo cargo cbuild --offline --release --library-type staticlib $(printf ' -p %s' $crates) &&
		for library in $libraries; do
			cp "$(ls target/*/release/"$library")" "$work/forms/originals" || return 1
		done
)

# printed FOLDER [WORKSPACE] - what the program prints, linked with the libraries there.
printed() (
	folder=$work/forms/$1
	shift
	inputs=
	for library in $libraries "$@"; do
		inputs="$inputs $folder/$library"
	done
	cc -o "$folder/program" "$work/main.o" $inputs $(pkg-config --libs gstreamer-base-1.0 gio-2.0) \
		-lgcc_s -lutil -lrt -lpthread -lm -ldl &&
		(cd "$work" && env -i HOME="$work" PATH=/usr/bin:/bin "$folder/program" text.in json.in written) >"$folder/printed" ||
		{ cat "$folder/printed" && return 1; }
	cat "$folder/printed"
)

# The program works with the originals: each plugin is there, and did its work.
originals_run() {
	cc -O1 -Wall -Wextra -Werror -c -o "$work/main.o" test/plugins/main.c $(pkg-config --cflags gstreamer-1.0) &&
		echo 'A plain sentence, für alle, in three plugins.' >"$work/text.in" &&
		printf '{"Header":{"format":"f"}}\n{"Buffer":{"pts":0,"duration":7,"data":{"a":[1,2]}}}\n' >"$work/json.in" &&
		printed originals &&
		[ "$(grep -c -E '^(json|regex|rsfile) 0\.10\.' "$work/forms/originals/printed")" = 3 ] &&
		grep -q '^A <plain> <sentence>, für alle, in <three> <plugins>\.$' "$work/forms/originals/printed" &&
		grep -q '^{"Header":{"format":"f"}}$' "$work/forms/originals/printed" &&
		grep -q '"data":{"a":\[1,2\]}' "$work/forms/originals/printed"
}

# As what the originals print. A library that needs no workspace is linked without.
prints_the_same() { # FOLDER [WORKSPACE]
	printed "$@" && cmp "$work/forms/originals/printed" "$work/forms/$1/printed"
}

# made FOLDER ARGUMENT... - of copies, so that they can be restored
made() (
	cp -R "$work/forms/originals" "$work/forms/$1" && cd "$work/forms/$1" && rm -f program printed || return 1
	shift
	"$top/build/armeld" "$@" $libraries && ls -l
)

smaller() { # FOLDER
	before=$(cat "$work"/forms/originals/*.a | wc -c)
	after=$(cat "$work/forms/$1"/*.a "$work/forms/$1"/*.armeld | wc -c)
	echo "$1: $before bytes, with the sidecar $after"
	[ "$after" -lt "$before" ]
}

verified() ( # FOLDER LIBRARY...
	cd "$work/forms/$1" || return 1
	shift
	for library; do
		"$top/build/armeld" verify "$library" || return 1
	done
)

restored() ( # FOLDER LIBRARY...
	cd "$work/forms/$1" || return 1
	shift
	for library; do
		"$top/build/armeld" restore "$library" || return 1
	done
	[ ! -e $workspace ] || return 1
	for library in $libraries; do
		cmp "$work/forms/originals/$library" "$library" || return 1
	done
)

# form FOLDER WORKSPACE|'' ARGUMENT... - all of it, of one form
form() {
	name=$1 set=$2
	shift 2
	check "$name" made "$name" "$@"
	check "$name: smaller" smaller "$name"
	check "$name: the program prints the same" prints_the_same "$name" $set
	check "$name: verified" verified "$name" ${set:-$libraries}
	check "$name: restored" restored "$name" ${set:-$libraries}
}

check 'crates: fetched' fetched
[ $failed = 0 ] && check 'crates: a workspace' workspace_made
[ $failed = 0 ] && check "$(cargo-cbuild --version): static libraries" built
[ $failed = 0 ] && check 'the program, with the originals' originals_run
[ $failed = 0 ] && {
	form melded $workspace -o $workspace
	form pruned $workspace -o $workspace --prune $exports
	form prelinked $workspace -o $workspace --prelink $exports
	form alone '' prelink --merge --strip=all $exports
}
count_checks
