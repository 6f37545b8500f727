$ARMELD verify
