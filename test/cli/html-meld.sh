cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q --html r.html -o w.a lib*.a; ls -A; grep -o "<li><b>.*</b>.*</li>" r.html; $ARMELD verify w.a
