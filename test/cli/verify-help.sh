$ARMELD help verify
