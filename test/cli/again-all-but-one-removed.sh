cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q -o w.a lib*.a; rm lib[bc].a; $ARMELD -q -o w.a lib*.a && $ARMELD verify w.a; cmp liba.a "$FIXTURES"/x86_64-linux/liba.a
