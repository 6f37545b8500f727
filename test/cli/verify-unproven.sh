cp "$FIXTURES"/x86_64-linux-variant/*.a .; $ARMELD -q --no-proof -o w.a lib*.a 2>/dev/null; $ARMELD verify w.a
