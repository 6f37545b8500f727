mkdir old; cp "$FIXTURES"/x86_64-linux/*.a old; $ARMELD -q -o old/w.a old; cp -r old first; mv old new; $ARMELD -q -o new/w.a new; for f in new/*; do cmp $f first/${f#new/}; done
