cd "$FIXTURES"/x86_64-linux && $ARMELD explain --symbol nothing .
