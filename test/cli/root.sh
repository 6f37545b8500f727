cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q -o w.a --root 'a_*' --root b_run *.a; ls
