$ARMELD inspect liba.a
