cp "$FIXTURES"/x86_64-linux-debug/lib*.a .; $ARMELD -o w.a --strip=bitcode,debug lib?.a; $ARMELD verify w.a; $ARMELD restore -q w.a; for f in lib?.a; do cmp $f "$FIXTURES"/x86_64-linux-debug/$f; done
