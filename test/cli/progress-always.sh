cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD --progress=always -q -o w.a *.a; $ARMELD --progress=always -d out -o v.a "$FIXTURES"/x86_64-linux >/dev/null
