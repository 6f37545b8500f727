cp "$FIXTURES"/x86_64-linux/*.a .; ln -s liba.a w.a; cksum *.a >before; $ARMELD -o w.a liba.a libb.a; echo $?; cksum *.a | cmp - before
