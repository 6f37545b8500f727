cd "$FIXTURES"/x86_64-linux-thin && $ARMELD explain .
