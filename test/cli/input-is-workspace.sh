cp "$FIXTURES"/x86_64-linux/*.a .; cksum *.a >before; $ARMELD -o liba.a liba.a libb.a; echo $?; cksum *.a | cmp - before
