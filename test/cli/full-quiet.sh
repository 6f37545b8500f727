cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -o w.a -q *.a >/dev/full
