cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q --no-sidecar -o w.a lib*.a; cp "$FIXTURES"/x86_64-linux/liba.a .; cat lib*.a w.a >before; $ARMELD -o w.a lib*.a; echo $?; cat lib*.a w.a | cmp - before
