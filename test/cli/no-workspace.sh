$ARMELD liba.a
