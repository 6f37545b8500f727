mkdir old; cp "$FIXTURES"/x86_64-linux/*.a old; $ARMELD -q -o old/w.a old; mv old new; $ARMELD restore -q new/w.a; for f in a b c; do cmp new/lib$f.a "$FIXTURES"/x86_64-linux/lib$f.a; done; ls -A new
