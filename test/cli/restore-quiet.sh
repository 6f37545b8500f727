cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q -o w.a lib*.a; $ARMELD restore -q w.a; for f in lib*.a; do cmp $f "$FIXTURES"/x86_64-linux/$f; done
