# shellcheck shell=sh
# package.sh - part of run.sh: the package that --cmake writes, of C libraries that need more than their
# workspace: one a module of pkg-config, one another library of the set, one a library in a folder with an odd name.
sdk=$work/sdk
odd="$work/it's \$HOME \"%\" \`id\` \$<1:z> #&(x)"
options="--pc-dir lib/pkgconfig --cmake lib/cmake/w --dep-json lib/w.json"

pc() { # NAME VERSION LINE...
	name=$1
	printf 'prefix=%s\nName: %s\nDescription: x\nVersion: %s\n' "$sdk" "$1" "$2" >"$sdk/lib/pkgconfig/$1.pc"
	shift 2
	printf '%s\n' "$@" >>"$sdk/lib/pkgconfig/$name.pc"
}

make_module() { # static|shared: a module of two libraries, of which one is private
	rm -f "$sdk"/lib/libmodule.* "$sdk"/lib/libinner.*
	if [ "$1" = static ]; then
		ar rcs "$sdk/lib/libmodule.a" "$sdk/src/module.o" && ar rcs "$sdk/lib/libinner.a" "$sdk/src/inner.o"
	else
		cc -shared -o "$sdk/lib/libinner.so" "$sdk/src/inner.o" &&
			cc -shared -o "$sdk/lib/libmodule.so" "$sdk/src/module.o" -L"$sdk/lib" -linner
	fi
}

# Every library has the object that they share; its function adds up, so that two copies would show.
make_sources() {
	mkdir -p "$sdk/src" "$sdk/lib/pkgconfig" "$odd" && cd "$sdk/src" || return 1
	echo 'int shared_fn(int x) { static int sum; return sum += x; }' >shared.c
	echo 'int shared_fn(int), module_fn(int); int a_fn(int x) { return shared_fn(x) + module_fn(x); }' >a.c
	echo 'int shared_fn(int), a_fn(int); int b_fn(int x) { return shared_fn(x) + a_fn(x); }' >b.c
	echo 'int shared_fn(int), odd_fn(int); int o_fn(int x) { return shared_fn(x) + odd_fn(x); }' >o.c
	echo 'int inner_fn(int); int module_fn(int x) { return 3 * inner_fn(x); }' >module.c
	echo 'int inner_fn(int x) { return x + 1; }' >inner.c
	echo 'int odd_fn(int x) { return 100 * x; }' >odd.c
	for name in shared a b o module inner odd; do
		cc -c -fPIC $name.c || return 1
	done
	ar rcs "$odd/libodd.a" odd.o
	printf '#include <stdio.h>\nint b_fn(int), o_fn(int);\nint main(void) { return printf("%%d %%d\\n", b_fn(1), o_fn(2)) < 0; }\n' >both.c
	printf '#include <stdio.h>\nint b_fn(int);\nint main(void) { return printf("%%d\\n", b_fn(1)) < 0; }\n' >only.c
	cc -o expected both.c a.o b.o o.o shared.o module.o inner.o odd.o && cc -o expected-only only.c a.o b.o shared.o module.o inner.o
}

make_libraries() {
	for name in a b o; do
		rm -f "$sdk/lib/lib$name.a"
		ar rcs "$sdk/lib/lib$name.a" "$sdk/src/$name.o" "$sdk/src/shared.o" || return 1
	done
	# pkg-config's way to write the folder: words of a shell, and two dollars for one
	place=$(printf '%s' "$odd" | sed 's/[^A-Za-z0-9/._-]/\\&/g; s/\$/$$/g')
	pc module 1.4 'Libs: -L${prefix}/lib -lmodule' 'Libs.private: -linner'
	pc a 1 'Requires.private: module >= 1.2' 'Libs: -L${prefix}/lib -la'
	pc b 1 'Requires: a = 1, module < 2' 'Libs: -L${prefix}/lib -lb' 'Libs.private: -lm'
	pc o 1 "Libs: -L\${prefix}/lib -lo -L$place -lodd -Wl,--defsym=o_mark=0"
}

user() { # FOLDER GENERATOR OPTION... - a program of both, and one that names b only
	place=$1 generator=$2
	shift 2
	mkdir -p "$place" && cat >"$place/CMakeLists.txt" <<-END
		cmake_minimum_required(VERSION 3.17)
		project(user C)
		find_package(w REQUIRED)
		find_package(w REQUIRED)
		add_executable(both "$sdk/src/both.c")
		target_link_libraries(both w::o w::b)
		add_executable(only "$sdk/src/only.c")
		target_link_libraries(only w::b)
	END
	rm -rf "$place/build"
	PKG_CONFIG_PATH=$sdk/lib/pkgconfig cmake -G "$generator" -S "$place" -B "$place/build" -Dw_DIR="$sdk/lib/cmake/w" "$@" &&
		cmake --build "$place/build" &&
		LD_LIBRARY_PATH=$sdk/lib "$place/build/both" | diff "$sdk/printed" - &&
		LD_LIBRARY_PATH=$sdk/lib "$place/build/only" | diff "$sdk/printed-only" -
}

# shellcheck disable=SC2086 # a list of words
package() { # static|shared
	make_sources && make_module "$1" && make_libraries && "$sdk/src/expected" >"$sdk/printed" &&
		"$sdk/src/expected-only" >"$sdk/printed-only" && cd "$sdk" &&
		"$top/build/armeld" -o lib/libw.a $options lib/lib[abo].a && cat lib/cmake/w/wConfig.cmake lib/w.json
}

links_static() { # GENERATOR
	user "$work/user" "$1" -DPKG_CONFIG_ARGN=--static
}

# What the module needs privately is the module's affair, as long as nobody asks for --static.
links_shared() { user "$work/user" 'Unix Makefiles'; }

# shellcheck disable=SC2086
wants_newer() { # TEXT CONDITION
	sed -i "s/^Requires.private: .*/Requires.private: $2/" "$sdk/lib/pkgconfig/a.pc" && cd "$sdk" &&
		"$top/build/armeld" pkgconfig $options lib/libw.a && mkdir -p "$work/newer" || return 1
	printf 'cmake_minimum_required(VERSION 3.17)\nproject(user C)\nfind_package(w)\nmessage("found: ${w_FOUND}")\n%s\n' \
		'find_package(w REQUIRED)' >"$work/newer/CMakeLists.txt"
	! PKG_CONFIG_PATH=$sdk/lib/pkgconfig cmake -S "$work/newer" -B "$work/newer/build" -Dw_DIR="$sdk/lib/cmake/w" \
		>"$work/said" 2>&1 && cat "$work/said" && grep -q 'found: 0' "$work/said" &&
		tr '\n' ' ' <"$work/said" | tr -s ' ' | grep -q "$1"
}

# Without modules, nobody needs pkg-config.
# shellcheck disable=SC2086
without_modules() {
	for name in a b o; do
		sed -i '/^Requires/d' "$sdk/lib/pkgconfig/$name.pc"
	done
	echo 'Libs.private: -lmodule -linner' >>"$sdk/lib/pkgconfig/a.pc"
	sed -i '/^Libs.private: -lm$/s/$/ -la/' "$sdk/lib/pkgconfig/b.pc" && cd "$sdk" &&
		"$top/build/armeld" -q -o lib/libw.a $options lib/lib[abo].a && ! grep -i -e pkg -e find_dependency lib/cmake/w/wConfig.cmake &&
		user "$work/user" 'Unix Makefiles' -DPKG_CONFIG_EXECUTABLE=/nowhere
}
