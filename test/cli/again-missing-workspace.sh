cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q -o w.a lib*.a; rm w.a; cat lib*.a w.a* >before; $ARMELD -o w.a lib*.a; echo $?; cat lib*.a w.a* | cmp - before
