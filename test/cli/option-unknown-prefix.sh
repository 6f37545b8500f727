$ARMELD -o w.a --min=3 liba.a
