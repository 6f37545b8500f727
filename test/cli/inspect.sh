cp "$FIXTURES"/x86_64-linux/*.a .; cksum *.a >before; $ARMELD inspect *.a; cksum *.a | cmp - before; ls | wc -l
