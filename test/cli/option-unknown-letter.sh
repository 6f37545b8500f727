$ARMELD -o w.a -nZ liba.a
