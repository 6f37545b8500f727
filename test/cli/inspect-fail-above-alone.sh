$ARMELD inspect --fail-above 5 "$FIXTURES"/x86_64-linux
