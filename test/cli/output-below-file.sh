cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -o liba.a/w.a *.a; echo $?; ls -A
