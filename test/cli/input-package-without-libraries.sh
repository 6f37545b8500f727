echo >notes.txt; tar cf x.tar notes.txt; $ARMELD -d out -o w.a x.tar; echo $?; ls
