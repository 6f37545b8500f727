cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q -o w.a lib*.a; head -c 1000 libb.a >x; mv x libb.a; cat lib*.a w.a* >before; $ARMELD -o w.a lib*.a; echo $?; cat lib*.a w.a* | cmp - before
