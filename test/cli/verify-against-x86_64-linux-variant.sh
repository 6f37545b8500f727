cp "$FIXTURES"/x86_64-linux-variant/*.a .; $ARMELD -q -d new -o new/w.a lib*.a; $ARMELD verify --against lib*.a -- new/lib*.a new/w.a
