cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -v -o w.a --identity bytes *.a; ar t w.a
