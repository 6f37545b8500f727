cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -nqj2 -fgnu -ow.a -dout -- *.a; ls
