cp "$FIXTURES"/x86_64-linux-debug/lib*.a .; cksum lib*.a >before; $ARMELD strip -n liba.a libb.a; cksum lib*.a | cmp - before; ls -A
