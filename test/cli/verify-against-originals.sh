cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q -o w.a --min-sharers 9 lib*.a; $ARMELD verify --against lib*.a -- lib*.a w.a
