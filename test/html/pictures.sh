#!/bin/sh
# SPDX-License-Identifier: MIT
# pictures.sh - make share/pictures anew: armeld's HTML report on the 13 plugins of README.md, in Chromium, of fixed
# sizes, light and dark. SET names another set of the corpus.
set -eu

cd "$(dirname "$0")/../.."
work=build/pictures
set=${SET:-real}
test/need.sh html
test/corpus/make.sh "$set"
rm -rf "$work"
mkdir -p "$work"
build/armeld inspect -n 1 --html "$work/report.html" --title 'Plugins on real crates' "build/corpus/$set-release" >/dev/null
chromedriver --port=0 >"$work/driver.log" 2>&1 &
driver=$!
trap 'kill $driver' EXIT
trap 'exit 1' HUP INT TERM
until port=$(sed -n 's/.*started successfully on port \([0-9]*\).*/\1/p' "$work/driver.log") && [ -n "$port" ]; do
	sleep 0.1
done
PYTHONDONTWRITEBYTECODE=1 python3 test/html/pictures.py "$port" "file://$PWD/$work/report.html" share/pictures
