$ARMELD --color=always --jsn | cat -v; $ARMELD --color=always --jsn 2>&1 | cat -v
