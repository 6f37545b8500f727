cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q -d out -o out/w.a lib*.a; cp -r out first; $ARMELD -q -d out -o out/w.a lib*.a; for f in out/*; do cmp $f first/${f#out/}; done; $ARMELD verify out/w.a
