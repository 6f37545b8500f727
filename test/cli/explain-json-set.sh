cd "$FIXTURES"/x86_64-linux-fat && $ARMELD explain --json . 2>/dev/null
