$ARMELD inspect --by section "$FIXTURES"/aarch64-apple
