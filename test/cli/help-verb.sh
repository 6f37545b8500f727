$ARMELD help help
