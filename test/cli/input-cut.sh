cp "$FIXTURES"/x86_64-linux/*.a .; head -c 4000 liba.a >cut.a; cksum *.a >before; $ARMELD -o w.a libb.a cut.a libc.a; echo $?; cksum *.a | cmp - before
