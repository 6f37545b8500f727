cp "$FIXTURES"/x86_64-linux-debug/lib*.a .; mkdir d; $ARMELD strip liba.a d/no.a libb.a; ls -A
