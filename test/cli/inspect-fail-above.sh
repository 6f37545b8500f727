mkdir old new; cp "$FIXTURES"/x86_64-linux/*.a new; cp new/liba.a old; $ARMELD inspect --fail-above 10 old -- new
