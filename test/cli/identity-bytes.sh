cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -v --mangled -o w.a --identity bytes *.a; ar t w.a
