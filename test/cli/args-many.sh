for i in 1 2 3 4 5 6 7 8 9; do printf '%s\n' --keep x -j 2; done >args; $ARMELD @args @args @args -o w.a nofile.a
