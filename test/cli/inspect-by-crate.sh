$ARMELD inspect --by crate "$FIXTURES"/x86_64-windows-gnu
