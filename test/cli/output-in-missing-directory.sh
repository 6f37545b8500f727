cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -o nowhere/w.a *.a; echo $?; ls -A; cmp liba.a "$FIXTURES"/x86_64-linux/liba.a
