printf '\177ELF\2\1\1' >x.a; $ARMELD -o w.a x.a
