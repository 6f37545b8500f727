cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q -o w.a lib*.a; head -c 500 w.a >x; mv x w.a; $ARMELD verify w.a
