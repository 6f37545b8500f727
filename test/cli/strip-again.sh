cp "$FIXTURES"/x86_64-linux-debug/lib*.a .; $ARMELD strip -q liba.a; cksum liba.a liba.a.armeld >before; $ARMELD strip -q liba.a; cksum liba.a liba.a.armeld | cmp - before
