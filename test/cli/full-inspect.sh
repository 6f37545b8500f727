$ARMELD inspect "$FIXTURES"/x86_64-linux >/dev/full
