#!/bin/bash
# SPDX-License-Identifier: MIT
# run.sh - the packaging recipes of share/recipes, filled in for a release that is made up here: each is
# read by its own tool, and what they share with the tree is compared. Needs no network.
set -u

cd "$(dirname "$0")/../.." || exit 1
top=$PWD
work=$top/build/recipes
test/need.sh recipes || exit 1
[ -x build/armeld ] || {
	echo 'run.sh: build/armeld is not there: run make first' >&2
	exit 1
}
rm -rf "$work"
mkdir -p "$work/release/v9.9.9"
. test/check.sh
out=$work/out
sum=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef

fills() {
	echo "$sum  armeld-9.9.9.tar.gz" >"$work/sums" && share/recipes/fill.sh 9.9.9 "$work/sums" "$out" &&
		[ "$(find "$out" -type f | wc -l)" = 8 ] && ! grep -rE '@[A-Z0-9]+@' "$out" &&
		! share/recipes/fill.sh 9.9.8 "$work/sums" "$work/none" && [ ! -e "$work/none" ]
}

# Whoever has another address changes one line.
one_address() {
	[ "$(git grep -lF "$(cat share/recipes/address)" -- . ':!CHANGELOG.md')" = share/recipes/address ]
}

shell() {
	shellcheck share/recipes/*.sh && shellcheck -s bash "$out/PKGBUILD"
}

homebrew() {
	ruby -wc "$out/armeld.rb" && grep -q "^  sha256 \"$sum\"" "$out/armeld.rb"
}

# As a user, on whom makepkg insists; it asks for pacman, which Debian lacks, and does not use it here.
as_user() {
	if [ "$(id -u)" = 0 ]; then
		setpriv --reuid 65534 --regid 65534 --clear-groups env HOME=/nonexistent PACMAN=true "$@"
	else
		PACMAN=true "$@"
	fi
}

arch() {
	place=$(mktemp -d) && cp "$out/PKGBUILD" "$place" && chmod -R a+rwX "$place" &&
		(cd "$place" && as_user makepkg --printsrcinfo) >"$work/srcinfo"
	rm -rf "$place"
	cat "$work/srcinfo" # for the log
	grep -q "pkgver = 9.9.9" "$work/srcinfo" && grep -q "sha256sums = $sum" "$work/srcinfo" &&
		grep -q 'source = .*/v9\.9\.9/armeld-9\.9\.9\.tar\.gz' "$work/srcinfo"
}

nix() {
	nix-instantiate --parse "$out/armeld.nix" >"$work/nix.parsed" && grep -q "$sum" "$work/nix.parsed"
}

# Conan is not in Debian: where it is on the PATH, it reads the recipe as well.
conan_recipe() {
	python3 - "$out/conanfile.py" <<-'END'
		import ast, sys
		tree = ast.parse(open(sys.argv[1]).read())
		recipe, = [one for one in tree.body if isinstance(one, ast.ClassDef)]
		has = {one.name for one in recipe.body if isinstance(one, ast.FunctionDef)}
		assert {'source', 'generate', 'build', 'package', 'package_info'} <= has, has
	END
}

conan_reads() {
	CONAN_HOME=$work/conan conan inspect "$out/conanfile.py" >"$work/inspected" 2>&1 && grep -q 'version: 9.9.9' "$work/inspected"
}

crate() (
	mkdir -p "$work/bin" "$work/nothing" && ln -sf "$top/build/armeld" "$work/bin/armeld" && cd "$out/cargo-meld" &&
		PATH=$work/bin:/usr/bin:/bin CARGO_HOME=$work/cargo cargo build --offline -q &&
		PATH=/usr/bin:/bin target/debug/cargo-meld meld --version | diff - <("$top/build/armeld" --version) &&
		cp -r "$top/fixtures/x86_64-linux" "$work/set" && target/debug/cargo-meld meld -q -o "$work/set/w.a" "$work/set" &&
		target/debug/cargo-meld meld verify "$work/set/w.a" &&
		{ ARMELD=$work/missing target/debug/cargo-meld meld --version 2>&1 | grep -F "$work/missing: "; } &&
		{
			target/debug/cargo-meld meld verify "$work/missing.a"
			[ $? = 1 ]
		}
)

