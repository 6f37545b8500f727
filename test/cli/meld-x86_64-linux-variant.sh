cp "$FIXTURES"/x86_64-linux-variant/*.a .; $ARMELD -v -o w.a *.a; ar t w.a; ar t liba.a | grep util; ar t libc.a | grep util
