$ARMELD -o w.a --outptu-dir out liba.a
