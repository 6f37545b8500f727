cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -o w.a --only 'twin*' *.a; ar t w.a
