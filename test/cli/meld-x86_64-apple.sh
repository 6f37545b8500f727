cp "$FIXTURES"/x86_64-apple/*.a .; $ARMELD -v -o w.a *.a; ar t w.a
