cp "$FIXTURES"/x86_64-linux/*.a .; echo old >r.html; $ARMELD -q --html r.html -o w.a lib?.a; head -n 1 r.html; ls -A
