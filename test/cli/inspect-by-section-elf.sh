$ARMELD inspect --by section "$FIXTURES"/x86_64-linux-debug/*.a
