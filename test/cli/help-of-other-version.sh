$ARMELD help prelink
