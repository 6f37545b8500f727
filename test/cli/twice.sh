cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q -o w.a lib*.a; cksum *.a >before; $ARMELD -q -o w.a lib*.a; cksum *.a | cmp - before
