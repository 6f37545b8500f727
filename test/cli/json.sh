cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD --json -o w.a *.a
