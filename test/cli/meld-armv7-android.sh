cp "$FIXTURES"/armv7-android/*.a .; $ARMELD -v -o w.a *.a; ar t w.a
