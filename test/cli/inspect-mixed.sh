$ARMELD inspect -w "$FIXTURES"/x86_64-linux "$FIXTURES"/aarch64-apple -n 2
