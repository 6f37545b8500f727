mkdir -p old/lib; cp "$FIXTURES"/x86_64-linux/*.a old/lib; $ARMELD -q -r -o old/w.a old; mv old new; $ARMELD verify new/w.a
