cp "$FIXTURES"/x86_64-linux-debug/lib*.a .; $ARMELD strip -n liba.a >/dev/full
