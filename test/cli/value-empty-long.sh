$ARMELD -o w.a --keep= liba.a
