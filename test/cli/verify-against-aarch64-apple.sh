cp "$FIXTURES"/aarch64-apple/*.a .; $ARMELD -q -d new -o new/w.a lib*.a; $ARMELD verify --against lib*.a -- new/lib*.a new/w.a
