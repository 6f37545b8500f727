cp "$FIXTURES"/x86_64-linux-thin/*.a .; $ARMELD -v -o w.a *.a; ar t w.a
