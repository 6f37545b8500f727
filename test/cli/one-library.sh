cp "$FIXTURES"/x86_64-linux/liba.a .; cksum <liba.a >before; $ARMELD -o w.a liba.a; cksum <liba.a | cmp - before; od -c w.a
