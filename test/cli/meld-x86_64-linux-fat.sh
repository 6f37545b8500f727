cp "$FIXTURES"/x86_64-linux-fat/*.a .; $ARMELD -v -o w.a *.a; ar t w.a
