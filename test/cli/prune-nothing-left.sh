cp "$FIXTURES"/x86_64-linux/liba.a .; $ARMELD prune --export nobody liba.a; cmp liba.a "$FIXTURES"/x86_64-linux/liba.a; ls -A
