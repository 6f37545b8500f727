mkdir in; cp "$FIXTURES"/x86_64-linux/*.a in; $ARMELD -q -d out -o share/w.a in; $ARMELD restore -v share/w.a; find . -type f | sort; for f in a b c; do cmp out/lib$f.a in/lib$f.a; done
