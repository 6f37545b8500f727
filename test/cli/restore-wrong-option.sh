$ARMELD restore --dry w.a
