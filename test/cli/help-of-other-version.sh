$ARMELD help inspect
