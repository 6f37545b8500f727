mkdir dir; $ARMELD -o w.a dir; ls
