# shellcheck shell=sh
# flags.sh - part of run.sh: how much longer pkg-config's flags become, for a set with the shape of
# GStreamer's Rust plugins: 19 libraries that require ten modules, of which each needs some.

modules='glib gobject gio gstreamer gstbase gstaudio gstvideo gstrtp gstnet gstapp'
gst_plugins='audiofx:gstbase,gstaudio cdg:gstbase,gstvideo claxon:gstbase,gstaudio
	fallbackswitch:gstbase,gstaudio,gstvideo file:gstbase gif:gstvideo hsv:gstbase,gstvideo
	inter:gstapp json: lewton:gstbase,gstaudio livesync:gstbase,gstaudio png:gstvideo regex:gstbase
	reqwest:gstbase rsrtp:gstbase,gstrtp,gio,gstnet textahead: textwrap:
	threadshare:gio,gstnet,gstbase,gstaudio togglerecord:gstaudio,gstvideo'
all=$(for plugin in $gst_plugins; do echo "${plugin%%:*}"; done)

required_by() { # MODULE
	case $1 in
	glib) ;;
	gobject) echo glib ;;
	gio) echo gobject ;;
	gstreamer) echo gobject glib ;;
	gstbase | gstnet) echo gstreamer ;;
	*) echo gstbase gstreamer ;;
	esac
}

comma() { echo "$*" | sed 's/ /, /g'; }

