$ARMELD restore -n w.a
