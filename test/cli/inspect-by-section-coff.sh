$ARMELD inspect --by section "$FIXTURES"/x86_64-msvc-debug
