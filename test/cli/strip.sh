cp "$FIXTURES"/x86_64-linux-debug/lib*.a .; $ARMELD strip liba.a; ls -A; $ARMELD verify liba.a; $ARMELD restore liba.a; cmp liba.a "$FIXTURES"/x86_64-linux-debug/liba.a; ls -A
