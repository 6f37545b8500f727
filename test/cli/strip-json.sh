cp "$FIXTURES"/x86_64-linux-debug/lib*.a .; $ARMELD strip --json -d out liba.a
