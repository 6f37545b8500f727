#!/bin/sh
# plain.sh OUT ARCHIVE... - meld with standard tools only: unpack, hash, pack again. It keeps the
# members' order and syncs its results as armeld does, but proves nothing, cannot be undone, and
# leaves in place what differs in debug information only; it is what the speed and the sizes of
# armeld are compared with. No archive may hold two members of one name.
set -eu

out=$1
shift
mkdir -p "$out/members" "$out/order" "$out/workspace"
for archive; do
	name=${archive##*/}
	mkdir "$out/members/$name"
	case $archive in /*) ;; *) archive=$PWD/$archive ;; esac
	(cd "$out/members/$name" && llvm-ar x "$archive")
	llvm-ar t "$archive" >"$out/order/$name"
done

cd "$out/members"
find . -type f -print0 | xargs -0 xxhsum -H2 -q | LC_ALL=C sort >../hashes

# Of what two libraries hold, the first copy moves, under a name of its own, and the others go.
awk -F '[ /]+' '
	function settle() {
		for (i = 0; i < count && libraries > 1; i++) {
			if (i > 0)
				print paths[i] >"../remove"
			else
				print "mv", paths[i], "../workspace/" (named[base]++ ? "v" moved "-" : "") base
			moved++
		}
		count = libraries = 0
	}
	$1 != hash { settle(); hash = $1 }
	{
		sub(/^[^ ]+ +/, "")
		paths[count++] = $0
		split($0, part, "/")
		libraries += !((hash, part[2]) in seen)
		seen[hash, part[2]]
		base = part[3]
	}
	END { settle() }' ../hashes >../move
sh ../move
xargs rm -f <../remove

for name in *; do
	while read -r member; do
		[ ! -e "$name/$member" ] || echo "$name/$member"
	done <"../order/$name" >../kept
	llvm-ar rcs "../$name" @../kept
done
ls -d ../workspace/* >../shared
llvm-ar rcs ../plain-workspace.a @../shared
cd ..
sync ./*.a
rm -rf members order workspace hashes kept move remove shared
