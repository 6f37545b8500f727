$ARMELD explain
