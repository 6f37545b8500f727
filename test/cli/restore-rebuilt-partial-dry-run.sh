cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q -o w.a lib*.a; cp "$FIXTURES"/x86_64-linux-thin/libb.a .; cat lib*.a >before; $ARMELD restore --partial -n w.a; cat lib*.a | cmp - before
