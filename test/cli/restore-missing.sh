cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q -o w.a lib*.a; rm libb.a; $ARMELD restore w.a; echo $?; $ARMELD restore --partial w.a; ls -A
