cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -n -q --progress=always -o w.a *.a
