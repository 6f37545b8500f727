cp "$FIXTURES"/x86_64-linux-debug/lib*.a .; $ARMELD -q -o w.a lib?.a; $ARMELD strip liba.a; $ARMELD strip w.a
