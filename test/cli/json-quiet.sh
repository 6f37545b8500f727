cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD --json -q -o w.a *.a | head -n 2
