#!/bin/sh
# kinds.sh - kinds of sections that few compilers for this machine make: for other processors, for
# Apple's languages, and kinds that nobody knows.
#
# Each library is linked by a real linker as it was and as each verb writes it; the images have the
# same things in them. Prints a line a check.
set -eu

cd "$(dirname "$0")/../.." # so that no path has a space in it
armeld=$PWD/${ARMELD:-build/armeld}
suite=kinds
. test/link/expect.sh
work=build/link/kinds
rm -rf $work
mkdir -p $work
cd $work

# verbs TITLE FORMAT EXPORTS OBJECT... - link OBJECT... and what each verb makes of them by link(), and
# compare what look() prints of the images.
verbs() {
	title=$1 format=$2 exports=$3
	shift 3
	export= both=
	for name in $exports; do export="$export --export $name"; done
	rm -f k.a
	llvm-ar-19 --format=$format rcs k.a "$@"
	link before.image k.a >before.log 2>&1 || expect "$title/originals link" '' "$(head -n 3 before.log)"
	look before.image >before.look
	while read -r verb; do
		both=
		rm -f k.a w.a ./*.armeld
		llvm-ar-19 --format=$format rcs k.a "$@"
		case $verb in
		meld*) both=w.a && $armeld $verb -q -o w.a $export k.a 2>warnings || echo "status $?" >>warnings ;;
		strip*) $armeld $verb -q k.a 2>warnings || echo "status $?" >>warnings ;;
		*) $armeld $verb -q $export k.a 2>warnings || echo "status $?" >>warnings ;;
		esac
		link after.image k.a $both >after.log 2>&1 || cat after.log >>warnings
		look after.image >after.look 2>&1 || true
		expect "$title/$verb" '' "$(diff before.look after.look | head -n 6; grep '^status' warnings)"
		rm -f after.image
	done
}
all_verbs='strip --locals --debug
hide
hide --rename _own
prune
prelink
prelink --merge --strip=all
meld --prelink --merge'

# ---- processors whose linkers shorten code: what is aligned stays so --------------------------------

cat >riscv.s <<'E'
.option relax
.section .text.run,"ax",@progbits
.globl run
run: call helper
 call helper
 call aligned
 ret
.option norelax
.section .text.aligned,"ax",@progbits
.globl aligned
.p2align 4
aligned: auipc a0, 0
 ret
.option relax
.section .text.asked,"ax",@progbits
.globl asked
.p2align 4
asked: ret
.section .text.helper,"ax",@progbits
.globl helper
helper: la a0, asked
 ret
E
link() { # IMAGE INPUT...
	image=$1
	shift
	ld.lld-19 -e run -u run "$@" -o "$image"
}
look() { # IMAGE
	llvm-nm-19 "$1" | awk '$3 ~ /^(aligned|asked)(_own)?$/ { print substr($3, 1, 5), substr($1, length($1)) }' | sort
}
for c in +relax +relax,+c; do
	llvm-mc-19 -triple riscv64 -mattr=$c -filetype=obj riscv.s -o riscv.o
	echo "$all_verbs" >list
	verbs "riscv $c" gnu run riscv.o <list
	expect "riscv $c/asked for" 2 "$(look before.image | grep -c ' 0$')"
done

# ---- 64-bit PowerPC, version 1: function descriptors, of which linkers read one section in an object --

cat >power-main.s <<'E'
.section ".opd","aw"
.globl _start
_start: .quad .L.start, .TOC.@tocbase, 0
.text
.L.start: bl run
 nop
 li 0, 1
 sc
E
function() { # NAME BODY
	printf '.section ".opd","aw"\n.globl %s\n%s: .quad .L.%s, .TOC.@tocbase, 0\n' "$1" "$1" "$1"
	printf '.section .text.%s,"ax",@progbits\n.L.%s: mflr 0\n std 0,16(1)\n stdu 1,-112(1)\n%s\n' "$1" "$1" "$2"
	printf ' addi 1,1,112\n ld 0,16(1)\n mtlr 0\n blr\n'
}
function run ' bl second
 nop
 addi 3,3,5' >power-a.s
function second ' bl third
 nop
 addi 3,3,7' >power-b.s
function third ' addis 11,2,pointer@toc@ha
 addi 11,11,pointer@toc@l
 ld 11,0(11)
 ld 0,0(11)
 mtctr 0
 std 2,40(1)
 bctrl
 ld 2,40(1)' >power-c.s
printf '.data\n.p2align 3\n.globl pointer\npointer: .quad last\n' >>power-c.s
function last ' li 3,30' >power-d.s
for f in main a b c d; do llvm-mc-19 -triple powerpc64 -filetype=obj power-$f.s -o power-$f.o; done
link() {
	image=$1
	shift
	powerpc64-linux-gnu-ld -o "$image" power-main.o "$@"
}
look() {
	qemu-ppc64 "$1" >/dev/null 2>&1 || echo $?
}
echo "$all_verbs" >list
verbs powerpc64 gnu run power-a.o power-b.o power-c.o power-d.o <list
expect 'powerpc64/runs' 42 "$(look before.image)"

# 32-bit PowerPC: addends of calls count from the only .got2 of an object
printf '.globl run\nrun: bl helper+32768@plt\n lwz 3,.Lgot@l(3)\n.section ".got2","aw"\n.Lgot: .long helper\n' >got2-a.s
printf '.globl helper\nhelper: lwz 3,.Lgot@l(3)\n blr\n.section ".got2","aw"\n.Lgot: .long helper\n' >got2-b.s
for f in a b; do llvm-mc-19 -triple powerpc -filetype=obj got2-$f.s -o got2-$f.o; done
rm -f k.a*
llvm-ar-19 rcs k.a got2-a.o got2-b.o
expect 'powerpc/.got2' 1 "$($armeld prelink -q --merge --export run k.a 2>&1 | grep -c 'stay apart')"

# ---- kinds that nobody knows ---------------------------------------------------------------------

cat >odd.s <<'E'
.section .text.run,"ax",@progbits
.globl run
run: ret
.section .text.held,"ax",@progbits
held: ret
.section .text.unused,"ax",@progbits
unused: ret
.section .vendor.os,"a",@0x60001234
 .quad held
.section .vendor.processor,"",@0x70004321
 .long 7
.section .vendor.user,"",@0x80001111
 .long 11
E
sed 's/run/other/' odd.s >odd-2.s
for f in odd odd-2; do llvm-mc-19 -triple x86_64 -filetype=obj $f.s -o $f.o; done
link() {
	image=$1
	shift
	ld.lld-19 -e run -u other "$@" -o "$image"
}
look() { # the sections as they were, but for addresses
	for section in .vendor.os .vendor.processor .vendor.user; do
		llvm-readelf-19 -SW "$1" | awk -v name=$section '$0 ~ name { sub(/.*\]/, ""); print $1, $2, $5 }'
		[ $section = .vendor.os ] || llvm-objdump-19 -s --section=$section "$1" | sed '1,3d; s/^ *[0-9a-f]* //'
	done
}
echo "$all_verbs" >list
verbs unknown gnu 'run other' odd.o odd-2.o <list
for verb in prune prelink 'prelink --merge'; do
	rm -f k.a*
	llvm-ar-19 rcs k.a odd.o odd-2.o
	expect "unknown/$verb/said" 1 "$($armeld $verb -q --export run --export other k.a 2>&1 |
		grep -c 'section .vendor.os (type 0x60001234): armeld does not know this kind, .* in 2 objects')"
	expect "unknown/$verb/kept" 2 "$(llvm-nm-19 k.a 2>/dev/null | grep -c ' held')"
done

# ---- static variables of inline functions: unique symbols as GCC makes them, weak ones of clang -----

once() { # FILE FUNCTION TYPE BINDING [CALL]
	printf '.globl %s\n%s: incl once(%%rip)\n %s\n ret\n.section .bss.once,"awG",@nobits,once,comdat\n' \
		"$2" "$2" "$5" >"$1.s"
	printf '%s once\n.type once, @%s\n.size once, 4\nonce: .zero 4\n' "$4" "$3" >>"$1.s"
	as -o "$1.o" "$1.s"
}
once unique-a run gnu_unique_object '#' 'call helper'
once weak-b helper object .weak '#'
once weak-a run object .weak 'call helper'
once unique-b helper gnu_unique_object '#' '#'
for linker in bfd gold lld mold; do
	link() {
		image=$1
		shift
		case $linker in
		bfd | gold) ld.$linker -e run -u run "$@" -o "$image" ;;
		lld) ld.lld-19 -e run -u run "$@" -o "$image" ;;
		mold) mold -e run -u run "$@" -o "$image" ;;
		esac
	}
	look() {
		llvm-readelf-19 -SW "$1" | awk '/ \.bss/ { sub(/.*\]/, ""); print $5 }'
	}
	for order in 'unique-a.o weak-b.o' 'weak-a.o unique-b.o'; do
		echo "$all_verbs" >list
		# shellcheck disable=SC2086 # a list of objects
		verbs "unique/$linker/${order%%.*} first" gnu run $order <list
		expect "unique/$linker/${order%%.*} first/one" 1 "$(llvm-nm-19 before.image | grep -c once)"
	done
done

# ---- who defines the same symbols, and only some have constructors ---------------------------------

# once is in two objects, of which the first needs one with a constructor: which of them a program
# loads that needs once depends on where an object stands that joins others.
rival() { # NAME FUNCTION [CALL]...
	name=$1
	printf '.globl %s\n%s:\n' "$2" "$2" >"$name.s"
	shift 2
	for call; do printf ' call %s\n' "$call" >>"$name.s"; done
	echo ' ret' >>"$name.s"
}
rival rival-first helper
rival rival-begins force
printf '.section .init_array,"aw",@init_array\n.quad force\n' >>rival-begins.s
rival rival-middle middle helper
rival rival-run run middle force
for o in run middle; do
	printf '.section .bss.once,"awG",@nobits,once,comdat\n.weak once\n.type once, @object\n' >>rival-$o.s
	printf '.size once, 4\nonce: .zero 4\n' >>rival-$o.s
done
for o in first begins middle run; do as -o rival-$o.o rival-$o.s; done
for linker in bfd lld; do
	for root in once run middle helper force; do
		link() {
			image=$1
			shift
			case $linker in
			bfd) ld.bfd -e 0 -u $root "$@" -o "$image" ;;
			lld) ld.lld-19 -e 0 -u $root "$@" -o "$image" ;;
			esac
		}
		look() {
			llvm-nm-19 -j "$1" | awk '/once|force/' # objects that are joined bring more functions
			llvm-readelf-19 -SW "$1" | awk '/init_array/ { sub(/.*\]/, ""); print $1, $5 }'
		}
		printf 'prelink\nprelink --merge --strip=all\nmeld --prelink --merge\n' >list
		verbs "rivals/$linker/$root" gnu '' rival-first.o rival-begins.o rival-run.o rival-middle.o <list
	done
done

# ---- constructors that differ only far behind ------------------------------------------------------

# verify knows no names of members: what a constructor's node leads to tells it from another one.
node() { # FILE FUNCTION TEXT [CALL]
	printf '.globl %s\n%s:\n %s\n ret\n.section .text.start,"ax"\nstart: leaq node(%%rip), %%rdi\n jmp enter\n' \
		"$2" "$2" "$4" >"$1.s"
	printf '.section .init_array,"aw",@init_array\n.quad start\n.section .data.node,"aw"\n.p2align 3\n' >>"$1.s"
	printf 'node: .quad 0, inner\n.section .data.rel.ro.inner,"aw"\n.p2align 3\ninner: .quad text\n' >>"$1.s"
	printf '.section .rodata.text,"a"\ntext: .asciz "%s"\n' "$3" >>"$1.s"
	as -o "$1.o" "$1.s"
}
node node-shared shared one '#'
node node-a run_a two 'call shared'
node node-b run_b six 'call shared'
rm -f node-*.a*
llvm-ar-19 rcs node-la.a node-shared.o node-a.o
llvm-ar-19 rcs node-lb.a node-shared.o node-b.o
for way in locals all; do
	for verb in "--strip=$way" "--strip=$way --prune" "--strip=$way --prelink"; do
		rm -rf nodes
		# shellcheck disable=SC2086 # words
		expect "nodes/$verb" 0 "$($armeld -q -d nodes -o nodes/w.a $verb node-la.a node-lb.a 2>&1; echo $?)"
		expect "nodes/$verb/verify" 0 "$($armeld verify -q nodes/w.a 2>&1; echo $?)"
	done
done

# ---- what is reached through code for LTO only -----------------------------------------------------

# The weak function counts: nobody loads the strong one, which must not be joined with its user.
echo 'int user(void); int middle(int x) { return x + user(); }' >lto-middle.c
echo '__attribute__((weak)) int which(void) { return 3; } int user(void) { return which(); }' >lto-user.c
echo 'int which(void) { return 70; } int other(void) { return 1; }' >lto-other.c
echo 'int middle(int); int run(void) { return middle(4); }' >lto-run.c
for f in user other run; do clang-19 -O1 -fPIC -c lto-$f.c; done
clang-19 -O1 -fPIC -flto -c lto-middle.c
link() { # IMAGE INPUT...
	image=$1
	shift
	ld.lld-19 -e run -u run "$@" -o "$image"
}
look() {
	llvm-objdump-19 -d --no-show-raw-insn --no-leading-addr "$1" | grep -c '\$0x46' || true # 70
}
echo "$all_verbs" | grep -v 'rename' >list
verbs 'only through LTO' gnu run lto-run.o lto-other.o lto-middle.o lto-user.o <list
expect 'only through LTO/weak one' 0 "$(cat before.look)"

# ---- unwind records of a kind that no compiler writes --------------------------------------------

printf '.globl run\nrun: call helper\n ret\n' >wide-run.s
printf '.globl helper\nhelper: ret\n.section .eh_frame,"a",@unwind\n.long 0xffffffff, 8, 0, 5, 6\n' >wide-helper.s
for f in run helper; do as -o wide-$f.o wide-$f.s; done
rm -f wide.a*
llvm-ar-19 rcs wide.a wide-run.o wide-helper.o
expect 'wide unwind records/prelink' 1 "$($armeld prelink -q --export run wide.a 2>&1 | grep -c 'wide-helper.o) stays apart: its .eh_frame')"
expect 'wide unwind records/linked' 0 "$(ld.bfd -e run -u run -o after.image wide.a >log 2>&1; echo $?)"

# ---- versions of symbols ----------------------------------------------------------------------------

printf '.globl run, old, new\nrun: ret\nold: ret\nnew: ret\n.symver old, f@V1\n.symver new, f@@V2\n' >versions.s
as -o versions.o versions.s
rm -f versions.a*
llvm-ar-19 rcs versions.a versions.o
$armeld hide -q --export run versions.a
expect 'versions/hide' 'f@@V2 GLOBAL DEFAULT f@V1 GLOBAL DEFAULT new GLOBAL HIDDEN old GLOBAL HIDDEN run GLOBAL DEFAULT' \
	"$(llvm-readelf-19 -sW versions.a | awk '$5 == "GLOBAL" { print $8, $5, $6 }' | sort | xargs)"
$armeld restore -q versions.a
$armeld hide -q --rename _own --export run versions.a
expect 'versions/hide --rename' 'f@@V2 f@V1 new_own old_own run' "$(llvm-nm-19 -j versions.a | grep -v : | sort | xargs)"

# ---- names of sections of COMDATs -----------------------------------------------------------------

# mold -r joins sections by their names: those of another copy of the function are not to be joined.
echo 'inline int f(int n) { return n + 1; } extern "C" int own(int n) { return f(n); }' >comdat-own.cc
echo 'inline int f(int n) { return n + 2; } extern "C" int run(int n) { return f(n); }' >comdat-run.cc
g++ -O0 -c comdat-own.cc comdat-run.cc
rm -f comdat.a*
llvm-ar-19 rcs comdat.a comdat-run.o
$armeld hide -q --rename _own --export run comdat.a
expect 'names of sections/hide --rename' '.text._Z1fi_own' "$(llvm-readelf-19 -SW comdat.a | grep -o '\.text\.[^ ]*')"
mold -r -o comdat-both.o comdat-own.o --whole-archive comdat.a
echo 'int own(int), run(int); int main(void) { return own(1) * 10 + run(1); }' | gcc -x c -c -o comdat-main.o -
gcc -o comdat comdat-main.o comdat-both.o && status=0 && ./comdat || status=$?
expect 'names of sections/mold -r' 23 $status

# ---- protected symbols ----------------------------------------------------------------------------

# A shared library that is linked from the objects exports nothing but what is named.
echo '#define P __attribute__((visibility("protected")))
P int kept(void) { return 1; } P int data = 3; int plain(void) { return 2; }
int api(void) { return kept() + plain() + data; }' >protected.c
gcc -O1 -fPIC -c protected.c
for how in '' '--rename=_own'; do
	rm -f protected.a*
	llvm-ar-19 rcs protected.a protected.o
	$armeld hide -q $how --export api protected.a
	gcc -shared -o protected.so -Wl,--whole-archive protected.a -Wl,--no-whole-archive
	expect "protected/hide $how" api "$(llvm-nm-19 -Dj --defined-only protected.so | xargs)"
done

# ---- inline functions that shared libraries see or do not see --------------------------------------

# Of definitions of which any serves, a shared library exports what it exported before, and no more.
echo 'inline int f() { static int n; return ++n; }' >seen.h
printf '#include "seen.h"\nextern "C" int d() { return f(); }\n' >seen-d.cc
printf '#include "seen.h"\nextern "C" __attribute__((visibility("default"))) int h() { return f(); }\n' >seen-h.cc
echo 'int _Z1fv(void); int a_run(void) { return _Z1fv(); }' >seen-a.c
echo 'int _Z1fv(void); int b_run(void) { return _Z1fv(); }' >seen-b.c
echo 'int d(void), h(void); int c_run(void) { return h() * 2 + d(); }' >seen-c.c
gcc -fPIC -c seen-[abc].c
seen() { # LIBRARY... : what a shared library exports
	for linker in bfd gold lld mold; do
		clang++-19 -fuse-ld=$linker -nostdlib -shared -Wl,-u,${run}_run -o seen.so "$@" 2>log || cat log
		llvm-nm-19 -D --defined-only seen.so | awk -v linker=$linker '{ print linker, $2, $3 }'
	done
}
for how in -fvisibility=hidden -fno-gnu-unique; do
	g++ -O0 -fPIC -c seen-d.cc
	g++ -O0 -fPIC $how -c seen-h.cc
	rm -rf seen && mkdir seen
	llvm-ar-19 rcs seen/liba.a seen-a.o seen-d.o
	llvm-ar-19 rcs seen/libb.a seen-b.o seen-h.o
	llvm-ar-19 rcs seen/libc.a seen-c.o seen-h.o seen-d.o
	for run in a b c; do seen seen/lib$run.a >seen/before-$run; done
	for way in '' --prune; do
		$armeld -q -o seen/libw.a $way seen/lib[abc].a
		for run in a b c; do
			expect "seen/$how $way $run" "$(cat seen/before-$run)" "$(seen seen/lib$run.a seen/libw.a)"
		done
		$armeld restore -q seen/libw.a
	done
done

# ---- objects that ask for an executable stack ------------------------------------------------------

# Only a program that needs such an object gets one.
for o in plain:run other:other asks:asks; do
	flags=
	[ ${o%:*} != asks ] || flags=x
	printf '.globl %s\n%s: ret\n.section .note.GNU-stack,"%s",@progbits\n' ${o#*:} ${o#*:} "$flags" >stack-${o%:*}.s
	as -o stack-${o%:*}.o stack-${o%:*}.s
done
for linker in bfd gold; do
	for root in run other asks; do
		link() {
			image=$1
			shift
			ld.$linker -e 0 -u $root "$@" -o "$image"
		}
		look() {
			llvm-readelf-19 -lW "$1" | awk '/GNU_STACK/ { print $7, $8 }'
		}
		echo "$all_verbs" >list
		verbs "executable stack/$linker/$root" gnu '' stack-plain.o stack-asks.o stack-other.o <list
	done
	expect "executable stack/$linker" 'RWE 0x10' "$(cat before.look)"
done

# ---- names that only weak references need --------------------------------------------------------

# Nothing loads maybe: it is null, with a suffix as well as without.
printf '.globl run\n.weak maybe\nrun: movq maybe@GOTPCREL(%%rip), %%rax\n ret\n' >weak-a.s
printf '.globl maybe, load\nmaybe: ret\nload: ret\n' >weak-b.s
for f in a b; do llvm-mc-19 -triple x86_64 -filetype=obj weak-$f.s -o weak-$f.o; done
rm -f k.a*
llvm-ar-19 rcs k.a weak-a.o weak-b.o
expect 'weak reference/hide --rename' 'load_own maybe_own maybe_own run' "$($armeld hide -q --rename _own --export run k.a 2>&1 &&
	llvm-nm-19 -j k.a | grep -v : | sort | xargs)"

# ---- Apple's languages --------------------------------------------------------------------------

cat >objc.h <<'E'
__attribute__((objc_root_class)) @interface Root { Class isa; int field; } + (int)answer; - (int)value;
@property(nonatomic) int prop; @end
@protocol Speaks - (int)speak; @end
E
cat >objc-root.m <<'E'
#import "objc.h"
@implementation Root + (int)answer { return 42; } - (int)value { return field; } @synthesize prop=_prop; @end
E
cat >objc-sub.m <<'E'
#import "objc.h"
@interface Sub : Root <Speaks> @end
@implementation Sub { int other; } - (int)speak { return [super value] + other; } + (void)load {} @end
int sub_run(id x) { return [(Sub *)x speak]; }
E
cat >objc-category.m <<'E'
#import "objc.h"
@interface Root (Extra) - (int)extra; @end
@implementation Root (Extra) - (int)extra { return [Root answer] + 1; } @end
E
cat >objc-alone.m <<'E'
#import "objc.h"
@interface Alone : Root @end
@implementation Alone - (int)value { return 7; } @end
int run(void) { return [Root answer]; }
E
cat >swift.s <<'E'
.section __TEXT,__text,regular,pure_instructions
.globl _run
.p2align 2
_run: nop
 nop
.section __TEXT,__const
.globl _$s3foo3BarVMn
.p2align 2
_$s3foo3BarVMn: .long 81
 .long _name-(_$s3foo3BarVMn+4)
_name: .asciz "Bar"
.private_extern _$s3foo3BarVAA1PMc
.globl _$s3foo3BarVAA1PMc
.p2align 2
_$s3foo3BarVAA1PMc: .long _$s3foo3BarVMn-_$s3foo3BarVAA1PMc
.section __TEXT,__swift5_types,regular,no_dead_strip
.p2align 2
l_type: .long _$s3foo3BarVMn-l_type
.section __TEXT,__swift5_proto,regular,no_dead_strip
.p2align 2
l_conf: .long _$s3foo3BarVAA1PMc-l_conf
.section __TEXT,__swift5_reflstr
refl: .asciz "field"
.section __TEXT,__swift5_fieldmd,regular,no_dead_strip
.p2align 2
_$s3foo3BarVMF: .long refl-_$s3foo3BarVMF
.section __TEXT,__swift5_typeref
_symbolic_x: .byte 1
 .long _$s3foo3BarVMn-(_symbolic_x+1)
 .byte 0
.section __TEXT,__swift5_capture,regular,no_dead_strip
.p2align 2
l_capture: .long refl-l_capture
.section __DATA,__objc_imageinfo,regular,no_dead_strip
 .long 0
 .long 0x05090740
.section __DATA,__swift_hooks,regular,no_dead_strip
 .quad _run
.section __TEXT,__swift5_entry,regular,no_dead_strip
.p2align 2
l_entry: .long _run-l_entry
.subsections_via_symbols
E
sed 's/3foo/3baz/g; s/_run/_sub_run/g; s/Bar/Qux/g' swift.s >swift-2.s
cat >tables.s <<'E'
.section __TEXT,__text,regular,pure_instructions
.globl _run
.p2align 2
_run: nop
 nop
.data_region jt32
 .long 1
 .long 2
.end_data_region
.globl _unused
.p2align 2
_unused: nop
 nop
.data_region jt8
 .byte 1,2,3,4
.end_data_region
.globl _sub_run
.p2align 2
_sub_run: nop
 nop
.data_region
 .byte 5,6,7,8
.end_data_region
.subsections_via_symbols
E
sed 's/_run/_run2/g; s/_unused/_unused2/; /subsections/d' tables.s >tables-2.s
link() {
	image=$1
	shift
	ld64.lld-19 -arch ${triple%%-*} -platform_version macos ${triple#*macos} ${triple#*macos} -dylib \
		-undefined dynamic_lookup -u _run -u _sub_run $flags -o "$image" "$@"
}
# Names, sizes and flags of sections, lists of Objective-C, the records of an image, data in code.
look() {
	llvm-objdump-19 --macho --objc-meta-data "$1" 2>/dev/null |
		sed '1d; / offset /d; s/0x[0-9a-f]*/X/g; s/^[0-9a-f]\{8,16\}//; s/_own$//; s/_own / /' | sort
	llvm-objdump-19 -h "$1" | awk '$2 ~ /^__(objc|swift|data|const)/ && $2 != "__objc_ivar" { print $2, $3 }' | sort
	for section in __objc_imageinfo __swift5_reflstr; do
		llvm-objdump-19 -s --section=$section "$1" 2>/dev/null | sed '1,3d; s/^ *[0-9a-f]* //'
	done
	llvm-objdump-19 --macho --data-in-code "$1" 2>/dev/null | awk '/^0x/ { print $2, $3 }'
}
few_verbs='hide --rename _own
prune
prelink --merge --strip=all
meld --prelink --merge'
apple() { # TITLE EXPORTS OBJECT...
	echo "$few_verbs" >list
	title=$1 exports=$2
	shift 2
	verbs "$title ${triple%%-*}" darwin "$exports" "$@" <list
}
for triple in x86_64-apple-macos10.13 arm64-apple-macos11; do
	for f in root sub category alone; do clang-19 -w -target $triple -O1 -c objc-$f.m -o objc-$f.o; done
	flags='-ObjC -dead_strip'
	apple objc 'run sub_run' objc-alone.o objc-root.o objc-category.o objc-sub.o
	expect "objc ${triple%%-*}/has lists" 1 "$(grep -c '^__objc_nlclslist' before.look)"
