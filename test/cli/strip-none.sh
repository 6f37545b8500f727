$ARMELD strip
