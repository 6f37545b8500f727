cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q -o w.a lib*.a; cksum *.a >before; cp "$FIXTURES"/x86_64-linux/libb.a .; $ARMELD -q -o w.a lib*.a; cksum *.a | cmp - before
