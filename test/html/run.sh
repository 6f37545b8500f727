#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh - the HTML report in headless Chromium: three widths, light and dark, searched, sorted, printed, zoomed
# by keys and clicks, without scripts; with names that would like to be HTML, long ones, many of them; looked
# at by axe-core, which a wheel from PyPI has. What is fetched stays in build/fetched.
set -u

cd "$(dirname "$0")/../.." || exit 1
top=$PWD
work=$top/build/html
test/need.sh html || exit 1
[ -x build/armeld ] || {
	echo 'run.sh: build/armeld is not there: run make first' >&2
	exit 1
}
rm -rf "$work"
mkdir -p "$work"
. test/check.sh
armeld=$top/build/armeld

# A set with hostile names: of files, members and crates; one crate has a thousand members.
hostile_set() {
	mkdir -p "$work/set" && cp fixtures/x86_64-linux/*.a "$work/set" || return 1
	python3 - "$work/set" <<-'END'
		import os, sys
		folder = sys.argv[1]
		data = open(folder + "/libb.a", "rb").read()
		def member(data, at):
		    size = int(data[at + 48:at + 58])
		    return data[at + 60:at + 60 + size], at + 60 + size + size % 2
		at, bodies = 8, []
		while at < len(data):
		    name = data[at:at + 16]
		    body, at = member(data, at)
		    if not name.startswith(b"/ ") and not name.startswith(b"//"):
		        bodies.append(body)
		def write(path, names):
		    table = b"".join(name + b"/\n" for name, _ in names)
		    table += b"\n" * (len(table) % 2)
		    out, place = b"!<arch>\n", 0
		    def entry(name, body):
		        return b"%-16s%-12d%-6d%-6d%-8o%-10d`\n" % (name, 0, 0, 0, 0o644, len(body)) + body + b"\n" * (len(body) % 2)
		    out += entry(b"//", table)
		    for name, body in names:
		        out += entry(b"/%d" % place, body)
		        place += len(name) + 2
		    open(path, "wb").write(out)
		names = [b"x<img src=x onerror=window.hostile=1>\"'&-0123456789abcdef.x.fedcba9876543210-cgu.0.rcgu.o",
		         b"l" * 10240 + b"-0123456789abcdef.l.fedcba9876543210-cgu.0.rcgu.o",
		         b"\x1b[31m\xff\xe2\x80\xae-0123456789abcdef.z.fedcba9876543210-cgu.0.rcgu.o"]
		hostile = [(name, bodies[i % len(bodies)]) for i, name in enumerate(names)]
		many = [(b"many-0123456789abcdef.many.fedcba9876543210-cgu.%04d.rcgu.o" % i, bodies[0]) for i in range(1000)]
		os.makedirs(folder + "/<script>window.hostile = 1<", exist_ok=True)
		write(folder + "/<script>window.hostile = 1</script>\"'&.a", hostile)
		write(folder + "/libmany.a", many)
		write(folder + "/libmany2.a", many)
	END
}

made() {
	hostile_set && made_again && [ -s "$work/inspect.html" ] &&
		! grep -q '<script>window' "$work/inspect.html" && ! grep -q '<img' "$work/inspect.html"
}

# The driver is told the port by itself, and goes with this script.
chromedriver --port=0 >"$work/driver.log" 2>&1 &
driver=$!
trap 'kill $driver' EXIT
port=
while kill -0 $driver 2>/dev/null; do
	port=$(sed -n 's/.*started successfully on port \([0-9]*\).*/\1/p' "$work/driver.log")
	[ -z "$port" ] || break
	sleep 0.1
done

driven() { # SCRIPT PAGE ARGUMENT...
	script=$1 page=$2
	shift 2
	"test/html/$script" "$port" "file://$work/$page" "$work" "$@"
}

# On a machine that is busy with other things, the best of three.
in_time() { # PAGE MILLISECONDS
	driven drive_map.py "$@" || driven drive_map.py "$@" || driven drive_map.py "$@"
}

AXE=axe-playwright-python==0.1.8
AXE_SUM=fdd263c998388f1a8e67cad02677e612d946248bd44d163be5e8650ea31f95f8

accessible() {
	kept=$top/build/fetched/axe
	if [ ! -f "$kept/axe.min.js" ]; then
		python3 -m venv "$work/python" && echo "$AXE --hash=sha256:$AXE_SUM" >"$work/wheel.txt" &&
			"$work/python/bin/pip" download -q --no-deps --require-hashes --only-binary=:all: -d "$work/wheels" \
				-r "$work/wheel.txt" && mkdir -p "$kept" &&
			python3 -m zipfile -e "$work"/wheels/*.whl "$work/wheels" && cp "$work"/wheels/*/axe.min.js "$kept" || return 1
	fi
	test/html/axe.py "$port" "$kept/axe.min.js" "file://$work/inspect.html" "file://$work/two.html" "file://$work/files.html"
}

# Every file that --html names is complete in itself, and the same each time.
of_a_meld() {
	mkdir "$work/meld" && cp fixtures/x86_64-linux/*.a "$work/meld" && cd "$work/meld" &&
		"$armeld" -n -q --html ../dry.html -o w.a ./*.a && "$armeld" -q --html ../meld.html -o w.a lib?.a &&
		grep -q 'class="good"' ../meld.html && cd "$top"
}

# Two sets on one page.
of_two_sets() {
	for new in x86_64-linux-debug universal-apple; do
		"$armeld" inspect --json --html "$work/two.html" fixtures/x86_64-linux -- fixtures/$new >"$work/two.json" &&
			test/html/adds_up.py "$work/two.html" "$work/two.json" || return 1
	done
	"$armeld" inspect --json --html "$work/two.html" "$work"/files/[xz].so -- "$work"/files/y.so "$work"/files/liba.a \
		>"$work/two.json" && test/html/adds_up.py "$work/two.html" "$work/two.json" || return 1
	"$armeld" inspect --html "$work/two.html" "$work/set" -- fixtures/x86_64-linux-debug
}

# The map has every byte that the report has, whatever was asked for.
adds_up() {
	mkdir -p "$work/sums" || return 1
	for set in x86_64-linux x86_64-msvc universal-apple x86_64-linux-odd; do
		for how in '' --prune '--prelink --strip=all' --workspaces=auto; do
			# shellcheck disable=SC2086 # lists of words
			"$armeld" -n $how --json --html "$work/sums/page.html" -o "$work/sums/w.a" "fixtures/$set" >"$work/sums/json" &&
				test/html/adds_up.py "$work/sums/page.html" "$work/sums/json" || return 1
		done
	done
	for also in fixtures/x86_64-linux "$work/files/p.whl" "$work/files/x.so"; do # those of files and of archives
		"$armeld" inspect --json --html "$work/sums/page.html" fixtures/images/libtiny* "$also" >"$work/sums/json" &&
			test/html/adds_up.py "$work/sums/page.html" "$work/sums/json" || return 1
	done
	"$armeld" -n --json --html "$work/sums/page.html" --single "$work/sums/w.a" fixtures/x86_64-linux/lib[bc].a \
		>"$work/sums/json" && test/html/adds_up.py "$work/sums/page.html" "$work/sums/json"
}

# A shared object with crates, by the source files that its symbols follow; a wheel; libraries beside them.
make_files() {
	mkdir -p "$work/files" && (
		cd "$work/files" && for crate in app std core; do
			{
				printf '\t.file "%s.1f2e3d4c-cgu.0"\n\t.text\n' $crate
				for i in 1 2 3 4; do
					printf '\t.type %s%d, @function\n%s%d:\n\t.zero %d\n\t.size %s%d, .-%s%d\n' \
						$crate $i $crate $i $((i * 3000)) $crate $i $crate $i
				done
			} >$crate.s && as -o $crate.o $crate.s || return 1
		done
		ld -shared -o x.so app.o std.o core.o && cp x.so y.so && cp "$top/fixtures/images/libtiny.so" z.so &&
			python3 -m zipfile -c p.whl x.so z.so && cp "$top"/fixtures/x86_64-linux/lib[ab].a .
	)
}

# But for the command, of course; and the same command makes the same bytes.
same_again() {
	"$armeld" inspect -r -j1 --html "$work/again.html" "$work/set" >/dev/null &&
		grep -v 'class="copy"' "$work/again.html" >"$work/again.txt" &&
		grep -v 'class="copy"' "$work/inspect.html" | cmp - "$work/again.txt" &&
		cp "$work/inspect.html" "$work/first.html" && made_again && cmp "$work/inspect.html" "$work/first.html"
}

made_again() {
	"$armeld" inspect -r --html "$work/inspect.html" "$work/set"
}

# The commands that a page offers can be run as they are.
commands() {
	"$armeld" inspect --html "$work/offers.html" fixtures/x86_64-linux-debug >/dev/null &&
		sed -n 's|.*<code class="copy">\(armeld meld .*\)</code>.*|\1|p' "$work/offers.html" >"$work/offers" &&
		[ "$(wc -l <"$work/offers")" = 5 ] && PATH=$top/build:$PATH sh -eu "$work/offers"
}

# Those for shared objects, too, which are not melded; what a wheel has is named by its name there.
commands_for_files() {
	cd "$work/files" && "$armeld" inspect --html offers.html liba.a x.so libb.a z.so y.so p.whl >/dev/null &&
		sed -n 's|.*<code class="copy">\(armeld [ms][^<]*\)</code>.*|\1|p' offers.html >offers &&
		[ "$(grep -c '^armeld meld .* liba.a libb.a$' offers)" = 5 ] && [ "$(wc -l <offers)" = 7 ] &&
		[ "$(grep -cx 'armeld strip -n --debug --locals x.so z.so y.so' offers)" = 1 ] &&
		[ "$(grep -cx 'armeld strip -n --debug --locals x.so z.so' offers)" = 1 ] && PATH=$top/build:$PATH sh -eu offers
	status=$?
	cd "$top" && return $status
}

of_files() {
	"$armeld" inspect --html "$work/files.html" "$work"/files/*.so >/dev/null &&
		driven drive_files.py files.html && "$armeld" inspect --html "$work/files.html" "$work"/files/*.so \
		"$work"/files/*.a >/dev/null && driven drive_files.py files.html
}

# A hundred libraries of a thousand members, of which half are in one library only: less than 2 MB.
large_set() {
	mkdir -p "$work/large" && python3 - "$work/set/libmany.a" "$work/large" <<-'END'
		import sys
		data = open(sys.argv[1], "rb").read()
		for i in range(100):
		    changed = data.replace(b"many-0123456789abcdef", b"many-%016x" % i)
		    for j in range(0, 1000, 2):
		        changed = changed.replace(b"many-%016x.many.fedcba9876543210-cgu.%04d" % (i, j),
		                                  b"c%03d-0123456789abcdef.c%03d.fedcba9876543210-cgu.%04d" % (j, j, j))
		    open("%s/lib%03d.a" % (sys.argv[2], i), "wb").write(changed)
	END
	"$armeld" inspect --html "$work/large.html" "$work/large" >/dev/null && size=$(stat -c %s "$work/large.html") &&
		grep -c '<tr data-name' "$work/large.html" && echo "$size bytes" && [ "$size" -lt 2000000 ] && [ "$size" -gt 200000 ]
}

check 'made of a set with hostile names' made
check 'the same each time' same_again
check 'made by a meld' of_a_meld
check 'makes shared objects' make_files
check 'has every byte' adds_up
check 'of two sets' of_two_sets
check 'offers commands' commands
check 'offers commands for shared objects' commands_for_files
check 'in a browser' driven drive.py inspect.html
check 'of shared objects' of_files
check 'zoomed' driven drive_map.py inspect.html
check 'colours' test/html/colors.py "$work/inspect.html"
check 'for screen readers' accessible
check 'a hundred libraries' large_set
check 'zoomed, a hundred libraries' in_time large.html 100
count_checks
