cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -o w.a --json *.a >/dev/full
