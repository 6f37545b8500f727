#!/bin/sh
# SPDX-License-Identifier: MIT
# zig.sh - zig from PyPI, which carries compilers and headers for many systems, in build/zig. Prints the Python
# that starts it: `PYTHON -m ziglang cc`. With --version, prints the version alone.
set -eu

version=0.17.1
if [ "${1-}" = --version ]; then
	echo $version
	exit
fi
cd "$(dirname "$0")/../.."
test/need.sh zig >&2
mkdir -p build
exec 7>build/zig.lock
flock 7
python=$PWD/build/zig/bin/python
[ "$("$python" -m ziglang version 2>/dev/null)" = $version ] || {
	rm -rf build/zig
	/usr/bin/python3 -m venv build/zig
	for try in 1 2 3; do
		"$python" -m pip install -q "ziglang==$version" >&2 && break
		[ "$try" != 3 ] || exit 1
		sleep 5
	done
}
echo "$python"
