$ARMELD -o w.a --no-proof liba.a
