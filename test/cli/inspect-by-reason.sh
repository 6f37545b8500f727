$ARMELD inspect --by reason "$FIXTURES"/x86_64-linux-variant
