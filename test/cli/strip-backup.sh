cp "$FIXTURES"/x86_64-linux-debug/lib*.a .; $ARMELD strip -q -b liba.a; cmp liba.bak "$FIXTURES"/x86_64-linux-debug/liba.a; ls -A
