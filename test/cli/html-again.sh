cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q --html r.html -o w.a lib?.a; $ARMELD -q --html s.html -o w.a lib*.a; cmp r.html s.html
