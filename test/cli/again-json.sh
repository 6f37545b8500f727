cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q -o w.a lib*.a; $ARMELD --json -o w.a lib*.a | head -n 12
