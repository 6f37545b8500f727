cp "$FIXTURES"/x86_64-linux/liba.a .; $ARMELD strip --debug liba.a; ls -A; cmp liba.a "$FIXTURES"/x86_64-linux/liba.a
