cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q --no-sidecar -o w.a lib*.a; ls -A
