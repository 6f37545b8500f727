$ARMELD frobnicate -o w.a liba.a
