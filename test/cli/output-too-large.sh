cp "$FIXTURES"/x86_64-linux/*.a .; (trap '' XFSZ; ulimit -f 4; $ARMELD -o w.a *.a); echo $?; ls -A; for i in *.a; do cmp $i "$FIXTURES"/x86_64-linux/$i; done
