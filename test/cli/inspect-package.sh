cp "$FIXTURES"/x86_64-linux/*.a .; tar cf p.tar *.a; $ARMELD inspect p.tar; ls
