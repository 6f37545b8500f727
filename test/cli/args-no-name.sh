$ARMELD -o w.a @
