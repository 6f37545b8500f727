$ARMELD verify --against old/liba.a old/libb.a -- liba.a w.a
