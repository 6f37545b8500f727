$ARMELD verify d/w.a
