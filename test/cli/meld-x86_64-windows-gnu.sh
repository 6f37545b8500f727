cp "$FIXTURES"/x86_64-windows-gnu/*.a .; $ARMELD -v -o w.a *.a; ar t w.a
