$ARMELD -o w.a @.
