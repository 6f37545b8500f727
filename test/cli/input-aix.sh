printf '<bigaf>\n0 ' >x.a; $ARMELD -o w.a x.a
