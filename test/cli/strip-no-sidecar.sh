cp "$FIXTURES"/x86_64-linux-debug/lib*.a .; $ARMELD strip -q --no-sidecar liba.a; ls -A; $ARMELD restore liba.a
