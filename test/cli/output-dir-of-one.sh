$ARMELD -q -d out -o w.a "$FIXTURES"/x86_64-linux/liba.a; cmp out/liba.a "$FIXTURES"/x86_64-linux/liba.a; ls -A . out
