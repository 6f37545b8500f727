cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -n --progress=always -o w.a *.a 2>&1 >/dev/null | sed 's/: .*:/:/; s/[0-9].*//' | uniq
