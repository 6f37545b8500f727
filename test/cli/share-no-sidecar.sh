cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q --no-sidecar -o libw.a lib?.a; $ARMELD share -d out libw.a
