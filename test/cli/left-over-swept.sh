cp "$FIXTURES"/x86_64-linux/*.a .; echo junk >.liba.a.armeld-new; $ARMELD -q -o w.a lib*.a; ls -A
