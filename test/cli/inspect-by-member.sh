$ARMELD inspect --by member -n 3 -w "$FIXTURES"/x86_64-linux-thin
