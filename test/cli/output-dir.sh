cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -v -d out/new -o w.a *.a; for i in lib*.a; do cmp $i "$FIXTURES"/x86_64-linux/$i; done; find . -type f | sort
