cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD liba.a -o w.a libb.a -n
