$ARMELD -o w.a --json=yes liba.a
