cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q -o w.a lib*.a; cat lib*.a w.a w.a.armeld >before; $ARMELD restore -n -v w.a; cat lib*.a w.a w.a.armeld | cmp - before; ls -A
