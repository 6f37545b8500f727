cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q -o w.a lib*.a; chmod 555 .; $ARMELD verify w.a
