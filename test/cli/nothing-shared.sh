cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -o w.a --min-sharers 4 *.a; od -c w.a
