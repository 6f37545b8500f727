#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh - armeld on a terminal: tables that fit it, colours, the progress bar; and none of that in pipes.
set -eu

cd "$(dirname "$0")/../.."
test/need.sh terminal
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
PYTHONDONTWRITEBYTECODE=1 ARMELD="$PWD/${ARMELD:-build/armeld}" python3 test/terminal/checks.py "$work" "$PWD/fixtures"
