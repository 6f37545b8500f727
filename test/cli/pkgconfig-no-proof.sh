cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q --no-proof -o libw.a --dep-json d.json lib*.a
