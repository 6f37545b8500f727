$ARMELD strip no.a
