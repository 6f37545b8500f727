$ARMELD -o w.a -
