cp "$FIXTURES"/x86_64-linux/*.a .; echo x >>libb.a; $ARMELD -q --html r.html -o w.a *.a; ls -A
