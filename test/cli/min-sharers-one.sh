$ARMELD -o w.a --min-sharers 1 liba.a
