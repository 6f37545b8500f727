cp "$FIXTURES"/x86_64-linux/*.a .; echo old >liba.bak; $ARMELD -q -b -o w.a *.a; ls; for i in a b c; do cmp lib$i.bak "$FIXTURES"/x86_64-linux/lib$i.a; done
