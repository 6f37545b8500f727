$ARMELD inspect --csv --by reason "$FIXTURES"/x86_64-linux -- "$FIXTURES"/x86_64-linux-variant
