# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2154 # run.sh sets them
# The Mach-O part of run.sh, which sources it: dylibs, bundles and programs by clang and ld64.lld, thin
# and universal, and some of wheels. macho.py computes all hashes again and compares what must stay,
# llvm-objdump and llvm-nm must read the same, and what ld64.lld links with a stripped dylib is the
# same as with the original. No Mac was at hand: nothing is run.

macho() {
	python3 "$root/test/image/macho.py" "$@"
}

mkdir -p macho && cat >macho/libSystem.tbd <<'END'
--- !tapi-tbd
tbd-version: 4
targets: [ arm64-macos, x86_64-macos, arm64_32-watchos ]
install-name: /usr/lib/libSystem.B.dylib
exports:
  - targets: [ arm64-macos, x86_64-macos, arm64_32-watchos ]
    symbols: [ _puts, dyld_stub_binder, __tlv_bootstrap, ___cxa_atexit, ___gxx_personality_v0,
      ___cxa_begin_catch, ___cxa_end_catch, ___cxa_throw, ___cxa_allocate_exception, __ZTIi,
      ___cxa_free_exception, ___cxa_guard_acquire, ___cxa_guard_release, ___stack_chk_fail, ___stack_chk_guard, __Unwind_Resume, __ZdlPv,
      __ZTVN10__cxxabiv117__class_type_infoE, __ZTVN10__cxxabiv120__si_class_type_infoE, __ZdlPvm ]
...
END
cat >macho/lib.cc <<'END'
extern "C" int puts(const char *);
__thread int mine = 4;
static __attribute__((noinline)) int local(int i) { return i * 7; }
int (*const pointers[])(int) = {local};
int shown = 5;
__attribute__((constructor)) static void begin() { shown++; }
__attribute__((visibility("hidden"))) int inner(int i) { return pointers[0](i); }
__attribute__((weak)) int weak() { return 9; }
struct Base { virtual int n() { return 1; } virtual ~Base() {} };
namespace { struct Local : Base { int n() override { puts("local"); return 2; } ~Local() override {} }; }
Base *make() { static Local l; return &l; }
static void fail(int i) { if (i > 3) throw i; }
extern "C" int lib_run(int i) {
    try { fail(i); } catch (int n) { return n; }
    return inner(i) + shown + mine + weak() + make()->n();
}
END
echo 'int lib_run(int); static int own(int i) { return lib_run(i); } int main(int n) { return own(n); }' >macho/main.c

mach_target() { # ARCH
	case $1 in
	arm64_32) echo "-target arm64_32-apple-watchos8 -arch arm64_32" ;;
	*) echo "-target $1-apple-macos11" ;;
	esac
}

mach_link() { # ARCH FLAGS...
	arch=$1
	shift
	platform='macos 11 11'
	[ "$arch" != arm64_32 ] || platform='watchos 8 8'
	# shellcheck disable=SC2086 # two words
	ld64.lld-19 -arch "$arch" -platform_version $platform "$@" macho/libSystem.tbd
}

# What readers of others say of all but debug and local symbols.
mach_describe() { # FILE
	llvm-objdump-19 --macho --exports-trie --rebase --bind --lazy-bind --weak-bind --chained-fixups \
		--function-starts --data-in-code "$1" 2>&1 | sed "s|^$1||"
	llvm-objdump-19 --unwind-info --section-headers "$1" 2>&1 | sed "s|^$1||"
	llvm-nm-19 -g --no-sort "$1" 2>&1 | sed "s|^$1||"
}

mach_strips() { # WHAT FILE
	cp "$2" mach-original || return 1
	# shellcheck disable=SC2046 # a list of words
	"$armeld" strip -q $(printf -- '--%s ' $(echo "$1" | tr ',' ' ')) "$2" || return 1
	if [ -e "$2.armeld" ]; then
		"$armeld" verify "$2" >verified || { cat verified && return 1; }
	fi
	macho compare mach-original "$2" "$1" || return 1
	mach_describe mach-original >described.1
	mach_describe "$2" >described.2
	grep -q '^Exports trie' described.1 && grep -q __text described.1 && diff described.1 described.2 || return 1
	flags=
	case $1 in debug*) flags=-S ;; esac # its -x takes debug symbols out as well
	case $1 in debug,locals*) flags="$flags -x" ;; esac
	# shellcheck disable=SC2086 # a list of words
	if [ -n "$flags" ] && llvm-strip-19 $flags -o llvm-stripped mach-original 2>/dev/null; then
		ours=$(stat -c %s "$2")
		theirs=$(stat -c %s llvm-stripped)
		echo "$1 $(basename "$2"): $(stat -c %s mach-original) -> $ours, llvm-strip: $theirs" >>mach-sizes
		slack=256 # llvm-strip aligns slices anew
		! llvm-lipo-19 -info "$2" 2>/dev/null | grep -q '^Arch' || slack=33024
		[ "$ours" -le $((theirs + theirs / 50 + slack)) ] || { tail -n 1 mach-sizes && return 1; }
	fi
	cp "$2" mach-stripped
	[ ! -e "$2.armeld" ] || "$armeld" restore -q "$2" || return 1
	cmp "$2" mach-original
}

