cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q -d new -o new/w.a lib*.a; $ARMELD verify --against liba.a libb.a libc.a -- new/libb.a new/liba.a new/libc.a new/w.a >/dev/null
