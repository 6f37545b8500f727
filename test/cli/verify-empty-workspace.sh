cp "$FIXTURES"/x86_64-linux/liba.a .; $ARMELD -q -o w.a liba.a; $ARMELD verify w.a; $ARMELD restore w.a; cmp liba.a "$FIXTURES"/x86_64-linux/liba.a; ls -A
