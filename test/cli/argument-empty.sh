$ARMELD -o w.a ''
