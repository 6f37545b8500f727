cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q -o w.a lib*.a; head -c 500 libb.a >x; mv x libb.a; $ARMELD verify w.a
