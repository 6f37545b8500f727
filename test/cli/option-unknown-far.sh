$ARMELD -o w.a --frobnicate liba.a
