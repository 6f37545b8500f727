cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q -o w.a lib*.a; cp "$FIXTURES"/x86_64-linux-thin/libb.a .; cat lib*.a w.a >before; $ARMELD restore w.a; echo $?; cat lib*.a w.a | cmp - before
