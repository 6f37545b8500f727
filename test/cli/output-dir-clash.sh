mkdir sub; cp "$FIXTURES"/x86_64-linux/*.a .; cp libb.a sub/liba.a; $ARMELD -d out -o w.a liba.a sub/liba.a; echo $?; ls
