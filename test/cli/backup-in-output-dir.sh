cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q -b -d out -o w.a *.a; ls . out
