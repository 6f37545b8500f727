cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q -o w.a lib*.a; printf x | dd of=libb.a bs=1 seek=1000 conv=notrunc 2>/dev/null; $ARMELD verify w.a
