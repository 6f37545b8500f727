cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD verify --against liba.a libb.a -- liba.a libb.a w.a
