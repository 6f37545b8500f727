$ARMELD liba.a -o
