echo @b >a; echo @c >b; printf '%s\n' -o w.a nofile.a >c; $ARMELD @a
