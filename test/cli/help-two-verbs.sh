$ARMELD help meld help
