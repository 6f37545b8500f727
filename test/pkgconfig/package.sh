# shellcheck shell=sh
# package.sh - part of run.sh: the plugins of flags.sh linked by the CMake package and by the JSON, which have
# what each plugin needs by its own .pc file. Written after the melding, without --pc-dir, they are the same.

package_plugins() { # ROOT
	cd "$1" && armeld pkgconfig --cmake lib/cmake/rsworkspace --dep-json lib/deps.json lib/librsworkspace.a &&
		cp lib/deps.json lib/cmake/rsworkspace/rsworkspaceConfig.cmake . &&
		armeld pkgconfig --pc-dir lib/pkgconfig --pc-dir lib/gstreamer-1.0/pkgconfig --cmake lib/cmake/rsworkspace \
			--dep-json lib/deps.json lib/librsworkspace.a >said && cat said && ! grep -qv '^unchanged' said &&
		cmp deps.json lib/deps.json && cmp rsworkspaceConfig.cmake lib/cmake/rsworkspace/rsworkspaceConfig.cmake
}

# What the originals print, linked by pkgconf.
expected() { # ROOT PROGRAM NAME...
	root=$1 program=$2
	shift 2
	# shellcheck disable=SC2046
	cc -o "$root/program" "$root/src/$program.o" $(flags_of pkgconf "$root.before" "$@") &&
		LD_LIBRARY_PATH=$root.before/lib "$root/program"
}

# All together, and each alone. Only static modules need what they require privately: --static.
# shellcheck disable=SC2086 # lists of words
link_by_cmake() { # ROOT so|a
	mkdir -p "$1/cmake" && {
		printf 'cmake_minimum_required(VERSION 3.17)\nproject(user C)\nfind_package(rsworkspace REQUIRED)\n'
		printf 'add_executable(every %s)\ntarget_link_libraries(every' "$1/src/all.c"
		printf ' rsworkspace::gst%s' $all
		echo ')'
		for name in $all; do
			printf 'add_executable(only-%s %s)\ntarget_link_libraries(only-%s rsworkspace::gst%s)\n' "$name" \
				"$1/src/only-$name.c" "$name" "$name"
		done
	} >"$1/cmake/CMakeLists.txt" || return 1
	static=
	[ "$2" != a ] || static=-DPKG_CONFIG_ARGN=--static
	PKG_CONFIG_LIBDIR=$1/lib/pkgconfig cmake -S "$1/cmake" -B "$1/cmake/build" -Drsworkspace_DIR="$1/lib/cmake/rsworkspace" \
		-DCMAKE_BUILD_TYPE=Release $static && cmake --build "$1/cmake/build" || return 1
	for name in all $all; do
		program=only-$name made=only-$name names=$name
		[ "$name" != all ] || program=all made=every names=$all
		expected "$1" $program $names >"$1/printed" &&
			LD_LIBRARY_PATH=$1/lib "$1/cmake/build/$made" | diff "$1/printed" - || return 1
	done
}

# shellcheck disable=SC2086
link_by_json() { # ROOT
	flags=$(PKG_CONFIG_LIBDIR=$1/lib/pkgconfig python3 - "$1/lib/deps.json" <<-'END'
		import json, os, subprocess, sys
		deps = json.load(open(sys.argv[1]))
		place = os.path.dirname(sys.argv[1])
		files = deps["libraries"] + [deps["workspace"]] + deps.get("further_workspaces", [])
		modules = sorted({module for file in files for module in file["modules"]})
		asked = subprocess.run(["pkgconf", "--static", "--libs", *modules], stdout=subprocess.PIPE, text=True, check=True)
		print(*[os.path.join(place, file["path"]) for file in files], *[flag for file in files for flag in file["libs"]],
		      asked.stdout)
	END
	) && cc -o "$1/by-json" "$1/src/all.o" $flags || return 1
	expected "$1" all $all >"$1/printed" && LD_LIBRARY_PATH=$1/lib "$1/by-json" | diff "$1/printed" -
}
