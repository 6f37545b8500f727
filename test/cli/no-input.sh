$ARMELD -o w.a