done
for f in swift swift-2 tables tables-2; do clang-19 -target $triple -c $f.s -o $f.o; done
# Swift's compiler says its version in the record of an image, old compilers of Objective-C say nothing
for f in sub:84477760 alone:0; do
	clang-19 -w -target $triple -O1 -S objc-${f%:*}.m -o - |
		awk -v flags=${f#*:} '/IMAGE_INFO:/ { n = 2 } n && /\.long/ && !--n { sub(/[0-9]+/, flags) } 1' >objc-2.s
	clang-19 -target $triple -c objc-2.s -o objc-${f%:*}-2.o
done
flags=-ObjC
apple swift 'run sub_run' swift.o swift-2.o
apple 'objc with swift' 'run sub_run' objc-alone.o objc-root.o objc-sub-2.o
apple 'objc, old and new' 'run sub_run' objc-alone-2.o objc-root.o objc-sub-2.o
rm -f k.a*
llvm-ar-19 --format=darwin rcs k.a objc-alone-2.o objc-root.o objc-sub-2.o
$armeld prelink -q --export run --export sub_run k.a
expect 'objc, old and new/joined' 1 "$(llvm-ar-19 t k.a | grep -c '[.]o$')"
# What only its own symbol keeps, "used", is loaded by -all_load, and stays then.
echo 'static int mark __attribute__((used)) = 7;' >used.c
echo 'int run(void) { return 1; } int sub_run(void) { return 2; }' >users.c
all_few=$few_verbs
few_verbs="$few_verbs
strip --locals"
for triple in x86_64-apple-macos10.13 arm64-apple-macos11; do
	for f in used users; do clang-19 -w -target $triple -O1 -c $f.c -o $f.o; done
	flags='-all_load -dead_strip'
	apple used 'run sub_run' users.o used.o
	expect "used ${triple%%-*}/has data" 1 "$(grep -c '^__data 00000004' before.look)"
done
few_verbs=$all_few
flags=-all_load
apple 'data in code' 'run sub_run run2' tables.o tables-2.o
expect 'data in code/entries' 6 "$(grep -c '^[48] ' before.look)"

# ---- what an object says of the whole program --------------------------------------------------------

# A COMDAT may come from any object, but what objects say of the program stays the same: in ELF that the
# stack is executable, in Mach-O which library to look for.
stated() { # TITLE MOVES FORMAT TRIPLE UNDERSCORE COMDAT SAYS SAYS-NOTHING [THE-OTHER-SAYS]
	rm -f ./*.armeld w.a
	while read -r name body; do
		case $name in
		x) says=$7 ;;
		p) says=${9-$8} ;;
		*) says=$8 ;;
		esac
		printf '%b\n%b\n' "$body" "$says" | llvm-mc-19 -triple $4 -filetype=obj -o $name.o
	done <<-E
		x $6\\n.text\\n.globl $5_Z1gv\\n$5_Z1gv: ret
		p $6
		r1 .globl $5root_1\\n$5root_1: jmp $5_Z1gv
		r2 .globl $5root_2\\n$5root_2: jmp $5_Z1gv
		r3 .globl $5root_3\\n$5root_3: jmp $5_Z1fv
		r4 .globl $5root_4\\n$5root_4: jmp $5_Z1fv
	E
	for i in 1:x 2:x 3:p 4:p; do
		rm -f l${i%:*}.a
		llvm-ar-19 rcs --format=$3 l${i%:*}.a r${i%:*}.o ${i#*:}.o
	done
	$armeld -q -o w.a l1.a l2.a l3.a l4.a
	expect "$1/moves" "$2" "$(llvm-ar-19 t w.a)"
	expect "$1/stays" p.o "$(llvm-ar-19 t l3.a | grep -v r3.o)"
}
stated 'executable stack' x.o gnu x86_64 '' \
	'.section .text._Z1fv,"axG",@progbits,_Z1fv,comdat\n.weak _Z1fv\n_Z1fv: ret' \
	'' '.section .note.GNU-stack,"",@progbits'
stated 'code of .init' '' gnu x86_64 '' \
	'.section .text._Z1fv,"axG",@progbits,_Z1fv,comdat\n.weak _Z1fv\n_Z1fv: ret' \
	'.section .init,"ax"\ncall _Z1gv' ''
stated 'linker option' empty.o darwin x86_64-apple-macos11 _ '.globl __Z1fv\n.weak_definition __Z1fv\n__Z1fv: ret' \
	'.linker_option "-lnone"\n.subsections_via_symbols' '.subsections_via_symbols'
stated 'lost linker option' empty.o darwin x86_64-apple-macos11 _ '.globl __Z1fv\n.weak_definition __Z1fv\n__Z1fv: ret' \
	'.subsections_via_symbols' '.subsections_via_symbols' '.linker_option "-lnone"\n.subsections_via_symbols'

# ---- debug maps: dsymutil reads debug info from the members that a program was linked from -----------

triple=arm64-apple-macos12
cat >map-main.c <<'E'
int one(int), two(int);
int main(void)
{
	return one(1) + two(2);
}
E
cat >map-shared.c <<'E'
static int counter;
int shared(int x)
{
	counter += x;
	return counter;
}
E
for name in one two; do
	printf 'int shared(int);\nint %s(int x)\n{\n\tint y = shared(x);\n\treturn y + 1;\n}\n' $name >map-$name.c
done
for f in main shared one two; do clang-19 -target $triple -g -O1 -c map-$f.c -o map-$f.o; done
# The lines of a program by dsymutil, and the names in its debug info: no addresses.
lines_of() { # ARCHIVE...
	rm -rf map.image map.dSYM
	ld64.lld-19 -arch arm64 -platform_version macos 12 12 -undefined dynamic_lookup -e _main -o map.image map-main.o "$@" 2>&1 &&
		dsymutil-19 map.image -o map.dSYM 2>&1 || return
	llvm-dwarfdump-19 --debug-line map.dSYM | awk '/ name: / { file = $2 } /^0x/ { print file, $2, $3 }' | sort
	llvm-dwarfdump-19 --debug-info map.dSYM | sed -n 's/.*DW_AT_name\t("\(.*\)")/\1/p' | sort
}
files_of() {
	sed -n 's/^"\(.*\)" .*/\1/p' "$1" | sort -u | xargs
}
map_set() {
	rm -f l?.a w.a all.a ./*.armeld
	for n in 1:one 2:two; do llvm-ar-19 rcs --format=darwin l${n%:*}.a map-${n#*:}.o map-shared.o; done
}
map_set
lines_of l1.a l2.a >before.lines
expect 'debug map/lines of all files' 'map-main.c map-one.c map-shared.c map-two.c' "$(files_of before.lines)"
for options in '-o w.a' '-o w.a --prune --export one --export two' '-o w.a --strip=locals' '--single all.a'; do
	map_set
	rm -f after.lines
	$armeld -q $options l1.a l2.a
	case $options in
	--single*) lines_of all.a >after.lines ;;
	*) lines_of l1.a l2.a w.a >after.lines ;;
	esac
	expect "debug map/$options" '' "$(diff before.lines after.lines 2>&1 | head -n 6)"
done
# Offsets into other sections have no relocations by which a joined object could mend them; addresses have.
expect 'debug map/offsets, relocations' '12 3' \
	"$(llvm-dwarfdump-19 --debug-info -v map-one.o | grep -cE 'DW_FORM_(strp|sec_offset)') $(llvm-objdump-19 -r map-one.o |
		sed -n '/debug_info/,/^$/p' | grep -c UNSIGNED)"
map_set
expect 'debug map/prelinked: said' \
	"armeld: warning: debug information that cannot be joined (CodeView, Mach-O's) is left out" \
	"$($armeld -q -o w.a --prelink --export one --export two l1.a l2.a 2>&1)"
lines_of l1.a l2.a w.a >after.lines
expect 'debug map/prelinked: lines' map-main.c "$(files_of after.lines)"
expect 'debug map/prelinked: names' '_main _one _shared _two' \
	"$(llvm-nm-19 map.image | awk '$2 == "T" || $2 == "t" { print $3 }' | grep -v mh_execute | sort | xargs)"
[ $failed = 0 ]
