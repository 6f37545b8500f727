cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD --no-proof -o w.a lib*.a
