cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD inspect --html no/r.html .; ls -A
