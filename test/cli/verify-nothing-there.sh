$ARMELD verify w.a
