$ARMELD restore a.a b.a
