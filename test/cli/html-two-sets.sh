$ARMELD inspect --html r.html "$FIXTURES"/x86_64-linux -- "$FIXTURES"/x86_64-linux
