cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q -o w.a lib*.a; mkdir first; cp lib*.a w.a* first; $ARMELD -o w.a lib*.a; for f in lib*.a w.a*; do cmp $f first/$f; done
