cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD restore liba.a
