cp "$FIXTURES"/x86_64-linux-variant/*.a .; $ARMELD -q --root "*_run%ä" -o w.a lib*.a; $ARMELD verify w.a; tar xOf w.a.armeld manifest.json | grep -A2 roots
