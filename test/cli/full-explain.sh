$ARMELD explain "$FIXTURES"/x86_64-linux >/dev/full
