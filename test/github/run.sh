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
	python3 - share/github/action.yml "$work/step.sh" <<-'END'
		import re, sys, yaml
		action = yaml.safe_load(open(sys.argv[1]))
		step, = action['runs']['steps']
		used = set(re.findall(r'inputs\.(\w+)', ' '.join(step['env'].values())))
		assert used == set(action['inputs']), (used, action['inputs'])
		assert action['runs']['using'] == 'composite' and step['shell'] == 'bash'
		open(sys.argv[2], 'w').write(step['run'])
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

takes_lists() {
	rm -rf "$work/my set" && cp -r fixtures/x86_64-linux "$work/my set" &&
		step "$work/my set/w.a" "$work/my set/liba.a
$work/my set/libb.a" '--keep
util*
' && armeld verify "$work/my set/w.a" && ! ar t "$work/my set/w.a" | grep util
}

fails() { ! step "$work/w.a" "$work/missing.a"; }

check 'the file' reads
check 'melds and tells' melds
check 'paths with blanks, several options' takes_lists
check 'an error fails the step' fails
count_checks
