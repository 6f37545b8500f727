$ARMELD inspect
