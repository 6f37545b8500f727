cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q -o w.a --hide lib?.a; $ARMELD verify w.a; $ARMELD restore w.a
