cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q -o w.a lib*.a; cp "$FIXTURES"/x86_64-linux/libb.a .; $ARMELD restore w.a; for f in lib*.a; do cmp $f "$FIXTURES"/x86_64-linux/$f; done; ls -A
