cd "$FIXTURES"/x86_64-linux-variant && $ARMELD explain --json --member util.o liba.a libb.a
