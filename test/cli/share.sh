cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q -o libw.a lib?.a; $ARMELD share -d out libw.a; cat out/libw.map out/w.pc; $ARMELD share --json -n -d two libw.a; ls
