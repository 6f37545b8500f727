mkdir dir; $ARMELD -o w.a dir; echo $?; ls
