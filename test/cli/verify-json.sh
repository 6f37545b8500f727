cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q -o w.a lib*.a; $ARMELD verify --json w.a
