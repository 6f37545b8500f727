$ARMELD -o w.a -dry-run liba.a
