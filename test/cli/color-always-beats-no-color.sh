NO_COLOR=1 $ARMELD --color always -o w.a nofile.a 2>&1 | cat -v
