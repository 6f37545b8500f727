cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q -o w.a lib*.a; $ARMELD restore -q w.a; $ARMELD restore w.a
