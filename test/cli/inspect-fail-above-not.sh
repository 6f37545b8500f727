$ARMELD inspect --fail-above 0 "$FIXTURES"/x86_64-linux -- "$FIXTURES"/x86_64-linux >out; wc -l <out
