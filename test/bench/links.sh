# shellcheck shell=sh
# links.sh - part of run.sh: the time that linking a program takes, with the flags that pkg-config prints,
# of the originals and of sets made of them: melded, pruned, prelinked. Run after the other figures.

linkers='bfd gold lld mold'
system_libs='-lgcc_s -lutil -lrt -lpthread -lm -ldl'

# A folder as installed: archives, and a .pc for each library.
link_set() { # FOLDER OPTION...
	made=$1 folder=$work/links/$1
	shift
	mkdir -p "$folder/pkgconfig"
	for library in "$corpus"/*.a; do
		name=${library##*/lib} name=${name%.a}
		[ "$made" != originals ] || ln -s "$(realpath "$library")" "$folder"
		printf 'Name: %s\nDescription: a plugin\nVersion: 1\nLibs: -L${pcfiledir}/.. -l%s\nLibs.private: %s\n' \
			"$name" "$name" "$system_libs" >"$folder/pkgconfig/$name.pc"
	done
	[ "$made" = originals ] || "$armeld" -q -j "$jobs" -d "$folder" -o "$folder/libworkspace.a" \
		--pc-dir "$folder/pkgconfig" "$@" "$corpus"/*.a
}

link_program() { # SET LINKER
	# shellcheck disable=SC2046,SC2086 # lists
	measure "link-$1-$2" ${CC:-cc} -B"$work/links" -fuse-ld="$2" -o "$work/links/program-$1" "$work/links/main.o" \
		$(PKG_CONFIG_LIBDIR=$work/links/$1/pkgconfig pkg-config --static --libs $names)
}

# What is linked must do what the originals do.
same_program() {
	for set in melded pruned prelinked; do
		"$work/links/program-$set" 2>/dev/null | cmp -s - "$work/links/printed" || {
			echo "FAILED the program linked from the $set set prints something else"
			failed=$((failed + 1))
		}
	done
}

links() { # MELDED PRUNED PRELINKED: the most that each may take, by the originals' time
	names=$(for library in "$corpus"/*.a; do basename "$library" .a; done | sed 's/^lib//')
	mkdir -p "$work/links"
	ln -s "$(command -v ld.lld-19 || command -v ld.lld)" "$work/links/ld.lld"
	# shellcheck disable=SC2086
	${CC:-cc} -O1 -fno-builtin -DPLUGINS="$(printf 'X(%s) ' $names)" -c -o "$work/links/main.o" test/link/main.c
	link_set originals
	link_set melded
	link_set pruned --strip=all --prune
	link_set prelinked --strip=all --prelink --merge
	for linker in $linkers; do
		i=0
		while [ $i -lt "$runs" ]; do
			i=$((i + 1))
			for set in originals melded pruned prelinked; do
				link_program "$set" "$linker"
			done
		done
		[ "$linker" != bfd ] || {
			"$work/links/program-originals" >"$work/links/printed" 2>/dev/null
			same_program
		}
		compare "link by $linker: melded, by originals" "link-melded-$linker" "link-originals-$linker" '<=' "$1"
		compare "link by $linker: pruned, by originals" "link-pruned-$linker" "link-originals-$linker" '<=' "$2"
		compare "link by $linker: prelinked, by originals" "link-prelinked-$linker" "link-originals-$linker" '<=' "$3"
	done
}
