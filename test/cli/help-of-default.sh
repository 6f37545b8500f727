$ARMELD --help >a && $ARMELD help >b && $ARMELD help meld >c && $ARMELD meld --help >d && cmp a b && cmp a c && cmp a d
