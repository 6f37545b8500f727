cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -n -v -o w.a *.a | sed '/^$/,$d' >a; $ARMELD -v -o w.a *.a | sed '/^$/,$d' | cmp a -
