cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD prune -q lib?.a