mach_strips_all() { # FILE
	mach_strips debug "$1" && mach_strips locals "$1" && mach_strips debug,locals "$1"
}

mach_round() { # NAME ARCH FLAGS...
	name=macho/$1 arch=$2
	shift 2
	mkdir -p "$name" || return 1
	# shellcheck disable=SC2046 # a list of words
	"$clang" $(mach_target "$arch") -g -O1 -c -o "$name/lib.o" macho/lib.cc &&
		"$clang" $(mach_target "$arch") -g -O1 -c -o "$name/main.o" macho/main.c || return 1
	mach_link "$arch" -dylib -o "$name/lib.dylib" "$@" "$name/lib.o" &&
		mach_link "$arch" -bundle -o "$name/lib.bundle" "$@" "$name/lib.o" &&
		mach_link "$arch" -o "$name/main" "$@" "$name/main.o" "$name/lib.dylib" || return 1
	mach_strips_all "$name/lib.dylib" && mach_strips debug,locals,comments "$name/lib.bundle" &&
		mach_strips debug,locals "$name/main" || return 1
	cp "$name/lib.dylib" "$name/kept" && "$armeld" strip -q --debug --locals "$name/lib.dylib" &&
		mv "$name/main" "$name/main-once" &&
		mach_link "$arch" -o "$name/main" "$@" "$name/main.o" "$name/lib.dylib" &&
		cmp "$name/main" "$name/main-once" && "$armeld" restore -q "$name/lib.dylib" &&
		cmp "$name/lib.dylib" "$name/kept"
}

check 'Mach-O, arm64: signed by the linker' mach_round arm64 arm64
check 'Mach-O, arm64: chained fixups' mach_round chained arm64 -fixup_chains
check 'Mach-O, x86_64: not signed' mach_round x86_64 x86_64
check 'Mach-O, x86_64: signed, chained fixups, dead code stripped' \
	mach_round signed x86_64 -adhoc_codesign -fixup_chains -dead_strip
check 'Mach-O, arm64_32: 32 bits' mach_round arm64_32 arm64_32

# ---- universal files -----------------------------------------------------------------------------

mach_universal() { # NAME FLAG...
	name=macho/$1
	shift
	llvm-lipo-19 -create "$@" -output "$name" macho/x86_64/lib.dylib macho/arm64/lib.dylib || return 1
	mach_strips_all "$name" || return 1
	[ "$(llvm-lipo-19 -archs mach-stripped)" = "$(llvm-lipo-19 -archs "$name")" ] &&
		llvm-lipo-19 -thin arm64 -output thin mach-stripped && cp macho/arm64/lib.dylib alone &&
		"$armeld" strip -q --no-sidecar --debug --locals alone && cmp thin alone
}
mach_links() {
	mkdir -p macho/links && cp macho/both.dylib macho/links/lib.1.dylib && ln -s lib.1.dylib macho/links/lib.dylib &&
		chmod 555 macho/links/lib.1.dylib && "$armeld" strip -q macho/links/lib.dylib macho/links/lib.1.dylib &&
		[ -L macho/links/lib.dylib ] && [ "$(stat -c %a macho/links/lib.1.dylib)" = 555 ] &&
		[ "$(stat -c %s macho/links/lib.1.dylib)" -lt "$(stat -c %s macho/both.dylib)" ] &&
		"$armeld" restore -q macho/links/lib.dylib && cmp macho/links/lib.1.dylib macho/both.dylib
}
# One slice is stripped already, padding hides what becomes smaller in the other: the file keeps its size.
mach_padded() {
	cp macho/arm64/lib.dylib small.dylib && "$armeld" strip -q --no-sidecar --debug --locals small.dylib &&
		llvm-lipo-19 -create -output macho/padded.dylib macho/x86_64/lib.dylib small.dylib &&
		size=$(stat -c %s macho/padded.dylib) && mach_strips debug,locals macho/padded.dylib &&
		[ "$(stat -c %s mach-stripped)" = "$size" ] &&
		llvm-lipo-19 -thin x86_64 -output thin mach-stripped && cp macho/x86_64/lib.dylib alone-x86 &&
		"$armeld" strip -q --no-sidecar --debug --locals alone-x86 && cmp thin alone-x86
}
check 'universal: slices as they are alone' mach_universal both.dylib
check 'universal: wide entries stay' mach_universal wide.dylib -fat64
check 'universal: what padding hides is stripped' mach_padded
check 'universal: links are followed, a read-only file stays so' mach_links

