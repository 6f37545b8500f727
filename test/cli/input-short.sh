printf '!<ar' >x.a; $ARMELD -o w.a x.a
