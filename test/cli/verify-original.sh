cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q -o w.a lib*.a; cp "$FIXTURES"/x86_64-linux/libb.a .; $ARMELD verify w.a
