cp "$FIXTURES"/x86_64-linux/*.a .; echo junk >w.a; $ARMELD -q -o w.a lib*.a; head -n 1 w.a
