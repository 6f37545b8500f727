$ARMELD help restore
