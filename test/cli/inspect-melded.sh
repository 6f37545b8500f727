cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q -o w.a *.a; $ARMELD inspect .
