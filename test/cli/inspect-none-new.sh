$ARMELD inspect "$FIXTURES"/x86_64-linux --
