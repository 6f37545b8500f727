cp "$FIXTURES"/x86_64-linux/*.a .; echo >file; $ARMELD -d file -o w.a *.a; echo $?; ls -A
