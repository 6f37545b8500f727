cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD --html no/r.html -o w.a *.a; echo $?; ls -A; cmp liba.a "$FIXTURES"/x86_64-linux/liba.a
