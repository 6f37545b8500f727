cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q -o w.a lib*.a; cp "$FIXTURES"/x86_64-linux/libc.a .; $ARMELD -q -o w.a liba.a libb.a && $ARMELD verify w.a; cmp libc.a "$FIXTURES"/x86_64-linux/libc.a
