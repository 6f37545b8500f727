echo text >t.a; $ARMELD inspect t.a
