cp "$FIXTURES"/x86_64-linux/*.a .; ln libb.a hard.a; ln -s libb.a soft.a; $ARMELD -o w.a liba.a ./liba.a libb.a hard.a soft.a
