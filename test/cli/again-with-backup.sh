cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q -b -o w.a lib*.a; $ARMELD -q -b -o w.a lib*.a; for f in a b c; do cmp lib$f.bak "$FIXTURES"/x86_64-linux/lib$f.a; done; ls -A
