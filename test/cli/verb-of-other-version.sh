$ARMELD prelink liba.a
