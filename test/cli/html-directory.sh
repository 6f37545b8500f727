cp "$FIXTURES"/x86_64-linux/*.a .; mkdir d; $ARMELD --html d -o w.a *.a; echo $?; ls -A; cmp liba.a "$FIXTURES"/x86_64-linux/liba.a
