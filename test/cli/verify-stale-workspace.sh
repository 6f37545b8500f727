cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q -o w.a lib*.a; cp w.a old; $ARMELD restore -q w.a; cp "$FIXTURES"/x86_64-linux-variant/*.a .; $ARMELD -q -o w.a lib*.a; cp old w.a; $ARMELD verify w.a
