tar cf x.tar -C "$FIXTURES" x86_64-linux; $ARMELD -o w.a x.tar; echo $?; ls
