$ARMELD help mled
