cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -o /proc/w.a *.a; echo $?; ls -A; cmp liba.a "$FIXTURES"/x86_64-linux/liba.a
