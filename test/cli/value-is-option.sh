$ARMELD -o -n liba.a
