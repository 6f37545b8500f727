cp "$FIXTURES"/x86_64-linux-debug/lib*.a .; $ARMELD -o w.a --merge lib?.a; $ARMELD -o w.a --export a lib?.a
