printf '\312\376\272\276\0\0\0\2' >x.a; $ARMELD -o w.a x.a
