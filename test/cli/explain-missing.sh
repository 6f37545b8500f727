$ARMELD explain missing.a
