#!/bin/bash
# SPDX-License-Identifier: MIT
# run.sh - the step for GitHub Actions: its file is read as YAML, its script is run as a runner would.
set -u

cd "$(dirname "$0")/../.." || exit 1
top=$PWD
work=$top/build/github
test/need.sh github || exit 1
[ -x build/armeld ] || {
	echo 'run.sh: build/armeld is not there: run make first' >&2
	exit 1
}
rm -rf "$work"
mkdir -p "$work"
. test/check.sh
PATH=$top/build:$PATH

# Every input that the script uses is declared, and the other way round.
reads() {
	python3 - share/github/action.yml "$work/step.sh" "$work/install.sh" <<-'END'
		import re, sys, yaml
		action = yaml.safe_load(open(sys.argv[1]))
		install, step = action['runs']['steps']
		used = set(re.findall(r'inputs\.(\w+)', ' '.join([*install['env'].values(), *step['env'].values()])))
		assert used == set(action['inputs']), (used, action['inputs'])
		assert install['if'] == "inputs.version != ''"
		assert action['runs']['using'] == 'composite' and install['shell'] == step['shell'] == 'bash'
		open(sys.argv[2], 'w').write(step['run'])
		open(sys.argv[3], 'w').write(install['run'])
	END
}

step() { # WORKSPACE PATHS [OPTIONS]
	: >"$work/summary"
	: >"$work/output"
	WORKSPACE=$1 PATHS=$2 OPTIONS=${3-} GITHUB_STEP_SUMMARY=$work/summary GITHUB_OUTPUT=$work/output \
		bash --noprofile --norc -eo pipefail "$work/step.sh"
}

melds() {
	rm -rf "$work/set" && cp -r fixtures/x86_64-linux "$work/set" &&
		step "$work/set/w.a" "$work/set" && armeld verify "$work/set/w.a" &&
		grep -q 'workspace' "$work/summary" &&
		[ "bytes=$(cat "$work"/set/*.a | wc -c)" = "$(cat "$work/output")" ]
}

# The workspace in a folder that no path names, and outputs elsewhere.
sizes_add_up() {
	rm -rf "$work/set" "$work/out" && cp -r fixtures/x86_64-linux "$work/set" && mkdir "$work/out" &&
		step "$work/out/w.a" "$work/set/liba.a
$work/set/libb.a" && [ "bytes=$(cat "$work"/set/lib[ab].a "$work/out/w.a" | wc -c)" = "$(cat "$work/output")" ] || return 1
	rm -rf "$work/set" "$work/out" && cp -r fixtures/x86_64-linux "$work/set" &&
		step "$work/out/w.a" "$work/set" "-d
$work/out" && [ "bytes=$(cat "$work"/out/*.a | wc -c)" = "$(cat "$work/output")" ]
}

takes_lists() {
	rm -rf "$work/my set" && cp -r fixtures/x86_64-linux "$work/my set" &&
		step "$work/my set/w.a" "$work/my set/liba.a
$work/my set/libb.a" '--keep
util*
' && armeld verify "$work/my set/w.a" && ! ar t "$work/my set/w.a" | grep util
}

# A release in a folder, as make dist makes it.
release() {
	name=armeld-9.9.9-linux-$(uname -m)
	mkdir -p "$work/release/v9.9.9" "$work/$name" && cp build/armeld "$work/$name" &&
		tar -C "$work" -czf "$work/release/v9.9.9/$name.tar.gz" "$name" &&
		(cd "$work/release/v9.9.9" && sha256sum -- *.tar.gz >SHA256SUMS)
}

installs() { # [SHA256]
	rm -rf "$work/temp"
	: >"$work/path"
	VERSION=9.9.9 SHA256=${1-} ARMELD_ADDRESS=file://$work/release RUNNER_TEMP=$work/temp GITHUB_PATH=$work/path \
		GITHUB_ACTION_PATH=$top/share/github bash --noprofile --norc -eo pipefail "$work/install.sh" &&
		cmp "$(cat "$work/path")/armeld" build/armeld
}

installs_by_sum() {
	sum=$(cut -d ' ' -f 1 "$work/release/v9.9.9/SHA256SUMS") && installs "$sum" &&
		! installs "$(echo "$sum" | tr 0-9a-f 1-9a-f0)" && [ ! -e "$work/temp/armeld" ] && [ ! -s "$work/path" ]
}

damaged() {
	echo >>"$work/release/v9.9.9/armeld-9.9.9-linux-$(uname -m).tar.gz"
	! installs && [ ! -e "$work/temp/armeld" ]
}

fails() { ! step "$work/w.a" "$work/missing.a"; }

check 'the file' reads
check 'melds and tells' melds
check 'paths with blanks, several options' takes_lists
check 'bytes: of workspace and libraries, wherever they are' sizes_add_up
check 'an error fails the step' fails
release
check 'installs a release by its own sums' installs
check 'installs a release by the sum that is given, and no other' installs_by_sum
check 'installs nothing that is damaged' damaged
count_checks
