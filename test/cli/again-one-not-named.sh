cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q -o w.a lib*.a; cat lib*.a w.a* >before; $ARMELD -o w.a liba.a libb.a; echo $?; cat lib*.a w.a* | cmp - before
