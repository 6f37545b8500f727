cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q --no-proof -o w.a lib*.a; $ARMELD verify w.a
