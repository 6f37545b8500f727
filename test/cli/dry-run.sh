cp "$FIXTURES"/x86_64-linux/*.a .; cksum * >/dev/null; $ARMELD -n -o w.a *.a; for i in *.a; do cmp $i "$FIXTURES"/x86_64-linux/$i; done; ls -A
