cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -o w.a --keep 'shared-*' --keep=twin.o *.a; ar t w.a
