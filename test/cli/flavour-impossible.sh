cp "$FIXTURES"/x86_64-linux/*.a .; cksum *.a >before; $ARMELD -f darwin -o w.a *.a; echo $?; cksum *.a | cmp - before
