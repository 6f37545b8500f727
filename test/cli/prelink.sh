cp "$FIXTURES"/x86_64-linux/liba.a .; $ARMELD prelink liba.a; $ARMELD inspect --by member liba.a; $ARMELD verify liba.a; $ARMELD restore -q liba.a; cmp liba.a "$FIXTURES"/x86_64-linux/liba.a
