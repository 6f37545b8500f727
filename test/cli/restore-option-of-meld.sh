$ARMELD restore -o w.a
