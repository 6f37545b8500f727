$ARMELD restore
