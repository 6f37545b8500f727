cp "$FIXTURES"/x86_64-linux/liba.a .; $ARMELD hide liba.a; $ARMELD verify liba.a; $ARMELD restore -q liba.a; cmp liba.a "$FIXTURES"/x86_64-linux/liba.a
