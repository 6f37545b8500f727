cp "$FIXTURES"/x86_64-linux/*.a .; mkdir w.a; $ARMELD -o w.a lib*.a; echo $?; ls -A; cmp liba.a "$FIXTURES"/x86_64-linux/liba.a
