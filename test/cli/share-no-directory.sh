$ARMELD share w.a
