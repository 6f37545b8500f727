cd "$FIXTURES"/x86_64-linux-variant && $ARMELD explain --symbol util *.a
