cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -o w.a --min-sharers=3 *.a; ar t w.a
