$ARMELD verify --against liba.a libb.a w.a
