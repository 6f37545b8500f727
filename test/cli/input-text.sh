echo hello, world >x.a; $ARMELD -o w.a x.a; echo $?; ls
