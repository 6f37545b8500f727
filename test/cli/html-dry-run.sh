cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -n -q --html r.html -o w.a lib?.a; ls -A; tail -n 1 r.html
