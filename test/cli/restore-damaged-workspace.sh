cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q -o w.a lib*.a; head -c 1000 w.a >x; mv x w.a; $ARMELD restore w.a; ls -A
