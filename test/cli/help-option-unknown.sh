$ARMELD help --hlep
