cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD verify liba.a
