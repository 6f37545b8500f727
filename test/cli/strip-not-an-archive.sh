echo text >x.a; $ARMELD strip x.a
