cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q -o w.a lib*.a; echo hello >w.a.armeld; $ARMELD verify w.a
