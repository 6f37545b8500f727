# SPDX-License-Identifier: MIT
# kept.awk NOW KEPT - what programs that were compiled with the headers of a release miss now. Structs that
# begin with struct_size may be larger, if the new fields lie behind the old ones, padding included.

FNR == NR {
	is[$0] = 1
	if ($1 == "struct" && NF == 3) size[$2] = $3
	if ($1 == "struct" && NF == 4) offset[$2] = $3
	next
}
{ was[$2] = $3 }
$0 in is { next }
$1 == "struct" && NF == 3 && size[$2] > $3 && ("struct " $2 ".struct_size 0 8") in is { next }
{ print "not so any more: " $0 }

END {
	for (field in offset) {
		name = field
		sub(/\..*/, "", name)
		if (!(field in was) && name in was && offset[field] < was[name]) print "in the padding of the release: " field
	}
}
