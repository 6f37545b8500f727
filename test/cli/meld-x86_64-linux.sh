cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -v -o w.a *.a; ar t w.a
