$ARMELD inspect --json --by crate "$FIXTURES"/x86_64-linux/liba.a -- "$FIXTURES"/x86_64-linux/libb.a