crate_says_how() (
	cd "$out/cargo-meld" && touch build.rs &&
		! ARMELD=$work/nothing/armeld CARGO_HOME=$work/cargo PATH=/usr/bin:/bin cargo build --offline -q 2>"$work/said" &&
		grep -q 'pip install armeld' "$work/said" && grep -qF "$(cat "$top/share/recipes/address")" "$work/said"
)

# The archives that binstall fetches are those that make dist makes.
binstall() {
	python3 - "$out/cargo-meld/Cargo.toml" <<-'END'
		import re, sys
		text = open(sys.argv[1]).read()
		packer = open('share/dist/pack.py').read()
		made = set(re.findall(r"^    '([a-z]+-[a-z0-9_]+)': '", packer, re.M))
		fetched = set(re.findall(r'/armeld-\{ version \}-([a-z]+-[a-z0-9_]+)\.(?:tar\.gz|zip)"', text))
		inside = set(re.findall(r'bin-dir = "armeld-\{ version \}-([a-z]+-[a-z0-9_]+)/', text))
		assert made == fetched == inside and made, (made, fetched, inside)
	END
}

gitlab() {
	name=armeld-9.9.9-linux-$(uname -m)
	mkdir -p "$work/$name" && cp build/armeld "$work/$name" && tar -C "$work" -czf "$work/release/v9.9.9/$name.tar.gz" "$name" &&
		(cd "$work/release/v9.9.9" && sha256sum -- *.tar.gz >SHA256SUMS) &&
		python3 - "$out/gitlab.yml" "$work/before.sh" <<-'END' &&
			import sys, yaml
			job = yaml.safe_load(open(sys.argv[1]))['.armeld']
			assert job['variables']['ARMELD_VERSION'] == '9.9.9'
			script, = job['before_script']
			open(sys.argv[2], 'w').write(script.replace('/tmp', sys.argv[2].rsplit('/', 1)[0] + '/image'))
		END
		mkdir -p "$work/image" && shellcheck -s sh "$work/before.sh" && before '' && before "$(cut -d ' ' -f 1 "$work/release/v9.9.9/SHA256SUMS")" && ! before "$sum"
}

before() { # SHA256
	ARMELD_VERSION=9.9.9 ARMELD_ADDRESS=file://$work/release ARMELD_SHA256=$1 sh -e "$work/before.sh"
}

# What the recipes install or name is there under these names.
paths() {
	grep -oE '"(man/[a-z.0-9]+|fixtures/[a-z0-9_-]+)"' "$out/armeld.rb" | tr -d '"' | while read -r path; do
		[ -e "$path" ] || echo "armeld.rb: $path"
	done | { ! grep .; } &&
		make -n build/armeld build/completions/armeld.bash build/completions/armeld.zsh build/completions/armeld.fish >/dev/null
}

check 'filled in, nothing is left open' fills
check 'the address is in one place' one_address
check 'shellcheck: scripts and PKGBUILD' shell
check 'ruby: the formula for Homebrew' homebrew
check 'makepkg: PKGBUILD' arch
check 'nix-instantiate: the expression' nix
check 'python: the recipe for Conan' conan_recipe
if command -v conan >/dev/null; then
	check 'conan inspect: the recipe' conan_reads
else
	echo 'skipped: conan inspect: conan is not on the PATH (pip install conan)'
fi
check 'cargo: the crate builds and starts armeld' crate
check 'cargo: without armeld, the crate says how to get it' crate_says_how
check 'binstall: the archives are those of make dist' binstall
check 'GitLab: the snippet installs, and no other sum' gitlab
check 'paths in recipes' paths
count_checks
