$ARMELD -o w.a -j 0 liba.a
