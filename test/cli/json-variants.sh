cp "$FIXTURES"/x86_64-linux-variant/*.a .; $ARMELD --json -o w.a *.a