# A module calls those that it requires: a static one is of no use without them. "flat": its file does not
# say so, as a shared one's need not.
make_module() { # MODULE ROOT so|flat|a
	required=$(required_by "$1")
	told=$required
	[ "$3" != flat ] || told=
	{
		for other in $required; do
			printf 'int %s_f(int);\n' "$other"
		done
		printf 'int %s_f(int x) { return x + %d' "$1" ${#1}
		for other in $required; do
			printf ' + %s_f(x)' "$other"
		done
		printf '; }\n'
	} >"$2/src/$1.c"
	printf 'prefix=%s\nlibdir=${prefix}/lib\n\nName: %s\nDescription: d\nVersion: 2.0\nRequires.private: %s\nLibs: -L${libdir} -l%s\nLibs.private: -lm\n' \
		"$2" "$1" "$(comma $told)" "$1" >"$2/lib/pkgconfig/$1.pc"
	if [ "$3" != a ]; then
		links=
		for other in $required; do
			links="$links -l$other"
		done
		# shellcheck disable=SC2086
		cc -shared -fPIC -o "$2/lib/lib$1.so" "$2/src/$1.c" -L"$2/lib" $links
	else
		cc -c -o "$2/src/$1.o" "$2/src/$1.c" && ar rcs "$2/lib/lib$1.a" "$2/src/$1.o"
	fi
}

# What the plugins share: an object for each module, as the bindings in crates.
make_shared() { # ROOT
	for module in $modules; do
		printf 'int %s_f(int);\nint %s_sys(int x) { return 3 * %s_f(x); }\n' $module $module $module >"$1/src/$module-sys.c"
		cc -c -fPIC -ffunction-sections -o "$1/src/$module-sys.o" "$1/src/$module-sys.c" || return 1
	done
}

make_plugin() { # NAME:MODULE,... ROOT
	name=${1%%:*}
	used="gstreamer $(echo "${1#*:}" | tr , ' ') gobject glib"
	{
		for module in $used; do
			printf 'int %s_sys(int);\n' "$module"
		done
		printf 'int %s_register(int x) { return x' "$name"
		for module in $used; do
			printf ' * 5 + %s_sys(x)' "$module"
		done
		printf '; }\n'
	} >"$2/src/$name.c"
	objects=
	for module in $used; do
		objects="$objects $2/src/$module-sys.o"
	done
	# shellcheck disable=SC2086
	cc -c -fPIC -o "$2/src/$name.o" "$2/src/$name.c" &&
		ar rcs "$2/lib/gstreamer-1.0/libgst$name.a" "$2/src/$name.o" $objects &&
		printf 'prefix=%s\nlibdir=${prefix}/lib/gstreamer-1.0\n\nName: gst%s\nDescription: a plugin\nVersion: 0.15.0\nLibs: -L${libdir} -lgst%s\nLibs.private: -lgcc_s -lutil -lrt -lpthread -lm -ldl -lc\nRequires.private: %s\n' \
			"$2" "$name" "$name" "$(comma $used)" >"$2/lib/gstreamer-1.0/pkgconfig/gst$name.pc"
}

make_program() { # ROOT
	for name in $all; do
		printf 'int main(void) { return printf("%%d\\n", %s_register(7)) < 0; }\n' "$name" |
			sed "1i #include <stdio.h>\nint ${name}_register(int);" >"$1/src/only-$name.c"
		cc -c -o "$1/src/only-$name.o" "$1/src/only-$name.c" || return 1
	done
	{
		echo '#include <stdio.h>'
		echo "static void print(int x) { printf(\"%d \", x); }"
		for name in $all; do
			echo "int ${name}_register(int);"
		done
		echo 'int main(void) {'
		for name in $all; do
			echo "print(${name}_register(7));"
		done
		echo 'return 0; }'
	} >"$1/src/all.c"
	cc -c -o "$1/src/all.o" "$1/src/all.c"
}

make_plugins() { # ROOT so|flat|a
	mkdir -p "$1/src" "$1/lib/pkgconfig" "$1/lib/gstreamer-1.0/pkgconfig" || return 1
	for module in $modules; do
		make_module $module "$1" "$2" || return 1
	done
	make_shared "$1" || return 1
	for plugin in $gst_plugins; do
		make_plugin "$plugin" "$1" || return 1
	done
	make_program "$1"
}

meld_plugins() { # ROOT
	cp -a "$1" "$1.before" && find "$1.before" -name '*.pc' -exec sed -i "s|^prefix=.*|prefix=$1.before|" {} + &&
		armeld -o "$1/lib/librsworkspace.a" --pc-dir "$1/lib/pkgconfig" --pc-dir "$1/lib/gstreamer-1.0/pkgconfig" \
			"$1"/lib/gstreamer-1.0/*.a && cat "$1/lib/pkgconfig/rsworkspace.pc"
}

# A module's library that nobody needs is not among the workspace's flags, and each is there once.
needed_once() { # ROOT
	sed -n 's/^Libs: //p' "$1/lib/pkgconfig/rsworkspace.pc" | tr ' ' '\n' >"$work/flags"
	sort "$work/flags" | uniq -d | grep . && return 1
	! grep -qx -e -lgstapp "$work/flags" && grep -qx -e -lgstbase "$work/flags" &&
		! grep -q '^Requires' "$1/lib/pkgconfig/rsworkspace.pc"
}

flags_of() { # TOOL ROOT NAME...
	tool=$1 root=$2
	shift 2
	# shellcheck disable=SC2046
	PKG_CONFIG_LIBDIR=$root/lib/pkgconfig:$root/lib/gstreamer-1.0/pkgconfig "$tool" --static --libs $(printf 'gst%s ' "$@")
}

# The roots' names are of one length but for the mark of the originals, which is taken off.
bytes_of() { # TOOL ROOT NAME...
	flags_of "$@" | sed 's/\.before//g' | wc -c
}

not_much_longer() { # TOOL ROOT
	# shellcheck disable=SC2086
	before=$(bytes_of "$1" "$2.before" $all) after=$(bytes_of "$1" "$2" $all)
	echo "flags of $(echo $all | wc -w) plugins: $before bytes before, $after after"
	[ "$before" -gt 1000 ] && [ $((after * 10)) -le $((before * 13)) ]
}

# links ROOT LINKER PROGRAM NAME... - originals and melded print the same.
links() {
	root=$1 linker=$2 object=$3
	shift 3
	for tree in "$root.before" "$root"; do
		# shellcheck disable=SC2086
		flags=$(flags_of "$tool_here" "$tree" "$@") &&
			cc -B"$work/linkers" -fuse-ld="$linker" -o "$tree/program" "$root/src/$object.o" -Wl,--as-needed -Wl,-z,defs \
				"-Wl,-rpath-link,$tree/lib" $flags &&
			LD_LIBRARY_PATH=$tree/lib "$tree/program" >"$tree/printed" || return 1
	done
	diff "$root.before/printed" "$root/printed"
}

# GNU ld, which reads each archive once, in three orders; the others in one.
link_plugins() { # TOOL ROOT
	tool_here=$1
	backwards=$(echo $all | tr ' ' '\n' | sort -r)
	inside_out=$(echo $all | tr ' ' '\n' | awk '{ l = NR % 2 ? l " " $0 : $0 " " l } END { print l }')
	mkdir -p "$work/linkers" && ln -sf /usr/bin/ld.lld-19 "$work/linkers/ld.lld"
	for order in "$all" "$backwards" "$inside_out"; do
		# shellcheck disable=SC2086
		links "$2" bfd all $order || return 1
	done
	[ "$1" = pkgconf ] || return 0
	# shellcheck disable=SC2086
	links "$2" gold all $all && links "$2" lld all $all
}

link_alone() { # TOOL ROOT
	tool_here=$1
	for name in $all; do
		links "$2" bfd "only-$name" "$name" || return 1
	done
}

# The workspace as a shared library, with what its .pc file says, and a plugin of it by the line of armeld(1).
shared() { # ROOT
	rm -rf "$1/shared" && armeld share -d "$1/shared" "$1/lib/librsworkspace.a" && cat "$1/shared/link-librsworkspace.sh" &&
		LIBS='' sh "$1/shared/link-librsworkspace.sh" && cd "$1/shared" || return 1
	flags=$(PKG_CONFIG_LIBDIR=.:$1/lib/pkgconfig pkg-config --libs rsworkspace) && echo "$flags" || return 1
	for name in cdg json; do
		# shellcheck disable=SC2086
		cc -shared -Wl,-z,defs -o libgst$name.so -Wl,--gc-sections -Wl,--version-script=libgst$name.map \
			-Wl,--whole-archive libgst$name.a -Wl,--no-whole-archive $flags &&
			cc -o program "$1/src/only-$name.o" -L. -lgst$name "-Wl,-rpath-link,.:$1/lib" &&
			LD_LIBRARY_PATH=.:$1/lib ./program >printed || return 1
		# shellcheck disable=SC2046
		cc -o expected "$1/src/only-$name.o" $(flags_of pkgconf "$1.before" $name) &&
			LD_LIBRARY_PATH=$1.before/lib ./expected | diff - printed || return 1
	done
}

# Where a module is not at hand, the workspace requires it, and that is said; what shared libraries require
# privately does not matter.
not_at_hand() {
	cp -a "$work/so" "$work/away" && mv "$work/away/lib/pkgconfig/gstbase.pc" "$work/away" && cd "$work/away" &&
		sed -i '/^Requires.private/s/$/, absent/' lib/pkgconfig/gio.pc &&
		PKG_CONFIG_LIBDIR=/nowhere armeld pkgconfig --pc-dir lib/pkgconfig --pc-dir lib/gstreamer-1.0/pkgconfig \
			lib/librsworkspace.a 2>"$work/said" && cat "$work/said" lib/pkgconfig/rsworkspace.pc &&
		grep -q 'gstbase: it has no file where pkg-config looks' "$work/said" &&
		grep -qx 'Requires: gstbase' lib/pkgconfig/rsworkspace.pc
}

# Then the script asks pkg-config.
shared_by_modules() {
	cd "$work/away" && rm -rf shared && armeld share -d shared lib/librsworkspace.a &&
		mv gstbase.pc lib/pkgconfig && sed -i 's/, absent$//' lib/pkgconfig/gio.pc && cat shared/link-librsworkspace.sh &&
		LIBS='' PKG_CONFIG_PATH=$work/away/lib/pkgconfig sh shared/link-librsworkspace.sh && [ -s shared/librsworkspace.so ]
}

# A static library that is needed and requires what is not at hand is required whole, as is what requires it.
static_not_at_hand() {
	cp -a "$work/a" "$work/static" && cd "$work/static" && rm lib/pkgconfig/gobject.pc &&
		PKG_CONFIG_LIBDIR=/nowhere armeld pkgconfig --pc-dir lib/pkgconfig --pc-dir lib/gstreamer-1.0/pkgconfig \
			lib/librsworkspace.a 2>"$work/said" && cat "$work/said" lib/pkgconfig/rsworkspace.pc &&
		grep -qx 'Requires: gstreamer, gstbase, gstaudio, gobject, gstvideo, .*gio, gstnet.*' lib/pkgconfig/rsworkspace.pc &&
		grep -qx 'Libs: -L${libdir} -lrsworkspace .*-lglib -lm .*' lib/pkgconfig/rsworkspace.pc
}
