cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q -o w.a lib*.a; cat lib*.a w.a* >before; $ARMELD -o v.a lib*.a; echo $?; cat lib*.a w.a* | cmp - before; ls -A
