$ARMELD explain "$FIXTURES"/x86_64-linux "$FIXTURES"/aarch64-apple