# ---- signatures ----------------------------------------------------------------------------------

# One of codesign's kind, with requirements and entitlements, is made anew with all of them.
mach_adhoc() {
	macho sign adhoc macho/arm64/lib.dylib macho/adhoc.dylib && macho signature macho/adhoc.dylib >said &&
		grep -q 'blob 0x5' said && mach_strips_all macho/adhoc.dylib
}
mach_refused_signature() { # KIND WORDS
	signed=macho/signed-$1.dylib
	macho sign "$1" macho/arm64/lib.dylib "$signed" && refused "$signed" "$2" || return 1
	cp "$signed" macho/dropped.dylib
	"$armeld" strip --debug --locals --drop-signature macho/dropped.dylib >out 2>err || { cat err && return 1; }
	grep -q 'its signature is an ad-hoc one now' err && macho compare "$signed" macho/dropped.dylib debug,locals,drop &&
		[ "$(macho signature macho/dropped.dylib)" = "$(macho signature alone | sed 's/0x20002/0x2/')" ] &&
		"$armeld" restore -q macho/dropped.dylib && cmp "$signed" macho/dropped.dylib
}
# The judge judges: a byte that changes is found, in the code and in the signature.
mach_judge() {
	for at in 5000 $(($(stat -c %s macho/adhoc.dylib) - 200)); do
		cp macho/adhoc.dylib judged && printf '\252' | dd of=judged bs=1 seek="$at" conv=notrunc 2>/dev/null &&
			! macho compare macho/adhoc.dylib judged none 2>err || return 1
	done
}
check 'signature: ad hoc, with entitlements' mach_adhoc
check 'signature: by a certificate' mach_refused_signature real 'not an ad-hoc one\|by a certificate'
check 'signature: SHA-1' mach_refused_signature sha1 'other hashes than SHA-256'
check 'signature: SHA-1 and SHA-256' mach_refused_signature both 'other hashes than SHA-256'
check 'signature: the reader finds what changed' mach_judge

# ---- odd files -----------------------------------------------------------------------------------

mach_named() {
	macho name macho/arm64/lib.dylib macho/named.dylib && mach_strips_all macho/named.dylib &&
		[ "$(macho locals mach-stripped | awk '{ print $1 + $2 }')" = 2 ]
}
mach_payload() { # as PyInstaller puts it
	macho carry macho/x86_64/main macho/payload && refused macho/payload 'no symbol uses'
}
mach_appended() {
	cp macho/x86_64/main macho/appended && echo payload >>macho/appended &&
		refused macho/appended 'behind __LINKEDIT' && cp macho/both.dylib macho/appended &&
		echo payload >>macho/appended && refused macho/appended 'bytes in no slice'
}
check 'local symbols that the indirect table names stay' mach_named
check 'refused: data among the names' mach_payload
check 'refused: appended data' mach_appended

# ---- wheels --------------------------------------------------------------------------------------

get_mach_wheels() {
	[ -d "$kept/macosx-wheels" ] || { mkdir -p "$kept/macosx" &&
		python3 -m pip download -q --disable-pip-version-check --no-deps --only-binary=:all: --python-version 3.12 \
			--platform macosx_11_0_arm64 --platform macosx_10_9_universal2 --platform macosx_10_15_universal2 \
			-d "$kept/macosx" MarkupSafe==2.1.5 kiwisolver==1.4.5 &&
		for wheel in "$kept"/macosx/*.whl; do
			python3 -m zipfile -e "$wheel" "$kept/macosx-wheels.new" || return 1
		done && mv "$kept/macosx-wheels.new" "$kept/macosx-wheels"; }
}
mach_wheels() {
	for file in $(find "$kept/macosx-wheels" -name '*.so'); do
		cp "$file" "macho/$(basename "$file")" && mach_strips_all "macho/$(basename "$file")" || return 1
	done
}
check 'wheels of PyPI for macOS' get_mach_wheels
check 'extension modules for macOS' mach_wheels
